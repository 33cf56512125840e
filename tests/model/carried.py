"""What stages between ours know of a host, kept where records are added up (docs/hosts.md, Other stages)."""

import json
import re
from datetime import datetime, timedelta

STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)")


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def instant(value, key):
    """When a value was true; the earliest of all where it does not say so."""
    text = value.get(key) if isinstance(value, dict) else None
    match = STAMP.fullmatch(text) if isinstance(text, str) else None
    if not match:
        return (0, 0, 0)
    clock, fraction, zone = match.groups()
    seconds = (datetime.fromisoformat(clock) - datetime(1970, 1, 1)) // timedelta(seconds=1)
    if zone != "Z":
        hours, minutes = zone[1:].split(":")
        seconds -= (1 if zone[0] == "+" else -1) * (int(hours) * 3600 + int(minutes) * 60)
    return (1, seconds, int((fraction or "0").ljust(9, "0")[:9]))


def later(one, other, key):
    return max((one, other), key=lambda value: (instant(value, key), compact(value).encode()))


class Carried:
    def __init__(self):
        self.enrich, self.scan = {}, None

    def take(self, record):
        for key, value in (record.get("enrich") or {}).items():
            self.enrich[key] = later(self.enrich[key], value, "as_of") if key in self.enrich else value
        scan = record.get("scan")
        if scan is not None:
            self.scan = scan if self.scan is None else later(self.scan, scan, "started_at")

    def write(self):
        """The keys in the order of their bytes."""
        enrich = {key: self.enrich[key] for key in sorted(self.enrich, key=str.encode)}
        return {"enrich": enrich or None, "scan": self.scan}
