#!/usr/bin/env bash
# Guess: syslog-ng's iptables-parser gives the fields of the packet that a line of the firewall is about; those of the packet that an ICMP error quotes, in
# brackets at the end of the line, are left out or told apart.
# Seen: of two fields with one name the last is kept, so the destination, the protocol, the ports and the TTL are those of the quoted packet, the source is
# that of the error. An ICMP message that a router sent to this machine is TCP from the router to a third one, and a count of who was asked for
# has an address to which the router sent nothing. LEN of every UDP packet is the length of what is inside, since UDP has a LEN of its own.
#
# Needs Debian 12 with apt's lists; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq syslog-ng-core=3.38.1-5+deb12u1 syslog-ng-scl=3.38.1-5+deb12u1 libivykis0 libnet1 libjson-c5 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$folder"/root/usr/lib/*-linux-gnu):$folder/root/usr/lib/syslog-ng
cat >kern.log <<'END'
Oct 10 13:55:36 web kernel: [UFW BLOCK] IN=eth0 OUT= MAC= SRC=192.0.2.1 DST=198.51.100.1 LEN=68 TOS=0x00 PREC=0x00 TTL=241 ID=9 PROTO=ICMP TYPE=11 CODE=0 [SRC=198.51.100.1 DST=203.0.113.99 LEN=40 TOS=0x00 PREC=0x00 TTL=1 ID=7 PROTO=TCP SPT=40001 DPT=443 WINDOW=1024 RES=0x00 SYN URGP=0 ]
Oct 10 13:55:37 web kernel: [UFW BLOCK] IN=eth0 OUT= MAC= SRC=192.0.2.7 DST=198.51.100.1 LEN=84 TOS=0x00 PREC=0x00 TTL=241 ID=10 PROTO=UDP SPT=4711 DPT=53 LEN=64
END
cat >conf <<END
@version: 3.38
@module affile
@module syslogformat
@module kvformat
@module appmodel
@include "$folder/root/usr/share/syslog-ng/include/scl/iptables/*.conf"
log {
    source { file("$folder/kern.log"); };
    parser { iptables-parser(); };
    destination { file("$folder/out"
        template("from \${.iptables.SRC} to \${.iptables.DST} \${.iptables.PROTO} port \${.iptables.DPT} length \${.iptables.LEN} TTL \${.iptables.TTL}\\n")); };
};
END
LD_LIBRARY_PATH=$library root/usr/sbin/syslog-ng -F -f conf --module-path "$folder/root/usr/lib/syslog-ng/3.38" -R "$folder/persist" -p "$folder/pid" \
    -c "$folder/control" --no-caps >said 2>&1 &
server=$!
for _ in {1..100}; do [ "$(grep -c '' out 2>/dev/null)" != 2 ] || break; sleep 0.1; done
echo 'syslog-ng 3.38.1'
tee seen <out
cmp seen - <<'END' || { echo 'changed: syslog-ng takes other fields'; exit 1; }
from 192.0.2.1 to 203.0.113.99 TCP port 443 length 40 TTL 1
from 192.0.2.7 to 198.51.100.1 UDP port 53 length 64 TTL 241
END
