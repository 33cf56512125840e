#!/usr/bin/env bash
# Guess: a reader of pcapng gives each packet the time that the file says: each interface has its resolution (if_tsresol), and may have seconds that are to
# be added (if_tsoffset); where captures were put behind one another with cat, as the format allows, each section has its own interfaces.
# Seen: dpkt takes the resolution of the first interface for all. Of a capture in nanoseconds on one interface and in microseconds on the other the second
# half is of January 1970; the other way round it is of the year 58692. scapy keeps two interfaces of one section apart, and of two sections
# takes the first interface of the first. scapy and python-pcapng add no offset, dpkt does. A packet without a time (a simple packet block) has
# with scapy that at which it is read. tcpdump is right throughout. There is no warning.
#
# Needs Debian 12 with apt's lists, and python3 with venv; the packages are unpacked and installed to a temporary folder.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
apt-get download -qq tcpdump=4.99.3-1 libpcap0.8=1.10.3-1 libdbus-1-3 2>/dev/null
for package in *.deb; do dpkg -x "$package" root; done
python3 -m venv v
v/bin/pip install -q --disable-pip-version-check dpkt==1.9.8 scapy==2.8.0 python-pcapng==2.1.1
cat >write.py <<'END'
from struct import pack
T = 1790000000
address = lambda last: bytes((192, 0, 2, last))
packet = bytes.fromhex("020000000001020000000002080045000020000100004011") + b"\0\0" + address(7) + address(1) + pack("!4H", 4711, 9, 12, 0) + b"abcd"
padded = lambda body: body + b"\0" * (-len(body) % 4)
def block(kind, body):
    return pack("<II", kind, len(padded(body)) + 12) + padded(body) + pack("<I", len(padded(body)) + 12)
option = lambda code, value: pack("<HH", code, len(value)) + padded(value)
section = block(0x0A0D0D0A, pack("<IHHq", 0x1A2B3C4D, 1, 0, -1))
interface = lambda options=b"": block(1, pack("<HHI", 1, 0, 65535) + options + (pack("<HH", 0, 0) if options else b""))
def seen(number, time):
    return block(6, pack("<IIIII", number, time >> 32, time & 0xFFFFFFFF, len(packet), len(packet)) + packet)
micro, nano = interface(), interface(option(9, b"\x09"))
files = {
    "micro": section + micro + seen(0, T * 10**6),
    "nano": section + nano + seen(0, T * 10**9),
    "micro-and-nano": section + micro + nano + seen(0, T * 10**6) + seen(1, T * 10**9),
    "nano-and-micro": section + nano + micro + seen(0, T * 10**9) + seen(1, T * 10**6),
    "offset": section + interface(option(14, pack("<q", T - 1000))) + seen(0, 1000 * 10**6),
    "without-time": section + micro + block(3, pack("<I", len(packet)) + packet),
}
files["cat-micro-nano"] = files["micro"] + files["nano"]
files["cat-nano-micro"] = files["nano"] + files["micro"]
for name, data in files.items():
    with open(name + ".pcapng", "wb") as out:
        out.write(data)
END
python3 write.py
cat >read.py <<'END'
import sys, time
import dpkt, pcapng, scapy.utils
start = time.time()
def told(times):
    return " ".join("none" if moment is None else "that of reading" if moment >= start - 1 and moment < start + 600 else str(round(float(moment))) for moment in times)
for name in sys.argv[1:]:
    with open(name, "rb") as file:
        print(f"{name} dpkt:", told(moment for moment, _ in dpkt.pcapng.Reader(file)) or "no packet")
    print(f"{name} scapy:", told(packet.time for packet in scapy.utils.PcapNgReader(name)))
    with open(name, "rb") as file:
        print(f"{name} python-pcapng:", told(getattr(block, "timestamp", None) for block in pcapng.FileScanner(file) if "Packet" in type(block).__name__))
END
files=(micro-and-nano nano-and-micro cat-micro-nano cat-nano-micro offset without-time)
{
    for file in "${files[@]}"; do
        v/bin/python read.py "$file.pcapng" 2>>said
        LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu) root/usr/bin/tcpdump -Z "$(id -un)" -nn -tt -r "$file.pcapng" 2>/dev/null |
            sed 's/[. ].*//' | tr '\n' ' ' | sed "s/^/$file.pcapng tcpdump: /; s/ \$//"
        echo
    done
} | sed 's/\.pcapng / /' >seen
cat said >&2
LD_LIBRARY_PATH=$(echo root/usr/lib/*-linux-gnu) root/usr/bin/tcpdump --version 2>&1 | head -2
v/bin/pip list --disable-pip-version-check 2>/dev/null | grep -E '^(dpkt|scapy|python-pcapng) '
cat seen
cmp seen - <<'END' || { echo 'changed: a reader gives another time'; exit 1; }
micro-and-nano dpkt: 1790000000 1790000000000
micro-and-nano scapy: 1790000000 1790000000
micro-and-nano python-pcapng: 1790000000 1790000000
micro-and-nano tcpdump: 1790000000 1790000000
nano-and-micro dpkt: 1790000000 1790000
nano-and-micro scapy: 1790000000 1790000000
nano-and-micro python-pcapng: 1790000000 1790000000
nano-and-micro tcpdump: 1790000000 1790000000
cat-micro-nano dpkt: 1790000000 1790000000000
cat-micro-nano scapy: 1790000000 1790000000000
cat-micro-nano python-pcapng: 1790000000 1790000000
cat-micro-nano tcpdump: 1790000000 1790000000
cat-nano-micro dpkt: 1790000000 1790000
cat-nano-micro scapy: 1790000000 1790000
cat-nano-micro python-pcapng: 1790000000 1790000000
cat-nano-micro tcpdump: 1790000000 1790000000
offset dpkt: 1790000000
offset scapy: 1000
offset python-pcapng: 1000
offset tcpdump: 1790000000
without-time dpkt: no packet
without-time scapy: that of reading
without-time python-pcapng: none
without-time tcpdump: 0
END
