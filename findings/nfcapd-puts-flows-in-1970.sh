#!/usr/bin/env bash
# Guess: nfcapd, which collects IPFIX, reads the time of a flow in each of the forms that IPFIX has for it: seconds, milliseconds, the 64 bits of NTP for
# micro- and nanoseconds, an offset from the head of the message (as Open vSwitch sends), the time since the exporter's start (as MikroTik sends); or
# it takes the time at which the flow came, and says so.
# Seen: milliseconds are read right, with an end or with a duration. A flow in seconds, or in micro- or nanoseconds, is of 1 January 1970, and so is one
# with offsets, which ends before it begins. Of times since the exporter's start, start and end change places, in whichever order the template has
# them, so that the duration is below zero. The bytes are right, and no message says anything.
#
# Needs Debian 12 with apt's lists, and python3; installs nothing on the machine: the packages are unpacked to a temporary folder, and the collector
# listens on 127.0.0.1 alone.
set -euo pipefail
nfdump=1.7.1-2+deb12u1
folder=$(mktemp -d)
trap '[ -z "${server:-}" ] || kill "$server" 2>/dev/null || :; wait; rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq "nfdump=$nfdump" 2>/dev/null
dpkg -x ./*.deb root
library=$(echo root/usr/lib/*-linux-gnu)
mkdir flows
port=$(python3 -c 'import socket; s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
LD_LIBRARY_PATH=$library root/usr/bin/nfcapd -l flows -b 127.0.0.1 -p "$port" -t 3600 >said 2>&1 &
server=$!
for _ in {1..100}; do ! grep -q : /proc/net/udp || ! grep -qi ":$(printf '%04x' "$port") " /proc/net/udp || break; sleep 0.1; done
cat >send.py <<'END'
import socket, struct, sys, time
T = 1790000000
pack = struct.pack
def ntp(seconds):
    return pack("!II", seconds + 2208988800, 1 << 30)
forms = [
    ([(150, 4), (151, 4)], pack("!II", T, T + 5)),
    ([(152, 8), (153, 8)], pack("!QQ", T * 1000 + 250, T * 1000 + 5250)),
    ([(152, 8), (161, 4)], pack("!QI", T * 1000 + 250, 5000)),
    ([(154, 8), (155, 8)], ntp(T) + ntp(T + 5)),
    ([(156, 8), (157, 8)], ntp(T) + ntp(T + 5)),
    ([(158, 4), (159, 4)], pack("!II", 100000000, 95000000)),
    ([(21, 4), (22, 4), (160, 8)], pack("!IIQ", 55250, 50250, (T - 50) * 1000)),
    ([(22, 4), (21, 4), (160, 8)], pack("!IIQ", 50250, 55250, (T - 50) * 1000)),
]
fields = [(8, 4), (12, 4), (4, 1), (7, 2), (11, 2), (1, 8), (2, 8)]
sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for number, (more, values) in enumerate(forms, 1):
    template = pack("!HH", 256, len(fields + more)) + b"".join(pack("!HH", *field) for field in fields + more)
    record = bytes((192, 0, 2, number, 192, 0, 2, 99, 6)) + pack("!HHQQ", 4711, 22, 1000, 10) + values
    sets = pack("!HH", 2, 4 + len(template)) + template + pack("!HH", 256, 4 + len(record)) + record
    sender.sendto(pack("!HHIII", 10, 16 + len(sets), T + 100, 0, number) + sets, ("127.0.0.1", int(sys.argv[1])))
    time.sleep(0.05)
END
python3 send.py "$port"
sleep 1
kill "$server"
wait "$server" || :
server=
names=(seconds milliseconds 'milliseconds, duration' 'microseconds (NTP)' 'nanoseconds (NTP)' 'offset from the head' 'since start, end first' 'since start, start first')
for number in {1..8}; do
    printf '%-26s' "${names[number - 1]}"
    TZ=UTC LD_LIBRARY_PATH=$library root/usr/bin/nfdump -R flows -q -o csv "src ip 192.0.2.$number" | awk -F, '{ print $1 " to " $2 (($3 > 1000000000) ? ", below zero" : ", " $3 " s") ", " $13 " bytes" }'
done >seen
grep -iE 'error|warn|unknown|skip' said | sed '/Sequence Errors: 0, Bad Packets: 0/d' >>seen || :
echo "nfdump $nfdump"
cat seen
cmp seen - <<'END' || { echo 'changed: a flow has another time'; exit 1; }
seconds                   1970-01-01 00:00:00 to 1970-01-01 00:00:00, 0.000 s, 1000 bytes
milliseconds              2026-09-21 14:13:20 to 2026-09-21 14:13:25, 5.000 s, 1000 bytes
milliseconds, duration    2026-09-21 14:13:20 to 2026-09-21 14:13:25, 5.000 s, 1000 bytes
microseconds (NTP)        1970-01-01 00:00:00 to 1970-01-01 00:00:00, 0.000 s, 1000 bytes
nanoseconds (NTP)         1970-01-01 00:00:00 to 1970-01-01 00:00:00, 0.000 s, 1000 bytes
offset from the head      1970-01-02 03:46:40 to 1970-01-02 02:23:20, below zero, 1000 bytes
since start, end first    2026-09-21 14:13:25 to 2026-09-21 14:13:20, below zero, 1000 bytes
since start, start first  2026-09-21 14:13:25 to 2026-09-21 14:13:20, below zero, 1000 bytes
END
