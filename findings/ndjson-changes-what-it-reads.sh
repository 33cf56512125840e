#!/usr/bin/env bash
# Guess: a library for NDJSON splits at the newline, or at what Python calls the end of a line, and then fails where one stands inside a string; a value
# that it gives is the value that was there.
# Seen: ndjson of PyPI splits the text wherever Python's splitlines() does and joins the pieces with commas, as if they were elements of a list: U+2028,
# U+2029 and U+0085, which JSON allows in a string as they are and JSON.stringify and Python's ensure_ascii=False write so, become a comma, without
# a word. A user agent of one field is changed to another that nobody sent. load() and loads() do it; ndjson.reader() does not, and
# jsonlines and srsly give the value.
#
# Needs python3 with venv; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check ndjson==0.3.1 jsonlines==4.0.0 srsly==2.5.6
cat >try.py <<'END'
import json
import jsonlines, ndjson, srsly
with open("log.ndjson", "w", encoding="utf-8") as out:
    for separator in "\u2028\u2029\u0085":
        out.write(json.dumps({"client": "192.0.2.1", "user_agent": f"a{separator}b"}, ensure_ascii=False) + "\n")
text = open("log.ndjson", encoding="utf-8").read()
for name, read in (("json, line by line", lambda: [json.loads(line) for line in text.split("\n")[:-1]]), ("ndjson.loads", lambda: ndjson.loads(text)),
                   ("ndjson.load", lambda: ndjson.load(open("log.ndjson", encoding="utf-8"))),
                   ("ndjson.reader", lambda: ndjson.reader(open("log.ndjson", encoding="utf-8"))),
                   ("jsonlines", lambda: jsonlines.open("log.ndjson")), ("srsly", lambda: srsly.read_jsonl("log.ndjson"))):
    print(f"{name}:", *[ascii(row["user_agent"]) for row in read()])
END
v/bin/python try.py >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(ndjson|jsonlines|srsly) '
cat seen
cmp seen - <<'END' || { echo 'changed: a reader gives other values'; exit 1; }
json, line by line: 'a\u2028b' 'a\u2029b' 'a\x85b'
ndjson.loads: 'a,b' 'a,b' 'a,b'
ndjson.load: 'a,b' 'a,b' 'a,b'
ndjson.reader: 'a\u2028b' 'a\u2029b' 'a\x85b'
jsonlines: 'a\u2028b' 'a\u2029b' 'a\x85b'
srsly: 'a\u2028b' 'a\u2029b' 'a\x85b'
END
