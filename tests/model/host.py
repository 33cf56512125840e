"""One host: what is known of an address or a network, its sums, and the record made of it."""

import hashlib
import json

import address
import moment
from bucket import Buckets
from carried import Carried
from known import near_rule
from login import UNIT, LoginOrder
from table import ALWAYS, LARGEST, NAME_BYTES, SERVICE_LOGINS, SERVICES, SIGNALS, add, ordered
from timeline import Timeline

DISTINCT = 1024
BUCKETS_OF_A_SIGNAL = 4096
BUCKETS_OF_ALL = 24576


def dump(record):
    """Compact JSON; controls and what turns the direction of text are escaped (docs/events.md)."""
    text = json.dumps(record, ensure_ascii=False, separators=(",", ":"))
    turns = {0x7F, *range(0x80, 0xA0), 0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)}
    return text.translate({code: f"\\u{code:04x}" for code in turns})


def hashed(text):
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def is_service(name):
    return 1 <= len(name.encode()) <= NAME_BYTES and name not in ("ssh", "sshd")


def place_order(place):
    """The earliest first, an unknown time last; then by file and line."""
    at, file, line = place
    return (at is None, at or 0, file.encode(), line)


class Host:
    def __init__(self, key):
        self.key = key
        self.signals = {}
        self.logins = {}
        self.first = self.last = None
        # How each address of a network was last seen.
        self.seen = {}
        self.evidence = {}
        self.order = LoginOrder()
        self.buckets = {}
        self.timeline = Timeline()
        self.users, self.paths = set(), set()
        self.alerted = {}
        self.carried = Carried()

    def see(self, first, last):
        if first is not None:
            self.first = first if self.first is None else min(self.first, first)
        if last is not None:
            self.last = last if self.last is None else max(self.last, last)

    def see_address(self, address, at):
        known = self.seen.get(address)
        self.seen[address] = max([when for when in (known, at) if when is not None], default=None)

    def count(self, signal, many):
        if many:
            self.signals[signal] = add(self.signals.get(signal, 0), many)

    def prove(self, signal, place):
        self.evidence.setdefault(signal, []).append(place)

    def bucket(self, signal, unit):
        return self.buckets.setdefault(signal, Buckets(unit))

    # Reading.

    def count_event(self, event, address, at, tags, unit):
        """Counts the tags of one event; those that are left out are not among them."""
        many = event.get("soar", {}).get("count", 1)
        user = event.get("user", {}).get("name")
        log = event.get("log", {})
        place = (log.get("file", {}).get("path", "-"), log.get("line", 0))
        self.see(at, at)
        self.see_address(address, at)
        for tag in tags:
            self.count(tag, many)
            self.prove(tag, (at, *place))
            if at is not None:
                self.timeline.count(tag, at, many)
            if at is not None and unit:
                self.bucket(tag, unit).count(at, many)
        self.count_service(event.get("event", {}).get("dataset"), tags, many)
        if "ssh_failed" in tags:
            self.order.count_failures(at, many)
        if "ssh_accepted" in tags:
            self.order.count_login(at, many, user, event.get("soar", {}).get("method"), place)
        if user is not None and {"ssh_failed", "ssh_accepted", "ssh_invalid_user", "ssh_refused", "login_failed", "login_accepted"} & set(tags):
            self.users.add(hashed(user))
        target = event.get("url", {}).get("original")
        if target is not None and "http_404" in tags:
            # A broken link that is asked for with ever new queries is one.
            self.paths.add(hashed(target.split("?")[0].split("#")[0]))

    def count_service(self, dataset, tags, many):
        """sshd's logins are known from its signals; those of others the dataset names."""
        name = dataset[: -len(".auth")] if isinstance(dataset, str) and dataset.endswith(".auth") else ""
        for tag in tags:
            if tag in SERVICE_LOGINS and is_service(name):
                self.logins[name] = add(self.logins.get(name, 0), many)

    def services(self):
        """The first names beside ssh, which stands among them."""
        out = {name: self.logins[name] for name in sorted(self.logins, key=str.encode)[:SERVICES]}
        ssh = add(self.signals.get("ssh_failed", 0), self.signals.get("ssh_accepted", 0))
        if ssh:
            out["ssh"] = ssh
        return {name: out[name] for name in sorted(out, key=str.encode)}

    def count_record(self, record, address, names, unit):
        """Adds up a host record, of whose signals only `names` count."""
        first, last = (record.get(key) and moment.read(record[key]) for key in ("first_seen", "last_seen"))
        self.see(first, last)
        seen = record.get("ip_last_seen", record.get("last_seen"))
        self.see_address(address, seen and moment.read(seen))
        for signal, many in record["signals"].items():
            if signal in names:
                self.count(signal, many)
        if any(record["signals"].get(signal) for signal in SERVICE_LOGINS):
            for name, many in record.get("services", {}).items():
                if many and is_service(name):
                    self.logins[name] = add(self.logins.get(name, 0), many)
        for place in record.get("evidence", []):
            if place["signal"] in names:
                self.prove(place["signal"], (place.get("at") and moment.read(place["at"]), place["file"], place["line"]))
        if "timeline" in record:
            self.timeline.read(record["timeline"], names)
        partial = record.get("partial", {})
        self.count_order(record, partial)
        widths = partial.get("width_seconds", {})
        for signal, flat in partial.get("buckets", {}).items() if unit else []:
            if signal in names:
                self.bucket(signal, unit).merge(Buckets.read(flat, unit, widths.get(signal, unit)))
        for mine, key in ((self.users, "users"), (self.paths, "paths")):
            values = partial.get(key, [])
            # A set that was given up stays given up: more values than there is room for.
            mine.update(range(DISTINCT) if values == "capped" else values)

    def count_order(self, record, partial):
        if "login_order" in record:
            self.order.merge(LoginOrder.read(record["login_order"]))
            return
        # Version 0.1 kept no order; its failures are known where their buckets fit into those of the order.
        self.order.unknown = add(self.order.unknown, record["signals"].get("ssh_accepted", 0))
        unit = partial.get("resolution_seconds", 1)
        width = partial.get("width_seconds", {}).get("ssh_failed", unit)
        if UNIT % width == 0 or (width % UNIT == 0 and bin(width // UNIT).count("1") == 1):
            kept = Buckets.read(partial.get("buckets", {}).get("ssh_failed", []), unit, width)
            order = Buckets(UNIT)
            order.widen(max(width, UNIT))
            for start, many in kept.counts.items():
                order.count(start, many)
            self.order.failures.merge(order)

    # Judging.

    def settle(self):
        self.order.settle()
        for buckets in self.buckets.values():
            buckets.narrow_down_to(BUCKETS_OF_A_SIGNAL)
        assert sum(len(buckets.counts) for buckets in self.buckets.values()) <= BUCKETS_OF_ALL, "beyond the model"

    def counted(self, flags, signal):
        return min(self.signals.get(signal, 0) * flags.weight(signal), LARGEST)

    def score(self, flags):
        return min(sum(many * flags.weight(signal) for signal, many in self.signals.items()), LARGEST)

    def reason(self, flags):
        """The signal with the largest weighted count; of several, the first in the order of the table."""
        best = None
        for signal in ordered(self.signals):
            weighted = self.signals[signal] * flags.weight(signal)
            if weighted > 0 and (best is None or weighted > best[0]):
                best = (weighted, signal)
        return best and best[1]

    def facts(self, flags, window):
        """What a rule sees, and how long the window of each signal was where that is another."""
        facts, used = {}, {}
        for signal in {*SIGNALS, *self.signals}:
            facts[signal] = self.signals.get(signal, 0)
            if window:
                buckets = self.buckets.get(signal)
                facts[signal], length = buckets.largest(window) if buckets else (0, window)
                if length != window:
                    used[signal] = length
        before, logged_in = self.order.verdict(self.signals.get("ssh_failed", 0), self.signals.get("ssh_accepted", 0))
        facts["score"] = self.score(flags)
        facts["services"] = self.services()
        facts["first_seen"], facts["last_seen"] = (at if at is None else moment.write(at) for at in (self.first, self.last))
        facts["failed_before_login"] = before if logged_in else 0
        facts["users"], facts["paths"] = min(len(self.users), DISTINCT), min(len(self.paths), DISTINCT)
        facts.update(flags.known.facts(self.key, self.chosen(flags.allowed)) if flags.known else {})
        return facts, used

    def near(self, flags, judged):
        """The rules that would hold if values changed by little."""
        out = []
        for rule, verdict in zip(flags.rules, judged):
            if flags.near is not None and not verdict["held"] and "error" not in verdict:
                out += near_rule(rule, self.facts(flags, rule.window)[0], flags.near)
        return out

    def chosen(self, allowed):
        """The address that stands for the host: of a network the one last seen that is not allowed, the lowest of several."""
        mine = [one for one in self.seen if one not in allowed] or list(self.seen)
        newest = lambda one: (self.seen[one] is None, -(self.seen[one] or 0), int(one))
        return min(mine, key=newest)

    # Writing.

    def record(self, flags, judged, form="host", resolution=10):
        """The record, given what each rule made of the host (see score.judge): of a host, of an alert, or of one in a state."""
        ip = self.chosen(flags.allowed)
        allowed = ip in flags.allowed
        held = [verdict["rule"] for verdict in judged if verdict["held"]]
        out = {"schema": "soar.host/1", "ip": address.write(ip)}
        if not isinstance(self.key, type(ip)):
            out["network"] = address.write_network(self.key)
        if form == "alert":
            out["snapshot"] = True
        out["score"] = self.score(flags)
        out["reason"] = self.reason(flags)
        out["suspicious"] = bool(held) and not allowed
        out["allowed"] = True if allowed else None
        out["rules"] = held
        # Each technique once, in the order of the rules.
        out["attack"] = list(dict.fromkeys(verdict["attack"] for verdict in judged if verdict["held"] and verdict.get("attack"))) or None
        out["near"] = None if allowed or form == "state" else self.near(flags, judged) or None
        out["explain"] = judged if flags.explain is True or (flags.explain and out["suspicious"]) else None
        out["signals"] = {signal: self.signals.get(signal, 0) for signal in ordered({*ALWAYS, *self.signals})}
        out["services"] = self.services() or None
        out["weights"] = {name: flags.weights[name] for name in ordered(flags.weights) if flags.weights[name] != SIGNALS.get(name, 0)} or None
        if flags.counts("users"):
            out["users"] = min(len(self.users), DISTINCT)
        if flags.counts("paths"):
            out["paths"] = min(len(self.paths), DISTINCT)
        out["failed_before_login"] = self.order.verdict(self.signals.get("ssh_failed", 0), self.signals.get("ssh_accepted", 0))[0]
        for key, at in (("first_seen", self.first), ("last_seen", self.last)):
            out[key] = at if at is None else moment.write(at)
        out["evidence"] = self.write_evidence(flags.evidence) or None
        out["login_order"] = self.order.write() or None
        out["timeline"] = self.timeline.write(resolution) if flags.timeline else None
        if flags.partial:
            out["partial"] = self.write_partial(flags.unit)
        if form == "state":
            out["partial"] = self.write_kept_partial(flags) or None
            # In the order of the rules; what no time is known of is not remembered.
            times = [(rule.name, self.alerted.get(rule.name)) for rule in flags.rules]
            out["alerted"] = {name: moment.write(at) for name, at in times if at is not None} or None
            out["kept"] = flags.kept() or None
        out.update(self.carried.write())
        record = {key: value for key, value in out.items() if value is not None}
        if "network" in record and self.seen[ip] != self.last:
            record = self.insert_last_seen(record, ip)
        return record

    def insert_last_seen(self, record, ip):
        """ip_last_seen stands behind last_seen, or where that would be."""
        at = self.seen[ip]
        out = {}
        for key, value in record.items():
            out[key] = value
            if key == "last_seen":
                out["ip_last_seen"] = at if at is None else moment.write(at)
        return out

    def write_evidence(self, most):
        """The earliest places of each signal, signals in the order of the table."""
        out = []
        for signal in ordered(self.evidence):
            for at, file, line in sorted(self.evidence[signal], key=place_order)[:most]:
                when = {} if at is None else {"at": moment.write(at)}
                out.append({"signal": signal, **when, "file": file, "line": line})
        return out

    def write_partial(self, unit):
        widths = {signal: self.buckets[signal].width for signal in ordered(self.buckets) if self.buckets[signal].width != unit}
        out = {"resolution_seconds": unit, **({"width_seconds": widths} if widths else {})}
        out["buckets"] = {signal: self.buckets[signal].write() for signal in ordered(self.buckets) if self.buckets[signal].counts}
        for key, values in (("users", self.users), ("paths", self.paths)):
            out[key] = "capped" if len(values) >= DISTINCT else sorted(values)
        return out

    def write_kept_partial(self, flags):
        """Of what --partial writes, what the rules of a live run need."""
        whole = self.write_partial(flags.unit or 1)
        wanted = (["resolution_seconds", "width_seconds", "buckets"] if flags.windowed else []) + [key for key in ("users", "paths") if flags.reads(key)]
        return {key: whole[key] for key in wanted if key in whole}
