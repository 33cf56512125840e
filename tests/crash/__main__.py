"""Kills, full disks, power cuts and jumping clocks against the filters and scripts that keep state.

python3 tests/crash --bin target/release                       the size of CI, with a seed from the clock
python3 tests/crash --bin target/release --seed 7 --only update:12   one history again
python3 tests/crash --bin target/release --minutes 60          as long as that

exit codes: 0 every promise was kept; 1 one was not (it is named, with what runs it again); 2 usage.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

import update
from model import Broken, Place, Tally
from process import adopt_orphans

# Each experiment with the number of its histories in CI.
EXPERIMENTS = {"update": (update.history, 75)}


def one_history(name, number, options):
    """Runs one history in a folder of its own. Gives its figures and what was broken, if anything."""
    scratch = Path(tempfile.mkdtemp(prefix=f"soar-crash-{name}-{number}-", dir=options.scratch))
    place = Place(options.bin, options.root, scratch)
    tally, broken = Tally(histories=1), None
    try:
        EXPERIMENTS[name][0](place, f"{options.seed}/{name}/{number}", tally)
    except Broken as error:
        broken = str(error)
    if broken and options.keep:
        broken += f" (kept: {scratch})"
    else:
        place.clear()
    return name, number, tally, broken


def main():
    root = Path(__file__).resolve().parent.parent.parent
    parser = argparse.ArgumentParser(prog="tests/crash", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--bin", type=Path, default=root / "target/release", help="folder of the filters under test")
    parser.add_argument("--root", type=Path, default=root, help="folder of the project whose scripts are tested")
    parser.add_argument("--seed", type=int, default=int(time.time()), help="the histories are made from it")
    parser.add_argument("--only", action="append", default=[], metavar="NAME[:NUMBER]", help="this experiment, or one history of it")
    parser.add_argument("--times", type=float, default=1.0, help="histories relative to CI")
    parser.add_argument("--jobs", type=int, default=os.cpu_count())
    parser.add_argument("--scratch", help="where folders of histories are made")
    parser.add_argument("--keep", action="store_true", help="keep the folders of broken histories")
    options = parser.parse_args()
    options.bin, options.root = options.bin.resolve(), options.root.resolve()
    if not (options.bin / "soar-parse").exists():
        parser.error(f"no soar-parse in {options.bin}")
    tasks = []
    for name, (_, many) in EXPERIMENTS.items():
        for only in options.only or [name]:
            chosen, _, number = only.partition(":")
            if chosen == name:
                tasks += [(name, int(number))] if number else [(name, n) for n in range(max(1, round(many * options.times)))]
    print(f"crash: seed {options.seed}, {len(tasks)} histories", flush=True)
    sums, failures = {}, 0
    with ProcessPoolExecutor(options.jobs, initializer=adopt_orphans) as pool:
        for done in as_completed([pool.submit(one_history, name, number, options) for name, number in tasks]):
            name, number, tally, broken = done.result()
            sums.setdefault(name, Tally()).update(tally)
            if broken:
                failures += 1
                print(f"FAILED {name}:{number}: {broken}\n  again: python3 tests/crash --bin {options.bin} --seed {options.seed} --only {name}:{number}", flush=True)
    for name, tally in sums.items():
        print(f"crash: {name}: " + ", ".join(f"{n:,} {what}" for what, n in tally.items()))
    print(f"crash: {failures} failures")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
