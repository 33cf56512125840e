#!/usr/bin/env bash
# Guess: a DNS server that logs queries logs the name of each, with what cannot be printed written as DNS writes it: `\010`, `\046`.
# Seen: dnsmasq's log has `<name unprintable>` for any name with a control character, a byte above 127 or a dot inside a label, the answer's line too: all
# such names are one. Counting different names of a client, or taking one for an indicator, finds a single name. A blank and a backslash are written
# as they are, so that the name is two words of the line.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the server
# listens on 127.0.0.1 alone and asks nobody.
set -euo pipefail
dnsmasq=2.90-4~deb12u2
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "dnsmasq-base=$dnsmasq" libnetfilter-conntrack3 libnfnetlink0 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
library=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LD_LIBRARY_PATH=$library root/usr/sbin/dnsmasq -C /dev/null --keep-in-foreground --log-facility=- --log-queries -p "$port" \
    --listen-address=127.0.0.1 --bind-interfaces --no-resolv --no-hosts --address=/#/192.0.2.1 --user="$(id -un)" --pid-file="$PWD/pid" 2>log &
server=$!
cat >ask.py <<'END'
import socket, sys, time
client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
client.settimeout(10)
client.connect(("127.0.0.1", int(sys.argv[1])))
for labels in ((b"Host", b"example"), (b"a\x01", b"example"), (b"a\x02", b"example"), (b"a.b", b"example"), ("é".encode(), b"example"),
               (b"a b", b"example"), (b"a\\b", b"example"), (b"last", b"example")):
    name = b"".join(bytes([len(label)]) + label for label in labels) + b"\0"
    for _ in range(100):
        try:
            client.send(b"\0\7\1\0\0\1\0\0\0\0\0\0" + name + b"\0\1\0\1")
            client.recv(512)
            break
        except ConnectionRefusedError:  # nothing listens yet, so that no query is in the log twice
            time.sleep(0.1)
END
python3 ask.py "$port"
for _ in {1..50}; do ! grep -q 'config last' log || break; sleep 0.1; done
sed -nE 's/^dnsmasq\[[0-9]+\]: (query|config)/\1/p' log | sed '/ last\./d' >seen
echo "dnsmasq $dnsmasq"
cat seen
cmp seen - <<'END' || { echo 'changed: names are logged otherwise'; exit 1; }
query[A] Host.example from 127.0.0.1
config Host.example is 192.0.2.1
query[A] <name unprintable> from 127.0.0.1
config <name unprintable> is 192.0.2.1
query[A] <name unprintable> from 127.0.0.1
config <name unprintable> is 192.0.2.1
query[A] <name unprintable> from 127.0.0.1
config <name unprintable> is 192.0.2.1
query[A] <name unprintable> from 127.0.0.1
config <name unprintable> is 192.0.2.1
query[A] a b.example from 127.0.0.1
config a b.example is 192.0.2.1
query[A] a\b.example from 127.0.0.1
config a\b.example is 192.0.2.1
END
