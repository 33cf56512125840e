#!/usr/bin/env python3
"""Runs scanners in turn where packets get lost: what share of the open ports each finds, and how long it takes.

A row on stdin is: name, ports asked, open ports, peer's name, command, with tabs between; the command prints a line for each open port
that it finds, and nothing else. Each runs ROUNDS times, all in turn in each round. Two rows a command go to bench/results.tsv: its time, as
those of measure.py, and `NAME, found (%)`. Who finds more than is open has found what is not there, and is left out.
"""

import os
import subprocess
import sys
import time
from statistics import mean, median

from measure import LIMIT_SECONDS, RESULTS, commit, short


def run(command):
    """Seconds, processor seconds, MiB, and how many ports were found; None if it failed."""
    start = time.perf_counter()
    child = subprocess.Popen(["timeout", str(LIMIT_SECONDS), "bash", "-o", "pipefail", "-c", command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL)
    lines = child.stdout.read().splitlines()
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = status
    return (time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss >> 10, len(lines)) if status == 0 else None


def main():
    rounds = int(sys.argv[1])
    rows = [line.rstrip("\n").split("\t") for line in sys.stdin]
    runs, failed = {row[0]: [] for row in rows}, set()
    for _ in range(rounds):
        for name, _, count, _, command in rows:
            if name in failed:
                continue
            taken = run(command)
            if taken is None or taken[3] > int(count):
                print(f"bench: failed, or found what is not there; its row is left out: {command}", file=sys.stderr)
                failed.add(name)
            else:
                runs[name].append(taken)
    date, head = time.strftime("%Y-%m-%d", time.gmtime()), commit()
    print(f"{'row':48} {'found %':>9} {'least':>7} {'seconds':>9} {'x peer':>8}")
    with open(RESULTS, "a", encoding="utf-8") as results:
        for name, asked, count, peer, command in (row for row in rows if row[0] not in failed):
            seconds, processor, memory, found = zip(*runs[name])
            took, share = median(seconds), 100 * mean(found) / int(count)
            of_peer = [taken[0] for taken in runs.get(peer, [])]
            ratio = short(took / median(of_peer)) if of_peer and peer not in failed else "-"
            print(f"{name:48} {share:9.2f} {100 * min(found) / int(count):7.2f} {took:9.3f} {ratio:>8}")
            tail = (f"{took:.4f}", f"{min(seconds):.4f}", f"{max(seconds):.4f}", f"{median(processor):.2f}", rounds, command)
            print(date, head, name, f"{int(asked) / took:.0f}", ratio, peer, max(memory), "probes/s", asked, *tail, sep="\t", file=results)
            print(date, head, f"{name}, found (%)", f"{share:.2f}", "-", peer, "-", "%", count, *tail, sep="\t", file=results)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
