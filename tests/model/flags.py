"""The flags of soar-score that the model knows, as `soar-score --help` has them, checked as at the door."""

import address
import moment
from login import HOUR, UNIT
from rule import Rule
from table import SETS, SIGNALS


class Flags:
    def __init__(self, arguments):
        self.rules, self.weights, self.allow, self.files = [], {}, [], []
        self.evidence, self.window, self.unit, self.bits = 3, None, None, None
        self.partial = self.explain = self.live = self.timeline = False
        self.max_age, self.repeat, self.max_hosts, self.state = None, 3600, 1_000_000, None
        # How near to a threshold a host is told to be, and what was known before, if anything.
        self.near, self.known = None, None
        sets, rules = [], []
        rest = list(arguments)
        while rest:
            flag = rest.pop(0)
            if flag in ("--partial", "--explain", "--live", "--timeline"):
                setattr(self, flag[2:], True)
            elif flag == "--explain=suspicious":
                self.explain = "suspicious"
            elif flag in ("-q", "--line-buffered"):
                continue
            elif flag == "--rule":
                rules.append(rest.pop(0).split("=", 1))
            elif flag == "--rules":
                sets.append(rest.pop(0))
            elif flag == "--weight":
                name, weight = rest.pop(0).rsplit("=", 1)
                self.weights[name] = int(weight)
            elif flag == "--allow":
                self.allow.append(rest.pop(0))
            elif flag in ("--evidence", "--max-hosts"):
                setattr(self, flag[2:].replace("-", "_"), int(rest.pop(0)))
            elif flag in ("--window", "--repeat", "--max-age"):
                setattr(self, flag[2:].replace("-", "_"), moment.length(rest.pop(0)))
            elif flag == "--resolution":
                self.unit = moment.length(rest.pop(0))
            elif flag == "--group-v6":
                self.bits = int(rest.pop(0))
            elif flag == "--near":
                self.near = int(rest.pop(0))
            elif flag == "--state":
                self.state = rest.pop(0)
            elif flag in ("--threads", "--memory"):
                # Changes no byte.
                rest.pop(0)
            elif flag.startswith("--"):
                raise ValueError(f"not in the model: {flag}")
            else:
                self.files.append(flag)
        self.finish(sets, rules)

    def finish(self, sets, rules):
        unit = self.unit or 10
        chosen = [rule for name in sets for rule in SETS[name]] + [(name, when, None, None, None) for name, when in rules]
        for name, when, window, about, attack in chosen or SETS["default"]:
            self.rules.append(Rule(name, when, window or self.window, {"about": about, "attack": attack} if about else {}))
        self.allowed = address.Allowed(self.allow)
        # Buckets are kept where somebody needs them.
        self.unit = unit if self.partial or any(rule.window for rule in self.rules) else None
        windows = [rule.window for rule in self.rules]
        self.windowed = any(windows)
        self.longest = max(filter(None, windows), default=None)
        # With one rule over totals, a live run keeps everything of all of the time.
        self.forgets = all(windows)

    def weight(self, signal):
        return self.weights.get(signal, SIGNALS.get(signal, 0))

    def counts(self, key):
        """Whether users or paths are counted, and shown."""
        return self.partial or any(key in rule.keys for rule in self.rules)

    def reads(self, key):
        return any(key in rule.keys for rule in self.rules)

    def idle(self, width=UNIT):
        """How long a host has to be quiet to start anew in a live run, with buckets of that width in its login_order."""
        if not self.reads("failed_before_login"):
            return self.longest
        return max(self.longest, max(HOUR, width) + 2 * width)

    def kept(self):
        """How far a live run looks back, as its state says it."""
        out = {"window_seconds": self.longest} if self.windowed else {}
        return {**out, "idle_seconds": self.idle()} if self.forgets else out
