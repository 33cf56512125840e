#!/usr/bin/env bash
# Guess: a library of Node that sends syslog writes the moment at which it was called, a program's name in front of the message in the form that receivers
# take for one, and the byte order mark of RFC 5424, if any, as the three bytes.
# Seen: winston-syslog, asked for RFC 5424, writes the digits of UTC with the offset of the machine: at 01:04 UTC, 03:04 in Paris, it is 01:04+02:00, two
# hours before. syslog-client, in its default format (3164), leaves the program out, appName or not, so that rsyslog takes the message's first word
# for it. syslog-pro in RFC 5424 puts the letters "BOM" in front of each message. What goes by the program, joins by the time, or looks at how a
# message begins, misses all of these.
#
# Needs Debian 12 with apt's lists, npm, and python3; the packages are unpacked and installed to a temporary folder. All is sent to 127.0.0.1.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq libfaketime=0.9.10-2.1 rsyslog=8.2302.0-1+deb12u2 libestr0 libfastjson4 liblognorm5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
npm install --silent --no-audit --no-fund --no-save winston@3.19.0 winston-syslog@2.7.1 syslog-client@1.1.1 syslog-pro@1.0.0 >/dev/null
port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cat >conf <<END
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="$port")
template(name="line" type="string" string="%timereported:::date-rfc3339% tag %syslogtag% message %msg%\n")
*.* action(type="omfile" file="$folder/all.log" template="line")
END
# Both run at the same moment, 01:04 UTC, the receiver in UTC and the senders in Paris.
at() { TZ=$1 LD_PRELOAD=$library/faketime/libfaketime.so.1 FAKETIME="@2026-10-01 $2" exec "${@:3}"; }
LD_LIBRARY_PATH=$library at UTC 01:04:05 root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$folder/conf" -i "$folder/pid" &
server=$!
for _ in {1..100}; do ! grep -q "$(printf ':%04X ' "$port")" /proc/net/udp || break; sleep 0.1; done
cat >send.js <<'END'
const port = Number(process.argv[2]);
const winston = require("winston");
require("winston-syslog");
const client = require("syslog-client");
const pro = require("syslog-pro");
const server = { target: "127.0.0.1", port };
const wait = () => new Promise((done) => setTimeout(done, 300));
(async () => {
  for (const type of ["BSD", "5424"]) {
    const format = winston.format.printf((info) => info.message);
    const to = new winston.transports.Syslog({ host: "127.0.0.1", port, protocol: "udp4", type, app_name: "web", format });
    winston.createLogger({ levels: winston.config.syslog.levels, transports: [to] }).error("login refused, winston-syslog " + type);
    await wait();
  }
  for (const rfc3164 of [true, false]) {
    const to = client.createClient("127.0.0.1", { port, rfc3164, syslogHostname: "lab", appName: "web" });
    to.log("login refused, syslog-client " + (rfc3164 ? "3164" : "5424"));
    await wait();
    to.close();
  }
  for (const kind of ["RFC3164", "RFC5424"]) {
    new pro[kind]({ applacationName: "web", hostname: "lab", server }).err("login refused, syslog-pro " + kind);
    await wait();
  }
  process.exit();
})();
END
(at Europe/Paris 03:04:05 timeout 60 node send.js "$port")
for _ in {1..50}; do [ "$(grep -c refused all.log 2>/dev/null)" != 6 ] || break; sleep 0.1; done
sed -E 's/^([^ ]+:0[4-6]):[0-9.]+/\1/; s/web\[[0-9]+\]/web[PID]/' all.log >seen
echo "winston-syslog 2.7.1, syslog-client 1.1.1, syslog-pro 1.0.0, rsyslog 8.2302.0"
cat seen
cmp seen - <<'END' || { echo 'changed: another time, program or message is sent'; exit 1; }
2026-10-01T03:04+00:00 tag web[PID]: message  login refused, winston-syslog BSD
2026-10-01T01:04+02:00 tag web[PID] message login refused, winston-syslog 5424
2026-10-01T03:04+00:00 tag login message  refused, syslog-client 3164
2026-10-01T01:04Z tag web[PID] message login refused, syslog-client 5424
2026-10-01T03:04+00:00 tag web message  login refused, syslog-pro RFC3164
2026-10-01T03:04+02:00 tag web message BOMlogin refused, syslog-pro RFC5424
END
