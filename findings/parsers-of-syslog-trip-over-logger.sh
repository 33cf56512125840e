#!/usr/bin/env bash
# Guess: parsers of syslog for Node read what logger of util-linux writes with --rfc5424, and a time of RFC 3339 behind the priority, as rsyslog
# forwards by default; what they cannot read they hand on whole.
# Seen: nsyslog-parser takes for structured data only what has an `@` in its name, so of each line of logger, which has [timeQuality ...] by default, the
# message begins with `tzKnown="1" ...]`. glossy reads that line, but of rsyslog's it takes the message's first word for the host, and there is no time
# and no program; nsyslog-parser calls it unknown and gives it the time of now. Of "last message repeated 2 times" nsyslog-parser makes a
# program `last` and the message `times`.
#
# Needs Debian 12 with apt's lists, and npm; the packages are unpacked and installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq bsdutils=1:2.38.1-5+deb12u3 2>/dev/null
dpkg -x ./*.deb root
npm install --silent --no-audit --no-fund --no-save nsyslog-parser@0.10.1 glossy@0.1.7 >/dev/null
cat >ask.js <<'END'
const nsyslog = require("nsyslog-parser");
const { Parse } = require("glossy");
const started = Date.now();
const when = (time) => (time == null ? "no time" : time.valueOf() >= started && time.valueOf() < started + 60000 ? "now" : "a time");
for (const line of require("fs").readFileSync(0, "utf8").trim().split("\n")) {
  const one = nsyslog(line);
  const two = Parse.parse(line);
  console.log(JSON.stringify(["nsyslog-parser", one.type, when(one.ts), one.host, one.appName, one.message]));
  console.log(JSON.stringify(["glossy", two.type, when(two.time), two.host, two.appName, two.message]));
}
END
{
    root/usr/bin/logger --rfc5424=nohost --no-act --stderr --socket-errors=off --tag app 'refused 192.0.2.1' 2>&1
    echo '<38>2025-10-11T22:14:15+02:00 web app[7]: refused 192.0.2.1'
    echo '<38>Oct 11 22:14:15 web last message repeated 2 times'
} | sed -E 's/isSynced="[01]"( syncAccuracy="[0-9]+")?/isSynced="1"/' >lines
node ask.js <lines >seen
root/usr/bin/logger --version
echo 'nsyslog-parser 0.10.1, glossy 0.1.7'
sed -E 's/T[0-9:.+-]+/T.../' lines
cat seen
cmp seen - <<'END' || { echo 'changed: the parsers make something else of it'; exit 1; }
["nsyslog-parser","RFC5424","a time","-","app","tzKnown=\"1\" isSynced=\"1\"] refused 192.0.2.1"]
["glossy","RFC5424","a time",null,"app","refused 192.0.2.1"]
["nsyslog-parser","UNKNOWN","now","",null,"2025-10-11T22:14:15+02:00 web app[7]: refused 192.0.2.1"]
["glossy","RFC3164","no time","refused",null,"192.0.2.1"]
["nsyslog-parser","BSD","a time","web","last","times"]
["glossy","RFC3164","a time","web",null,"last message repeated 2 times"]
END
