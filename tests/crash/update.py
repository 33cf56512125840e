"""scripts/update killed at random moments while logs grow, rotate and are compressed."""

import os
import signal
from collections import Counter
from random import Random

from logs import Logs
from model import DONE, Broken, at_least, at_most, count_hosts, exactly, names, no_debris, require
from process import Run, complete

STEPS = 12


class Machine:
    """Logs, and the folder that scripts/update keeps of them."""

    def __init__(self, place, rng, folder=None):
        self.place, self.logs = place, Logs(place.scratch / "logs", rng)
        self.folder = folder or place.scratch / "state"
        self.seen = Counter()
        self.command = [place.script("update"), str(self.folder), "-q", *self.logs.paths(), "--", "-q"]

    def look(self, what):
        """Reads the hosts as somebody else would at this moment: one whole run, with all of the runs before it."""
        path = self.folder / "hosts.ndjson"
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            require(not self.seen, f"{what}: hosts.ndjson is gone")
            return self.seen
        counts = count_hosts(text, f"{what}: hosts.ndjson")
        at_most(counts, self.logs.counts(), what)
        at_least(counts, self.seen, what)
        self.seen = counts
        return counts


def clean_names(place, rng):
    """What a folder holds after two runs that nobody disturbed."""
    machine = Machine(type(place)(place.binaries, place.root, place.scratch / "clean"), rng)
    for _ in range(2):
        for _ in machine.logs.logs[0].write(rng, 20):
            pass
        machine.logs.finish_all()
        run = complete(machine.command, machine.place)
        require(run.code == 0, f"a run that nobody disturbed: exit {run.code}: {run.stderr()}")
    machine.logs.close()
    return names(machine.folder), run.seconds


def disturb(machine, run, moment, rng):
    """Lets changes of the logs go on and others look on until `moment`. Whether the run is still there then."""
    moments = sorted(rng.uniform(0, moment) for _ in range(rng.choice([0, 0, 4, 12])))
    for at in moments:
        if not run.until(at):
            return False
        if rng.random() < 0.2:
            machine.look("while a run goes on")
        else:
            machine.logs.step(rng)
    return run.until(moment)


def complete_run(machine, rng, seconds, tally, is_quiet):
    """A run that nobody kills; with `is_quiet`, nothing changes meanwhile either."""
    stood = machine.logs.counts()
    run = Run(machine.command, machine.place)
    if not is_quiet:
        disturb(machine, run, seconds, rng)
    run.wait()
    tally["complete runs"] += 1
    counts = machine.look("after a complete run")
    if is_quiet:
        # Between a rename and the writer's next file there is no log of that name: it is said, and what it became is read.
        wanted = 0 if all(os.path.exists(path) for path in machine.logs.paths()) else 2
        require(run.code == wanted, f"a complete run: exit {run.code}: {run.stderr()}")
        exactly(counts, stood, "after a complete run")
    elif run.code in DONE:
        at_least(counts, stood, "after a complete run, logs changing meanwhile, of what stood when it began")
    # 2: a log that was moved away while it was being opened; it is said, and the next run has it.
    require(run.code in (*DONE, 2), f"a complete run, logs changing meanwhile: exit {run.code}: {run.stderr()}")


def killed_run(machine, rng, seconds, tally):
    """A run that is killed, or sent a signal that it may answer; then what is left is looked at."""
    number = rng.choices([signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], [8, 1, 1, 1])[0]
    run = Run(machine.command, machine.place)
    if not disturb(machine, run, rng.uniform(0, seconds * 1.1), rng):
        run.wait()
        tally["ended first"] += 1
        machine.look("after a run that ended before its kill")
        return
    whom = run.kill(rng, number)
    tally["kills" if number == signal.SIGKILL else "signals"] += 1
    what = f"after {signal.Signals(number).name} to {whom}"
    machine.look(what)
    if rng.random() < 0.3:
        # Somebody starts the next run while orphans of this one still work: it has to leave them alone.
        run.end()
        rival = Run(machine.command, machine.place)
        rival.wait()
        machine.look(f"{what}, and a run beside its orphans (exit {rival.code})")
        require(rival.code in (0, 1, 2), f"a run beside orphans: exit {rival.code}: {rival.stderr()}")
    else:
        run.wait()
    machine.look(f"{what}, all processes gone")


def history(place, seed, tally):
    """One machine, killed several times; every line is counted exactly once at the end."""
    rng = Random(f"{seed}/0")
    wanted, seconds = clean_names(place, rng)
    machine = Machine(place, rng)
    lines = rng.choice([20, 20, 200, 1500])
    step = 0
    try:
        # Both logs are known, and empty, before anything becomes of them.
        complete_run(machine, rng, seconds, tally, is_quiet=True)
        for step in range(1, STEPS + 1):
            rng = Random(f"{seed}/{step}")
            for _ in range(rng.randrange(3)):
                machine.logs.begin(rng, lines)
            for _ in range(rng.choice([0, 1, 3, 30])):
                machine.logs.step(rng)
            killed_run(machine, rng, seconds, tally)
            if rng.random() < 0.3:
                complete_run(machine, rng, seconds, tally, is_quiet=rng.random() < 0.5)
        machine.logs.finish_all()
        complete_run(machine, rng, seconds, tally, is_quiet=True)
        no_debris(machine.folder, wanted, place, "after a complete run")
        tally["lines"] += sum(machine.logs.counts().values())
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None
    finally:
        machine.logs.close()
