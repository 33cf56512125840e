"""Counts by time for people: one resolution for all hosts of a run, however they came."""

from table import add, ordered

LADDER = [10, 60, 600, 3600, 21600, 86400, 604800]
MOST = 200


class Timeline:
    """How often each signal was counted, by the second at which a bucket of that width begins."""

    def __init__(self):
        self.width = {}
        self.counts = {}

    def count(self, signal, second, many, width=LADDER[0]):
        self.width[signal] = max(self.width.get(signal, LADDER[0]), width)
        counts = self.counts.setdefault(signal, {})
        start = second // width * width
        counts[start] = add(counts.get(start, 0), many)

    def read(self, record, names):
        width = record["resolution_seconds"]
        for signal, flat in record["buckets"].items():
            start = None
            for first, many in zip(flat[::2], flat[1::2]):
                start = first if start is None else start + first * width
                if signal in names:
                    self.count(signal, start, many, width)

    def write(self, width):
        buckets = {}
        for signal in ordered(self.counts):
            coarse = {}
            for second, many in self.counts[signal].items():
                start = second // width * width
                coarse[start] = add(coarse.get(start, 0), many)
            flat, before = [], None
            for start in sorted(coarse):
                flat += [start if before is None else (start - before) // width, coarse[start]]
                before = start
            buckets[signal] = flat
        return {"resolution_seconds": width, "buckets": buckets} if buckets else None


def resolution(timelines):
    """The finest with which the period of all has at most 200 buckets, and that no part exceeds; else the coarsest."""
    seconds = [second for timeline in timelines for counts in timeline.counts.values() for second in counts]
    least = max((width for timeline in timelines for width in timeline.width.values()), default=LADDER[0])
    for width in LADDER:
        if width >= least and (not seconds or max(seconds) // width - min(seconds) // width < MOST):
            return width
    return LADDER[-1]
