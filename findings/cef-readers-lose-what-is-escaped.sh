#!/usr/bin/env bash
# Guess: a reader of CEF takes `\|` in the header for a bar that belongs to a field and `\=` in a value for an equals sign, as the format's
# definition says and every product writes them; a reader that does not leaves the backslash in.
# Seen: jc ends the field `name` at the escaped bar: there is no name and no severity, and src, who attacked, becomes part of a key. nsyslog-parser loses
# a word of the value: `a\=b c` is `a\ c`. Neither says anything. Only events with such characters (a URL with a query, a rule's name) are hit.
#
# Needs python3 with venv, and npm; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check jc==1.26.1
npm install --silent --no-audit --no-fund --no-save nsyslog-parser@0.10.1 >/dev/null
cat >ask.py <<'END'
import jc, sys
for line in sys.stdin:
    (event,) = jc.parse("cef", line)
    print("jc:", {key: event.get(key) for key in ("name", "agentSeverity", "src", "request")}, sorted(key for key in event if "src" in key))
END
cat >ask.js <<'END'
const parse = require("nsyslog-parser");
for (const line of require("fs").readFileSync(0, "utf8").trim().split("\n")) {
  const { cef, fields } = parse(line);
  console.log("nsyslog-parser:", JSON.stringify([cef.name, cef.severity, fields.src, fields.request]));
}
END
cat >events <<'END'
CEF:0|Vendor|Wall|1|100|refused|7|src=192.0.2.1 request=/a b
CEF:0|Vendor|Wall|1|100|a \| b|7|src=192.0.2.1 request=/?q\=1 b
END
{
    v/bin/python ask.py <events
    node ask.js <events
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep '^jc '
echo 'nsyslog-parser 0.10.1'
cat seen
cmp seen - <<'END' || { echo 'changed: what is escaped is read otherwise'; exit 1; }
jc: {'name': 'refused', 'agentSeverity': '7', 'src': '192.0.2.1', 'request': '/a b'} ['src']
jc: {'name': '', 'agentSeverity': None, 'src': None, 'request': '/?q=1 b'} ['b_7_src']
nsyslog-parser: ["refused","7","192.0.2.1","/a b"]
nsyslog-parser: ["a \\| b","7","192.0.2.1","/?q\\ b"]
END
