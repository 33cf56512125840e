#!/usr/bin/env bash
# Guess: cast to TIMESTAMP, a time with an offset is that moment in UTC: what DuckDB's readers make of such times by themselves, and what was so
# in each version up to 1.3.
# Seen: since 1.4 the offset is dropped: '2026-03-29T01:30:00+02:00'::TIMESTAMP was 23:30 of the day before and is 01:30, and so is a column that
# `columns = {...}` declares TIMESTAMP, in CSV and in JSON alike; no error, no warning. A query that sorts or joins servers of two zones
# gives another answer after an upgrade. By itself the reader now gives TIMESTAMP WITH TIME ZONE, which is right.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
printf 'time\n2026-03-29T01:30:00+02:00\n' >times.csv
printf '{"time":"2026-03-29T01:30:00+02:00"}\n' >times.ndjson
cat >ask.py <<'END'
import duckdb
print("DuckDB", duckdb.__version__)
duckdb.sql("set timezone = 'UTC'")
for name, asked in (
    ("cast", "select '2026-03-29T01:30:00+02:00'::TIMESTAMP as time"),
    ("CSV, declared", "from read_csv('times.csv', header = true, columns = {'time': 'TIMESTAMP'})"),
    ("JSON, declared", "from read_json('times.ndjson', columns = {'time': 'TIMESTAMP'})"),
    ("CSV, detected", "from read_csv('times.csv')"),
):
    print(f"{name}:", *duckdb.sql(f"select time::VARCHAR, typeof(time) from ({asked})").fetchall()[0])
END
for version in 1.3.2 1.4.4 2.0.1; do
    python3 -m venv "v$version"
    "v$version/bin/pip" install -q --disable-pip-version-check --only-binary :all: "duckdb==$version"
    "v$version/bin/python" ask.py
done >seen
cat seen
cmp seen - <<'END' || { echo 'changed: the offset counts for something else'; exit 1; }
DuckDB 1.3.2
cast: 2026-03-28 23:30:00 TIMESTAMP
CSV, declared: 2026-03-28 23:30:00 TIMESTAMP
JSON, declared: 2026-03-28 23:30:00 TIMESTAMP
CSV, detected: 2026-03-28 23:30:00+00 TIMESTAMP WITH TIME ZONE
DuckDB 1.4.4
cast: 2026-03-29 01:30:00 TIMESTAMP
CSV, declared: 2026-03-29 01:30:00 TIMESTAMP
JSON, declared: 2026-03-29 01:30:00 TIMESTAMP
CSV, detected: 2026-03-28 23:30:00+00 TIMESTAMP WITH TIME ZONE
DuckDB 2.0.1
cast: 2026-03-29 01:30:00 TIMESTAMP
CSV, declared: 2026-03-29 01:30:00 TIMESTAMP
JSON, declared: 2026-03-29 01:30:00 TIMESTAMP
CSV, detected: 2026-03-28 23:30:00+00 TIMESTAMP WITH TIME ZONE
END
