"""usage: latency.py LOG TEXT N RESULTS

How long it takes at most from the Nth line of LOG with TEXT to a line in RESULTS, in whole milliseconds, rounded up. Both
are looked at every half a millisecond; the time starts at the last look at which the line was not there yet.
"""

import math
import sys
import time

log, text, count, results = sys.argv[1], sys.argv[2].encode(), int(sys.argv[3]), sys.argv[4]


def read_on(path):
    with open(path, "rb") as file:
        while True:
            yield file.read()


def await_text(news, text, count, end):
    """The times of the last look before, and of the first look at which, what `news` yields had `text` that often."""
    seen, asked = b"", time.monotonic()
    while asked < end:
        before, asked = asked, time.monotonic()
        # The text may come in pieces.
        seen += next(news)
        if seen.count(text) >= count:
            return before, time.monotonic()
        time.sleep(0.0005)
    sys.exit(f"latency: {text} did not come {count} times")


end = time.monotonic() + 60
start, _ = await_text(read_on(log), text, count, end)
_, done = await_text(read_on(results), b"\n", 1, end)
print(math.ceil((done - start) * 1000))
