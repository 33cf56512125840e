"""soar-parse --cursor killed at random moments, with the cursor written in its place and with --cursor-out elsewhere."""

import os
import signal
from collections import Counter
from random import Random

from logs import Logs
from model import DONE, Broken, count_events, exactly, no_debris, require
from process import Run

STEPS = 10


class Reader:
    """Logs, a cursor and the events of all runs that count."""

    def __init__(self, place, rng, is_apart):
        self.place, self.logs, self.is_apart = place, Logs(place.scratch / "logs", rng), is_apart
        self.folder = place.scratch / "state"
        self.folder.mkdir()
        self.cursor, self.next = self.folder / "logs.cursor", self.folder / "next.cursor"
        self.counts = Counter()
        self.seconds = 0.05

    def remembered(self):
        return self.cursor.read_bytes() if self.cursor.exists() else None

    def start(self):
        self.before = self.remembered()
        self.events = open(self.place.scratch / "events", "wb")
        apart = ["--cursor-out", str(self.next)] if self.is_apart else []
        command = [self.place.filter("soar-parse"), "-q", "--cursor", str(self.cursor), *apart, *self.logs.paths()]
        return Run(command, self.place, stdout=self.events)

    def settle(self, run, what):
        """Takes over what a run delivered, by the rule of docs/cursor.md, and its next cursor."""
        self.events.close()
        text = (self.place.scratch / "events").read_bytes()
        if self.is_apart:
            require(self.remembered() == self.before, f"{what}: --cursor was written although there is --cursor-out")
            # A caller takes over both or none of them.
            counts = run.code in (*DONE, 2)
            if counts and self.next.exists():
                os.replace(self.next, self.cursor)
            elif counts:
                require(self.before is None and not text, f"{what}: no next cursor, and {len(text)} bytes of events")
        else:
            # The cursor moves on after all was delivered, so it says whether the events count.
            counts = self.remembered() != self.before or run.code in DONE
        if counts:
            self.counts += count_events(text, what)


def disturb(reader, run, moment, rng):
    for at in sorted(rng.uniform(0, moment) for _ in range(rng.choice([0, 0, 5]))):
        if not run.until(at):
            break
        reader.logs.step(rng)
    return run.until(moment)


def history(place, seed, tally, is_apart):
    rng = Random(f"{seed}/0")
    reader, step = Reader(place, rng, is_apart), 0
    lines = rng.choice([20, 200, 2000])
    try:
        for _ in reader.logs.logs[0].write(rng, 5):
            pass
        run = reader.start()
        run.wait()
        # Later runs have more to read.
        reader.seconds = run.lasted() * 1.5
        reader.settle(run, "a first run")
        for step in range(1, STEPS + 1):
            rng = Random(f"{seed}/{step}")
            for _ in range(rng.randrange(3)):
                reader.logs.begin(rng, lines)
            for _ in range(rng.choice([0, 1, 3, 30])):
                reader.logs.step(rng)
            number = rng.choices([signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], [8, 1, 1, 1])[0]
            run = reader.start()
            if disturb(reader, run, rng.uniform(0, reader.seconds * 1.1), rng):
                run.kill(rng, number)
                tally["kills" if number == signal.SIGKILL else "signals"] += 1
            else:
                tally["ended first"] += 1
            run.wait()
            reader.settle(run, f"after {signal.Signals(number).name}")
        reader.logs.finish_all()
        for _ in range(2):
            run = reader.start()
            run.wait()
            reader.settle(run, "a complete run")
            require(run.code == 0, f"a complete run: exit {run.code}: {run.stderr()}")
            tally["complete runs"] += 1
            exactly(reader.counts, reader.logs.counts(), "after a complete run")
        kept = {"logs.cursor", "logs.cursor.lock", "next.cursor.lock"}
        wanted = sorted(kept & set(os.listdir(reader.folder)))
        no_debris(reader.folder, wanted, place, "after a complete run")
        tally["lines"] += sum(reader.logs.counts().values())
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None
    finally:
        reader.logs.close()


def in_place(place, seed, tally):
    history(place, seed, tally, is_apart=False)


def apart(place, seed, tally):
    history(place, seed, tally, is_apart=True)
