//! What runs in the namespaces, in Python: each ends with its stdin.

/// Listens on all addresses: `PORT...`; each connection is accepted and closed. Ends with its stdin. `$option` is a line about each socket.
macro_rules! listener {
    ($option:literal) => {
        concat!(
            "
import selectors, socket, struct, sys
sel = selectors.DefaultSelector()
for port in map(int, sys.argv[1:]):
    s = socket.socket(socket.AF_INET6)
",
            $option,
            "
    s.bind(('::', port)); s.listen(4096); s.setblocking(False)
    sel.register(s, selectors.EVENT_READ)
sel.register(sys.stdin, selectors.EVENT_READ)
print('ready', flush=True)
while True:
    for key, _ in sel.select():
        if key.fileobj is sys.stdin: sys.exit()
        try: key.fileobj.accept()[0].close()
        except OSError: pass
"
        )
    };
}

pub const LISTENER: &str = listener!("");
/// Each connection is accepted and reset at once, as a load balancer without a backend does.
pub const RESETTER: &str = listener!("    s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack('ii', 1, 0))");

/// Answers the SYNs to one port that come over the cable, so many milliseconds late: `PORT MILLISECONDS`. The packet filter
/// must drop them.
pub const LATE: &str = "
import heapq, select, socket, struct, sys, time
port, late = int(sys.argv[1]), int(sys.argv[2]) / 1000
ears = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800)); ears.bind(('cable', 0x0800))
mouth = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
def checksum(words):
    total = sum(struct.unpack('!%dH' % (len(words) // 2), words))
    total = (total >> 16) + (total & 0xffff)
    return ~(total + (total >> 16)) & 0xffff
def answer(packet, start):
    sport, dport, seq = struct.unpack('!HHI', packet[start:start + 8])
    us, them = packet[16:20], packet[12:16]
    tcp = struct.pack('!HHIIBBHHH', dport, sport, 1, (seq + 1) & 0xffffffff, 0x50, 0x12, 65535, 0, 0)
    total = checksum(us + them + struct.pack('!HH', 6, len(tcp)) + tcp)
    ip = struct.pack('!BBHHHBBH4s4s', 0x45, 0, 40, 0, 0, 64, 6, 0, us, them)
    return ip + tcp[:16] + struct.pack('!H', total) + tcp[18:], (socket.inet_ntoa(them), 0)
due = []
print('ready', flush=True)
while True:
    wait = max(0, due[0][0] - time.monotonic()) if due else None
    heard = select.select([ears, sys.stdin], [], [], wait)[0]
    if sys.stdin in heard: sys.exit()
    if ears in heard:
        packet, source = ears.recvfrom(2048)
        start = (packet[0] & 15) * 4
        is_syn = source[2] != socket.PACKET_OUTGOING and packet[9] == 6 and packet[start + 13] == 2
        if is_syn and struct.unpack('!H', packet[start + 2:start + 4])[0] == port:
            heapq.heappush(due, (time.monotonic() + late, *answer(packet, start)))
    while due and due[0][0] <= time.monotonic(): mouth.sendto(*heapq.heappop(due)[1:])
";

/// Listens on one port, and accepts nothing until it is told to: its queue is full.
pub const SLOW: &str = "
import socket, sys, threading
s = socket.socket(); s.bind(('', int(sys.argv[1]))); s.listen(0)
fill = [socket.socket() for _ in range(2)]
for c in fill: c.setblocking(False); c.connect_ex(('198.18.0.3', int(sys.argv[1])))
print('full', flush=True)
sys.stdin.readline()
for c in fill: c.close()
s.listen(4096); s.setblocking(False)
while True:
    try: s.accept()[0].close()
    except BlockingIOError: break
s.setblocking(True)
def serve():
    while True: s.accept()[0].close()
threading.Thread(target=serve, daemon=True).start()
print('room', flush=True)
sys.stdin.read()
";

/// Tries port 22 of each ADDRESS until something comes back, at most 10 seconds.
pub const REACH: &str = "
import socket, sys, time
end = time.monotonic() + 10
for address in sys.argv[1:]:
    while True:
        try: socket.create_connection((address, 22), 1).close()
        except ConnectionRefusedError: pass
        except OSError as error:
            if time.monotonic() < end: continue
            raise
        break
";

/// Takes every port from FIRST to LAST, until it is told to let go.
pub const TAKER: &str = "
import socket, sys
taken = [socket.socket() for _ in range(int(sys.argv[1]), int(sys.argv[2]) + 1)]
for port, s in enumerate(taken, int(sys.argv[1])): s.bind(('', port))
print('taken', flush=True)
sys.stdin.readline()
for s in taken: s.close()
print('let go', flush=True)
sys.stdin.read()
";
