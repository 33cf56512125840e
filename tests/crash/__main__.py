"""Kills, full disks, power cuts and jumping clocks against the filters and scripts that keep state.

python3 tests/crash --bin target/release                       the size of CI, with a seed from the clock
python3 tests/crash --bin target/release --seed 7 --only update:12   one history again
python3 tests/crash --bin target/release --hours 8   seed after seed, as long as that (scripts/crash)

exit codes: 0 every promise was kept; 1 one was not (it is named, with what runs it again); 2 usage.
"""

import argparse
import os
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import children
import clock
import cursor
import disk
import live
import outputs
import power
import update
from model import Broken, Place, Tally
from process import adopt_orphans

# Each experiment with the number of its histories in CI.
EXPERIMENTS = {
    "update": (update.history, 85),
    "cursor": (cursor.in_place, 12),
    "cursor-out": (cursor.apart, 12),
    "live": (live.history, 20),
    "soar": (outputs.workflow, 8),
    "report": (outputs.reports, 8),
    "scan": (outputs.scan, 8),
    "children-update": (children.of_update, 1),
    "children-soar": (children.of_workflow, 1),
    "children-soar-first": (children.of_first_workflow, 1),
    "disk-update": (disk.of_update, 1),
    "disk-soar": (disk.of_workflow, 1),
    "disk-live": (disk.of_live, 1),
    "power-update": (power.of_update, 2),
    "power-cursor": (power.of_cursor, 1),
    "power-live": (power.of_live, 1),
    "power-soar": (power.of_workflow, 1),
    "clock": (clock.history, 12),
}
# What is summed up over all of them.
FIGURES = ["histories", "kills", "signals", "full disks", "power cuts", "jumps", "complete runs", "lines"]
# Why experiments of that name cannot be made here, if so.
NEEDS = {"disk-": disk.reason_to_skip, "power-": power.reason_to_skip, "clock": clock.reason_to_skip}


def one_history(name, number, seed, options):
    """Runs one history in a folder of its own. Gives its figures and what was broken, if anything."""
    scratch = Path(tempfile.mkdtemp(prefix=f"soar-crash-{name}-{number}-", dir=options.scratch))
    place = Place(options.bin, options.root, scratch)
    tally, broken = Tally(histories=1), None
    try:
        EXPERIMENTS[name][0](place, f"{seed}/{name}/{number}", tally)
    except Broken as error:
        broken = str(error)
    if broken and options.keep:
        broken += f" (kept: {scratch})"
    else:
        place.clear()
    return name, number, tally, broken


def choose(options):
    """The histories to run; what cannot be had here is said."""
    tasks, skipped = [], set()
    reasons = {prefix: reason() for prefix, reason in NEEDS.items()}
    for name, (_, many) in EXPERIMENTS.items():
        for only in options.only or [name]:
            chosen, _, number = only.partition(":")
            if chosen != name:
                continue
            why = next((reason for prefix, reason in reasons.items() if name.startswith(prefix) and reason), None)
            if why and why not in skipped:
                skipped.add(why)
                print(f"\nSKIPPED: crash: {name}: {why}", file=sys.stderr, flush=True)
                if "SOAR_SKIPPED" in os.environ:
                    with open(os.environ["SOAR_SKIPPED"], "a", encoding="utf-8") as listed:
                        listed.write(f"crash {name}\t{why}\n")
            if not why:
                tasks += [(name, int(number))] if number else [(name, n) for n in range(max(1, round(many * options.times)))]
    return tasks


def round_of(options, tasks, seed):
    """Runs the histories of one seed. Gives their figures by experiment, and how many were broken."""
    print(f"crash: seed {seed}, {len(tasks)} histories", flush=True)
    sums, failures = {}, 0
    with ProcessPoolExecutor(options.jobs, initializer=adopt_orphans) as pool:
        for done in as_completed([pool.submit(one_history, name, number, seed, options) for name, number in tasks]):
            name, number, tally, broken = done.result()
            sums.setdefault(name, Tally()).update(tally)
            if broken:
                failures += 1
                again = f"python3 tests/crash --bin {options.bin} --seed {seed} --only {name}:{number}"
                print(f"FAILED {name}:{number}: {broken}\n  again: {again}", flush=True)
    for name, tally in sums.items():
        print(f"crash: {name}: " + ", ".join(f"{n:,} {what}" for what, n in sorted(tally.items())))
    return sums, failures


def arguments():
    root = Path(__file__).resolve().parent.parent.parent
    parser = argparse.ArgumentParser(prog="tests/crash", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=root / "target/release", help="folder of the filters under test")
    parser.add_argument("--root", type=Path, default=root, help="folder of the project whose scripts are tested")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the histories are made from it (default: the time)")
    parser.add_argument("--only", action="append", default=[], metavar="NAME[:NUMBER]", help=f"an experiment, or one history of it: {', '.join(EXPERIMENTS)}")
    parser.add_argument("--times", type=float, default=1.0, help="histories relative to CI")
    parser.add_argument("--hours", type=float, default=0.0, help="go on with the next seed until that much time is over")
    parser.add_argument("--results", type=Path, help="append a line of figures to this file")
    parser.add_argument("--version", default="unknown", help="what is under test, for --results")
    parser.add_argument("--jobs", type=int, default=os.cpu_count(), help="histories at a time (default: one per processor)")
    parser.add_argument("--scratch", help="where folders of histories are made")
    parser.add_argument("--keep", action="store_true", help="keep the folders of broken histories")
    options = parser.parse_args()
    options.bin, options.root = options.bin.resolve(), options.root.resolve()
    if not (options.bin / "soar-parse").exists():
        parser.error(f"no soar-parse in {options.bin}")
    if unknown := [only for only in options.only if only.partition(":")[0] not in EXPERIMENTS]:
        parser.error(f"no experiment is called {unknown[0]}: there are {', '.join(EXPERIMENTS)}")
    return options


def main():
    options = arguments()
    began = time.monotonic()
    tasks, seed, sums, failures = choose(options), options.seed, Tally(), 0
    while True:
        tallies, broken = round_of(options, tasks, seed)
        for tally in tallies.values():
            sums.update(tally)
        failures += broken
        if time.monotonic() - began >= options.hours * 3600:
            break
        seed += 1
    print(f"crash: {', '.join(f'{sums[what]:,} {what}' for what in FIGURES)}: {failures} failures")
    if options.results:
        is_new = not options.results.exists()
        with open(options.results, "a", encoding="utf-8") as file:
            if is_new:
                print("date", "version", "seeds", *FIGURES, "failures", sep="\t", file=file)
            today = time.strftime("%Y-%m-%d", time.gmtime())
            print(today, options.version, f"{options.seed}-{seed}", *(sums[what] for what in FIGURES), failures, sep="\t", file=file)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
