"""Runs of a script or filter as a session of its own, and their violent end.

Orphans come to this process (PR_SET_CHILD_SUBREAPER), so it knows when the last one is gone without asking again.
"""

import ctypes
import os
import select
import signal
import subprocess
import time

PR_SET_CHILD_SUBREAPER = 36


def adopt_orphans():
    """Makes this process the parent of what its runs leave behind."""
    if ctypes.CDLL(None, use_errno=True).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def children(pid):
    try:
        with open(f"/proc/{pid}/task/{pid}/children") as file:
            return [int(child) for child in file.read().split()]
    except (FileNotFoundError, ProcessLookupError):
        return []


def descendants(pid):
    below = children(pid)
    return below + [grandchild for child in below for grandchild in descendants(child)]


def send(pid, number):
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        pass


class Run:
    """A process in a session of its own; stderr goes to a file, since a pipe could fill and block it."""

    def __init__(self, command, place, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL, cwd=None):
        self.stderr_path = place.scratch / "stderr"
        with open(self.stderr_path, "wb") as stderr:
            self.process = subprocess.Popen(
                command, env=place.environment(), stdin=stdin, stdout=stdout, stderr=stderr, cwd=cwd or place.scratch, start_new_session=True
            )
        self.pid = self.process.pid
        self.began = time.monotonic()
        self.code = None

    def lasted(self):
        return time.monotonic() - self.began

    def stderr(self):
        """What it said, in the middle cut short."""
        said = self.stderr_path.read_text(errors="replace").strip()
        return said if len(said) < 600 else f"{said[:300]} ... {said[-300:]}"

    def until(self, moment):
        """Whether it still runs `moment` seconds after its start."""
        poll = select.poll()
        descriptor = os.pidfd_open(self.pid)
        try:
            poll.register(descriptor, select.POLLIN)
            return not poll.poll(max(0.0, (self.began + moment - time.monotonic()) * 1000))
        finally:
            os.close(descriptor)

    def kill(self, rng, number=signal.SIGKILL):
        """Sends a signal to all processes, to the first alone, or to one below it. Gives which."""
        below = descendants(self.pid)
        whom = rng.choices(["all", "first", "child"], [4, 2, 3])[0]
        try:
            if whom == "child" and below:
                os.kill(rng.choice(below), number)
            elif whom == "all" and number == signal.SIGKILL:
                # As the end of a container, or a machine short of memory: the first process cannot react.
                for pid in [self.pid, *below, *descendants(self.pid)]:
                    send(pid, number)
            elif whom == "all":
                # As a terminal does.
                os.killpg(self.pid, number)
            else:
                whom = "first"
                os.kill(self.pid, number)
        except ProcessLookupError:
            pass
        return whom

    def wait(self):
        """Waits until it and all that it started are gone. Gives its exit code, negative for a signal."""
        while True:
            try:
                pid, status = os.waitpid(-1, 0)
            except ChildProcessError:
                break
            if pid == self.pid:
                self.code = os.waitstatus_to_exitcode(status)
        if self.code is None:
            self.code = self.process.wait()
        self.process.returncode = self.code
        return self.code

    def end(self):
        """Waits for the first process alone; orphans may still work."""
        _, status = os.waitpid(self.pid, 0)
        self.code = self.process.returncode = os.waitstatus_to_exitcode(status)
        return self.code


def complete(command, place, **more):
    """Runs a command to its end, undisturbed, with all that it starts."""
    run = Run(command, place, **more)
    run.wait()
    run.seconds = run.lasted()
    return run
