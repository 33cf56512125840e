"""A power cut after every change that a run makes: what may be found on the disk then is built, and the next run has to cope.

Needs strace, allowed to trace.
"""

import copy
import shutil
import subprocess
from random import Random

import live
import outputs
import trace
from logs import Logs
from model import Broken, count_events, exactly, require
from process import Run, complete
from update import Machine
from volume import Volume, build, now, synced, zeros

# How many mixtures of what lasted and what did not are drawn for each cut.
MIXTURES = 3


def reason_to_skip():
    """Why no run can be recorded here; empty if one can."""
    if not shutil.which("strace"):
        return "no strace (see scripts/setup)"
    tried = subprocess.run(["strace", "-f", "-o", "/dev/null", "true"], stderr=subprocess.PIPE, text=True, check=False)
    return tried.stderr.strip().splitlines()[-1] if tried.returncode else ""


def states(volume, recorded, rng):
    """Every folder that may be found after a cut, with how many changes were made before it and whether those were all."""
    dry = copy.deepcopy(volume)
    last = max((n for n, call in enumerate(recorded) if dry.apply(call)), default=-1)
    volume = copy.deepcopy(volume)
    made, seen = 0, set()
    for position in range(-1, len(recorded)):
        if position >= 0:
            if not volume.apply(recorded[position]):
                continue
            made += 1
        is_last = position >= last
        for name, state in variants(volume, rng):
            key = tuple(sorted(state.items()))
            if (key, is_last) not in seen:
                seen.add((key, is_last))
                yield f"after {made} changes ({name})", state, is_last


def variants(volume, rng):
    yield "nothing lost", volume.found(volume.names, now)
    yield "only what was synced", volume.found(volume.synced_names, synced)
    yield "names ahead of bytes", volume.found(volume.names, synced)
    yield "sizes ahead of bytes", volume.found(volume.names, zeros)
    yield "bytes ahead of names", volume.found(volume.synced_names, now)
    for n in range(MIXTURES):
        names = rng.choice([volume.names, volume.synced_names, volume.synced_names | volume.names])
        choice = {id(node): rng.choice([now, synced, zeros]) for node in volume.nodes}
        yield f"mixture {n}", volume.found(names, lambda node, choice=choice: choice[id(node)](node))


def check_model(volume, recorded, base):
    """The record has every change: replayed, it gives the folder that the run left."""
    volume = copy.deepcopy(volume)
    for call in recorded:
        volume.apply(call)
    found, wanted = volume.found(volume.names, now), Volume.of(base)
    wanted = wanted.found(wanted.names, now)
    different = sorted(path for path in found.keys() | wanted.keys() if found.get(path) != wanted.get(path))
    require(not different, f"the record of a run does not lead to what it left: {different}")


def cut_everywhere(base, command, place, rng, tally, check, stdout=subprocess.DEVNULL):
    """Records a run, and calls `check(what, is_last)` in every folder that a cut may leave; ends with what the run left."""
    before = Volume.of(base)
    code, recorded = trace.record(command, place, stdout)
    require(code == 0, f"a run that was recorded: exit {code}")
    check_model(before, recorded, base)
    left = Volume.of(base)
    for what, state, is_last in states(before, recorded, rng):
        build(base, state)
        tally["power cuts"] += 1
        try:
            check(is_last)
        except Broken as broken:
            raise Broken(f"power cut {what}{', the run being over' if is_last else ''}: {broken}") from None
    build(base, left.found(left.names, now))


def of_update(place, seed, tally):
    """scripts/update: a first run, one with news, one after a rotation, one after a kill."""
    rng = Random(f"{seed}/0")
    base = place.scratch / "base"
    base.mkdir()
    machine = Machine(place, rng, base / "state")
    seconds = 0.05
    for log in machine.logs.logs:
        for _ in log.write(rng, 5):
            pass
    try:
        for step in range(1, 5):
            rng = Random(f"{seed}/{step}")
            if step > 1:
                for _ in range(3):
                    machine.logs.begin(rng, 20)
            machine.logs.finish_all()
            if step == 4:
                run = Run(machine.command, place)
                run.until(rng.uniform(0, seconds))
                run.kill(rng)
                run.wait()
            cut_update(machine, base, rng, tally, f"{seed}/{step}")
            run = complete(machine.command, place)
            seconds = run.seconds
            require(run.code == 0, f"step {step}: a complete run: exit {run.code}: {run.stderr()}")
            exactly(machine.look("a complete run"), machine.logs.counts(), "a complete run")
        tally["lines"] += sum(machine.logs.counts().values())
    finally:
        machine.logs.close()


def cut_update(machine, base, rng, tally, what):
    before, wanted = machine.seen, machine.logs.counts()

    def check(is_last):
        machine.seen = wanted if is_last else before
        # What somebody reads right after the machine is up again.
        machine.look("hosts.ndjson as found")
        run = complete(machine.command, machine.place)
        require(run.code == 0, f"the next run: exit {run.code}: {run.stderr()}")
        exactly(machine.look("the next run"), wanted, "the next run")

    try:
        cut_everywhere(base, machine.command, machine.place, rng, tally, check)
    except Broken as broken:
        raise Broken(f"{what}: {broken}") from None


def of_cursor(place, seed, tally):
    """soar-parse --cursor into a file: where the cursor moved on, the events are there."""
    rng = Random(f"{seed}/0")
    base, logs = place.scratch / "base", Logs(place.scratch / "logs", rng)
    base.mkdir()
    events = base / "events"
    shell = '"$0" -q --cursor "$1" "${@:3}" >> "$2"'
    command = ["bash", "-c", shell, place.filter("soar-parse"), str(base / "cursor"), str(events), *logs.paths()]
    try:
        for step in range(1, 4):
            for log in logs.logs:
                for _ in log.write(rng, 5):
                    pass
            if step > 1:
                logs.begin(rng, 20)
            logs.finish_all()
            wanted = logs.counts()

            def check(_is_last):
                # What a reader of the file does with a line that was cut: soar-score names it and goes on.
                text = events.read_bytes() if events.exists() else b""
                run = complete(command, place)
                require(run.code == 0, f"the next run: exit {run.code}: {run.stderr()}")
                text = text[: text.rfind(b"\n") + 1] + events.read_bytes()[len(text) :]
                counts = count_events(b"".join(line for line in text.splitlines(True) if b"\0" not in line))
                missing = [ip for ip in wanted if counts[ip] < wanted[ip]]
                require(not missing, f"the cursor moved on, but the events of {len(missing)} addresses are lost")

            cut_everywhere(base, command, place, rng, tally, check)
    finally:
        logs.close()


def of_live(place, seed, tally):
    """soar-score --live --state: the state is that of before or of the run, and stays once the run is over."""
    rng = Random(f"{seed}/0")
    base, events = place.scratch / "base", place.scratch / "events"
    base.mkdir()
    state = base / "live.hosts"
    command = [place.filter("soar-score"), "-q", "--live", "--state", str(state), str(events)]
    many = 0
    for _ in range(2):
        live.write_events(events, many + 1, 300)

        def check(is_last, many=many):
            found = live.taken(state, many, "as found")
            require(found in ((many + 300,) if is_last else (many, many + 300)), f"{found - many} of 300 hosts are in the state")
            live.write_events(place.scratch / "more", found + 1, 10)
            run = complete([*command[:-1], str(place.scratch / "more")], place)
            require(run.code == 0 and live.taken(state, found, "the next run") == found + 10, f"the next run: exit {run.code}: {run.stderr()}")

        cut_everywhere(base, command, place, rng, tally, check)
        many += 300


def of_workflow(place, seed, tally):
    """scripts/soar -o: the files are those of one run, and the new ones once the run is over."""
    rng = Random(f"{seed}/0")
    base, folder = place.scratch / "base", place.scratch / "base" / "out"
    base.mkdir()
    logs, wanted, commands = [], [], []
    for which in (1, 2):
        logs.append(place.scratch / f"{which}.log")
        outputs.write_log(logs[-1], which)
        commands.append([place.script("soar"), "-o", str(folder), str(logs[-1])])
        complete([place.script("soar"), "-o", str(place.scratch / f"wanted{which}"), str(logs[-1])], place)
        wanted.append(outputs.contents(place.scratch / f"wanted{which}", outputs.SET))
    for turn in range(2):
        expected = [{}, wanted[0]] if turn == 0 else wanted

        def check(is_last, expected=expected, turn=turn):
            found = outputs.contents(folder, outputs.SET)
            require(found in (expected[1:] if is_last else expected), f"files of two runs, or not whole: {outputs.whose(found, wanted)}")
            run = complete(commands[turn], place)
            require(run.code == 0 and outputs.contents(folder, outputs.SET) == wanted[turn], f"the next run: exit {run.code}: {run.stderr()}")

        cut_everywhere(base, commands[turn], place, rng, tally, check)
