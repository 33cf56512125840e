"""Trials of whole inputs: events, hosts, and the parts of a stream merged again."""

import time

import score
import stream
from trial import Score, mask


def encoded(rng, records):
    lines = [stream.line(rng, record).encode() for record in records]
    if lines and rng.random() < 0.03:
        lines.insert(rng.randrange(len(lines)), rng.choice([b"{", b"", b"  ", b"[]", b'{"a":1}']))
    return lines


def parts(rng, lines, most=4):
    """The lines in up to so many parts: behind one another, or dealt out."""
    many = rng.choice([1, 1, 2, 3, most])
    out = [[] for _ in range(many)]
    for number, line in enumerate(lines):
        out[number * many // len(lines) if many % 2 else rng.randrange(many)].append(line)
    return out


def events(rng, place):
    return Score(stream.flags(rng), parts(rng, encoded(rng, stream.events(rng))))



class Against(Score):
    """The last input is the hosts of earlier runs."""

    def got(self, place):
        *data, old = self.data()
        (place.scratch / "old").write_bytes(old)
        out, code, _ = place.run("soar-score", ["-q", *self.arguments, "--against", "old"], data)
        return mask(out), code

    def expected(self, place):
        *data, old = self.data()
        out, code = score.run(self.arguments, data, int(time.time()), old)
        return mask(out), code

    def command(self, names):
        return super().command(["--against", *names[-1:], *names[:-1]])


def known(rng, place):
    """Hosts of a run over other events, grouped by no less, or hosts as they are."""
    arguments = stream.flags(rng)
    arguments += ["--rule", f"known={rng.choice(['.new', '.new_network', '.ssh_accepted > 0 and .new_network', '.known_since'])}"]
    bits = arguments[arguments.index("--group-v6") + 1] if "--group-v6" in arguments else None
    flags = ["--group-v6", bits] if bits and rng.random() < 0.7 else []
    old, _ = score.run(flags, [b"\n".join(stream.line(rng, event).encode() for event in stream.events(rng, 30))], 2**40)
    lines = [line for line in old.splitlines() if rng.random() < 0.7]
    # What an event without tags knows of its address is not what is asked here.
    made = [event for event in stream.events(rng, 30) if event["tags"]]
    return Against(arguments, [*parts(rng, encoded(rng, made)), lines])
