"""Random streams of events and hosts for soar-score, and random flags: every choice comes from the seed."""

import json
import re

import moment
from rules import random_rule
from table import LARGEST, NAME_BYTES, SETS, SIGNALS

OTHERS = ["zeta", "alpha", "Zeta", "vpn", "ssh_", "ssh_failed2", "été", "x" * NAME_BYTES, "x" * (NAME_BYTES + 1), "a-b"]
FILES = ["auth.log", "access.log", "a", "web1:auth.log", "-", "é.log", "b\tc", "/var/log/auth.log"]
USERS = ["root", "admin", "root from 192.0.2.200", "é\u202ea", 'a"b', "", "u" * 256, "u" * 257, "ü" * 300, "\x1b[0m", "\U0001f600"]
METHODS = ["password", "keyboard-interactive", "keyboard-interactive/pam", "publickey", "hostbased", "gssapi-with-mic", "none", "keyboard"]
PATHS = ["/", "/a", "/a?b=1", "/a?b=2", "/a#b", "/a?b#c", "/a%3Fb", "", "?q", "/b//c", "http://h.example/a?b", "/A", "/ü", "/a\\b"]
DATASETS = ["dovecot.auth", "dovecot.auth", "vsftpd.auth", "zz.auth", "ssh.auth", "sshd.auth", "http.access", ".auth", "a\"b.auth", "é.auth", "x" * 64 + ".auth", "x" * 65 + ".auth"]
STEPS = [0, 1, 9, 10, 11, 59, 60, 61, 600, 3590, 3600, 3610, 7200, 86400]


def addresses(rng):
    """Few of them, some of one network, one spelled in several ways."""
    pool = ["192.0.2.1", "192.0.2.10", "9.9.9.9", "10.0.0.200", "2001:db8::1", "2001:db8::2", "2001:db8:0:1::1", "::1", "::1.2.3.4", "fe80::1:0:0:1"]
    chosen = rng.sample(pool, rng.randint(1, 5))
    if rng.random() < 0.3:
        chosen += ["::ffff:192.0.2.1", "2001:DB8:0:0:0::1", "::FFFF:C000:20A"]
    return chosen


class Clock:
    """Times that come in bursts, mostly forward, some late, some equal."""

    def __init__(self, rng, late=None, more=()):
        """Live, times are late by one of `late`, none lie far from now, and some are `more` seconds apart."""
        self.rng = rng
        begin = [1767225600, 1700000000, 951782390, -30, 253402127000 - 90_000_000, moment.LAST - 600] if late is None else [1700000000, 951782390]
        self.now = rng.choice(begin) + rng.randint(0, 100)
        self.back = late or STEPS
        self.steps = rng.sample(STEPS, rng.randint(1, 4)) + list(more)
        self.late = rng.choice([0, 0, 0.1, 0.5])

    def tick(self):
        self.now += self.rng.choice(self.steps) * self.rng.choice([1, 1, 1, 2])
        back = self.rng.choice(self.back) if self.rng.random() < self.late else 0
        self.now = min(self.now, moment.LAST)
        return self.now - back

    def text(self):
        text = moment.write(self.tick())
        roll = self.rng.random()
        if roll < 0.04:
            text = text[:-3] + "60Z"
        if self.rng.random() < 0.2:
            text = text[:-1] + self.rng.choice([".5", ".999999999", ".0", ".123"]) + "Z"
        return text


def as_of(rng):
    return rng.choice(["2026-01-01T00:00:00Z", "2026-01-01T01:00:00+01:00", "2026-01-01T00:00:00.5Z", "2026-01-02T00:00:00Z"])


def known(rng):
    """What another stage may know of an address."""
    value = lambda: {"number": rng.randint(1, 3), **({"as_of": as_of(rng)} if rng.random() < 0.5 else {})}
    out = {key: value() for key in rng.sample(["as", "geo", "b c"], rng.randint(0, 3))}
    if rng.random() < 0.3:
        out["lists"] = rng.sample(["drop", "tor-exit"], rng.randint(0, 2))
    return out


def event(rng, clock, ips, tags, enriched=False):
    """One event with the keys of the schema in its order; what a random choice leaves out is absent."""
    out = {"schema": "soar.event/1"}
    if rng.random() > 0.06:
        out["@timestamp"] = clock.text()
    chosen = rng.sample(tags, min(len(tags), rng.choice([1, 1, 1, 2, 2, 3])))
    if rng.random() < 0.03:
        chosen = []
    login = "ssh_accepted" in chosen
    dataset = "sshd.auth" if login else "http.access"
    if {"login_failed", "login_accepted"} & set(chosen):
        dataset = rng.choice(DATASETS) if rng.random() < 0.8 else f"s{rng.randint(0, 90)}.auth"
    out["event"] = {"dataset": dataset, "action": "ssh_login" if login else "http_request"}
    source = {"address": "host.example"} if rng.random() < 0.04 else {"ip": rng.choice(ips)}
    if rng.random() < 0.3:
        source["port"] = rng.randint(0, 65535)
    out["source"] = source
    if rng.random() < 0.7:
        out["user"] = {"name": rng.choice(USERS) if rng.random() < 0.8 else f"user{rng.randint(0, 40)}"}
    if rng.random() < 0.7:
        out["url"] = {"original": rng.choice(PATHS) if rng.random() < 0.8 else f"/{rng.randint(0, 40)}"}
    out["log"] = {"file": {"path": rng.choice(FILES)}, "line": rng.choice([rng.randint(1, 9), rng.randint(1, 10**6), LARGEST])}
    out["tags"] = chosen
    soar = {}
    if rng.random() < 0.15:
        soar["count"] = rng.choice([2, 3, 5, 11, 60])
    if rng.random() < (0.9 if login else 0.1):
        soar["method"] = rng.choice(METHODS)
    if soar:
        out["soar"] = soar
    if enriched and rng.random() < 0.1:
        out["enrich"] = known(rng)
    return out


def line(rng, record):
    """A line as our own stages write it, or as one in another language may."""
    if rng.random() < 0.8:
        return json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    keys = list(record)
    rng.shuffle(keys)
    text = json.dumps({key: record[key] for key in keys}, ensure_ascii=rng.random() < 0.5, separators=rng.choice([(", ", ": "), (",", ":"), (" , ", " :  ")]))
    if rng.random() < 0.1:
        # Whole numbers as other languages write them.
        text = re.sub(r'("(?:line|count|ssh_failed)" ?: *)(\d{1,9})(?=[ ,}])', rng.choice([r"\1\2.0", r"\1\2e0", r"\1\2.00E+0"]), text)
    if rng.random() < 0.02:
        text = text[:-1] + rng.choice([',"schema":"soar.event/1"}', ',"schema":"soar.host/1"}', ',"schema":null}'])
    return text


def some_tags(rng):
    names = list(SIGNALS)
    tags = rng.sample(names, rng.randint(1, len(names)))
    if rng.random() < 0.5:
        tags += ["ssh_failed", "ssh_accepted"]
    if rng.random() < 0.4:
        tags += rng.sample(OTHERS, rng.randint(1, 5))
    if rng.random() < 0.03:
        tags += [f"n{number:03}" for number in range(rng.randint(60, 75))]
    return list(dict.fromkeys(tags))


def events(rng, most=60, late=None, more=()):
    clock, ips, tags = Clock(rng, late, more), addresses(rng), some_tags(rng)
    enriched = late is None and rng.random() < 0.3
    made = [event(rng, clock, ips, tags, enriched) for _ in range(rng.choice([1, 3, 10, rng.randint(1, most), rng.randint(1, most)]))]
    if rng.random() < 0.3:
        # Many of one host, one behind the other, so that thresholds and widths are reached: failures alone, or logins among them.
        one = event(rng, clock, ips, ["ssh_failed"])
        logins = rng.choice([0, 0, 0.1, 0.3])
        for _ in range(rng.choice([60, 60, 300, 600])):
            more = {"tags": ["ssh_accepted"], "soar": {"method": rng.choice(METHODS[:4])}} if rng.random() < logins else {}
            made.append({**one, "@timestamp": clock.text(), "user": {"name": f"u{rng.randint(0, 2000)}"}, **more})
    if rng.random() < 0.02:
        # Live, one from long ago would be later than memory is promised to reach.
        big = rng.choice(made) if late is None else made[-1]
        for _ in range(2):
            made.append({**big, "soar": {**big.get("soar", {}), "count": rng.choice([LARGEST, LARGEST - 1, 2**52])}})
    if late is None and rng.random() < 0.3:
        rng.shuffle(made)
    return made


def flags(rng, live=False):
    """Random flags that go together."""
    out = []
    unit = rng.choice([None, None, None, 20, 60, 7, 5])
    for number in range(rng.choice([0, 0, 1, 2, 3])):
        out += ["--rule", f"r{number}={random_rule(rng)}"]
    if rng.random() < 0.25:
        shipped = rng.choice(list(SETS))
        # Their windows are of 10 minutes.
        if unit is None or 600 % unit == 0:
            out += ["--rules", shipped]
    if rng.random() < 0.4:
        out += ["--window", f"{(unit or 10) * rng.choice([1, 2, 3, 6, 60, 360])}s"]
    partial = rng.random() < 0.2 and not live
    if partial:
        out += ["--partial"]
    if rng.random() < 0.3 and not live:
        out += ["--timeline"]
    if unit and (partial or "--window" in out or "strict" in out or "fail2ban-like" in out):
        out += ["--resolution", f"{unit}s"]
    for name in rng.sample([*SIGNALS, "zeta", "nobody"], rng.choice([0, 0, 1, 2])):
        out += ["--weight", f"{name}={rng.choice([0, 1, 2, 7, 1000] if rng.random() < 0.95 else [LARGEST])}"]
    for chosen, more in ((0.25, [rng.choice(["--explain", "--explain=suspicious"])]), (0.3, ["--evidence", str(rng.choice([0, 1, 2, 5]))])):
        if rng.random() < chosen:
            out += more
    if rng.random() < 0.4:
        out += ["--near", str(rng.choice([1, 2, 10, 1000]))]
    if rng.random() < 0.3:
        out += ["--group-v6", str(rng.choice([64, 48, 1, 127, 63]))]
    if rng.random() < 0.2:
        out += ["--allow", rng.choice(["192.0.2.1", "192.0.2.0/29", "2001:db8::1", "2001:db8::/64", "::1"])]
    if not live and rng.random() < 0.08:
        out += ["--max-age", rng.choice(["10s", "1m", "1h", "1d"])]
    if not live and rng.random() < 0.1:
        out += ["--threads", rng.choice(["1", "2", "3"])]
    return out
