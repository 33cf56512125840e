"""Logs that grow and rotate as those of a real machine, and a count of every whole line that was written.

Each change is a generator that stops between two system calls, so a run can begin, end or be killed in the middle of a
rotation, a compression or a copy. Nothing that was written is ever removed before it was copied.
"""

import gzip
import os
import shutil
import subprocess
from collections import Counter

# Compressed size at which a copy in progress is cut into pieces, in bytes.
PIECE_BYTES = 300


class Log:
    """One log, its writer and its rotated copies. `numbering` is one of number (x.log.1), date (x.log-20260101)."""

    def __init__(self, path, kind, numbering, serial):
        self.path, self.kind, self.numbering, self.serial = str(path), kind, numbering, serial
        self.writer = open(self.path, "ab", buffering=0)
        self.counts = Counter()
        self.pending = b""
        self.rotations = 0

    def line(self, rng):
        """A line of its own, and the address that it counts for: most addresses have one line, some have many."""
        n = next(self.serial)
        if rng.random() < 0.1:
            ip = f"192.0.2.{rng.randrange(1, 9)}"
        else:
            ip = f"{10 if self.kind == 'auth' else 11}.{n >> 16 & 255}.{n >> 8 & 255}.{n & 255}"
        second, minute = n % 60, n // 60 % 60
        if self.kind == "auth":
            text = f"2026-01-01T00:{minute:02}:{second:02}Z h sshd[{n}]: Failed password for root from {ip} port 22 ssh2\n"
        else:
            text = f'{ip} - - [01/Jan/2026:00:{minute:02}:{second:02} +0000] "GET /{n} HTTP/1.1" 404 10 "-" "x"\n'
        return ip, text.encode()

    def write(self, rng, lines):
        """Appends lines in writes that are cut anywhere; a line counts once its newline is written."""
        for _ in range(lines):
            ip, text = self.line(rng)
            cut = rng.randrange(1, len(text)) if rng.random() < 0.1 else 0
            if cut:
                self.writer.write(text[:cut])
                self.pending = text[cut:]
                yield
            self.finish_line()
            if not cut:
                self.writer.write(text)
            self.counts[ip] += 1
            if rng.random() < 0.05:
                yield

    def finish_line(self):
        """Writes the rest of a line that was begun."""
        if self.pending:
            self.writer.write(self.pending)
            self.pending = b""

    def shift(self):
        """Makes room for x.log.1 as logrotate does: the highest number first."""
        folder, name = os.path.split(self.path)
        numbered = []
        for file in os.listdir(folder):
            rest = file.removeprefix(name + ".")
            if rest != file and rest.split(".")[0].isdigit():
                numbered.append((int(rest.split(".")[0]), file, rest[len(rest.split(".")[0]) :]))
        for number, file, ending in sorted(numbered, reverse=True):
            os.rename(f"{folder}/{file}", f"{self.path}.{number + 1}{ending}")
            yield

    def next_name(self):
        self.rotations += 1
        return f"{self.path}.1" if self.numbering == "number" else f"{self.path}-{20260100 + self.rotations}"

    def rename(self, rng):
        """Rotates by renaming; the writer goes on in the renamed file until it opens the new one."""
        target = self.next_name()
        if self.numbering == "number":
            yield from self.shift()
        os.rename(self.path, target)
        yield
        yield from self.write(rng, rng.randrange(4))
        self.finish_line()
        yield
        self.writer.close()
        self.writer = open(self.path, "ab", buffering=0)

    def copytruncate(self, _rng):
        """Copies the log and truncates it, piece by piece, while nobody writes to it."""
        target = self.next_name()
        if self.numbering == "number":
            yield from self.shift()
        with open(self.path, "rb") as source, open(target, "wb", buffering=0) as copy:
            while piece := source.read(1 << 14):
                copy.write(piece)
                yield
        shutil.copystat(self.path, target)
        yield
        os.truncate(self.path, 0)

    def compress(self, rng):
        """Compresses the latest rotated file: the copy grows beside it, then takes its age, then the file goes."""
        folder, name = os.path.split(self.path)
        plain = [f"{folder}/{file}" for file in os.listdir(folder) if file != name and file.startswith(name) and file[-1].isdigit()]
        if not plain:
            return
        source = max(plain, key=lambda path: (os.stat(path).st_mtime_ns, path))
        with open(source, "rb") as file:
            text = file.read()
        if rng.random() < 0.5:
            ending, packed = ".gz", gzip.compress(text, 1)
        else:
            ending, packed = ".zst", subprocess.run(["zstd", "-q", "-1", "-c"], input=text, stdout=subprocess.PIPE, check=True).stdout
        with open(source + ending, "wb", buffering=0) as target:
            for at in range(0, len(packed), max(PIECE_BYTES, len(packed) // 8)):
                target.write(packed[at : at + max(PIECE_BYTES, len(packed) // 8)])
                yield
        shutil.copystat(source, source + ending)
        yield
        os.unlink(source)


class Logs:
    """The logs of a machine: each has at most one change under way."""

    def __init__(self, folder, rng):
        self.folder = folder
        os.makedirs(folder)
        serial = iter(range(1, 1 << 24))
        numberings = [rng.choice(["number", "date"]) for _ in range(2)]
        self.logs = [Log(folder / f"{kind}.log", kind, numbering, serial) for kind, numbering in zip(["auth", "access"], numberings)]
        self.under_way = {}

    def paths(self):
        return [log.path for log in self.logs]

    def begin(self, rng, lines):
        """Starts a change of some log, after finishing the one before it."""
        log = rng.choice(self.logs)
        self.finish(log)
        kind = rng.choices(["write", "rename", "copytruncate", "compress"], [6, 2, 2, 2])[0]
        # A log that was not read since it began is never overwritten here, and an empty one is not rotated (notifempty).
        if kind in ("rename", "copytruncate") and os.path.getsize(log.path) == 0:
            kind = "write"
        if kind == "copytruncate":
            log.finish_line()
        change = log.write(rng, rng.randrange(1, lines)) if kind == "write" else getattr(log, kind)(rng)
        self.under_way[log] = change

    def step(self, rng):
        """Goes one system call further in a change that is under way, if there is one."""
        if self.under_way:
            log = rng.choice(list(self.under_way))
            if next(self.under_way[log], self) is self:
                del self.under_way[log]

    def finish(self, log):
        for _ in self.under_way.pop(log, ()):
            pass

    def finish_all(self):
        for log in self.logs:
            self.finish(log)
            log.finish_line()

    def counts(self):
        """What stands in the logs now, by address."""
        return sum((log.counts for log in self.logs), Counter())

    def close(self):
        for log in self.logs:
            log.writer.close()
