"""login_order of docs/hosts.md: what came first, the failures or the login."""

import moment
from bucket import Buckets
from table import add

UNIT = 10
BUCKETS = 256
LATEST = 16
LETTERS = 256
HOUR = 3600


def guessable(method):
    """A login by key, host or ticket is no result of guessing."""
    return method in ("password", "keyboard-interactive") or method.startswith("keyboard-interactive/")


class LoginOrder:
    def __init__(self):
        self.failures = Buckets(UNIT)
        self.logins = Buckets(UNIT)
        self.latest = []
        self.unknown = 0

    def count_failures(self, at, many):
        if at is not None:
            self.failures.count(at, many)

    def count_login(self, at, many, user, method, place):
        if at is None or method is None:
            self.unknown = add(self.unknown, many)
        elif guessable(method):
            self.logins.count(at, many)
        if at is not None:
            cut = [text if text is None or len(text) <= LETTERS else text[: LETTERS - 1] + "…" for text in (user, method)]
            self.latest.append((at, *cut, *place))

    def merge(self, other):
        self.failures.merge(other.failures)
        self.logins.merge(other.logins)
        self.latest += other.latest
        self.unknown = add(self.unknown, other.unknown)

    def settle(self):
        """Brings widths and lists to what a record holds, whatever the order in which it was counted."""
        width = max(self.failures.width, self.logins.width)
        while True:
            self.failures.widen(width)
            self.logins.widen(width)
            if len({*self.failures.counts, *self.logins.counts}) <= BUCKETS:
                break
            width *= 2
        # By time, user, method and place; what is absent stands before all texts.
        key = lambda login: (login[0], *((text is not None, (text or "").encode()) for text in login[1:4]), login[4])
        self.latest = sorted(self.latest, key=key)[-LATEST:]

    def most_before_a_login(self):
        """The most failures in the hour before a login's bucket, in whole buckets; settle() before."""
        width = self.failures.width
        back = max(HOUR, width)
        best = 0
        for login in self.logins.counts:
            before = [many for start, many in self.failures.counts.items() if login - back <= start < login]
            best = max(best, add(sum(before), 0))
        return best

    def verdict(self, failed, accepted):
        """failed_before_login: a number, or None where the order is not known; and whether anybody logged in."""
        if accepted == 0:
            return None, False
        best = self.most_before_a_login()
        if failed > 0 and best == 0:
            if self.unknown > 0 or (self.logins.counts and self.failures.total() < failed):
                return None, True
        return best, True

    def write(self):
        out = {}
        if self.failures.width != UNIT:
            out["width_seconds"] = self.failures.width
        if self.failures.counts:
            out["failures"] = self.failures.write()
        if self.logins.counts:
            out["logins"] = self.logins.write()
        if self.latest:
            out["latest"] = []
            for at, user, method, file, line in self.latest:
                login = {"at": moment.write(at), "user": user, "method": method, "file": file, "line": line}
                out["latest"].append({key: value for key, value in login.items() if value is not None})
        if self.unknown:
            out["unknown"] = self.unknown
        return out

    @classmethod
    def read(cls, record):
        self = cls()
        width = record.get("width_seconds", UNIT)
        self.failures = Buckets.read(record.get("failures", []), UNIT, width)
        self.logins = Buckets.read(record.get("logins", []), UNIT, width)
        for login in record.get("latest", []):
            self.latest.append((moment.read(login["at"]), login.get("user"), login.get("method"), login["file"], login["line"]))
        self.unknown = record.get("unknown", 0)
        return self
