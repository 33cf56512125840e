#!/usr/bin/env python3
"""scripts/bench all: runs every scripts/bench-NAME, keeps what was measured and where in bench/page.tsv, writes the page.

With names, only those are run, and what was measured of the others stays: the page says of which day and commit each is. A script that fails, or a row, loses nothing of the others: the page then says what is left out. Kinds of lines in bench/page.tsv:
`fact NAME VALUE`, `tool NAME VERSION WHERE_FROM` (version `-`: not here), `ended SUBJECT CODE SECONDS`, and
`row SUBJECT ...` with the columns of bench/results.tsv.
"""

import os
import platform
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import measure
import page
from run import RECORD

ORDER = ["parse", "analysers", "score", "enrich", "report", "live", "scan", "grow", "spark", "linear"]
LIVE_SECONDS = "20"
PEERS = str(Path(os.environ.get("CARGO_TARGET_DIR", "target")).absolute() / "tools/peers/bin/python")
# Command that tells the version, and the package (of Debian) or crate. scripts/setup peers brings those that are not everywhere.
TOOLS = {
    "wc": (["wc", "--version"], "coreutils"),
    "ripgrep": (["rg", "--version"], "ripgrep"),
    "mawk": (["mawk", "-W", "version"], "mawk"),
    "gawk": (["gawk", "--version"], "gawk"),
    "GoAccess": (["goaccess", "--version"], "goaccess"),
    "newest GoAccess": (["newest-goaccess", "--version"], "goaccess of Debian's sid"),
    "angle-grinder": (["agrind", "--version"], "crate ag"),
    "fail2ban-regex": (["fail2ban-regex", "--version"], "fail2ban"),
    "newest fail2ban-regex": (["newest-fail2ban-regex", "--version"], "fail2ban of Debian's sid"),
    "fail2ban-rs": (["fail2ban-rs", "--version"], "crate fail2ban-rs"),
    "nmap": (["nmap", "--version"], "nmap"),
    "newest nmap": (["newest-nmap", "--version"], "nmap of Debian's sid"),
    "RustScan": (["rustscan", "--version"], "crate rustscan"),
    "jq": (["jq", "--version"], "jq"),
    "Miller": (["mlr", "--version"], "miller"),
    "DuckDB": ([PEERS, "-c", "import duckdb; print(duckdb.__version__)"], "PyPI duckdb"),
    "ClickHouse": ([PEERS, "-c", "import chdb; print(chdb.engine_version)"], "PyPI chdb"),
    "polars": ([PEERS, "-c", "import polars; print(polars.__version__)"], "PyPI polars"),
    "mmdblookup": (["mmdblookup", "--version"], "mmdb-bin"),
    "bash": (["bash", "--version"], "bash"),
    "Python": (["python3", "--version"], "python3"),
    "rustc": (["rustc", "--version"], "rust"),
}


def first(pattern, text, otherwise="not shown"):
    found = re.search(pattern, text, re.M)
    return found.group(1).strip() if found else otherwise


def text(path):
    try:
        return Path(path).read_text(encoding="utf-8")
    except OSError:
        return ""


def said(command):
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=20, stdin=subprocess.DEVNULL).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ""


def facts(rounds):
    """What the figures depend on; nothing that names the machine."""
    processor, lscpu = text("/proc/cpuinfo"), said(["lscpu"])
    kib = int(first(r"^MemTotal: +(\d+)", text("/proc/meminfo"), "0"))
    yield "date", time.strftime("%Y-%m-%d", time.gmtime())
    yield "commit", measure.commit()
    yield "processor", first(r"^model name\s*: (.*)", processor, platform.machine())
    yield "cores", str(len(os.sched_getaffinity(0)))
    yield "threads per core", first(r"^Thread\(s\) per core: *(\d+)", lscpu)
    yield "virtual machine", first(r"^Hypervisor vendor: *(.*)", lscpu, "no")
    yield "last cache", first(r"^L3 cache: *(.*)", lscpu)
    yield "frequency governor", text("/sys/devices/system/cpu/cpu0/cpufreq/scaling_governor").strip() or "not shown"
    yield "memory MiB", str(kib >> 10)
    yield "system", first(r'^PRETTY_NAME="(.*)"', text("/etc/os-release"))
    yield "kernel", first(r"^([\d.]+)", platform.release())
    yield "file system", said(["stat", "-f", "-c", "%T", "out/bench"]).strip() or "not shown"
    yield "load before", f"{os.getloadavg()[0]:.2f}"
    yield "rounds", str(rounds)
    yield "access MiB", os.environ.get("ACCESS_MIB", "1024")
    yield "auth MiB", os.environ.get("AUTH_MIB", "512")
    yield "hosts", os.environ.get("HOSTS", "1000000")
    # A build that is not the one that ships.
    yield "build", " ".join(f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith("CARGO_PROFILE_RELEASE")) or "release"
    # Python's own size is inherited by what it starts: no peak below it can be seen.
    yield "least peak MiB", str(max(measure.take("true")[2] for _ in range(3)))


def tools():
    for name, (command, source) in TOOLS.items():
        # mawk has another name for its date, GoAccess a dot behind.
        version = first(r"(\d+(?:\.\d+)+(?: 20\d{6})?)", said(command), "-") if shutil.which(command[0]) else "-"
        yield name, version, source


def subjects():
    there = [path.name.removeprefix("bench-") for path in sorted(Path("scripts").glob("bench-*")) if os.access(path, os.X_OK)]
    return [name for name in ORDER if name in there] + [name for name in there if name not in ORDER]


def run(subject, rounds):
    """What the script said, and the rows that it added to the results."""
    results = Path(measure.RESULTS)
    size = results.stat().st_size
    start = time.monotonic()
    print(f"\n== {subject}", flush=True)
    code = subprocess.run([f"scripts/bench-{subject}", LIVE_SECONDS if subject == "live" else str(rounds)]).returncode
    if code != 0:
        print(f"bench: {subject} ended with {code}: some or all of its rows are left out", file=sys.stderr)
    with results.open(encoding="utf-8") as file:
        file.seek(size)
        rows = file.read().splitlines()
    return [f"row\t{subject}\t{row}" for row in rows] + [f"ended\t{subject}\t{code}\t{time.monotonic() - start:.0f}"]


def kept(names):
    """What was measured of other subjects before, and the programs that only they are compared with."""
    lines = [line.split("\t") for line in Path(RECORD).read_text(encoding="utf-8").splitlines()]
    versions = {name: version for kind, name, version, *_ in lines if kind == "tool"}
    return versions, ["\t".join(line) for line in lines if line[0] in ("row", "ended") and line[1] not in names]


def main():
    rounds, names = int(sys.argv[1]), sys.argv[2:]
    unknown = [name for name in names if name not in subjects()]
    if unknown:
        sys.exit(f"bench: there is no scripts/bench-{unknown[0]}")
    target = Path(os.environ.get("CARGO_TARGET_DIR", "target")).absolute()
    os.environ["PATH"] = os.pathsep.join([str(target / "tools/bin"), os.environ["PATH"], "/usr/sbin", "/sbin"])
    os.makedirs("out/bench", exist_ok=True)
    part = Path("out/bench/page.tsv")
    versions, rows = kept(names) if names else ({}, [])
    lines = [f"fact\t{name}\t{value}" for name, value in facts(rounds)]
    lines += ["\t".join(["tool", name, versions.get(name, "-") if version == "-" else version, source]) for name, version, source in tools()]
    lines += rows
    for subject in names or subjects():
        lines += run(subject, rounds)
        # Whatever ends this run, what was measured stays there.
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
    Path(RECORD).write_text(part.read_text(encoding="utf-8"), encoding="utf-8")
    page.write()
    return 1 if any(line.startswith("ended\t") and line.split("\t")[2] != "0" for line in lines) else 0


if __name__ == "__main__":
    sys.exit(main())
