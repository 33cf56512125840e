"""A run of soar-score over a whole input: hosts out, the highest score first."""

import ipaddress
import json
from decimal import Decimal

import address
import moment
from flags import Flags
from host import Host, dump
from known import Known
from rule import Error, step
from table import NAME_BYTES, OTHERS, SIGNALS
from timeline import resolution

ERROR = "the model has no words for it"


class Unfit(Exception):
    """A record without which the result would be wrong: exit 2 at once."""


def judge(host, flags):
    """What each rule made of a host, as --explain says it; and whether one could not be evaluated."""
    judged, failed = [], False
    for rule in flags.rules:
        facts, used = host.facts(flags, rule.window)
        verdict = {"rule": rule.name, "held": False}
        try:
            verdict["held"] = rule.holds(facts)
        except Error:
            verdict["error"], failed = ERROR, True
        verdict["when"] = rule.when
        verdict.update(rule.words)
        if rule.window:
            verdict["window_seconds"] = rule.window
        used = {key: used[key] for key in rule.keys if key in used}
        if used:
            verdict["used_window_seconds"] = used
        # Paths of several keys come last, the shorter first.
        read = sorted(rule.keys, key=lambda key: len(key) if "." in key else 0)
        saw = {key: step(facts, key.split(".")) for key in read}
        saw = {key: value for key, value in saw.items() if value is not None}
        if saw:
            verdict["saw"] = saw
        judged.append(verdict)
    return judged, failed


def whole(text):
    """A number with a point or an exponent, where that is a whole one."""
    number = Decimal(text)
    if number != int(number):
        raise ValueError(f"not a whole number: {text}")
    return int(number)


def once(pairs):
    """An object; the key `schema` twice leaves open what the record is."""
    if [key for key, _ in pairs].count("schema") > 1:
        raise ValueError("schema twice")
    return dict(pairs)


def records(data):
    """The records of an input in their order, None for a malformed one; empty lines are none."""
    for line in data.split(b"\n"):
        if not line.strip():
            continue
        try:
            record = json.loads(line, parse_float=whole, object_pairs_hook=once)
            yield record if isinstance(record, dict) and "schema" in record else None
        except ValueError:
            yield None


def whom(record, flags):
    """The key of the host that a record counts for, and its address."""
    text = record["ip"] if "ip" in record else record.get("source", {}).get("ip")
    if text is None:
        return None, None
    ip = address.canonical(text)
    if "network" in record:
        network = ipaddress.ip_network(record["network"])
        return address.network(network.network_address, flags.bits), ip
    if flags.bits and ip.version == 6 and ip not in flags.allowed:
        return address.network(ip, flags.bits), ip
    return ip, ip


def is_host(record):
    return record["schema"] == "soar.host/1"


def names_that_count(given):
    """Every name of the table, and the first others by name."""
    others = set()
    for record in given:
        if record is None:
            continue
        if is_host(record):
            others |= {name for name, many in record["signals"].items() if many}
        elif "ip" in record.get("source", {}):
            others |= set(record.get("tags", []))
    fit = sorted((name for name in others - set(SIGNALS) if len(name.encode()) <= NAME_BYTES), key=str.encode)
    left = len(others - set(SIGNALS)) > len(fit[:OTHERS])
    return set(SIGNALS) | set(fit[:OTHERS]), left


def check(record, flags):
    """Refuses a host that lacks what this run needs of it."""
    if not is_host(record):
        return
    partial = record.get("partial", {})
    if record.get("snapshot"):
        raise Unfit("an alert is not added up")
    if "network" in record and not (flags.bits and flags.bits <= ipaddress.ip_network(record["network"]).prefixlen):
        raise Unfit("a network cannot be taken apart")
    if flags.unit and partial.get("resolution_seconds") != flags.unit:
        raise Unfit("no buckets of this resolution")
    if any(flags.counts(key) and key not in partial for key in ("users", "paths")):
        raise Unfit("no distinct values")


def add(record, hosts, flags, names):
    """Adds a record to the hosts. Gives the host that it counted for."""
    if is_host(record):
        if not any(many for name, many in record["signals"].items() if name in names):
            return None
        key, ip = whom(record, flags)
        host = hosts.setdefault(key, Host(key))
        host.count_record(record, ip, names, flags.unit)
        return host
    tags = [tag for tag in dict.fromkeys(record.get("tags", [])) if tag in names]
    key, ip = whom(record, flags)
    if key is None or not tags:
        return None
    at = record.get("@timestamp")
    host = hosts.setdefault(key, Host(key))
    host.count_event(record, ip, at if at is None else moment.read(at), tags, flags.unit)
    return host


def carry(given, hosts, flags):
    """Gives each host what other stages know of it, whether or not the record that says it counts anything."""
    for record in given:
        # An event without tags counts for nothing.
        counts = record is not None and (is_host(record) or record.get("tags"))
        key = whom(record, flags)[0] if counts and ("enrich" in record or "scan" in record) else None
        if key in hosts:
            hosts[key].carried.take(record if is_host(record) else {"enrich": record.get("enrich")})


def order(host, ip, flags):
    """The highest score first, then by address; an address stands before a network that is called by it."""
    return (-host.score(flags), *address.order(ip), host.key != ip)


def too_old(hosts, flags, now):
    """Whom --max-age leaves out: measured from the last time in the input, or now where that is earlier."""
    times = [host.last for host in hosts.values() if host.last is not None]
    if flags.max_age is None or not times:
        return set()
    oldest = min(now, max(times)) - flags.max_age
    return {key for key, host in hosts.items() if host.last is not None and host.last < oldest}


def known_before(data, flags):
    """What the hosts of earlier runs say."""
    hosts = []
    for record in records(data):
        if record is not None:
            check(record, flags)
        if record is not None and any(record["signals"].values()):
            hosts.append((*whom(record, flags), record))
    return Known(hosts, flags.bits)


def run(arguments, inputs, now, against=None):
    """What soar-score writes to stdout, and its exit code; `against`: the hosts of earlier runs."""
    flags = Flags(arguments)
    given = [record for data in inputs for record in records(data)]
    try:
        if against is not None:
            # Of these hosts, windows and distinct values are not asked.
            kept, flags.unit, flags.rules, flags.partial = (flags.unit, flags.rules, flags.partial), None, [], False
            flags.known = known_before(against, flags)
            flags.unit, flags.rules, flags.partial = kept
        for record in given:
            if record is not None:
                check(record, flags)
    except Unfit:
        return b"", 2
    names, left_out = names_that_count(given)
    hosts, code = {}, 1 if left_out or None in given else 0
    for record in given:
        if record is not None:
            add(record, hosts, flags, names)
    carry(given, hosts, flags)
    gone = too_old(hosts, flags, now)
    kept = [host for key, host in hosts.items() if key not in gone]
    width = resolution([host.timeline for host in hosts.values()])
    out = []
    for host in sorted(kept, key=lambda host: order(host, host.chosen(flags.allowed), flags)):
        host.settle()
        judged, failed = judge(host, flags)
        code = 1 if failed else code
        out.append(dump(host.record(flags, judged, resolution=width)) + "\n")
    return "".join(out).encode(), code
