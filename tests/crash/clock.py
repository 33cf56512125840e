"""Clocks that jump between runs: the machine's (by libfaketime), and with it the times of files, by up to years.

Needs libfaketime.
"""

import glob
import os
from random import Random

from model import Broken, exactly, names, no_debris, require
from process import Run, complete
from update import Machine

STEPS = 10
DAY = 86_400
JUMPS = [-400 * DAY, -DAY, -3600, -2, 0, 0, 2, 3600, DAY, 400 * DAY]


def library():
    found = glob.glob("/usr/lib/*/faketime/libfaketime.so.1")
    return found[0] if found else None


def reason_to_skip():
    """Why no clock can be set back here; empty if one can."""
    return "" if library() else "no libfaketime (see scripts/setup)"


class Clock:
    """A clock that is off by `seconds`; runs and changes of logs go by it."""

    def __init__(self, place):
        self.place, self.seconds, self.stamped = place, 0, {}
        environment = place.environment
        # The times of files are moved by `stamp`, not in what stat(2) says.
        place.environment = lambda: dict(environment(), LD_PRELOAD=library(), FAKETIME=f"{self.seconds:+d}s", NO_FAKE_STAT="1")

    def stamp(self, folder):
        """Gives what was written since the last time the age that this clock would have given it."""
        for name in os.listdir(folder):
            path = os.path.join(folder, name)
            about = os.stat(path)
            if self.stamped.get(about.st_ino) != (about.st_mtime_ns, about.st_size):
                moved = about.st_mtime_ns + self.seconds * 10**9
                os.utime(path, ns=(moved, moved))
                self.stamped[about.st_ino] = (moved, about.st_size)


def history(place, seed, tally):
    """scripts/update on a machine whose clock jumps, killed now and then."""
    rng = Random(f"{seed}/0")
    clock = Clock(place)
    machine = Machine(place, rng)
    seconds, step = 0.05, 0
    try:
        # Both logs are known, and empty, before anything becomes of them.
        run = complete(machine.command, place)
        require(run.code == 0, f"a first run: exit {run.code}: {run.stderr()}")
        for step in range(1, STEPS + 1):
            rng = Random(f"{seed}/{step}")
            clock.seconds = rng.choice(JUMPS)
            for _ in range(rng.randrange(1, 5)):
                machine.logs.begin(rng, 20)
                machine.logs.finish_all()
                clock.stamp(machine.logs.folder)
            if step > 1 and rng.random() < 0.3:
                run = Run(machine.command, place)
                if run.until(rng.uniform(0, seconds)):
                    run.kill(rng)
                    tally["kills"] += 1
                run.wait()
                machine.look("after a kill")
                clock.seconds = rng.choice(JUMPS)
            run = complete(machine.command, place)
            seconds = run.seconds
            tally["complete runs"] += 1
            tally["jumps"] += 1
            require(run.code == 0, f"clock {clock.seconds:+d} s: exit {run.code}: {run.stderr()}")
            exactly(machine.look("a complete run"), machine.logs.counts(), f"clock {clock.seconds:+d} s")
        wanted = names(machine.folder)
        complete(machine.command, place)
        no_debris(machine.folder, wanted, place, "after a complete run")
        tally["lines"] += sum(machine.logs.counts().values())
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None
    finally:
        machine.logs.close()
