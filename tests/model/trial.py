"""One trial: the same flags and inputs for the binary and for the model, compared byte for byte, and shrunk where they differ."""

import re
import shlex
import subprocess
import time
from pathlib import Path

import score

# The words of an error are the evaluator's own.
ERROR = re.compile(rb'"error":"(?:[^"\\]|\\.)*"')


def mask(data):
    return ERROR.sub(b'"error":""', data)


class Place:
    """Where the binaries are, and a folder of this process alone."""

    def __init__(self, bin, scratch):
        self.bin, self.scratch = Path(bin), Path(scratch)

    def run(self, program, arguments, inputs):
        """Runs a filter over inputs as files, or over one as stdin. Gives stdout, exit code and stderr."""
        names = []
        if len(inputs) != 1:
            for number, data in enumerate(inputs):
                (self.scratch / f"in{number}").write_bytes(data)
                names.append(f"in{number}")
        done = subprocess.run(
            [self.bin / program, *arguments, *names], input=inputs[0] if len(inputs) == 1 else b"", capture_output=True, cwd=self.scratch, timeout=120
        )
        return done.stdout, done.returncode, done.stderr


class Score:
    """soar-score over a whole input."""

    # The flag without which it would be a trial of another kind.
    mode = None

    def __init__(self, arguments, inputs):
        # Each input is a list of lines.
        self.arguments, self.inputs = arguments, inputs

    def data(self):
        return [b"".join(line + b"\n" for line in lines) for lines in self.inputs]

    def got(self, place):
        out, code, _ = place.run("soar-score", ["-q", *self.arguments], self.data())
        return mask(out), code

    def expected(self, place):
        out, code = score.run(self.arguments, self.data(), int(time.time()))
        return mask(out), code

    def differs(self, place):
        """The exit code of the binary where the two differ, else None."""
        got = self.got(place)
        return None if self.expected(place) == got else got[1]

    def with_inputs(self, inputs):
        return type(self)(self.arguments, inputs)

    def with_arguments(self, arguments):
        return type(self)(arguments, self.inputs)

    def command(self, names):
        return " ".join(["soar-score -q", *map(shlex.quote, self.arguments), *names])


def fewer_lines(trial, shows):
    """Leaves out runs of lines, ever shorter, as long as the difference stays."""
    for which in range(len(trial.inputs)):
        step = max(len(trial.inputs[which]) // 2, 1)
        while step:
            at = 0
            while at < len(trial.inputs[which]):
                inputs = [list(lines) for lines in trial.inputs]
                del inputs[which][at : at + step]
                smaller = trial.with_inputs(inputs)
                if shows(smaller):
                    trial = smaller
                else:
                    at += step
            step //= 2
    return trial


def fewer_arguments(trial, shows):
    """Leaves out flags, each with its value."""
    at = 0
    while at < len(trial.arguments):
        until = at + 1
        while until < len(trial.arguments) and not trial.arguments[until].startswith("--"):
            until += 1
        smaller = trial.with_arguments(trial.arguments[:at] + trial.arguments[until:])
        if trial.arguments[at] != trial.mode and shows(smaller):
            trial = smaller
        else:
            at = until
    return trial


def simpler_lines(trial, shows):
    """Leaves out keys, tags and fractions of lines."""
    changes = [
        (rb'"(?:user|url|soar|event)":\{[^{}]*\},?', b""),
        (rb',?"(?:port|count|method)":(?:\d+|"[^"]*")', b""),
        (rb'"tags":\["[^"]*",', b'"tags":['),
        (rb'(:\d\d)\.\d+Z', rb"\1Z"),
        (rb'"path":"[^"]*"', b'"path":"a"'),
        (rb'"line":\d+', b'"line":1'),
        (rb'"name":"[^"]*"', b'"name":"u"'),
        (rb'"evidence":\[[^\]]*\],', b""),
    ]
    for which, lines in enumerate(trial.inputs):
        for number in range(len(lines)):
            for pattern, to in changes:
                line = trial.inputs[which][number]
                other = re.sub(pattern, to, line, count=1).replace(b",}", b"}")
                if other == line:
                    continue
                inputs = [list(lines) for lines in trial.inputs]
                inputs[which][number] = other
                smaller = trial.with_inputs(inputs)
                if shows(smaller):
                    trial = smaller
    return trial


def shrink(trial, place, seconds=30):
    """The smallest trial found in that time that still differs, and in which the binary refuses its work if it did before."""
    until = time.monotonic() + seconds
    refused = trial.differs(place) == 2

    def shows(smaller):
        try:
            code = smaller.differs(place)
        except Exception:
            # What the cut made unfit for the model shows nothing.
            return False
        return code is not None and (code == 2) == refused

    before = None
    while before is not trial and time.monotonic() < until:
        before = trial
        for step in (fewer_arguments, fewer_lines, simpler_lines):
            if time.monotonic() < until:
                trial = step(trial, shows)
    if len(trial.inputs) > 1:
        filled = trial.with_inputs([lines for lines in trial.inputs if lines] or [[]])
        trial = filled if shows(filled) else trial
    return trial


def show(trial, place):
    """The trial in a form to paste into a shell, with what both made of it."""
    expected, got = trial.expected(place), trial.got(place)
    out, names = [], []
    for number, lines in enumerate(trial.inputs):
        if len(trial.inputs) > 1:
            names.append(f"in{number}")
            out.append(f"cat > in{number} <<'EOF'")
        else:
            out.append(f"{trial.command([])} <<'EOF'")
        out += [line.decode() for line in lines] + ["EOF"]
    if names:
        out.append(trial.command(names))
    for title, (data, code) in (("expected", expected), ("got", got)):
        out += [f"--- {title}, exit {code}:", data.decode().rstrip("\n")]
    return "\n".join(out)
