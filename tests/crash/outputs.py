"""What writes several files or records: scripts/soar, soar-report and soar-scan, killed at random moments."""

import json
import os
import signal
from random import Random

from model import Broken, names, no_debris, require
from process import Run, complete

STEPS = 8
SET = ["hosts.ndjson", "rapport_securite.csv", "top5.png"]
REPORTS = {"--csv": "a.csv", "--chart": "a.png", "--ports-chart": "a.svg", "--html": "a.html", "--markdown": "a.md"}


def write_log(path, which):
    """A log whose reports differ in every file from those of another."""
    with open(path, "w", encoding="ascii") as file:
        for n in range(40 * which + 60):
            ip = f"127.0.{which}.66" if n < 60 + which else f"192.0.2.{n % 200 + which}"
            file.write(f"2026-01-0{which}T00:00:{n % 60:02}Z h sshd[{n}]: Failed password for root from {ip} port 22 ssh2\n")


def contents(folder, files):
    """The files that are there; of hosts, without what the clock says in a scan."""
    found = {}
    for name in files:
        path = folder / name
        if path.exists():
            text = path.read_bytes()
            if name == "hosts.ndjson":
                hosts = [json.loads(line) for line in text.splitlines()]
                text = json.dumps([{key: value for key, value in host.items() if key != "scan"} for host in hosts])
            found[name] = text
    return found


def send(run, rng, seconds, tally):
    """A signal at a random moment; whether it came in time."""
    number = rng.choices([signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP], [8, 1, 1, 1])[0]
    is_there = run.until(rng.uniform(0, seconds * 1.1))
    if is_there:
        run.kill(rng, number)
        tally["kills" if number == signal.SIGKILL else "signals"] += 1
    else:
        tally["ended first"] += 1
    run.wait()
    return number if is_there else None


def workflow(place, seed, tally):
    """scripts/soar -o: after a kill, the files are those of one run."""
    logs = [place.scratch / "1.log", place.scratch / "2.log"]
    wanted, seconds = [], 0
    for which, log in enumerate(logs, 1):
        write_log(log, which)
        folder = place.scratch / f"wanted{which}"
        run = complete([place.script("soar"), "-o", str(folder), "--parse-flags", "--year 2026", str(log)], place)
        require(run.code == 0, f"a run that nobody disturbed: exit {run.code}: {run.stderr()}")
        wanted.append(contents(folder, SET))
        seconds = run.seconds
    require(all(wanted[0][name] != wanted[1][name] for name in SET), "the two logs have a report in common")
    base = place.scratch / "base"
    base.mkdir()
    folder, step = base / "out", 0
    try:
        for step in range(1, STEPS + 1):
            rng = Random(f"{seed}/{step}")
            run = Run([place.script("soar"), "-o", str(folder), str(rng.choice(logs))], place)
            send(run, rng, seconds, tally)
            found = contents(folder, SET)
            require(not found or found in wanted, f"after exit {run.code}: files of two runs, or not all of them: {whose(found, wanted)}")
        run = complete([place.script("soar"), "-o", str(folder), str(logs[0])], place)
        tally["complete runs"] += 1
        require(run.code == 0, f"a complete run: exit {run.code}: {run.stderr()}")
        require(contents(folder, SET) == wanted[0], "a complete run left other files than its own")
        no_debris(folder, names(place.scratch / "wanted1"), place, "after a complete run")
        require(os.listdir(base) == ["out"], f"after a complete run, left beside the folder: {os.listdir(base)}")
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None


def whose(found, wanted):
    return {name: next((n for n, files in enumerate(wanted, 1) if files[name] == text), "neither") for name, text in found.items()}


def reports(place, seed, tally):
    """soar-report with five outputs: each file is whole, of the old hosts or of the new."""
    hosts, wanted, seconds = [], [], 0
    for which in (1, 2):
        path, log, folder = place.scratch / f"{which}.hosts", place.scratch / f"{which}.log", place.scratch / f"wanted{which}"
        write_log(log, which)
        with open(path, "wb") as file:
            parse, score = place.filter("soar-parse"), place.filter("soar-score")
            complete(["bash", "-c", '"$0" -q "$2" | "$1" -q', parse, score, str(log)], place, stdout=file)
        hosts.append(path)
        folder.mkdir()
        run = complete(report_command(place, path), place, cwd=folder)
        require(run.code == 0, f"a run that nobody disturbed: exit {run.code}: {run.stderr()}")
        wanted.append(contents(folder, REPORTS.values()))
        seconds = run.seconds
    folder, step = place.scratch / "out", 0
    folder.mkdir()
    try:
        for step in range(1, STEPS + 1):
            rng = Random(f"{seed}/{step}")
            run = Run(report_command(place, rng.choice(hosts)), place, cwd=folder)
            send(run, rng, seconds, tally)
            found = contents(folder, REPORTS.values())
            halves = [name for name, text in found.items() if text not in (wanted[0][name], wanted[1][name])]
            require(not halves, f"after exit {run.code}: not whole: {halves}")
        run = complete(report_command(place, hosts[1]), place, cwd=folder)
        tally["complete runs"] += 1
        require(run.code == 0 and contents(folder, REPORTS.values()) == wanted[1], f"a complete run: exit {run.code}: {run.stderr()}")
        left = sorted(set(os.listdir(folder)) - set(REPORTS.values()))
        require(not left, f"after a complete run, left in the folder: {left}")
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None


def report_command(place, hosts):
    return [place.filter("soar-report"), "-q", *(word for pair in REPORTS.items() for word in pair), str(hosts)]


def scan(place, seed, tally):
    """soar-scan on loopback: what it wrote are whole records in their order; after a signal that it hears, all of it."""
    hosts = [f"127.0.{n >> 8}.{n & 255}" for n in range(1, 400)]
    source, found = place.scratch / "hosts", place.scratch / "scanned"
    with open(source, "w", encoding="ascii") as file:
        for ip in hosts:
            file.write(f'{{"schema":"soar.host/1","ip":"{ip}","score":99,"suspicious":true,"rules":[],"signals":{{"ssh_failed":99}}}}\n')
    # No service is asked for: what answers on this machine is none of this test's business.
    command = [place.filter("soar-scan"), "-q", "-p", "1-20", str(source)]
    with open(found, "wb") as out:
        run = complete(command, place, stdout=out)
    require(run.code == 0, f"a run that nobody disturbed: exit {run.code}: {run.stderr()}")
    seconds, step = run.seconds, 0
    try:
        for step in range(1, STEPS + 1):
            rng = Random(f"{seed}/{step}")
            with open(found, "wb") as out:
                run = Run(command, place, stdout=out)
                number = send(run, rng, seconds, tally)
            text = found.read_bytes()
            whole, _, rest = text.rpartition(b"\n")
            # A kill ends write(2) between two pages: the last record may be cut, and can be told by its missing newline.
            require(not rest or number == signal.SIGKILL, f"after exit {run.code}: the last record is cut off")
            ips = []
            for line in whole.splitlines():
                host = json.loads(line)
                require("scan" in host, f"after exit {run.code}: a host without its scan")
                ips.append(host["ip"])
            require(ips == hosts[: len(ips)], f"after exit {run.code}: hosts are missing in between")
            require(number or ips == hosts, f"exit {run.code}: {len(ips)} of {len(hosts)} hosts")
            tally["lines"] += len(ips)
    except Broken as broken:
        raise Broken(f"step {step}: {broken}") from None
