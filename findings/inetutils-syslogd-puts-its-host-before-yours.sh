#!/usr/bin/env bash
# Guess: a syslog server that takes messages from the network writes the host that stands in them, or its own view of who sent them in its place: one host.
# Seen: syslogd of GNU inetutils takes off a time of the old form, and puts the name or the address of the sender in front of the rest, as if no sender
# wrote a host: `Oct 10 13:55:36 localhost web sshd[7]: ...`, where the program is "web", and rules for sshd see nothing of it. A time with a year, or
# RFC 5424, is left in the message whole, behind the time at which it came. Only what was sent without a host comes out right.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq inetutils-syslogd=2:2.4-2+deb12u3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
printf '*.*\t%s\n' "$folder/all.log" >conf
cat >send.py <<'END'
import socket, sys, time
network = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
message = "sshd[7]: Failed password for root from 192.0.2.9 port 4711 ssh2"
for head in ("Oct 10 13:55:36 web", "Oct 10 13:55:36", "2026-10-10T13:55:36+02:00 web", "1 2026-10-10T13:55:36+02:00 web sshd 7 - -"):
    text = message.partition(": ")[2] if head[0] == "1" else message
    network.sendto(f"<38>{head} {text}".encode(), ("127.0.0.1", int(sys.argv[1])))
    time.sleep(0.05)
END
root/usr/sbin/syslogd -n --no-klog --no-unixaf -f "$folder/conf" -D "$folder/none" -P "$folder/pid" -r -b 127.0.0.1 -B "$port" >out 2>&1 &
server=$!
for _ in {1..100}; do ! grep -q restart all.log 2>/dev/null || break; sleep 0.1; done
python3 send.py "$port"
for _ in {1..100}; do [ "$(grep -c Failed all.log)" != 4 ] || break; sleep 0.1; done
root/usr/sbin/syslogd --version | head -n 1
# The sender is the address, or the name that the machine has for it.
grep Failed all.log | sed -E 's/^(Oct 10 13:55:36|[A-Z][a-z]{2} [ 0-9]{2} [0-9:]{8}) [^ ]+/\1 SENDER/; /^Oct 10 13:55:36/!s/^.{15}/TIME IT CAME/' | tee seen
cmp seen - <<'END' || { echo 'changed: syslogd writes another host'; exit 1; }
Oct 10 13:55:36 SENDER web sshd[7]: Failed password for root from 192.0.2.9 port 4711 ssh2
Oct 10 13:55:36 SENDER sshd[7]: Failed password for root from 192.0.2.9 port 4711 ssh2
TIME IT CAME SENDER 2026-10-10T13:55:36+02:00 web sshd[7]: Failed password for root from 192.0.2.9 port 4711 ssh2
TIME IT CAME SENDER 1 2026-10-10T13:55:36+02:00 web sshd 7 - - Failed password for root from 192.0.2.9 port 4711 ssh2
END
