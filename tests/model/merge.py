"""Hosts are partial results: a stream in parts, each scored by the binary, and merged again, is one run over all of it."""

import json

import score
import stream
from batch import encoded, parts
from flags import Flags
from trial import Score, mask

# What a part must be told, too; each with its value.
SHARED = ["--timeline", "--resolution", "--group-v6", "--allow", "--evidence"]


def pairs(arguments):
    """The flags, each with its values."""
    out = []
    for argument in arguments:
        if argument.startswith("--"):
            out.append([argument])
        else:
            out[-1].append(argument)
    return out


def of_part(arguments):
    """The flags of a run over a part, from those of the run that merges."""
    flags = Flags(arguments)
    partial = flags.partial or flags.windowed or flags.reads("users") or flags.reads("paths")
    shared = [flag for flag in pairs(arguments) if flag[0] in SHARED and (partial or flag[0] != "--resolution")]
    return [word for flag in shared for word in flag] + (["--partial"] if partial else [])


class Merge(Score):
    """Each input but the last is scored by itself; then all of it, hosts and the events left, by one run."""

    def got(self, place):
        data, code = self.data(), 0
        for number in range(len(data) - 1):
            data[number], part, _ = place.run("soar-score", ["-q", *of_part(self.arguments)], [data[number]])
            code = max(code, part)
        out, last, _ = place.run("soar-score", ["-q", *self.arguments], data)
        return mask(out), max(code, last)

    def command(self, names):
        part = " ".join(["soar-score -q", *of_part(self.arguments)])
        turned = [f"<({part} {name})" for name in names[:-1]]
        return super().command(turned + names[-1:])


def split(rng, place):
    """Names beyond the 64 are left out: docs/hosts.md says what a merge cannot know of them."""
    made = stream.events(rng)
    while len({tag for event in made for tag in event["tags"]}) > 60:
        made = stream.events(rng)
    return Merge(stream.flags(rng), parts(rng, encoded(rng, made)) + [[]])


def age(rng, host):
    """A host as version 0.1, an older run or another stage may have written it."""
    roll = rng.random()
    if roll < 0.15:
        host.pop("login_order", None)
    elif roll < 0.2:
        host.pop("evidence", None)
    elif roll < 0.25:
        for key in ("first_seen", "last_seen", "ip_last_seen"):
            host.pop(key, None)
    elif roll < 0.3:
        host["scan"] = {"status": "out_of_scope", **({"started_at": stream.as_of(rng)} if rng.random() < 0.5 else {})}
        host["note"] = {"score": 3, "signals": {"ssh_failed": 9}}
        host["enrich"] = stream.known(rng)
        if rng.random() < 0.3:
            host["signals"] = {}
    elif roll < 0.35 and "ssh_accepted" in host["signals"]:
        host["signals"]["ssh_accepted"] += rng.randint(0, 3)
    elif roll < 0.36:
        host.pop("timeline", None)
    elif roll < 0.37:
        host["signals"]["ssh_failed"] += 2
    elif roll < 0.38 and "partial" in host:
        host["partial"].pop(rng.choice(["users", "paths"]), None)
    elif roll < 0.4 and "partial" in host:
        host["partial"]["users"] = "capped"
    return host


def hosts(rng, place):
    """Hosts of runs with other flags, some of them older, merged by one run."""
    arguments, inputs = stream.flags(rng), []
    otherwise = rng.random() < 0.5
    if otherwise:
        # Parts that are grouped and allowed in other ways; those of longer prefixes are mostly merged into shorter ones.
        arguments = [word for flag in pairs(arguments) if flag[0] not in ("--group-v6", "--allow") for word in flag]
        arguments += rng.choice([[], *[["--group-v6", bits] for bits in ("64", "64", "48", "1", "127")]])
        arguments += rng.choice([[], *[["--allow", allowed] for allowed in ("2001:db8::1", "2001:db8::2", "2001:db8::/64", "::1", "192.0.2.1")]])
    for _ in range(rng.choice([1, 2, 3])):
        lines = encoded(rng, stream.events(rng, 30))
        flags = of_part(arguments)
        if otherwise:
            flags = [word for flag in pairs(flags) if flag[0] not in ("--group-v6", "--allow") for word in flag]
            flags += rng.choice([[], ["--group-v6", "64"], ["--group-v6", "127"], ["--group-v6", "64", "--allow", "2001:db8::2"]])
        out, _ = score.run(flags, [b"\n".join(lines)], 2**40)
        made = [age(rng, json.loads(line)) if rng.random() < 0.5 else json.loads(line) for line in out.splitlines()]
        inputs.append([stream.line(rng, host).encode() for host in made])
    if rng.random() < 0.5:
        inputs.append(encoded(rng, stream.events(rng, 30)))
    if rng.random() < 0.1:
        inputs.append(list(inputs[0]))
    return Score(arguments, inputs)


def wide_record(rng, ip, signals, unit):
    """A host with about as many buckets of a signal as a record holds, all of the narrowest width or of one that is wider."""
    record = {"schema": "soar.host/1", "ip": ip, "score": 0, "suspicious": False, "rules": [], "signals": {}}
    buckets, widths = {}, {}
    start = rng.randint(0, 10**7) * unit
    for signal in signals:
        width = unit * rng.choice([1, 1, 1, 2, 8])
        many = rng.choice([1, 10, 2000, 4000, 4095, 4096])
        steps = rng.choice([[1], [1, 2], [1, 1, 1, 50], [1, 700]])
        flat, second = [], start // width * width
        for number in range(many):
            gap = rng.choice(steps) * width if number else 0
            second += gap
            flat += [gap // unit if number else second, rng.choice([1, 1, 2, 30])]
        buckets[signal] = flat
        record["signals"][signal] = sum(flat[1::2])
        if width != unit:
            widths[signal] = width
    record["partial"] = {"resolution_seconds": unit, **({"width_seconds": widths} if widths else {}), "buckets": buckets, "users": [], "paths": []}
    return record


def wide(rng, place):
    """Hosts with so many buckets that merging them makes them wider."""
    arguments = ["--partial", *[word for flag in pairs(stream.flags(rng)) if flag[0] not in ("--partial", "--resolution", "--window") for word in flag]]
    unit = rng.choice([10, 10, 60, 1])
    arguments += ["--resolution", f"{unit}s", "--window", f"{unit * rng.choice([1, 6, 60, 1000])}s"]
    ips = rng.sample(["192.0.2.1", "192.0.2.2", "10.0.0.1"], rng.choice([1, 1, 2]))
    signals = rng.sample(["ssh_failed", "http_404", "http_bot", "ssh_probe", "vpn"], rng.choice([1, 2, 3]))
    inputs = [[stream.line(rng, wide_record(rng, rng.choice(ips), signals, unit)).encode()] for _ in range(rng.choice([1, 2, 3]))]
    return Score(arguments, inputs)
