"""A run of soar-score --live: alerts the moment that a rule holds (docs/hosts.md, Live)."""

import moment
from flags import Flags
from host import Host, dump
from score import is_host, judge, names_that_count, order, records, whom


class Watch:
    """The hosts of a live run, each with a clock of its own."""

    def __init__(self, flags, names, now):
        self.flags, self.names, self.now = flags, names, now
        self.hosts = {}

    def anew(self, host, key, clock):
        """A host of which nothing is remembered but its alerts of the last --repeat."""
        fresh = Host(key)
        fresh.alerted = {rule: at for rule, at in host.alerted.items() if at is not None and clock - at < self.flags.repeat}
        self.hosts[key] = fresh
        return fresh

    def see(self, event):
        """Counts an event. Gives the alert that it leads to, if any, and whether a rule could not be evaluated."""
        tags = [tag for tag in dict.fromkeys(event.get("tags", [])) if tag in self.names]
        key, ip = whom(event, self.flags)
        if key is None or not tags:
            return None, False
        at = event.get("@timestamp")
        at = at if at is None else moment.read(at)
        host = self.hosts.setdefault(key, Host(key))
        before = getattr(host, "clock", None)
        known = [time for time in (before, at if at is None else min(at, self.now)) if time is not None]
        clock = max(known, default=None)
        host.order.settle()
        width = max(host.order.failures.width, host.order.logins.width)
        if self.flags.forgets and before is not None and clock - before >= self.flags.idle(width):
            host = self.anew(host, key, clock)
        host.clock = clock
        host.count_event(event, ip, at, tags, self.flags.unit)
        self.forget_counts(host)
        alert = self.alert(host)
        self.forget_hosts()
        return alert

    def forget_hosts(self):
        """Past --max-hosts a sixteenth goes: those not seen for longest, of several the one that came first."""
        most = self.flags.max_hosts
        if len(self.hosts) > most:
            oldest = sorted(self.hosts, key=lambda key: (self.hosts[key].last is not None, self.hosts[key].last or 0))
            for key in oldest[: len(self.hosts) - (most - most // 16)]:
                del self.hosts[key]

    def forget_counts(self, host):
        """What left the longest window is in none any more."""
        for buckets in host.buckets.values():
            if self.flags.longest and host.clock is not None:
                buckets.forget_before(buckets.start(host.clock) - self.flags.longest + buckets.width)

    def alert(self, host):
        """Hosts that --allow names never leave, so no rule is asked about them."""
        host.settle()
        if host.chosen(self.flags.allowed) in self.flags.allowed:
            return None, False
        judged, failed = judge(host, self.flags)
        held = [verdict["rule"] for verdict in judged if verdict["held"]]
        due = [rule for rule in held if self.is_due(host, rule)]
        if not due:
            return None, failed
        for rule in held:
            host.alerted[rule] = host.clock
        return dump(host.record(self.flags, judged, "alert")) + "\n", failed

    def is_due(self, host, rule):
        """An alert is quiet for --repeat; a host without any time leaves once for each rule."""
        if rule not in host.alerted:
            return True
        last = host.alerted[rule]
        if host.clock is None or last is None:
            return host.clock != last
        return host.clock - last >= self.flags.repeat


def run(arguments, inputs, now):
    """What soar-score --live writes to stdout, its exit code, and its state."""
    flags = Flags(arguments)
    given = [record for data in inputs for record in records(data)]
    names, left_out = names_that_count(given)
    watch, out, code = Watch(flags, names, now), [], 1 if left_out or None in given else 0
    for record in given:
        if record is None or is_host(record):
            continue
        alert, failed = watch.see(record)
        out += [alert] if alert else []
        code = 1 if failed else code
    hosts = [host for host in watch.hosts.values() if host.signals]
    state = []
    for host in sorted(hosts, key=lambda host: order(host, host.chosen(flags.allowed), flags)):
        host.settle()
        state.append(dump(host.record(flags, judge(host, flags)[0], "state")) + "\n")
    return "".join(out).encode(), code, "".join(state).encode()
