#!/usr/bin/env bash
# Guess: a reader of RFC 5424 takes the byte order mark, which says that the text behind it is UTF-8, off the message, as it takes the backslashes off a
# quoted value: what a sender meant is what one gets.
# Seen: syslog-rfc5424-parser, VRL (Vector), glossy and rsyslog leave the mark in the message, where nobody sees it: what looks whether a message begins with
# "login refused", or compares it, does not find those with the mark, and rfc5424-logging-handler writes it in front of each message by default.
# syslog-ng and nsyslog-parser take it off. Of a value's escapes syslog-rfc5424-parser and nsyslog-parser take none off: LAB\alice is another user,
# LAB\\alice. glossy, VRL and syslog-ng do. Only syslog-ng gets both right.
#
# Needs Debian 12 with apt's lists, python3 with venv, and npm; the packages are unpacked and installed to a temporary folder, and all that is sent goes to
# 127.0.0.1.
set -euo pipefail
rsyslog=8.2302.0-1+deb12u2 syslog_ng=3.38.1-5+deb12u1
folder=$(mktemp -d)
running=()
trap '[ ${#running[@]} = 0 ] || kill "${running[@]}" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "rsyslog=$rsyslog" libestr0 libfastjson4 liblognorm5 "syslog-ng-core=$syslog_ng" libivykis0 libnet1 libjson-c5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check rfc5424-logging-handler==1.4.3 syslog-rfc5424-parser==0.3.2 vrl-python==0.1.0
npm install --silent --no-audit --no-fund --no-save glossy@0.1.7 nsyslog-parser@0.10.1 >/dev/null
library=$(echo "$folder"/root/usr/lib/*-linux-gnu)
read -r one two < <(python3 -c '
import socket
kept = [socket.socket(socket.AF_INET, socket.SOCK_DGRAM) for _ in range(2)]
for one in kept:
    one.bind(("127.0.0.1", 0))
print(*[one.getsockname()[1] for one in kept])')
cat >rsyslog.conf <<END
module(load="imudp")
input(type="imudp" address="127.0.0.1" port="$one")
template(name="line" type="string" string="%msg%|(not asked)\n")
*.* action(type="omfile" file="$folder/rsyslog.log" template="line")
END
cat >syslog-ng.conf <<END
@version: 3.38
@module afsocket
@module affile
@module syslogformat
source in { network(transport("udp") ip("127.0.0.1") port($two) flags(syslog-protocol)); };
destination out { file("$folder/syslog-ng.log" template("\$MSG|\${.SDATA.ex@32473.user}\n")); };
log { source(in); destination(out); };
END
LD_LIBRARY_PATH=$library root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$folder/rsyslog.conf" -i "$folder/pid" >said 2>&1 & running+=("$!")
LD_LIBRARY_PATH=$library:$folder/root/usr/lib/syslog-ng root/usr/sbin/syslog-ng -F -f syslog-ng.conf --module-path "$folder/root/usr/lib/syslog-ng/3.38" -R persist -p "$folder/pid2" \
    -c "$folder/control" --no-caps >said2 2>&1 & running+=("$!")
cat >send.py <<'END'
import logging, socket, sys, time
from rfc5424logging import Rfc5424SysLogHandler
taken = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
taken.bind(("127.0.0.1", 0))
taken.settimeout(5)
log = logging.Logger("app")
log.addHandler(Rfc5424SysLogHandler(address=("127.0.0.1", taken.getsockname()[1]), hostname="lab", appname="app", procid=7))
log.warning("login refused", extra={"structured_data": {"ex@32473": {"user": r"LAB\alice"}}})
line = taken.recv(9999)
with open("line", "wb") as out:
    out.write(line)
for attempt in range(100):
    for port in sys.argv[1:]:
        taken.sendto(line, ("127.0.0.1", int(port)))
    try:
        if all(open(name).read() for name in ("rsyslog.log", "syslog-ng.log")):
            break
    except OSError:
        pass
    time.sleep(0.2)
END
v/bin/python send.py "$one" "$two"
cat >read.py <<'END'
import json, subprocess
from syslog_rfc5424_parser import SyslogMessage
from vrl_python import VRLRuntime
with open("line", encoding="utf-8", newline="") as file:
    line = file.read()
def told(name, message, user):
    print(f"{name}: {'the mark, ' if message.startswith(chr(0xFEFF)) else ''}{message.lstrip(chr(0xFEFF))} | {user}")
print("sent:", ascii(line[line.index("["):]))
read = SyslogMessage.parse(line)
told("syslog-rfc5424-parser", read.msg, read.sd["ex@32473"]["user"])
read = VRLRuntime().execute(". = parse_syslog!(string!(.line))", {"line": line}).processed_event
told("VRL", read["message"], read["ex@32473"]["user"])
for name, message, user in json.loads(subprocess.check_output(["node", "read.js"])):
    told(name, message, user)
for name in ("rsyslog", "syslog-ng"):
    with open(name + ".log", encoding="utf-8") as file:
        told(name, *file.readline().rstrip("\n").split("|"))
END
cat >read.js <<'END'
const line = require('fs').readFileSync('line', 'utf8'), nsyslog = require('nsyslog-parser')(line);
require('glossy').Parse.parse(line, glossy => console.log(JSON.stringify([
    ['glossy', glossy.message, glossy.structuredData['ex@32473'].user],
    ['nsyslog-parser', nsyslog.message, nsyslog.structuredData[0].user],
])));
END
v/bin/python read.py >seen
echo "rsyslog $rsyslog, syslog-ng $syslog_ng"
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(rfc5424-logging-handler|syslog-rfc5424-parser|vrl-python) '
cat seen
cmp seen - <<'END' || { echo 'changed: a message is read otherwise'; exit 1; }
sent: '[ex@32473 user="LAB\\\\alice"] \ufefflogin refused'
syslog-rfc5424-parser: the mark, login refused | LAB\\alice
VRL: the mark, login refused | LAB\alice
glossy: the mark, login refused | LAB\alice
nsyslog-parser: login refused | LAB\\alice
rsyslog: the mark, login refused | (not asked)
syslog-ng: login refused | LAB\alice
END
