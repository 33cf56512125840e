"""What every experiment shares: the error of a broken promise, counts by address, and reading hosts as a person would."""

import json
import os
import re
import shutil
from collections import Counter
from pathlib import Path

# Exit codes of a run whose result stands: done, or done although some input was no good.
DONE = (0, 1)


class Broken(Exception):
    """A promise that was not kept."""


class Place:
    """Where the binaries and the scripts under test are, and a scratch folder for one history."""

    def __init__(self, binaries, root, scratch):
        self.binaries, self.root, self.scratch = Path(binaries), Path(root), Path(scratch)
        self.temporary = self.scratch / "tmp"
        self.temporary.mkdir(parents=True, exist_ok=True)

    def filter(self, name):
        return str(self.binaries / name)

    def script(self, name):
        return str(self.root / "scripts" / name)

    def environment(self):
        """The environment of a run: the filters under test, and a folder for temporary files that must stay empty."""
        return dict(os.environ, SOAR_BIN=str(self.binaries), TMPDIR=str(self.temporary), LC_ALL="C", TZ="UTC")

    def clear(self):
        shutil.rmtree(self.scratch, ignore_errors=True)


class Tally(Counter):
    """Figures of a history: kills, signals, runs, lines ..."""


def require(condition, what):
    if not condition:
        raise Broken(what)


def count_hosts(text, where="hosts"):
    """Occurrences by address in the text of a file of hosts; anything but whole records breaks a promise."""
    require(not text or text.endswith(b"\n"), f"{where}: the last record is cut off")
    counts = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            host = json.loads(line)
            signals = host["signals"]
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(f"{where}:{number}: not a whole host record ({error})") from None
        require(host["ip"] not in counts, f"{where}:{number}: {host['ip']} has two records")
        counts[host["ip"]] = signals["ssh_failed"] + signals["http_404"]
    return counts


def count_events(text, where="events"):
    """Occurrences by address in the text of a file of events."""
    require(not text or text.endswith(b"\n"), f"{where}: the last record is cut off")
    counts = Counter()
    for number, line in enumerate(text.splitlines(), 1):
        try:
            event = json.loads(line)
            counts[event["source"]["ip"]] += event.get("soar", {}).get("count", 1)
        except (ValueError, KeyError, TypeError) as error:
            raise Broken(f"{where}:{number}: not a whole event ({error})") from None
    return counts


def exactly(counts, wanted, what):
    """Every line once: no address has more or fewer than the model says."""
    if counts == wanted:
        return
    lost = {ip: wanted[ip] - counts[ip] for ip in wanted if counts[ip] < wanted[ip]}
    extra = {ip: counts[ip] - wanted[ip] for ip in counts if counts[ip] > wanted[ip]}
    sample = ", ".join(f"{ip} {counts[ip]} for {wanted[ip]}" for ip in sorted(lost | extra)[:3])
    raise Broken(
        f"{what}: {sum(counts.values())} counted of {sum(wanted.values())}: {sum(lost.values())} lost, {sum(extra.values())} counted twice or never written ({sample})"
    )


def at_most(counts, limit, what):
    """No address has more than `limit` says."""
    over = [f"{ip} {n} for at most {limit[ip]}" for ip, n in counts.items() if n > limit[ip]]
    require(not over, f"{what}: {len(over)} addresses were counted more than once: {', '.join(over[:3])}")


def at_least(counts, floor, what):
    """No address has fewer than `floor` says."""
    under = [f"{ip} {counts[ip]} for at least {n}" for ip, n in floor.items() if counts[ip] < n]
    require(not under, f"{what}: lines of {len(under)} addresses are missing: {', '.join(under[:3])}")


def names(folder):
    """The names in a folder and below, without numbers and what mktemp(1) drew, so that folders of two generations compare."""
    found = [os.path.relpath(os.path.join(where, name), folder) for where, folders, files in os.walk(folder) for name in folders + files]
    # On the first day there is none.
    found = [path for path in found if os.path.basename(path) != "yesterday.ndjson"]
    # gen.7.aB3xYz, .run.aB3xYz
    return sorted(re.sub(r"[0-9]+", "N", re.sub(r"((?:^|/)(?:gen\.[0-9]+|\.run)\.)[A-Za-z0-9]{6}", r"\1X", path)) for path in found)


def no_debris(folder, wanted, place, what):
    """Nothing lies around but what a clean run leaves, here or among temporary files."""
    found = names(folder)
    require(found == wanted, f"{what}: left in the folder: {sorted((Counter(found) - Counter(wanted)).elements())}, missing: {sorted((Counter(wanted) - Counter(found)).elements())}")
    left = os.listdir(place.temporary)
    require(not left, f"{what}: left among temporary files: {left}")
