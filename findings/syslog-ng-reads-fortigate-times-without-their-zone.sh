#!/usr/bin/env bash
# Guess: syslog-ng's parser for FortiGate, which writes `eventtime` in nanoseconds since 1970 and `tz="+0200"` next to date and time, gives a message the
# time that these say.
# Seen: it reads date and time alone, and neither of the other two. On a server in UTC what a firewall in Paris logs is two hours late, and what one in
# New York logs at the same moment four hours early. There is no warning.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq syslog-ng-core=3.38.1-5+deb12u1 syslog-ng-scl=3.38.1-5+deb12u1 libivykis0 libnet1 libjson-c5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu):$folder/root/usr/lib/syslog-ng
cat >fortigate.log <<'END'
<189>date=2026-10-10 time=13:55:36 devname="paris" devid="FG1" eventtime=1791633336000000000 tz="+0200" logid="0100032002" type="event" subtype="system" level="alert" vd="root" logdesc="Admin login failed" user="root" srcip=192.0.2.7 msg="Administrator root login failed"
<189>date=2026-10-10 time=07:55:36 devname="new-york" devid="FG2" eventtime=1791633336000000000 tz="-0400" logid="0100032002" type="event" subtype="system" level="alert" vd="root" logdesc="Admin login failed" user="root" srcip=192.0.2.7 msg="Administrator root login failed"
END
cat >conf <<END
@version: 3.38
@module affile
@module syslogformat
@module kvformat
@module timestamp
@module appmodel
@include "$folder/root/usr/share/syslog-ng/include/scl/fortigate/*.conf"
log {
    source { file("$folder/fortigate.log" flags(no-parse)); };
    parser { fortigate-parser(); };
    destination { file("$folder/out" template("\${.fortigate.devname} \$ISODATE \$UNIXTIME, eventtime \${.fortigate.eventtime}\\n")); };
};
END
LD_LIBRARY_PATH=$library TZ=UTC root/usr/sbin/syslog-ng -F -f conf --module-path "$folder/root/usr/lib/syslog-ng/3.38" -R "$folder/persist" -p "$folder/pid" \
    -c "$folder/control" --no-caps >said 2>&1 &
server=$!
for _ in {1..100}; do [ "$(grep -c '' out 2>/dev/null)" != 2 ] || break; sleep 0.1; done
echo 'syslog-ng 3.38.1, with TZ=UTC'
{
    cat out
    echo "said of time or zone: $(grep -ciE 'time|zone' said || :)"
} | tee seen
cmp seen - <<'END' || { echo 'changed: syslog-ng gives other times'; exit 1; }
paris 2026-10-10T13:55:36+00:00 1791640536, eventtime 1791633336000000000
new-york 2026-10-10T07:55:36+00:00 1791618936, eventtime 1791633336000000000
said of time or zone: 0
END
