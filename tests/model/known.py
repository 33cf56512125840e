"""What was known before (--against, docs/rules.md, What is new), and rules that nearly hold (--near)."""

import ipaddress
import re

import moment

CLAUSE = re.compile(r"\s*\.(\w+)\s+(>=|<=|==|>|<)\s+(\d+)\s*")
UNLESS = re.compile(r"\.((?:enrich|scan)[A-Za-z0-9_.]*) != true")


def network_of(ip, bits):
    """Its /24 or /48 or, where addresses are grouped by less, that."""
    return ipaddress.ip_network((ip, 24 if ip.version == 4 else min(48, bits or 48)), strict=False)


class Known:
    """The hosts of earlier runs: (key, address, record) of each record that counts something."""

    def __init__(self, hosts, bits):
        self.bits, self.since, self.networks = bits, {}, set()
        for key, ip, record in hosts:
            first = record.get("first_seen")
            times = [at for at in (self.since.get(key), first and moment.read(first)) if at is not None]
            self.since[key] = min(times, default=None)
            if any(record["signals"].get(signal) for signal in ("ssh_accepted", "login_accepted")):
                self.networks.add(network_of(ip, bits))

    def facts(self, key, ip):
        since = self.since.get(key)
        return {
            "new": key not in self.since,
            "new_network": network_of(ip, self.bits) not in self.networks,
            "known_since": since if since is None else moment.write(since),
        }


def flip(sign, number):
    """The value for which a comparison begins to hold."""
    return {">": number + 1, "<": number - 1}.get(sign, number)


def near_rule(rule, facts, distance):
    """The comparisons that keep a rule from holding, where all are near; else none."""
    out = []
    for text in rule.when.split(" and "):
        unless = UNLESS.fullmatch(text)
        if unless:
            value = facts
            for key in unless[1].split("."):
                value = value.get(key) if isinstance(value, dict) else None
            if value is True:
                return []
            continue
        match = CLAUSE.fullmatch(text)
        if not match:
            return []
        key, sign, number = match[1], match[2], int(match[3])
        value = facts.get(key)
        if not isinstance(value, int) or isinstance(value, bool):
            return []
        holds = {">": value > number, ">=": value >= number, "<": value < number, "<=": value <= number, "==": value == number}[sign]
        if holds:
            continue
        at = flip(sign, number)
        if at < 0 or value == 0 or abs(value - at) > distance:
            return []
        out.append({"rule": rule.name, "key": key, "value": value, "flips_at": at})
    return out
