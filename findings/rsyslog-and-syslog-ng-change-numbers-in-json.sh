#!/usr/bin/env bash
# Guess: a syslog server that takes JSON apart (mmjsonparse of rsyslog, json-parser() of syslog-ng) and writes it again gives the values that came, with
# their types; a number that it cannot hold is a text, or one that is rounded.
# Seen: in both each number from 2^63 on, as identifiers of traces, sessions and flows with 64 bits are half of the time, is 9223372036854775807: all of these are
# one. syslog-ng, without type hints as its manual has them, makes a text of each value, adds zeros (1.10 is "1.100000"), makes "" of null and "1,x" of the list
# [1,"x"], and takes a name with a dot apart into two objects. rsyslog leaves all else as it was. Neither says anything.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
rsyslog=8.2302.0-1+deb12u2 syslog_ng=3.38.1-5+deb12u1
folder=$(mktemp -d)
servers=()
trap '[ ${#servers[@]} = 0 ] || kill "${servers[@]}" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "rsyslog=$rsyslog" libestr0 libfastjson4 liblognorm5 "syslog-ng-core=$syslog_ng" libivykis0 libnet1 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH=$library:$PWD/root/usr/lib/syslog-ng
cat >rsyslog.conf <<END
module(load="imuxsock" SysSock.Use="off")
module(load="mmjsonparse")
input(type="imuxsock" Socket="$PWD/rsyslog" RateLimit.Interval="0")
action(type="mmjsonparse" cookie="")
template(name="line" type="string" string="%\$!all-json-plain%\n")
:programname, isequal, "web" action(type="omfile" file="$PWD/rsyslog.log" template="line")
END
cat >syslog-ng.conf <<END
@version: 3.38
@module afsocket
@module affile
@module syslogformat
@module json-plugin
source in { unix-dgram("$PWD/syslog-ng"); };
parser json { json-parser(prefix(".json.")); };
destination out { file("$PWD/syslog-ng.log" template("\$(format-json --subkeys .json.)\n")); };
log { source(in); parser(json); destination(out); };
END
root/usr/sbin/rsyslogd -n -M "$library/rsyslog" -f "$PWD/rsyslog.conf" -i "$PWD/rsyslog.pid" &
servers+=($!)
root/usr/sbin/syslog-ng -F -f syslog-ng.conf --module-path "$PWD/root/usr/lib/syslog-ng/3.38" -R persist -p "$PWD/pid" -c "$PWD/control" --no-caps >said 2>&1 &
servers+=($!)
cat >send.py <<'END'
import socket, time
for server in ["rsyslog", "syslog-ng"]:
    sender = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    for _ in range(100):
        try:
            sender.connect(server)
            break
        except OSError:
            time.sleep(0.1)
    for event in ['{"trace":9223372036854775806}', '{"trace":9223372036854775808}', '{"trace":18446744073709551557}', '{"port":22,"version":1.10}',
                  '{"at":1790000000.123}', '{"user":null,"ok":true}', '{"list":[1,"x"]}', '{"source.ip":"192.0.2.7"}']:
        sender.send(b"<13>Dec 10 06:55:48 web: " + event.encode())
        time.sleep(0.02)
END
python3 send.py
for _ in {1..100}; do [ "$(cat -- *.log 2>/dev/null | wc -l)" -lt 16 ] || break; sleep 0.1; done
for server in rsyslog syslog-ng; do
    echo "$server:"
    cat $server.log
done >seen
echo "rsyslog $rsyslog, syslog-ng $syslog_ng"
cat seen
cmp seen - <<'END' || { echo 'changed: other values come out'; exit 1; }
rsyslog:
{"trace":9223372036854775806}
{"trace":9223372036854775807}
{"trace":9223372036854775807}
{"port":22,"version":1.10}
{"at":1790000000.123}
{"user":null,"ok":true}
{"list":[1,"x"]}
{"source.ip":"192.0.2.7"}
syslog-ng:
{"trace":"9223372036854775806"}
{"trace":"9223372036854775807"}
{"trace":"9223372036854775807"}
{"version":"1.100000","port":"22"}
{"at":"1790000000.123000"}
{"user":"","ok":"true"}
{"list":"1,x"}
{"source":{"ip":"192.0.2.7"}}
END
