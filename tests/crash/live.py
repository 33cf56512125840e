"""soar-score --live --state killed and stopped at random moments, above all while it reads its state."""

import signal
import subprocess
from collections import Counter
from random import Random

from model import Broken, count_hosts, exactly, no_debris, require
from process import Run

STEPS = 8


def write_events(path, first, many):
    """Events of addresses that are counted up, so that what a run took of them is a number."""
    with open(path, "w", encoding="ascii") as file:
        for n in range(first, first + many):
            file.write(
                '{"schema":"soar.event/1","@timestamp":"2026-01-01T00:00:00Z","event":{"dataset":"sshd.auth","action":"ssh_login",'
                f'"outcome":"failure"}},"source":{{"ip":"{address(n)}"}},"log":{{"file":{{"path":"a"}},"line":{n}}},"tags":["ssh_failed"]}}\n'
            )


def address(n):
    return f"10.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"


def taken(state, before, what):
    """How many of the addresses, which are in order, the state has; those from before are among them."""
    if not state.exists():
        require(before == 0, f"{what}: the state is gone")
        return 0
    counts = count_hosts(state.read_bytes(), f"{what}: state")
    require(len(counts) >= before, f"{what}: the state has {len(counts)} hosts of the {before} that it had")
    exactly(counts, Counter({address(n): 1 for n in range(1, len(counts) + 1)}), what)
    return len(counts)


def history(place, seed, tally):
    folder = place.scratch / "state"
    folder.mkdir()
    state, events = folder / "live.hosts", place.scratch / "events"
    command = [place.filter("soar-score"), "-q", "--live", "--state", str(state)]
    many, seconds, step = 0, 0.1, 0
    try:
        for step in range(STEPS + 1):
            rng = Random(f"{seed}/{step}")
            fresh = rng.choice([50, 500, 4000])
            write_events(events, many + 1, fresh)
            # Some read a file, some a pipe that stays open as a live one does.
            is_pipe = step > 0 and rng.random() < 0.5
            run = Run([*command, *([] if is_pipe else [str(events)])], place, stdin=subprocess.PIPE if is_pipe else subprocess.DEVNULL)
            if is_pipe:
                feed(run, events, rng)
            if step == 0:
                run.wait()
                require(run.code == 0, f"a first run: exit {run.code}: {run.stderr()}")
                seconds = run.lasted()
            else:
                stop(run, rng, seconds, tally)
            what = f"after exit {run.code}"
            now = taken(state, many, what)
            require(run.code != 0 or now == many + fresh or is_pipe, f"{what}: {now - many} of {fresh} events were taken")
            many = now
        write_events(events, many + 1, 100)
        run = Run([*command, str(events)], place)
        run.wait()
        tally["complete runs"] += 1
        require(run.code == 0, f"a complete run: exit {run.code}: {run.stderr()}")
        require(taken(state, many, "after a complete run") == many + 100, "a complete run did not take all events")
        no_debris(folder, ["live.hosts", "live.hosts.lock"], place, "after a complete run")
        tally["lines"] += many
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None


def feed(run, events, rng):
    """Writes a part of the events into the pipe, and leaves it open; a pipe takes that much without a reader."""
    text = events.read_bytes()
    end = text.rfind(b"\n", 0, rng.randrange(1, 60_000)) + 1
    try:
        run.process.stdin.write(text[:end])
        run.process.stdin.flush()
    except BrokenPipeError:
        pass


def stop(run, rng, seconds, tally):
    """Ends the run by a signal at a random moment; every one is followed by SIGKILL, should it not listen."""
    number = rng.choices([signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], [4, 2, 2, 2])[0]
    if run.until(rng.uniform(0, seconds * 1.1)):
        run.kill(rng, number)
        tally["kills" if number == signal.SIGKILL else "signals"] += 1
    else:
        tally["ended first"] += 1
    if run.process.stdin:
        try:
            run.process.stdin.close()
        except BrokenPipeError:
            pass
    run.wait()
