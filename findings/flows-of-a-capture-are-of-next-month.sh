#!/usr/bin/env bash
# Guess: flows that softflowd makes of a capture (-r) and nfcapd stores are of the time of the packets, which both know.
# Seen: over NetFlow 9 and IPFIX a capture of yesterday comes out as of seven weeks from now: the time of a flow is told as milliseconds since the
# exporter's start, in 32 bits, and what was before softflowd's own start wraps: 2^32 ms, which are 49 days, 17 hours, 2 minutes and 47 seconds, are
# added. What is 1000 days old is put 21 times as far off, on some other day. NetFlow 5 is right for 49 days. No message says so. Who
# looks for the flows beside another log of that day finds none.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the flows are sent
# to 127.0.0.1.
set -euo pipefail
nfdump=1.7.1-2+deb12u1 softflowd=1.1.0-1+b1
made=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$made"' EXIT
cd "$made"
apt-get download -qq "nfdump=$nfdump" "softflowd=$softflowd" libpcap0.8 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
export TZ=UTC
LD_LIBRARY_PATH=$(echo "$PWD"/root/usr/lib/*-linux-gnu)
export LD_LIBRARY_PATH
# A capture of one UDP packet, made so many days ago.
capture() {
    python3 - "$1" <<'END'
import struct, sys, time
at = int(time.time()) - int(sys.argv[1]) * 86400
source, target = bytes([192, 0, 2, 1]), bytes([198, 51, 100, 1])
packet = b"\2\0\0\0\0\2\2\0\0\0\0\1\10\0" + struct.pack(">BBHHHBBH4s4s", 0x45, 0, 32, 7, 0, 64, 17, 0, source, target)
packet += struct.pack(">HHHH", 40001, 53, 12, 0) + b"ping"
with open("packets", "wb") as out:
    out.write(struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + struct.pack("<IIII", at, 0, len(packet), len(packet)) + packet)
print(at)
END
}
cat >told.py <<'END'
import csv, datetime, sys
at, version, days = sys.argv[1:]
rows = list(csv.reader(open("table")))
seen = datetime.datetime.fromisoformat(rows[1][0] + "+00:00").timestamp()
print(f"version {version}, {days} days old: off by {(seen - int(at)) / 4294967.296:.1f} times 2^32 ms")
END
for version in 5 9 10; do
    for days in 1 60 1000; do
        rm -rf flows
        mkdir flows
        port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
        at=$(capture "$days")
        root/usr/bin/nfcapd -w flows -p "$port" -b 127.0.0.1 -t 600 >said 2>&1 &
        server=$!
        for _ in {1..50}; do ! grep -q "$(printf ':%04X ' "$port")" /proc/net/udp || break; sleep 0.1; done
        root/usr/sbin/softflowd -r packets -n "127.0.0.1:$port" -v "$version" -d >>said 2>&1
        # What was sent has been read when nothing is left in the queue of the port.
        for _ in {1..100}; do ! grep -qE "$(printf ':%04X' "$port") [^ ]+ [^ ]+ [^ ]+:00000000 " /proc/net/udp || break; sleep 0.1; done
        kill "$server"
        wait "$server" || :
        server=
        root/usr/bin/nfdump -R flows -o csv >table 2>/dev/null
        python3 told.py "$at" "$version" "$days"
    done
done >told
sed 's/-0\.0 times/0.0 times/' told >seen
echo "nfdump $nfdump, softflowd $softflowd"
cat seen
cmp seen - <<'END' || { echo 'changed: flows are of another time'; exit 1; }
version 5, 1 days old: off by 0.0 times 2^32 ms
version 5, 60 days old: off by 1.0 times 2^32 ms
version 5, 1000 days old: off by 20.0 times 2^32 ms
version 9, 1 days old: off by 1.0 times 2^32 ms
version 9, 60 days old: off by 2.0 times 2^32 ms
version 9, 1000 days old: off by 21.0 times 2^32 ms
version 10, 1 days old: off by 1.0 times 2^32 ms
version 10, 60 days old: off by 2.0 times 2^32 ms
version 10, 1000 days old: off by 21.0 times 2^32 ms
END
