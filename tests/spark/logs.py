"""Writes logs that are hard to cut into the folder logs: every byte there is, lines of all lengths, no newline at the end, odd names."""
import os
import random

dice = random.Random(7)
os.makedirs("logs/below/more")
os.makedirs("logs/_temporary")


def request(second):
    ip = f"198.51.100.{dice.randrange(200)}" if dice.random() < 0.7 else f"2001:db8:{dice.randrange(9)}::{dice.randrange(9)}"
    when = f"{second // 3600 % 24:02}:{second // 60 % 60:02}:{second % 60:02}"
    agent = dice.choice(["Mozilla/5.0", "ExampleBot/1.0", "curl/8"])
    return f'{ip} - - [12/Apr/2026:{when} +0000] "GET /{dice.randrange(500)} HTTP/1.1" {dice.choice([200, 200, 404])} 5 "-" "{agent}"'.encode()


def write(name, lines, end=b"\n"):
    with open(os.path.join(b"logs", os.fsencode(name)), "wb") as file:
        file.write(b"\n".join(lines) + end)


sshd = [b"Apr 12 06:00:%02d gate sshd[9]: Failed password for root from 203.0.113.%d port 22 ssh2" % (n % 60, n % 7) for n in range(3000)]
for n in range(0, 3000, 3):
    sshd[n] = sshd[n][:15] + b" gate last message repeated 2 times"
write("access.log", map(request, range(9000)))
# Bytes of all kinds where a client writes, and whole lines of them.
write("hostile.log", (request(n)[:-1] + dice.randbytes(9).replace(b"\n", b"\r") + b'"' + dice.choice([b"", b"\r"]) if n % 9
      else dice.randbytes(40).replace(b"\n", b"\0") for n in range(3000)), b"")
write("long.log", (request(n)[:-1] + b"x" * dice.choice([0, 0, 0, 70_000, 1_100_000]) + b'"' for n in range(16)))
write("json.log", (b'{"remote_addr":"192.0.2.%d","time_iso8601":"2026-04-12T06:00:%02dZ","request":"GET /%d HTTP/1.1","status":404,"body_bytes_sent":5,'
                   b'"http_user_agent":"ExampleBot"}' % (n % 9, n % 60, n) for n in range(3000)))
write("auth.log", sshd)
write("web first, then sshd.log", [*map(request, range(1500)), *sshd])
for n in range(20):
    write(f"below/a log {n}.log", map(request, range(n + 1)), b"" if n % 2 else b"\n")
write("below/more/#%20;'\"\udcff.log", map(request, range(9)))
write("below/empty.log", [], b"")
for name in "_SUCCESS", ".access.log.crc", "_temporary/access.log":
    write(name, map(request, range(99)))
