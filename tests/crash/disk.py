"""A full disk at every write: a small tmpfs filled so that a run fails at its first page, its second, and so on until one succeeds.

Needs root, for a mount namespace of its own.
"""

import ctypes
import os
import subprocess
from random import Random

import live
import outputs
from model import Broken, exactly, names, require
from process import complete
from update import Machine

CLONE_NEWNS = 0x00020000
DISK_BYTES = 4 << 20
# That many runs in a row have to succeed before a disk counts as large enough.
ENOUGH = 3


def reason_to_skip():
    """Why no disk can be mounted here; empty if one can."""
    if os.geteuid() != 0:
        return "not root, so no small disk can be mounted"
    # A child tries, so this process stays where it is.
    tried = subprocess.run(["unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt"], stderr=subprocess.PIPE, text=True, check=False)
    return tried.stderr.strip().splitlines()[-1] if tried.returncode else ""


class Disk:
    """A tmpfs that nobody else sees; `fill` leaves so many pages and inodes free."""

    def __init__(self, folder):
        self.folder = folder
        folder.mkdir()
        if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNS) != 0:
            raise OSError(ctypes.get_errno(), "unshare")
        subprocess.run(["mount", "--make-rprivate", "/"], check=True)
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES},nr_inodes=200", "none", str(folder)], check=True)
        self.page = os.statvfs(folder).f_frsize

    def fill(self, pages=None, inodes=None):
        filler = self.folder / "filler"
        filler.mkdir()
        if inodes is not None:
            for n in range(os.statvfs(self.folder).f_favail - inodes):
                (filler / str(n)).touch()
        if pages is not None:
            with open(filler / "pages", "wb") as file:
                surplus = os.statvfs(self.folder).f_bavail - pages
                if surplus > 0:
                    os.posix_fallocate(file.fileno(), 0, surplus * self.page)

    def free(self):
        subprocess.run(["rm", "-rf", str(self.folder / "filler")], check=True)

    def close(self):
        subprocess.run(["umount", str(self.folder)], check=True)


def levels(rng):
    """How much is left free: every page and every inode, and later more at a time."""
    yield from ({"inodes": n} for n in range(12))
    at = 0
    while at < DISK_BYTES >> 12:
        yield {"pages": at}
        at += 1 if at < 24 else rng.randrange(1, 12)


def try_levels(disk, rng, tally, on_full, on_free):
    """Runs `on_full` at every level, which says whether the run succeeded, and `on_free` with room again after each."""
    succeeded = 0
    for level in levels(rng):
        if succeeded >= ENOUGH and "pages" in level:
            break
        disk.fill(**level)
        try:
            what = f"with {level} left"
            is_done = on_full(what)
            succeeded = succeeded + 1 if is_done and "pages" in level else 0
            tally["full disks" if not is_done else "disks that sufficed"] += 1
        except Broken as broken:
            raise Broken(f"{what}: {broken}") from None
        finally:
            disk.free()
        try:
            on_free("with room again")
        except Broken as broken:
            raise Broken(f"{what}, and then room again: {broken}") from None
        tally["complete runs"] += 1


def of_update(place, seed, tally):
    """scripts/update, its folder on the disk."""
    rng = Random(f"{seed}/0")
    disk = Disk(place.scratch / "disk")
    machine = Machine(place, rng, disk.folder / "state")

    def grow():
        for _ in range(rng.randrange(1, 3)):
            machine.logs.begin(rng, 12)
        machine.logs.finish_all()

    def run_full(what):
        grow()
        run = complete(machine.command, place)
        counts = machine.look(what)
        if run.code in (0, 1):
            exactly(counts, machine.logs.counts(), f"exit {run.code}")
        return run.code == 0

    def run_free(what):
        # Now and then several runs fail before one has room.
        if rng.random() < 0.3:
            return
        run = complete(machine.command, place)
        require(run.code == 0, f"exit {run.code}: {run.stderr()}")
        exactly(machine.look(what), machine.logs.counts(), "a complete run")
        found = names(machine.folder)
        require(found == wanted, f"left in the folder: {found}, and after a clean run {wanted}")

    try:
        for _ in machine.logs.logs[0].write(rng, 30):
            pass
        for _ in range(2):
            run = complete(machine.command, place)
            require(run.code == 0, f"a run with room: exit {run.code}: {run.stderr()}")
        wanted = names(machine.folder)
        try_levels(disk, rng, tally, run_full, run_free)
        tally["lines"] += sum(machine.logs.counts().values())
    finally:
        machine.logs.close()
        disk.close()


def of_workflow(place, seed, tally):
    """scripts/soar -o: the files that are there stay those of one run."""
    rng = Random(f"{seed}/0")
    logs, wanted = [place.scratch / "1.log", place.scratch / "2.log"], []
    for which, log in enumerate(logs, 1):
        outputs.write_log(log, which)
        folder = place.scratch / f"wanted{which}"
        complete([place.script("soar"), "-o", str(folder), str(log)], place)
        wanted.append(outputs.contents(folder, outputs.SET))
    disk = Disk(place.scratch / "disk")
    folder = disk.folder / "out"
    clean = names(place.scratch / "wanted1")

    def run_full(_what):
        which = rng.randrange(2)
        run = complete([place.script("soar"), "-o", str(folder), str(logs[which])], place)
        found = outputs.contents(folder, outputs.SET)
        require(not found or found in wanted, f"exit {run.code}: files of two runs: {outputs.whose(found, wanted)}")
        require(run.code != 0 or found == wanted[which], "exit 0, but not its own files")
        return run.code == 0

    def run_free(_what):
        run = complete([place.script("soar"), "-o", str(folder), str(logs[0])], place)
        require(run.code == 0 and outputs.contents(folder, outputs.SET) == wanted[0], f"exit {run.code}: {run.stderr()}")
        require(names(folder) == clean, f"left in the folder: {names(folder)}, and after a clean run {clean}")

    try:
        try_levels(disk, rng, tally, run_full, run_free)
    finally:
        disk.close()


def of_live(place, seed, tally):
    """soar-score --live --state: the state is that of before or of the run, and a run that could not write it says so."""
    rng = Random(f"{seed}/0")
    disk = Disk(place.scratch / "disk")
    state, events = disk.folder / "live.hosts", place.scratch / "events"
    command = [place.filter("soar-score"), "-q", "--live", "--state", str(state), str(events)]
    many = 0

    def run_once(what):
        nonlocal many
        live.write_events(events, many + 1, 20)
        run = complete(command, place)
        now = live.taken(state, many, what)
        require(now in (many, many + 20), f"exit {run.code}: {now - many} of 20 events were taken")
        require((run.code == 0) == (now == many + 20), f"exit {run.code}, and {now - many} of 20 events were taken")
        many = now
        return run

    def run_free(what):
        run = run_once(what)
        require(run.code == 0, f"exit {run.code}: {run.stderr()}")
        left = sorted(os.listdir(disk.folder))
        require(left == ["live.hosts", "live.hosts.lock"], f"left beside the state: {left}")

    try:
        try_levels(disk, rng, tally, lambda what: run_once(what).code == 0, run_free)
    finally:
        disk.close()
