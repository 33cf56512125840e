#!/usr/bin/env bash
# Guess: nmap finds an open port that answers in 300 ms: with -T4 it waits for an answer for 500 ms at first and tries up to six times again, at
# its default timing longer and oftener; and `-sT` finds what `-sS` finds, only with connect().
# Seen: where other ports of the host answer at once, `-sT`, which is all that users other than root have, calls that port `filtered`, each time
# and at both timings: the quick answers bring its wait down to the least, 100 ms, after which it closes the socket, and the kernel refuses the
# answer that then comes, to the second try as to the first; there is no third. `-sS` finds the port. So does `-sT` if it is asked for that port
# alone, or with `--min-rtt-timeout 1s`.
#
# Needs Debian or Ubuntu with apt's lists, /dev/net/tun, unshare, ip, and python3; installs nothing on the machine: the packages are unpacked
# to a temporary folder. The host that is scanned is a program behind a tun device, in a network namespace that leads nowhere else.
set -euo pipefail
if [ "${1:-}" != inside ]; then
    made=$(mktemp -d)
    trap 'rm -rf "$made"' EXIT
    cd "$made"
    apt-get download -qq {nmap,nmap-common}=7.93+dfsg1-1 liblinear4 libblas3 liblua5.3-0 lua-lpeg libpcap0.8 libdbus-1-3 libpcre3 libssh2-1 2>/dev/null
    for package in *.deb; do dpkg -x "$package" root; done
    cd - >/dev/null
    if [ "$(id -u)" = 0 ]; then flags=-n; else flags=-rn; fi
    unshare "$flags" "$BASH" "$0" inside "$made"
    exit
fi
cd "$2"
libraries=$(dirname root/usr/lib/*/libpcap.so.0.8)
LD_LIBRARY_PATH=$PWD/$libraries:$PWD/$libraries/blas:$PWD/${libraries/usr\//}
export LD_LIBRARY_PATH NMAPDIR=$PWD/root/usr/share/nmap
cat >host.py <<'PY'
import fcntl, heapq, os, select, struct, time
# Ports 1001 to 1003 are open, the third one answers late; all others are closed.
LATE = {1001: 0, 1002: 0, 1003: 0.3}
IFF_TUN_NO_PI, TUNSETIFF, SYN, SYN_ACK, RST_ACK = 0x1001, 0x400454ca, 2, 0x12, 0x14
tun = os.open("/dev/net/tun", os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack("16sH", b"cable", IFF_TUN_NO_PI))
print("ready", flush=True)
def checksum(data):
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    total = (total >> 16) + (total & 0xffff)
    return struct.pack("!H", ~(total + (total >> 16)) & 0xffff)
due = []
while True:
    if select.select([tun], [], [], max(0, due[0][0] - time.monotonic()) if due else None)[0]:
        packet = os.read(tun, 2048)
        if packet[0] == 0x45 and packet[9] == 6 and packet[33] == SYN:
            them, us = packet[12:16], packet[16:20]
            sport, dport, number = struct.unpack("!HHI", packet[20:28])
            flags = SYN_ACK if dport in LATE else RST_ACK
            tcp = struct.pack("!HHIIBBHHH", dport, sport, 1, (number + 1) & 0xffffffff, 0x50, flags, 65535, 0, 0)
            tcp = tcp[:16] + checksum(us + them + struct.pack("!HH", 6, 20) + tcp) + tcp[18:]
            ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 40, 0, 0, 64, 6, 0, us, them)
            ip = ip[:10] + checksum(ip) + ip[12:]
            heapq.heappush(due, (time.monotonic() + LATE.get(dport, 0), ip + tcp))
    while due and due[0][0] <= time.monotonic():
        os.write(tun, heapq.heappop(due)[1])
PY
coproc host { exec python3 host.py; }
server=$!
trap 'kill "$server"' EXIT
read -r _ <&"${host[0]}"
ip addr add 198.18.0.254/24 dev cable
ip link set cable up
# Each scan has an address of its own, so that none depends on those before.
scan() { echo "$*: $(root/usr/bin/nmap -n -Pn --reason "$@" "198.18.0.$((++scans))" | sed -nE 's/^([0-9]+)\/tcp +([a-z]+).*/\1 \2/p' | paste -sd ',')"; }
scans=0
ports=(-p '1001-1003,2000')
for _ in {1..5}; do
    scan -sT "${ports[@]}"
    scan -sT -T4 "${ports[@]}"
done >seen
{
    scan -sS -T4 "${ports[@]}"
    scan -sT -T4 -p 1003
    scan -sT -T4 --min-rtt-timeout 1s "${ports[@]}"
} >>seen
root/usr/bin/nmap --version | head -1
cat seen
{
    for _ in {1..5}; do
        echo '-sT -p 1001-1003,2000: 1001 open,1002 open,1003 filtered,2000 closed'
        echo '-sT -T4 -p 1001-1003,2000: 1001 open,1002 open,1003 filtered,2000 closed'
    done
    echo '-sS -T4 -p 1001-1003,2000: 1001 open,1002 open,1003 open,2000 closed'
    echo '-sT -T4 -p 1003: 1003 open'
    echo '-sT -T4 --min-rtt-timeout 1s -p 1001-1003,2000: 1001 open,1002 open,1003 open,2000 closed'
} | cmp - seen || { echo 'changed: nmap says something else of the late port'; exit 1; }
