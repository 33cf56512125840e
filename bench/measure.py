#!/usr/bin/env python3
"""Times commands in turn: rows on stdin, a table on stdout, results at the end of bench/results.tsv.

A row on stdin is: name, what is read (bytes, records or probes), unit, peer's name, rounds, command, with tabs between.
Each command runs once to warm up, then ROUNDS times, all in turn in each round; one whose rounds are a number runs that often
and without the warm-up, one whose rounds are `3x` three times as often. The median counts. A command that fails is left out, and
said so; what the others took stays.
"""

import os
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from statistics import median

RESULTS = "bench/results.tsv"
COLUMNS = ("date", "commit", "row", "MB/s", "time relative to peer", "peer", "peak MiB", "unit", "read", "seconds",
           "least seconds", "most seconds", "processor seconds", "rounds", "command")
# No row takes longer in earnest; one that does hangs.
LIMIT_SECONDS = 900
# Of what is read a second: bytes as MB/s, records as M/s.
PER_UNIT = {"MB/s": 1e6, "M/s": 1e6, "probes/s": 1}


@dataclass
class Row:
    name: str
    read: int
    unit: str
    peer: str
    rounds: int
    command: str
    is_slow: bool = False
    has_failed: bool = False
    seconds: list = field(default_factory=list)
    processor: list = field(default_factory=list)
    peak_mib: int = 0

    def is_due(self, turn):
        return not self.has_failed and (turn <= self.rounds) and not (self.is_slow and turn == 0)


def take(command):
    """Seconds, processor seconds and MiB resident at most (of the largest process) of one run; None if it failed."""
    with tempfile.TemporaryFile() as said:
        start = time.perf_counter()
        child = subprocess.Popen(["bash", "-o", "pipefail", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                 stderr=said, start_new_session=True)
        signal.signal(signal.SIGALRM, lambda *_: os.killpg(child.pid, signal.SIGKILL))
        signal.alarm(LIMIT_SECONDS)
        try:
            _, status, usage = os.wait4(child.pid, 0)
        except BaseException:
            os.killpg(child.pid, signal.SIGKILL)
            raise
        finally:
            signal.alarm(0)
        seconds = time.perf_counter() - start
        child.returncode = status
        if status == 0:
            return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10
        said.seek(0)
        told = said.read().decode(errors="replace").strip().splitlines()
        print(f"bench: failed, its row is left out: {command}", *told[-5:], sep="\n    ", file=sys.stderr)
        return None


def measure(rows, rounds):
    for turn in range(max([rounds] + [row.rounds for row in rows]) + 1):
        for row in rows:
            if not row.is_due(turn):
                continue
            taken = take(row.command)
            if taken is None:
                row.has_failed = True
            elif turn > 0:
                seconds, processor, peak_mib = taken
                row.seconds.append(seconds)
                row.processor.append(processor)
                row.peak_mib = max(row.peak_mib, peak_mib)


def commit():
    git = lambda *arguments: subprocess.run(["git", *arguments], capture_output=True, text=True)
    head = git("rev-parse", "--short", "HEAD").stdout.strip() or "unknown"
    is_changed = git("diff", "--quiet", "HEAD", "--", ".", ":!bench/*.tsv", ":!docs/performance.md", ":!README.md").returncode != 0
    return head + ("+" if is_changed else "")


def short(ratio):
    return f"{ratio:.2f}" if ratio >= 0.1 else f"{ratio:.2g}"


def write(rows):
    measured = {row.name: row for row in rows if row.seconds and not row.has_failed}
    date, head = time.strftime("%Y-%m-%d", time.gmtime()), commit()
    print(f"{'row':48} {'':>9} {'unit':8} {'seconds':>9} {'x peer':>8} {'peak MiB':>9}")
    with open(RESULTS, "a", encoding="utf-8") as results:
        for row in measured.values():
            took = median(row.seconds)
            value = row.read / PER_UNIT[row.unit] / took
            speed = f"{value:.2f}" if value < 20 else f"{value:.0f}"
            peer = measured.get(row.peer)
            ratio = short(took / median(peer.seconds)) if peer else "-"
            print(f"{row.name:48} {speed:>9} {row.unit:8} {took:9.3f} {ratio:>8} {row.peak_mib:9}")
            print(date, head, row.name, speed, ratio, row.peer, row.peak_mib, row.unit, row.read, f"{took:.4f}",
                  f"{min(row.seconds):.4f}", f"{max(row.seconds):.4f}", f"{median(row.processor):.2f}", len(row.seconds),
                  row.command, sep="\t", file=results)
    return len(measured) == len(rows)


def main():
    rounds = int(sys.argv[1])
    rows = []
    for line in sys.stdin:
        name, read, unit, peer, own_rounds, command = line.rstrip("\n").split("\t")
        if own_rounds.endswith("x"):
            row_rounds, is_slow = rounds * int(own_rounds[:-1]), False
        else:
            row_rounds, is_slow = min(rounds, int(own_rounds or rounds)), bool(own_rounds)
        rows.append(Row(name, int(read), unit, peer, row_rounds, command, is_slow))
    try:
        measure(rows, rounds)
    finally:
        is_whole = write(rows)
    return 0 if is_whole else 1


if __name__ == "__main__":
    sys.exit(main())
