"""A slow soar-score in Python, written from the documents alone, and the binaries: the same bytes for random streams, or it is said.

python3 tests/model --bin target/debug                       half a minute, with a seed from the clock
python3 tests/model --bin target/debug --seed 7 --only merge:12   one trial again
python3 tests/model --bin target/release --hours 8            seed after seed, as long as that (scripts/model)

exit codes: 0 no difference; 1 there is one (named, with what runs it again and the smallest stream that shows it); 2 usage.
"""

import argparse
import os
import random
import shutil
import sys
import tempfile
import time
import traceback
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from pathlib import Path

import batch
import follow
import logs
import merge
from trial import Place, shrink, show

# What is tried, with how often in turn.
KINDS = {
    "batch": (batch.events, 3),
    "known": (batch.known, 2),
    "merge": (merge.split, 1),
    "hosts": (merge.hosts, 2),
    "wide": (merge.wide, 1),
    "live": (follow.alerts, 2),
    "state": (follow.resumed, 1),
    "stamps": (logs.stamps, 2),
}
# Of one seed, before the next begins.
TRIALS = 500
# After so many differences it is enough.
ENOUGH = 5


def one_trial(bin, scratch, seed, kind, number):
    """Makes a trial from its seed and compares. Gives what differs, if anything, in words."""
    folder = Path(tempfile.mkdtemp(prefix=f"{kind}-{number}-", dir=scratch))
    place = Place(bin, folder)
    try:
        trial = KINDS[kind][0](random.Random(f"{seed}/{kind}/{number}"), place)
        return None if trial.differs(place) is None else show(shrink(trial, place), place)
    except Exception:
        # What the model cannot do is no agreement.
        return traceback.format_exc()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def schedule(options):
    """Seeds, kinds and numbers, one trial behind the other; without an end where there is a time."""
    chosen = dict(only.partition(":")[::2] for only in options.only)
    seed = options.seed
    turn = [kind for kind, (_, many) in KINDS.items() for _ in range(many) if not chosen or kind in chosen]
    if any(chosen.values()):
        yield from ((seed, kind, int(number)) for kind, number in chosen.items() if number)
        return
    while True:
        numbers = dict.fromkeys(turn, 0)
        for trial in range(TRIALS):
            kind = turn[trial % len(turn)]
            yield seed, kind, numbers[kind]
            numbers[kind] += 1
        seed += 1


def run(options, scratch):
    """Runs trials until the time is over. Gives how many of each kind, the differences, and the last seed."""
    until = time.monotonic() + (options.hours * 3600 if options.hours else options.seconds)
    tally, differences, seed = dict.fromkeys(KINDS, 0), [], options.seed
    trials = schedule(options)
    with ProcessPoolExecutor(options.jobs) as pool:
        running, over = {}, False
        while True:
            while len(running) < options.jobs * 2 and not over and len(differences) < ENOUGH and time.monotonic() < until:
                trial = next(trials, None)
                over = trial is None
                if trial:
                    running[pool.submit(one_trial, options.bin, scratch, *trial)] = trial
            if not running:
                return tally, differences, seed
            for done in wait(running, return_when=FIRST_COMPLETED).done:
                seed, kind, number = running.pop(done)
                tally[kind] += 1
                if done.result():
                    differences.append(done.result())
                    again = f"python3 tests/model --bin {options.bin} --seed {seed} --only {kind}:{number}"
                    print(f"DIFFERENCE in {kind}:{number} of seed {seed}: {again}\n{done.result()}\n", flush=True)


def skip(what, why):
    """Says what cannot be tried here, and puts it on the list of scripts/test."""
    print(f"SKIPPED: {what}: {why}", file=sys.stderr)
    if os.environ.get("SOAR_SKIPPED"):
        with open(os.environ["SOAR_SKIPPED"], "a") as file:
            file.write(f"model {what}\t{why}\n")


def record(options, tally, differences, last):
    """A line with date, version, seeds and figures."""
    path = Path(options.results)
    if not path.exists():
        path.write_text("\t".join(["date", "version", "seeds", "hours", *KINDS, "differences"]) + "\n")
    row = [time.strftime("%Y-%m-%d"), options.version, f"{options.seed}-{last}", options.hours, *tally.values(), len(differences)]
    with path.open("a") as file:
        file.write("\t".join(map(str, row)) + "\n")


def main():
    parser = argparse.ArgumentParser(prog="model", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", required=True, type=lambda path: Path(path).resolve(), help="folder of the filters")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="a whole number [default: the clock's]")
    parser.add_argument("--only", action="append", default=[], metavar="KIND[:NUMBER]", help=", ".join(KINDS))
    parser.add_argument("--seconds", type=float, default=30, help="for how long trials begin [default: 30]")
    parser.add_argument("--hours", type=float)
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--results", help="file that gets a line with the figures")
    parser.add_argument("--version", default="?", help="what that line says of the filters")
    options = parser.parse_args()
    if any(only.partition(":")[0] not in KINDS for only in options.only):
        parser.error(f"--only: one of {', '.join(KINDS)}")
    if logs.zones() == logs.OFFSETS:
        skip("times of logs", "no time zones here (tzdata): offsets alone")
    scratch = tempfile.mkdtemp(prefix="soar-model-")
    try:
        tally, differences, last = run(options, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    figures = ", ".join(f"{many} {kind}" for kind, many in tally.items() if many)
    print(f"model: seed {options.seed}{f' to {last}' if last != options.seed else ''}: {sum(tally.values())} trials ({figures}), {len(differences)} differences")
    if options.results:
        record(options, tally, differences, last)
    sys.exit(1 if differences else 0)


if __name__ == "__main__":
    main()
