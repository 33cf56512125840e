"""Trials of live runs: one over the whole stream, and several that remember in a --state what came before."""

import json
import time

import live
import moment
import stream
from batch import encoded
from flags import Flags
from trial import Score, mask


class Live(Score):
    mode = "--live"

    def expected(self, place):
        out, code, _ = live.run(self.arguments, self.data(), int(time.time()))
        return mask(out), code


class Resumed(Live):
    """Each input is a run of its own, with one state; together they say what one run says, and the state is what one run leaves."""

    def recent(self, state):
        """Of a state, the hosts that are surely remembered: the others may be forgotten, for memory."""
        flags, hosts = Flags(self.arguments), [(json.loads(line)["last_seen"], line) for line in state.splitlines()]
        times = [moment.read(seen) for seen, _ in hosts]
        return [line for seen, line in hosts if not flags.forgets or max(times) - moment.read(seen) < flags.longest]

    def expected(self, place):
        out, code, state = live.run(self.arguments, self.data(), int(time.time()))
        return mask(out + b"\n".join([b"state:", *self.recent(state)])), code

    def got(self, place):
        (place.scratch / "state").unlink(missing_ok=True)
        out, code = b"", 0
        for data in self.data():
            part, last, _ = place.run("soar-score", ["-q", *self.arguments, "--state", "state"], [data])
            out, code = out + part, max(code, last)
        state = (place.scratch / "state").read_bytes()
        return mask(out + b"\n".join([b"state:", *self.recent(state)])), code

    def command(self, names):
        command = super().command(["--state", "state"])
        return "rm -f state; " + "; ".join(f"{command} < {name}" for name in names or ["/dev/stdin"])


def flags(rng):
    """Flags for --live: windows in every rule or in some, or totals."""
    out = ["--live", *stream.flags(rng, live=True)]
    if rng.random() < 0.4:
        out += ["--repeat", rng.choice(["10s", "1m", "10m", "1h", "1d"])]
    return out


def events(rng, arguments):
    """Few names, so that no run leaves one out; late by less than what a quiet host is remembered for."""
    flags = Flags(arguments)
    windows = [rule.window for rule in flags.rules]
    # Exactly as far apart as a window is long, or one bucket less, is where it matters.
    more = [flags.longest, flags.longest - flags.unit] if flags.windowed and rng.random() < 0.7 else []
    late = [step for step in stream.STEPS if step < max([10, *filter(None, windows)])]
    made = stream.events(rng, late=late, more=more)
    while len({tag for event in made for tag in event["tags"]}) > 60:
        made = stream.events(rng, late=late, more=more)
    if all(windows) and len({str(event["source"]) for event in made}) > 1:
        # When a host of which nothing comes any more is forgotten is a matter of memory, and only what has no time could tell.
        made = [event for event in made if "@timestamp" in event]
    return made


def alerts(rng, place):
    arguments = flags(rng)
    if rng.random() < 0.2 and not Flags(arguments).forgets:
        arguments += ["--max-hosts", rng.choice(["1", "2", "3", "17"])]
    return Live(arguments, [encoded(rng, events(rng, arguments))])


def resumed(rng, place):
    arguments = flags(rng)
    made = [event for event in events(rng, arguments) if "@timestamp" in event]
    lines, inputs = encoded(rng, made), []
    for _ in range(rng.choice([1, 2, 2, 3])):
        at = rng.randint(0, len(lines))
        inputs.append(lines[:at])
        lines = lines[at:]
    return Resumed(arguments, inputs + [lines])
