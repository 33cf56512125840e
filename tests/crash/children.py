"""Every program that a script starts killed once: before it did its work, and right after, one by one until none is left.

Then every subshell of the script itself, such as a `$(...)`, at its first command.
"""

import os
import shutil
from pathlib import Path
from random import Random

import outputs
from model import Broken, exactly, names, no_debris, require
from process import complete
from update import Machine

FILTERS = ["soar-parse", "soar-score", "soar-scan", "soar-report"]
PROGRAMS = "basename cat chmod cmp cp cut date dirname flock grep head jq ln mkdir mktemp mv paste readlink realpath rm rmdir sed sort stat sync tail tee touch tr wc xargs".split()
# Counts the programs that were started, and is killed where its turn has come; $0 is named like the program that it stands for.
STAND_IN = """#!/bin/sh
printf x >> {count}
number=$(/usr/bin/wc -c < {count})
if [ "$number" -eq {victim} ]; then
    [ {moment} = before ] || {real} "$@"
    kill -9 $$
fi
exec {real} "$@"
"""
# What bash reads first (BASH_ENV): the same for its subshells, before their first command.
SUBSHELLS = """case ${{0##*/}} in soar | update) ;; *) return ;; esac
strike() {{
    [[ $BASHPID != "$$" && $BASHPID != "${{struck-}}" ]] || return 0
    struck=$BASHPID
    printf x >> {count}
    local number
    read -r -d '' number < {count} || :
    [ ${{#number}} -ne {victim} ] || kill -9 "$BASHPID"
}}
set -T
trap strike DEBUG
"""


class Assassin:
    """A folder of stand-ins for all programs, first on the PATH of runs while `victim` is set."""

    def __init__(self, place):
        self.place, self.folder, self.count = place, place.scratch / "stand-ins", place.scratch / "count"
        self.victim, self.moment = 0, ""
        environment = place.environment
        self.folder.mkdir()

        def with_stand_ins():
            found = environment()
            if self.victim and self.moment == "subshell":
                found |= {"BASH_ENV": str(self.folder / "subshells")}
            elif self.victim:
                found |= {"SOAR_BIN": str(self.folder), "PATH": f"{self.folder}:{found['PATH']}"}
            return found

        place.environment = with_stand_ins

    def aim(self, victim, moment):
        """Kills the program, or subshell, that is started as number `victim`."""
        self.victim, self.moment = victim, moment
        self.count.write_bytes(b"")
        (self.folder / "subshells").write_text(SUBSHELLS.format(count=self.count, victim=victim))
        for name in FILTERS + PROGRAMS:
            real = self.place.filter(name) if name in FILTERS else shutil.which(name)
            if real:
                path = self.folder / name
                path.write_text(STAND_IN.format(count=self.count, victim=victim, moment=moment, real=real))
                path.chmod(0o755)

    def has_struck(self):
        """Whether that many programs were started; from now on none is killed."""
        victim, self.victim = self.victim, 0
        return os.path.getsize(self.count) >= victim


def each_victim(place, tally, run_killed, run_after):
    """Kills another program in every turn, until a run starts fewer."""
    assassin = Assassin(place)
    for moment in ("before", "after", "subshell"):
        victim, has_struck = 0, True
        while has_struck:
            victim += 1
            try:
                assassin.aim(victim, moment)
                run_killed()
                has_struck = assassin.has_struck()
                tally["kills"] += has_struck
                run_after()
                tally["complete runs"] += 1
            except Broken as broken:
                raise Broken(f"{f'subshell {victim} of a run killed' if moment == 'subshell' else f'program {victim} of a run killed {moment} its work'}: {broken}") from None


def of_update(place, seed, tally):
    """scripts/update with news, one of its programs killed."""
    rng = Random(f"{seed}/0")
    machine = Machine(place, rng)

    def grow():
        for _ in machine.logs.logs[0].write(rng, 2):
            pass

    def run_killed():
        grow()
        run = complete(machine.command, place)
        counts = machine.look(f"exit {run.code}")
        if run.code == 0:
            exactly(counts, machine.logs.counts(), "exit 0")

    def run_after():
        run = complete(machine.command, place)
        require(run.code == 0, f"the next run: exit {run.code}: {run.stderr()}")
        exactly(machine.look("the next run"), machine.logs.counts(), "the next run")
        no_debris(machine.folder, wanted, place, "the next run")

    try:
        for _ in range(2):
            grow()
            run = complete(machine.command, place)
            require(run.code == 0, f"a run that nobody disturbed: exit {run.code}: {run.stderr()}")
        wanted = names(machine.folder)
        each_victim(place, tally, run_killed, run_after)
        tally["lines"] += sum(machine.logs.counts().values())
    finally:
        machine.logs.close()


def of_first_workflow(place, seed, tally):
    """scripts/soar -o where no files were, one of its programs killed."""
    of_workflow(place, seed, tally, is_first=True)


def of_workflow(place, seed, tally, is_first=False):
    """scripts/soar -o over the files of another run, one of its programs killed."""
    del seed
    commands, wanted, folder = [], [], place.scratch / "base" / "out"
    folder.parent.mkdir()
    for which in (1, 2):
        log = place.scratch / f"{which}.log"
        outputs.write_log(log, which)
        commands.append([place.script("soar"), "-o", str(folder), str(log)])
        other = Path(f"{place.scratch}/wanted{which}")
        run = complete([place.script("soar"), "-o", str(other), str(log)], place)
        require(run.code == 0, f"a run that nobody disturbed: exit {run.code}: {run.stderr()}")
        wanted.append(outputs.contents(other, outputs.SET))
    complete(commands[0], place)

    def run_killed():
        if is_first:
            shutil.rmtree(folder)
        run = complete(commands[1], place)
        found = outputs.contents(folder, outputs.SET)
        require(found in wanted or (is_first and not found), f"exit {run.code}: files of two runs, or not all of them: {outputs.whose(found, wanted)}")
        require(run.code != 0 or found == wanted[1], "exit 0, but not its own files")

    def run_after():
        run = complete(commands[0], place)
        require(run.code == 0 and outputs.contents(folder, outputs.SET) == wanted[0], f"the next run: exit {run.code}: {run.stderr()}")
        no_debris(folder, names(place.scratch / "wanted1"), place, "the next run")
        require(os.listdir(folder.parent) == ["out"], f"left beside the folder: {os.listdir(folder.parent)}")

    each_victim(place, tally, run_killed, run_after)
