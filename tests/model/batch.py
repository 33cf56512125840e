"""Trials of whole inputs: events, hosts, and the parts of a stream merged again."""

import stream
from trial import Score


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

