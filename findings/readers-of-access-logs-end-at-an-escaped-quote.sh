#!/usr/bin/env bash
# Guess: libraries for Apache's combined format know that Apache and nginx write a quote that a client sent as `\"` (nginx: `\x22`), so a referrer or an
# agent with one is read whole; and a time with an offset is that moment.
# Seen: after a quote in the referrer jc has no user agent at all (null, as if the client had sent none), and clf-parser the agent up to its first quote.
# jc's `epoch` drops the offset and is in the zone of the machine: two requests of one second are two hours apart, and `epoch_utc` is there for
# +0000 alone. The user name `al ice`, which both servers write as it is, makes the line "unparsable" to jc. apachelogs reads all.
#
# Needs python3 with venv, and npm; the packages are installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check jc==1.26.1 apachelogs==0.6.1
npm install --silent --no-audit --no-fund --no-save clf-parser@0.0.2 >/dev/null
cat >access.log <<'END'
192.0.2.1 - alice [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 401 5 "-" "Mozilla/5.0"
192.0.2.2 - alice [10/Oct/2026:15:55:36 +0200] "GET /a HTTP/1.1" 401 5 "http://x/\"y" "Mozilla/5.0 \"z\" end"
192.0.2.3 - al ice [10/Oct/2026:13:55:36 +0000] "GET /a HTTP/1.1" 401 5 "-" "Mozilla/5.0"
END
cat >ask.py <<'END'
import apachelogs, jc
parser = apachelogs.LogParser(apachelogs.COMBINED)
for line in open("access.log"):
    (read,) = jc.parse("clf", line)
    print("jc:", *[read.get(key) for key in ("host", "authuser", "epoch", "epoch_utc", "referer", "user_agent")], sep=" | ")
    read = parser.parse(line)
    sent = read.headers_in
    print("apachelogs:", read.remote_host, read.remote_user, int(read.request_time.timestamp()), sent["Referer"], sent["User-Agent"], sep=" | ")
END
cat >ask.js <<'END'
const parse = require("clf-parser");
for (const line of require("fs").readFileSync("access.log", "utf8").trim().split("\n")) {
  const read = parse(line);
  console.log(["clf-parser:", read.remote_addr, read.remote_user, read.time_local?.valueOf() / 1000, read.http_referer, read.http_user_agent].join(" | "));
}
END
{
    TZ=UTC v/bin/python ask.py
    node ask.js
} >seen
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(jc|apachelogs) '
echo 'clf-parser 0.0.2'
cat seen
cmp seen - <<'END' || { echo 'changed: a line is read otherwise'; exit 1; }
jc: | 192.0.2.1 | alice | 1791640536 | 1791640536 | None | Mozilla/5.0
apachelogs: | 192.0.2.1 | alice | 1791640536 | None | Mozilla/5.0
jc: | 192.0.2.2 | alice | 1791647736 | None | http://x/\ | None
apachelogs: | 192.0.2.2 | alice | 1791640536 | http://x/"y | Mozilla/5.0 "z" end
jc: | None | None | None | None | None | None
apachelogs: | 192.0.2.3 | al ice | 1791640536 | None | Mozilla/5.0
clf-parser: | 192.0.2.1 | alice | 1791640536 | "-" | Mozilla/5.0
clf-parser: | 192.0.2.2 | alice | 1791640536 | "http://x/\"y" | Mozilla/5.0 \
clf-parser: | 192.0.2.3 | al ice | 1791640536 | "-" | Mozilla/5.0
END
