"""Random lines of sshd with random stamps, most of them where a year, a zone or daylight saving matters, for soar-parse."""

import json
import shlex
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import stamp
from trial import Score

ZONES = """America/New_York Europe/Paris Australia/Lord_Howe Pacific/Apia America/Santiago Africa/Cairo America/Havana Asia/Kathmandu
America/St_Johns Pacific/Chatham Europe/London Asia/Tehran Africa/Casablanca Asia/Beirut America/Sao_Paulo UTC""".split()
OFFSETS = ["+02:00", "-08:00", "+05:45", "+14:00", "-12:00"]
LINE = "{stamp} lab sshd[7]: Failed password for root from 192.0.2.1 port {port} ssh2"


def zones():
    """Those that this machine knows; where it has no zones, offsets do."""
    try:
        ZoneInfo("America/New_York")
    except ZoneInfoNotFoundError:
        return OFFSETS
    return ZONES + OFFSETS


def changes(where, year):
    """When clocks of the zone are put forward or back in that year, to the hour, in local time."""
    at = datetime(year, 1, 1, tzinfo=stamp.UTC)
    out = []
    while at.year == year:
        after = at + timedelta(hours=1)
        if at.astimezone(where).utcoffset() != after.astimezone(where).utcoffset():
            out.append(at.astimezone(where).replace(tzinfo=None))
        at = after
    return out


class Parse(Score):
    """soar-parse over one log of sshd's failures."""

    program = "soar-parse"

    def got(self, place):
        out, code, _ = place.run("soar-parse", ["-q", *self.arguments], self.data())
        return out, code

    def expected(self, place):
        flags = dict(zip(self.arguments[::2], self.arguments[1::2]))
        where = stamp.zone(flags.get("--tz", "UTC"))
        now = datetime.now(stamp.UTC)
        when = {key: stamp.read_when(flags[key], where, now) for key in ("--since", "--until", "--modified") if key in flags}
        # A file that says it comes from the future is of now at the latest.
        reference = min(now, when.get("--modified", now))
        year = int(flags["--year"]) if "--year" in flags else None
        first, out, rejects = int(flags.get("--first-line", 1)), [], 0
        for number, line in enumerate(self.inputs[0]):
            text, _, rest = line.decode().partition(" lab ")
            port = int(rest.split(" port ")[1].split()[0])
            try:
                at, fraction = stamp.read(text, where, year, reference)
            except stamp.Impossible:
                rejects += 1
                continue
            # Fractions are of the same second as the limits here, which are whole.
            if ("--since" in when and at < when["--since"]) or ("--until" in when and at >= when["--until"]):
                continue
            event = {
                "schema": "soar.event/1",
                "@timestamp": stamp.write(at, fraction),
                "event": {"dataset": "sshd.auth", "action": "ssh_login", "outcome": "failure"},
                "source": {"ip": "192.0.2.1", "port": port},
                "user": {"name": "root"},
                "host": {"hostname": "lab"},
                "process": {"name": "sshd", "pid": 7},
                "log": {"file": {"path": flags.get("--name", "-")}, "line": first + number},
                "tags": ["ssh_failed"],
                "soar": {"method": "password"},
            }
            out.append(json.dumps(event, separators=(",", ":")) + "\n")
        return "".join(out).encode(), 1 if self.inputs[0] and rejects == len(self.inputs[0]) else 0

    def command(self, names):
        return " ".join(["soar-parse -q", *map(shlex.quote, self.arguments), *names])


def text(rng, at):
    """A time as syslog writes it, or in full, with or without an offset."""
    roll = rng.random()
    fraction = rng.choice([".5", ".123456", ".000001"]) if rng.random() < 0.2 else ""
    second = "60" if rng.random() < 0.03 else f"{at:%S}"
    if roll < 0.75:
        return f"{stamp.MONTHS[at.month - 1]} {at.day:2} {at:%H:%M}:{second}{fraction}"
    offset = "" if roll < 0.9 else rng.choice(["Z", "+01:00", "-07:00", "+05:30"])
    return f"{at.year:04}-{at:%m-%dT%H:%M}:{second}{fraction}{offset}"


def stamps(rng, place):
    name = rng.choice(zones())
    where = stamp.zone(name)
    year = rng.choice([2011, 2012, 2015, 2016, 2019, 2020, 2023, 2024, 2025])
    reference = datetime(year, rng.randint(1, 12), rng.randint(1, 28), rng.randint(0, 23), rng.randint(0, 59))
    arguments = ["--tz", name]
    roll = rng.random()
    if roll < 0.7:
        arguments += ["--modified", f"{reference:%Y-%m-%dT%H:%M:%S}Z"]
    elif roll < 0.9:
        arguments += ["--year", str(year)]
    else:
        arguments += ["--modified", "2199-01-01T00:00:00Z"]
    near = [reference, reference + timedelta(days=1), datetime(year, 12, 31, 23, 59, 59), datetime(year, 2, 28, 23, 59)]
    near += [change for each in (year - 1, year, year) for change in changes(where, each)]
    lines = []
    for _ in range(rng.randint(1, 40)):
        at = rng.choice(near) + timedelta(seconds=rng.choice([0, 1, -1, 59, 60, 1800, 3599, 3600, 3601, 5400, -3600, rng.randint(-90000, 90000), rng.randint(-(10**7), 10**7)]))
        written = text(rng, at)
        if rng.random() < 0.03:
            written = rng.choice(["Feb 29 12:00:00", "Feb 30 12:00:00", "Jun 31 00:00:00", "Mar  1 24:00:00", "Mar  1 00:60:00", "Mar  1 00:00:61"])
        lines.append(LINE.format(stamp=written, port=rng.randint(1, 65535)).encode())
    for flag in ("--since", "--until"):
        if rng.random() < 0.15:
            at = rng.choice(near) + timedelta(hours=rng.randint(0, 30))
            arguments += [flag, rng.choice([f"{at:%Y-%m-%d}", f"{at:%Y-%m-%dT%H:%M:%S}Z", f"{at:%Y-%m-%dT%H:%M:%S}+01:00"])]
    if "--since" in arguments and "--until" in arguments:
        since, until = (stamp.read_when(arguments[arguments.index(flag) + 1], where, reference) for flag in ("--since", "--until"))
        # A period that ends before it begins is a usage error.
        arguments = arguments if since < until else arguments[: arguments.index("--since")]
    if rng.random() < 0.2:
        arguments += ["--first-line", str(rng.randint(1, 1000)), "--name", "auth.log"]
    return Parse(arguments, [lines])
