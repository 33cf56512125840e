"""For scripts/bench-live: how long a line takes from being written to soar-parse to leaving soar-score --live as an alert.

usage: live.py SECONDS HOSTS (soar-parse and soar-score on the PATH). Prints rows: name, value, what it is of, with tabs between.
"""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time

RULE = ["--rule", "one=.ssh_failed > 0"]
# How long a run with a state of many hosts is: the state is written every 30 seconds, so three times.
STATE_SECONDS = 105


class Pipe:
    """soar-parse | soar-score --live, and when each alert came; the same clock sees both ends."""

    def __init__(self, flags):
        self.began = time.monotonic()
        self.parse = subprocess.Popen(["soar-parse", "-q", "--year", "2026"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.score = subprocess.Popen(["soar-score", "-q", "--live", *flags, *RULE], stdin=self.parse.stdout, stdout=subprocess.PIPE)
        self.parse.stdout.close()
        self.written, self.took, self.heard = {}, [], threading.Event()
        self.listener = threading.Thread(target=self.listen)
        self.listener.start()

    def listen(self):
        for line in self.score.stdout:
            now = time.monotonic()
            self.took.append((now - self.written[json.loads(line)["ip"]]) * 1000)
            self.heard.set()
        # Also where it ended without an alert.
        self.heard.set()

    def write(self, ip):
        self.written[ip] = time.monotonic()
        self.parse.stdin.write(f"Mar  1 00:00:00 lab sshd[1]: Failed password for root from {ip} port 40000 ssh2\n".encode())

    def resident(self):
        """Bytes that soar-score takes."""
        with open(f"/proc/{self.score.pid}/statm", encoding="ascii") as statm:
            return int(statm.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

    def first(self):
        """Milliseconds from the start to the first alert."""
        self.write("198.51.100.1")
        self.heard.wait()
        assert self.took, "soar-score ended before its first alert"
        return (time.monotonic() - self.began) * 1000

    def end(self, count):
        self.parse.stdin.close()
        self.listener.join()
        assert self.score.wait() == 0 and self.parse.wait() == 0 and len(self.took) == count, len(self.took)


def measure(label, count, flags):
    """One line a millisecond, each of another address and so each an alert. Gives how long the start took, and the memory then."""
    pipe = Pipe(flags)
    took, memory = pipe.first(), pipe.resident()
    pipe.took.clear()
    start = time.monotonic()
    for n in range(count):
        time.sleep(max(0, start + n / 1000 - time.monotonic()))
        pipe.write(f"198.{18 + (n >> 16)}.{n >> 8 & 255}.{n & 255}")
    pipe.end(count)
    alerts = sorted(pipe.took)
    for name, value in ("median", alerts[count // 2]), ("99th percentile", alerts[count * 99 // 100]), ("largest", alerts[-1]):
        print(f"live: from line to alert, {label}{name} (ms)\t{value:.2f}\t{count}")
    return took, memory


def known(state, hosts, flags):
    """A state of so many hosts, one event each."""
    score = subprocess.Popen(["soar-score", "-q", "--live", *flags, *RULE], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL)
    for n in range(hosts):
        score.stdin.write(b'{"schema":"soar.event/1","@timestamp":"2026-03-01T00:00:00Z","source":{"ip":"10.%d.%d.%d"},"log":{"file":{"path":"a"},"line":%d},'
                          b'"tags":["ssh_failed"]}\n' % (n >> 16, n >> 8 & 255, n & 255, n + 1))
    score.stdin.close()
    assert score.wait() == 0 and os.path.getsize(state) > hosts


def main():
    seconds, hosts = int(sys.argv[1]), int(sys.argv[2])
    _, bare = measure("", seconds * 1000, [])
    with tempfile.TemporaryDirectory() as folder:
        state = os.path.join(folder, "state")
        flags = ["--max-hosts", str(2 * hosts), "--state", state]
        known(state, hosts, flags)
        of = f"a state of {hosts:,} hosts"
        took, memory = measure(f"{of}, ", STATE_SECONDS * 1000, flags)
    print(f"live: from start to the first alert, {of} (ms)\t{took:.0f}\t{hosts}")
    print(f"live: memory of a host, {of} (bytes)\t{(memory - bare) / hosts:.0f}\t{hosts}")


if __name__ == "__main__":
    main()
