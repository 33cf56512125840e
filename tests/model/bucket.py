"""Counts by time: buckets aligned to 1970 that get wider where there are too many."""

from table import add


class Buckets:
    """How often something was counted, by the start of each bucket that is not empty."""

    def __init__(self, unit):
        self.unit = unit
        self.width = unit
        self.counts = {}

    def start(self, second):
        return second // self.width * self.width

    def count(self, second, many):
        start = self.start(second)
        self.counts[start] = add(self.counts.get(start, 0), many)

    def widen(self, width):
        if width > self.width:
            old, self.counts, self.width = self.counts, {}, width
            for start, many in old.items():
                self.count(start, many)

    def narrow_down_to(self, most):
        """Doubles the width until no more than `most` buckets are left."""
        while len(self.counts) > most:
            self.widen(self.width * 2)

    def merge(self, other):
        if other.counts:
            self.widen(other.width)
        for start, many in other.counts.items():
            self.count(start, many)

    def forget_before(self, second):
        """Leaves out the buckets that start before."""
        self.counts = {start: many for start, many in self.counts.items() if start >= second}

    def largest(self, window):
        """The largest count inside any window, and how long that really is: whole buckets, at least one."""
        length = max(window // self.width, 1) * self.width
        starts = sorted(self.counts)
        best = inside = first = 0
        for last in starts:
            inside += self.counts[last]
            while starts[first] <= last - length:
                inside -= self.counts[starts[first]]
                first += 1
            best = max(best, add(inside, 0))
        return best, length

    def total(self):
        total = 0
        for many in self.counts.values():
            total = add(total, many)
        return total

    def write(self):
        """One flat array: start, count, then gap and count, gaps in the narrowest width."""
        flat, before = [], None
        for start in sorted(self.counts):
            flat += [start if before is None else (start - before) // self.unit, self.counts[start]]
            before = start
        return flat

    @classmethod
    def read(cls, flat, unit, width):
        self, start = cls(unit), None
        self.width = width
        for first, many in zip(flat[::2], flat[1::2]):
            start = first if start is None else start + first * unit
            self.count(start, many)
        return self
