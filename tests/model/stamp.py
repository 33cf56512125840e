"""When a line of a log was written, as soar-parse reads it: years that are guessed, zones, daylight saving (docs/run.md, --help)."""

import re
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo

UTC = timezone.utc
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
SYSLOG = re.compile(r"([A-Z][a-z]{2}) ([ \d]\d) (\d\d):(\d\d):(\d\d)(\.\d+)?")
FULL = re.compile(r"(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d):(\d\d)(\.\d+)?(Z|[-+]\d\d:\d\d)?")


class Impossible(Exception):
    """A time that no clock of the zone showed."""


def zone(text):
    match = re.fullmatch(r"([-+])(\d\d):(\d\d)", text)
    if not match:
        return UTC if text == "UTC" else ZoneInfo(text)
    shift = timedelta(hours=int(match[2]), minutes=int(match[3]))
    return timezone(-shift if match[1] == "-" else shift)


def skipped(local, where):
    """Whether clocks went past it: it does not come back from UTC as it was."""
    there = local.replace(tzinfo=where)
    return there.astimezone(UTC).astimezone(where).replace(tzinfo=None) != local


def instant(local, where):
    """Of a time that clocks showed twice, the first."""
    if skipped(local, where):
        raise Impossible
    return local.replace(tzinfo=where, fold=0).astimezone(UTC)


def first_of_day(day, where):
    """Midnight, or the moment to which clocks went where they skipped it."""
    local = day
    while skipped(local, where):
        local += timedelta(minutes=1)
    return local.replace(tzinfo=where, fold=0).astimezone(UTC)


def local_time(year, month, day, hour, minute, second):
    """A leap second is the second before it."""
    if second > 60:
        raise Impossible
    try:
        return datetime(year, month, day, hour, minute, min(second, 59))
    except ValueError:
        raise Impossible from None


def guess(parts, where, reference):
    """The latest year in which the stamp is no more than 24 h after the reference; only then it must be a time of that year."""
    for year in range(reference.year + 1, reference.year - 9, -1):
        try:
            local = local_time(year, *parts)
        except Impossible:
            # A day that this year does not have.
            continue
        near = local.replace(tzinfo=where, fold=0).astimezone(UTC)
        if near - reference <= DAY:
            return instant(local, where)
    raise Impossible


def read(text, where, year, reference):
    """The instant of a stamp and its fraction; Impossible where it is none."""
    match = SYSLOG.fullmatch(text)
    if match:
        month, *rest = match.groups()
        parts = [MONTHS.index(month) + 1, *(int(part) for part in rest[:4])]
        local_time(2000, *parts)
        fraction = rest[4]
        at = instant(local_time(year, *parts), where) if year else guess(parts, where, reference)
    else:
        *parts, fraction, offset = FULL.fullmatch(text).groups()
        local = local_time(*map(int, parts))
        at = instant(local, UTC if offset == "Z" else zone(offset) if offset else where)
    return at, fraction or ""


def write(at, fraction):
    """RFC 3339 in UTC, with what the log has of the second, at most nine digits."""
    digits = fraction[:10]
    return f"{at.year:04}-{at:%m-%dT%H:%M:%S}{digits}Z"


def read_when(text, where, now):
    """The WHEN of --since, --until, --modified: a time, a day, or how long ago."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return first_of_day(datetime.strptime(text, "%Y-%m-%d"), where)
    if re.fullmatch(r"\d+[smhdw]", text):
        units = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
        return now - timedelta(seconds=int(text[:-1]) * units[text[-1]])
    return read(text, where, None, now)[0]
