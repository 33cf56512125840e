#!/usr/bin/env bash
# Guess: what writes CEF escapes a bar in the header and an equals sign in a value, as the format asks, or refuses them; so does what writes LEEF with
# the tab that is between its attributes.
# Seen: syslog-pro of npm writes all as it is. A product `a|b` is two fields, and each behind it is read as the next one: the name of the event is 7, its
# class, and the severity is `n`, its name. A message of a client with `src=203.0.113.9` in it names another attacker, whom pycef, as readers do,
# takes for the one. A tab in a value of LEEF begins another attribute. cefevent of PyPI escapes both.
#
# Needs npm, and python3 with venv; the packages are installed to a temporary folder. Nothing is sent.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --no-save syslog-pro@1.0.0 >/dev/null
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check cefevent==0.5.6 pycef==1.11
cat >write.js <<'END'
const pro = require("syslog-pro");
const server = { target: "127.0.0.1", port: 9 };
const rest = { deviceVendor: "v", deviceVersion: "1", deviceEventClassId: "7", name: "n", severity: "5", server };
(async () => {
  for (const [deviceProduct, msg] of [["shop", "login"], ["a|b", "login"], ["shop", "login src=203.0.113.9"]]) {
    console.log(await new pro.CEF({ ...rest, deviceProduct, extensions: { src: "192.0.2.1", msg } }).buildMessage());
  }
  const attributes = { src: "192.0.2.1", msg: "a\tsrc=203.0.113.9" };
  console.log(await new pro.LEEF({ vendor: "v", product: "p", version: "1", eventId: "7", attributes, server }).buildMessage());
  process.exit();
})();
END
timeout 60 node write.js >written
cat >read.py <<'END'
from cefevent import CEFEvent
import pycef
lines = [line.rstrip("\n") for line in open("written")]
event = CEFEvent()
for key, value in (("deviceProduct", "a|b"), ("sourceAddress", "192.0.2.1"), ("message", "login src=203.0.113.9")):
    event.set_field(key, value)
for line in lines[:3]:
    read = pycef.parse(line)
    print(f"syslog-pro: {line.strip()}", *[read[key].strip() for key in ("DeviceProduct", "DeviceName", "DeviceSeverity", "src", "msg")], sep=" | ")
print("syslog-pro:", repr(lines[3]))
print("cefevent:", event.build_cef())
END
v/bin/python read.py >seen 2>said
echo "syslog-pro 1.0.0, cefevent 0.5.6, pycef 1.11"
cat seen
cmp seen - <<'END' || { echo 'changed: another text is written'; exit 1; }
syslog-pro: CEF:0|v|shop|1|7|n|5|src=192.0.2.1 msg=login | shop | n | 5 | 192.0.2.1 | login
syslog-pro: CEF:0|v|a|b|1|7|n|5|src=192.0.2.1 msg=login | a | 7 | n | 192.0.2.1 | login
syslog-pro: CEF:0|v|shop|1|7|n|5|src=192.0.2.1 msg=login src=203.0.113.9 | shop | n | 5 | 203.0.113.9 | login
syslog-pro: 'LEEF:2.0|v|p|1|7|src=192.0.2.1\tmsg=a\tsrc=203.0.113.9\t'
cefevent: CEF:0|CEF Vendor|a\|b|1.0|0|CEF Event|5|src=192.0.2.1 msg=login src\=203.0.113.9
END
