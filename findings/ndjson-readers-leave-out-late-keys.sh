#!/usr/bin/env bash
# Guess: a reader of NDJSON that takes the columns from the first lines says so where a later line has a key that they had not, as it does where
# a later value is of another kind.
# Seen: polars, which looks at 100 lines, leaves such a key out, without a warning and with all rows there: of 30000 requests of which the last alone
# has a user, none has one, and there is no column `user`. A value of another kind it refuses. DuckDB, which looks at 20480, refuses the file
# where all the columns that it knows are asked for, and reads it without a word where one of them is left out, `count(*)` too.
# pyarrow has the column. `infer_schema_length=None` and `sample_size=-1` find it.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1
cat >try.py <<'END'
import json
import duckdb, polars, pyarrow.json
def write(name, *rows):
    with open(name, "w") as out:
        out.writelines(json.dumps(row) + "\n" for row in rows)
common = {"client": "192.0.2.1", "status": 200}
write("key.ndjson", *[common] * 30000, {"client": "192.0.2.2", "status": 401, "user": "alice"})
write("kind.ndjson", *[common] * 30000, {"client": "192.0.2.2", "status": "-"})
def told(name, read):
    try:
        print(f"{name}: {read()}")
    except Exception as refused:
        print(f"{name}: {type(refused).__name__}")
def polars_reads(file, **more):
    read = polars.read_ndjson(file, **more)
    return f"{read.height} rows of {read.columns}"
def duckdb_reads(columns="*", more=""):
    read = duckdb.sql(f"select {columns} from read_json('key.ndjson'{more})")
    return f"{len(read.fetchall())} rows of {read.columns}"
def pyarrow_reads(file):
    read = pyarrow.json.read_json(file)
    return f"{read.num_rows} rows of {read.column_names}"
told("polars", lambda: polars_reads("key.ndjson"))
told("polars, infer_schema_length=None", lambda: polars_reads("key.ndjson", infer_schema_length=None))
told("polars, another kind", lambda: polars_reads("kind.ndjson"))
told("DuckDB", duckdb_reads)
told("DuckDB, one column", lambda: duckdb_reads("client"))
told("DuckDB, sample_size=-1", lambda: duckdb_reads(more=", sample_size=-1"))
told("pyarrow", lambda: pyarrow_reads("key.ndjson"))
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(polars|duckdb|pyarrow) '
cat seen
cmp seen - <<'END' || { echo 'changed: a reader makes something else of the late key'; exit 1; }
polars: 30001 rows of ['client', 'status']
polars, infer_schema_length=None: 30001 rows of ['client', 'status', 'user']
polars, another kind: ComputeError
DuckDB: InvalidInputException
DuckDB, one column: 30001 rows of ['client']
DuckDB, sample_size=-1: 30001 rows of ['client', 'status', 'user']
pyarrow: 30001 rows of ['client', 'status', 'user']
END
