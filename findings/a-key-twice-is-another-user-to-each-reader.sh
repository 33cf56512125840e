#!/usr/bin/env bash
# Guess: a logger that writes JSON writes a key once, and what comes last wins, in the logger as in its readers: so JSON.parse and Python do.
# Seen: pino writes a key as often as it is set: of a child logger for alice, asked to log an object of a client with "user" in it, both names are in the
# line, and `level`, `time` and `msg` twice too if the object has them. jq, gojq, Miller, Python and orjson have the last (mallory, level
# "warn"), polars and simdjson the first (alice, level 30), and so has DuckDB's json_extract_string; DuckDB's and pyarrow's readers refuse the
# file. So two programs in one pipeline name two users of one line, or one sees an error that the other does not.
#
# Needs Debian 12 with apt's lists, python3 with venv, and npm; the packages are unpacked and installed to a temporary folder.
# shellcheck disable=SC2016 # fields of Miller
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq {jq,libjq1}=1.6-2.1+deb12u3 libonig5 gojq=0.12.11-1 miller=6.6.0-2+b3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check polars==2.1.0 duckdb==2.0.1 pyarrow==26.0.1 orjson==3.13.0 pysimdjson==7.0.2
npm install --silent --no-audit --no-fund --no-save pino@10.4.0 >/dev/null
cat >log.js <<'END'
const pino = require("pino");
const log = pino({ base: null, timestamp: false }, pino.destination({ dest: "log.ndjson", sync: true }));
const body = JSON.parse('{"user":"mallory","level":"warn"}'); // as a client sent it
log.child({ user: "alice" }).info(body, "order");
END
node log.js
cat >try.py <<'END'
import json
import duckdb, orjson, polars, pyarrow.json, simdjson
line = open("log.ndjson").read()
def told(name, read):
    try:
        row = read()
        print(f"{name}: user {row['user']}, level {row['level']}")
    except Exception as refused:
        print(f"{name}: {type(refused).__name__}")
told("Python", lambda: json.loads(line))
told("orjson", lambda: orjson.loads(line))
told("polars", lambda: polars.read_ndjson("log.ndjson").row(0, named=True))
told("simdjson", lambda: simdjson.Parser().parse(line))
extract = "select json_extract_string(?, ?)"
told("DuckDB, json_extract_string", lambda: {key: duckdb.execute(extract, [line, key]).fetchall()[0][0] for key in ("user", "level")})
told("DuckDB, read_json", lambda: dict(zip(("user", "level"), duckdb.sql("select user, level from read_json('log.ndjson')").fetchall()[0])))
told("pyarrow", lambda: pyarrow.json.read_json("log.ndjson").to_pylist()[0])
END
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
{
    cat log.ndjson
    echo "jq: $(LD_LIBRARY_PATH=$library root/usr/bin/jq -r '"user \(.user), level \(.level)"' log.ndjson)"
    echo "gojq: $(root/usr/bin/gojq -r '"user \(.user), level \(.level)"' log.ndjson)"
    echo "Miller: $(root/usr/bin/mlr --ijsonl --onidx put -q 'print "user ".$user.", level ".$level' log.ndjson)"
    v/bin/python try.py
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(polars|duckdb|pyarrow|orjson|pysimdjson) '
echo "pino 10.4.0, jq 1.6, gojq 0.12.11, Miller 6.6.0"
cat seen
cmp seen - <<'END' || { echo 'changed: another key is written, or another one is read'; exit 1; }
{"level":30,"user":"alice","user":"mallory","level":"warn","msg":"order"}
jq: user mallory, level warn
gojq: user mallory, level warn
Miller: user mallory, level warn
Python: user mallory, level warn
orjson: user mallory, level warn
polars: user alice, level 30
simdjson: user alice, level 30
DuckDB, json_extract_string: user alice, level 30
DuckDB, read_json: InvalidInputException
pyarrow: ArrowInvalid
END
