"""usage: python3 tests/adding --bin target/debug

Adds a signal, a column and a report to a copy of the tracked files, by the steps of CONTRIBUTING and nothing else, builds
that copy, and looks for them in everything that the filters write. Eight further signals are added in the same
way; the table holds 32 at most (src/record/signal.rs). Takes the dependencies that were built beside the filters of --bin; what it
builds itself is removed again.
exit codes: 0 all of it is there, 1 something is not
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent

# Name, label, status, weight. The first is looked for everywhere.
SIGNALS = [("http_teapot", "Teapot", 418, 2)] + [(f"http_{status}", f"S{status}", status, 1) for status in range(441, 449)]

SIGNAL = """\
    Signal {{
        name: "{name}",
        label: "{label}",
        label_fr: "{label} fr",
        counted: [["{label} shown", "{label} vue"], ["{label}s shown", "{label}s vues"]],
        told: [["saw {{}} {label}", "vu {{}} {label}"], ["saw {{}} {label}s", "vu {{}} {label}s"]],
        weight: {weight},
        on_by_default: false,
        is_always_written: false,
        distinct: None,
        login: None,
        is_ordered: false,
        about: "the response status is {status}",
        source: "tests/adding",
        example: r#"192.0.2.14 - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" {status} 226"#,
    }},
"""
DETECTOR = '    ("{name}", Detector::Web(|_, web| web.status == Some({status}))),\n'
COLUMN = """\
    column("teapots_doubled", ColumnKind::Number, ["Teapots × 2", "Théières × 2"], |row, _, out| {
        put_number(2 * row.host.count_of("http_teapot"), out);
    }),
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--bin", required=True, type=Path, help="where the filters are that were built by cargo")
    parser.add_argument("--lib-tests", action="store_true", help="also build and run the unit tests of the copy")
    args = parser.parse_args()
    profile = args.bin.resolve()
    if profile.name != "debug":
        sys.exit(f"{profile}: dependencies are taken from a debug build")
    work = profile.parent / "adding"
    shutil.rmtree(work, ignore_errors=True)
    try:
        add(work)
        build(work, profile, args.lib_tests)
        look(work)
    finally:
        shutil.rmtree(work, ignore_errors=True)


def add(work):
    """Copies the tracked files and does what the table of CONTRIBUTING says."""
    is_clone = (ROOT / ".git").exists()
    listed = ["git", "ls-files", "-z"] if is_clone else ["find", ".", "-path", "./target", "-prune", "-o", "-type", "f", "-print0"]
    names = subprocess.run(listed, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout.decode().split("\0")
    for name in filter(None, names):
        if (ROOT / name).is_file():
            (work / "tree" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, work / "tree" / name)
    source = work / "tree" / "src"
    fields = [dict(zip(("name", "label", "status", "weight"), signal)) for signal in SIGNALS]
    append(source / "record/signal.rs", "const SIGNALS:", "".join(SIGNAL.format(**signal) for signal in fields))
    append(source / "parse/detect/mod.rs", "const DETECTORS:", "".join(DETECTOR.format(**signal) for signal in fields))
    append(source / "report/column.rs", "const MORE:", COLUMN)
    shutil.copy(ROOT / "tests/adding/list.rs", source / "report/list.rs")
    append(source / "report/mod.rs", "const REPORTS:", "    &list::List,\n")
    reports = source / "report/mod.rs"
    reports.write_text(reports.read_text().replace("pub mod login;", "mod list;\npub mod login;", 1))


def append(path, table, entries, end="\n];"):
    """Puts entries at the end of a table."""
    text = path.read_text()
    start = text.index(table)
    close = text.index(end, start)
    if end.startswith("\n"):
        close += 1
    path.write_text(text[:close] + entries + text[close:])


def build(work, profile, with_tests):
    """Builds the copy, with the dependencies that are built already."""
    for folder in ("deps", "build", ".fingerprint"):
        for path in (profile / folder).rglob("*"):
            inside = path.relative_to(profile)
            is_own = re.match(r"(lib)?soar[-_]|it-|cursor_scale", inside.parts[1])
            if is_own or not path.is_file():
                continue
            there = work / "target" / "debug" / inside
            there.parent.mkdir(parents=True, exist_ok=True)
            try:
                os.link(path, there)
            except OSError:
                shutil.copy2(path, there)
    # With a test among its targets cargo chooses the features of dependencies that it chose for all tests: they are not built anew.
    (work / "tree/tests/none.rs").touch()
    command = ["cargo", "build", "--bins"] if not with_tests else ["cargo", "test", "--no-fail-fast", "--lib"]
    command += ["--locked", "--test", "none"]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(work / "target"), "CARGO_INCREMENTAL": "0"}
    ended = subprocess.run(command, cwd=work / "tree", env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if ended.returncode:
        sys.exit(ended.stdout.decode()[-6000:])


def look(work):
    """Looks for what was added in what every filter writes."""
    bins = work / "target" / "debug"

    def filter(name, *flags, given=""):
        ended = subprocess.run([bins / f"soar-{name}", *map(str, flags)], input=given.encode(), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        expect(f"soar-{name} {flags} ends well", ended.returncode, 0)
        expect(f"soar-{name} {flags} says nothing", ended.stderr.decode(), "")
        return ended.stdout.decode()

    request = '{} - - [10/Oct/2000:13:55:36 -0700] "GET / HTTP/1.1" {} 226 "-" "Mozilla/5.0"\n'
    many, one = "192.0.2.1", "192.0.2.2"
    log = "".join(request.format(many, status) for _, _, status, _ in SIGNALS + SIGNALS[:1] * 2) + request.format(one, 418)

    listed = filter("parse", "--list-signals")
    expect("--list-signals", [name for name, _, _, _ in SIGNALS if name not in listed], [])
    expect("events by default", filter("parse", "-q", given=log), "")
    events = filter("parse", "-q", "--signals", "default," + ",".join(name for name, _, _, _ in SIGNALS), given=log)
    tags = [json.loads(line)["tags"] for line in events.splitlines()]
    expect("tags", tags, [[name] for name, _, _, _ in SIGNALS + SIGNALS[:1] * 3])

    hosts = filter("score", "-q", "--rule", "x=.http_teapot > 2", given=events)
    first, second = (json.loads(line) for line in hosts.splitlines())
    counts = {name: 1 for name, _, _, _ in SIGNALS} | {"http_teapot": 3}
    expect("the signals of a host", {key: count for key, count in first["signals"].items() if count}, counts)
    expect("its score", (first["score"], first["reason"]), (3 * 2 + 8, "http_teapot"))
    expect("its rules", (first["ip"], first["rules"], first["suspicious"]), (many, ["x"], True))
    expect("another host", (second["ip"], second["signals"]["http_teapot"], second["rules"]), (one, 1, []))
    expect("hosts that are read again", filter("score", "-q", "--rule", "x=.http_teapot > 2", given=hosts), hosts)
    parts = [filter("score", "-q", "--rule", "x=.http_teapot > 2", given=part) for part in ("".join(events.splitlines(True)[:4]), "".join(events.splitlines(True)[4:]))]
    merged = json.loads(filter("score", "-q", "--rule", "x=.http_teapot > 2", given="".join(parts)).splitlines()[0])
    expect("parts that are merged", (merged["signals"], merged["rules"]), (first["signals"], ["x"]))

    def report(flag, ending, *flags):
        path = work / f"report.{ending}"
        filter("report", "-q", flag, path, *flags, given=hosts)
        return path.read_bytes() if ending == "png" else path.read_text()

    expect("the default columns", "teapot" in report("--csv", "csv").splitlines()[0], False)
    rows = report("--csv", "csv", "--columns", "ip,http_teapot,http_448,teapots_doubled,other_signals,reason").splitlines()
    expect("CSV", rows, ["ip,http_teapot,http_448,teapots_doubled,other_signals,reason", f"{many},3,1,6,,Teapot", f"{one},1,0,2,,Teapot"])
    for lang, label, heading in (("en", "Teapot", "Teapots × 2"), ("fr", "Teapot fr", "Théières × 2")):
        chart = report("--chart", "svg", "--lang", lang)
        expect(f"the labels of the chart ({lang})", [name for _, name, _, _ in SIGNALS if name not in chart], [])
        expect(f"the label of the chart ({lang})", f"\n{label}\n" in chart, True)
        page = report("--html", "html", "--lang", lang, "--columns", "ip,http_teapot,teapots_doubled,why")
        words = [label, heading, "3 Teapots shown" if lang == "en" else "3 Teapots vues"]
        expect(f"the page ({lang})", [word for word in words if word not in page], [])
    drawn = re.findall(r'<rect class="c(\d)" x="[^"]*" width="[^"]*" height="100%">.*?</rect>((?:<line [^>]*>(?:</line>)?)*)', page)
    fills = {(colour, re.sub(r' (x1|x2)="[^"]*"', "", lines)) for colour, lines in drawn}
    expect("fills of the page, one for each signal", len(fills), len(SIGNALS))
    expect("a picture", report("--chart", "png").startswith(b"\x89PNG"), True)
    expect("the report", report("--list", "txt"), f"{many}\n{one}\n")
    expect("the flag of the report", "--list <FILE>" in filter("report", "--help"), True)


def expect(what, seen, wanted):
    if seen != wanted:
        sys.exit(f"{what}: {seen!r} instead of {wanted!r}")


main()
