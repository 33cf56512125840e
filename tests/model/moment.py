"""Times of records: RFC 3339 in UTC, read to whole seconds since 1970, and written."""

import re
from datetime import datetime, timedelta

EPOCH = datetime(1970, 1, 1)
# The last second that a record can hold.
LAST = 253402300799
PATTERN = re.compile(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?Z")
UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}


def read(text):
    """Seconds since 1970. The second 60 is the one before it: a leap second has no place of its own there."""
    match = PATTERN.fullmatch(text)
    if not match:
        raise ValueError(f"no time of a record: {text}")
    year, month, day, hour, minute, second = map(int, match.groups())
    moment = datetime(year, month, day, hour, minute, min(second, 59))
    if second > 60:
        raise ValueError(f"no second: {text}")
    return (moment - EPOCH) // timedelta(seconds=1)


def write(seconds):
    moment = EPOCH + timedelta(seconds=seconds)
    # strftime leaves zeros out of early years on some systems.
    return f"{moment.year:04}-{moment:%m-%dT%H:%M:%S}Z"


def length(text):
    """Seconds of 30s, 10m, 1h ..."""
    return int(text[:-1]) * UNITS[text[-1]]
