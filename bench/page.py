#!/usr/bin/env python3
"""docs/performance.md and README's table, from bench/page.tsv and the text of bench/page.md.

usage: page.py write | page | highlights      (write both files; print the page; print the table)

In the text, {{NAME ARGUMENT}} stands for what the function `show_NAME` gives. No figure is typed by hand: every one is measured, or
computed from measured ones here. What was not measured is said to be so, and never stops the rest.
"""

import re
import sys
from pathlib import Path

from run import MIB, RECORD, RUN, commands, label, peak, plain, speed, table

TEXT, PAGE, README = "bench/page.md", "docs/performance.md", "README.md"
BEGIN, END = "<!-- from docs/performance.md, by scripts/bench page -->", "<!-- end -->"
NOT_MEASURED = "not measured in this run"
SECONDS_A_DAY, TB, GB = 86400, 1e12, 1e9


def show_fact(name):
    return RUN.facts.get(name, "unknown")


def show_count(name):
    value = RUN.facts.get(name, "")
    return f"{int(value):,}" if value.isdigit() else "not shown"


def show_rows(argument):
    """SUBJECT PREFIX: a table of rows, and their commands."""
    subject, prefix = argument.split(" ", 1)
    rows = RUN.of(subject, prefix)
    if not rows:
        return f"*{NOT_MEASURED.capitalize()}.*"
    if "command" not in rows[0]:
        return table(["row", "MB/s", "time relative to peer", "peer", "peak MiB"],
                     [[row.get(column, "-") for column in ("row", "MB/s", "time relative to peer", "peer", "peak MiB")] for row in rows])
    if rows[0]["unit"] == "ms":
        told = [[label(row["row"]).removesuffix(f" ({row['unit']})"), f"{row['MB/s']} {row['unit']}"] for row in rows]
        return table(["", ""], told).replace("---|\n", "---:|\n", 1) + commands(rows[:1])
    peers = {row["peer"] for row in rows}
    peer = f"time, {label(peers.pop())} = 1" if len(peers) == 1 else "time relative to"
    cells = []
    for row in rows:
        ratio = row["time relative to peer"]
        if peer == "time relative to":
            ratio = f"{label(row['peer'])}: {ratio}"
        cells.append([label(row["row"]), plain(speed(row, row["seconds"])),
                      f"{plain(speed(row, row['most seconds']))} – {plain(speed(row, row['least seconds']))}",
                      plain(float(row["seconds"])), plain(float(row["processor seconds"])), ratio, peak(row), row["rounds"]])
    head = ["", rows[0]["unit"], "slowest – fastest", "seconds", "processor s", peer, "peak MiB", "rounds"]
    return table(head, cells) + commands(rows) + when(rows)


def show_found(prefix):
    """PREFIX of scanners' rows: what share of the open ports each found, and how long it took."""
    rows = [row for row in RUN.of("scan", prefix) if row["unit"] != "%"]
    if not rows:
        return f"*{NOT_MEASURED.capitalize()}.*"
    cells = [[label(row["row"]), (RUN.row(f"{row['row']}, found (%)") or {}).get("MB/s", "-"), plain(float(row["seconds"])),
              f"{plain(float(row['least seconds']))} – {plain(float(row['most seconds']))}", row["time relative to peer"], row["rounds"]] for row in rows]
    return table(["", "% of open ports found", "seconds", "fastest – slowest", f"time, {label(rows[0]['peer'])} = 1", "rounds"], cells) + commands(rows) + when(rows)


def when(rows):
    """Of which day and commit rows are, where those are not the page's."""
    runs = dict.fromkeys((row["date"][:10], row["commit"]) for row in rows)
    others = [run for run in runs if run != (RUN.facts.get("date"), RUN.facts.get("commit"))]
    return f"\n\n*Measured on {' and '.join(f'{date} at {commit}' for date, commit in others)}.*" if others else ""


def show_program(path):
    language = "awk" if path.endswith(".awk") else "jq" if path.endswith(".jq") else ""
    return f"[`{path}`](../{path}):\n\n```{language}\n{Path(path).read_text(encoding='utf-8').strip()}\n```"


def show_machine(_):
    facts = RUN.facts
    mib = int(facts.get("memory MiB", 0))
    rows = [["date, commit", f"{facts.get('date')}, {facts.get('commit')}"],
            ["processor", f"{facts.get('processor')}, {facts.get('cores')} cores, {facts.get('threads per core')} thread(s) each"],
            ["last cache", facts.get("last cache")],
            ["frequency governor", facts.get("frequency governor")],
            ["virtual machine", facts.get("virtual machine")],
            ["memory", f"{mib / 1024:.1f} GiB"],
            ["system, kernel", f"{facts.get('system')}, Linux {facts.get('kernel')}"],
            ["file system of the logs", facts.get("file system")],
            ["load average before", facts.get("load before")],
            ["rounds", facts.get("rounds")],
            ["sizes of the logs", f"{facts.get('access MiB')} MiB of access log, {facts.get('auth MiB')} MiB of auth log"],
            ["build", facts.get("build")]]
    return table(["", ""], rows).replace("---:", "---")


def show_tools(_):
    return table(["program", "version", "package or crate"], RUN.tools).replace("---:", "---")


def show_missing(_):
    missing = [name for name, version, _ in RUN.tools if version == "-"]
    failed = [f"`scripts/bench {subject}` failed with exit code {code}" for subject, code, _ in RUN.ended if code != "0"]
    told = [f"Not installed, so without rows: {', '.join(missing)}. `scripts/bench peers` installs them."] if missing else []
    told += [f"Incomplete: {'; '.join(failed)}."] if failed else []
    return " ".join(told) or "Every program was installed, and every row was measured."


def show_trial(_):
    """Why the figures are not to be relied on; nothing where they are."""
    facts, why = RUN.facts, []
    if facts.get("build") != "release":
        why.append("the build is not a release build")
    if float(facts.get("load before", 0)) > 0.5:
        why.append(f"the machine was busy (load {facts['load before']})")
    if int(facts.get("rounds", 0)) < 3:
        why.append(f"rounds: {facts.get('rounds')}")
    return f"**A trial, not a measurement: {', '.join(why)}.**" if why else ""


def show_took(_):
    minutes = sum(float(seconds) for *_, seconds in RUN.ended) / 60
    return f"{minutes:.0f} minutes"


def relative(ours, theirs):
    """Our time relative to theirs in the same run."""
    a, b = RUN.number(ours), RUN.number(theirs)
    return a / b if a and b else None


def compared(ratio, name):
    """A relative time in words: 0.11 is 9.1x faster."""
    times, word = (1 / ratio, "faster") if ratio < 1 else (ratio, "slower")
    digits = 0 if times >= 9.95 else 1 if times >= 1.95 else 2
    return f"{times:.{digits}f}x {word} than {name}"


# What README shows: what, our row, and the peers' rows that its time is set against.
HIGHLIGHTS = [
    ("access log, `soar-parse`", "access: soar-parse", {"mawk": "access: mawk", "gawk": "access: gawk", "`rg -c` (counts only)": "access: rg -c bot"}),
    ("access log, `soar-parse | soar-score`", "access: soar-parse | soar-score", {"mawk": "access: mawk", "gawk": "access: gawk"}),
    ("access log, `soar-parse --hosts | soar-score`", "combine: soar-parse --hosts | soar-score",
     {"mawk": "combine: mawk", "DuckDB": "combine: duckdb", "ClickHouse": "combine: chdb"}),
    ("access log, gzip, `soar-parse`", "gzip: soar-parse", {"zlib alone": "gzip: inflate and count lines"}),
    ("access log, small, `soar-parse | soar-score`", "web: soar-parse | soar-score", {"angle-grinder": "web: angle-grinder", "GoAccess": "web: GoAccess"}),
    ("auth log, `soar-parse`", "auth: soar-parse", {"mawk": "auth: mawk", "gawk": "auth: gawk", "`rg -c` (counts only)": "auth: rg -c Failed"}),
    ("auth log, `soar-parse | soar-score`", "auth: soar-parse | soar-score", {"mawk": "auth: mawk", "gawk": "auth: gawk"}),
    ("auth log, small, `soar-parse | soar-score`", "ssh: soar-parse | soar-score",
     {"angle-grinder": "ssh: angle-grinder", "fail2ban-regex": "ssh: fail2ban-regex, its filter for sshd"}),
    ("sshd under attack, `soar-parse --hosts | soar-score`", "guesses: soar-parse --hosts | soar-score",
     {"the shortest mawk": "guesses: mawk", "DuckDB": "guesses: duckdb", "ClickHouse": "guesses: chdb"}),
    ("events, `soar-score`", "events: soar-score", {"mawk": "events: mawk", "gawk": "events: gawk"}),
    ("{hosts} hosts to CSV, `soar-report`", "hosts: soar-report --csv", {"jq": "hosts: jq @csv", "Miller": "hosts: mlr, six columns"}),
    ("7,000 loopback ports, `soar-scan`", "scan loopback: soar-scan", {"`nmap -T5`": "scan loopback: nmap -T5", "RustScan": "scan loopback: RustScan"}),
    ("256 silent hosts, `soar-scan`", "scan dropped: soar-scan", {"tuned nmap": "scan dropped: nmap, tuned", "RustScan": "scan dropped: RustScan"}),
]


def show_highlights(_):
    rows = []
    for what, ours, peers in HIGHLIGHTS:
        row = RUN.row(ours)
        if not row:
            continue
        beside = [compared(relative(ours, theirs), name) for name, theirs in peers.items() if RUN.row(theirs)]
        rows.append([what.format(hosts=show_count("hosts")), f"{plain(speed(row, row['seconds']))} {row['unit']}", ", ".join(beside) or "-", peak(row)])
    before = show_trial("")
    return (f"{before}\n\n" if before else "") + table(["", "speed", "compared with", "peak MiB"], rows) + f"\n\n{in_words()}"


def in_words():
    told = []
    hosts, events = (relative(f"guesses: soar-parse{flag} | soar-score", "guesses: mawk") for flag in (" --hosts", ""))
    if hosts and events and hosts > 1:
        told.append(f"On a log of sshd under attack, the shortest mawk program, which counts refused passwords and nothing else, is faster: soar's pipe takes "
                    f"{hosts:.2f} times as long with `--hosts`, {events:.2f} times without.")
    if (alert := RUN.row("live: from line to alert, 99th percentile (ms)")):
        told.append(f"In live mode, 99 of 100 alerts are written within {alert['MB/s']} ms of their line.")
    bare, placed = bytes_per_address(BARE), bytes_per_address(PLACED)
    if bare and placed:
        told.append(f"Each address takes {bare[0]:.0f} bytes of memory, {placed[0]:.0f} with evidence.")
    days = [f"{busy(day[1]):.0%} of the day for {name}s" for name, kind in KINDS if kind != "gzip" and (day := day_of(kind))]
    if days:
        told.append(f"1 TB a day keeps one core busy for {', '.join(days)}.")
    if ratio := worst_line():
        told.append(f"Adversarial lines stay linear: per byte, a line of nearly 1 MiB costs at most {ratio:.2f}x a line of 4 KiB.")
    return " ".join(told)


def worst_line():
    """The largest ratio of the table of lines; None if there is none."""
    return max((ratio for _, _, *ratios in slow_lines() for ratio in ratios), default=None)


def slow_lines():
    """Kind, MB/s at 4 KiB, and the time of a byte at 64 KiB and 1 MB relative to that."""
    rows = []
    for family in sorted({row["row"].split()[1] for row in RUN.of("linear", "linear: ")}):
        of = {bytes_: RUN.row(f"linear: {family} {bytes_}") for bytes_ in (4096, 65536, 1000000)}
        if not all(of.values()):
            continue
        per_byte = {bytes_: float(row["seconds"]) / float(row["read"]) for bytes_, row in of.items()}
        ratios = [per_byte[bytes_] / per_byte[4096] for bytes_ in (65536, 1000000)]
        rows.append((family, speed(of[4096], of[4096]["seconds"]), *ratios))
    return rows


def show_linear(_):
    rows = [[family, plain(rate), *(f"{ratio:.2f}" for ratio in ratios)] for family, rate, *ratios in slow_lines()]
    if not rows:
        return f"*{NOT_MEASURED.capitalize()}.*"
    told = f"{len(rows)} kinds of lines that were constructed to be slow; per byte, a long line costs at most {worst_line():.2f}x a line of 4 KiB."
    return told + "\n\n" + table(["kind of line", "MB/s at 4 KiB", "time per byte at 64 KiB, 4 KiB = 1", "at 1 MB"], rows)


def line_fit(points):
    """Least squares: what every run costs, and what each unit adds."""
    n, sum_x, sum_y = len(points), sum(x for x, _ in points), sum(y for _, y in points)
    slope = (n * sum(x * y for x, y in points) - sum_x * sum_y) / (n * sum(x * x for x, _ in points) - sum_x ** 2)
    start = (sum_y - slope * sum_x) / n
    return start, slope


def show_grow_lines(_):
    told = []
    for kind in ("access", "auth"):
        rows = [row for row in RUN.of("grow", f"lines: {kind}, ") if row["row"].count(", ") == 2]
        if len(rows) < 2:
            continue
        points = [(float(row["read"]) / GB, float(row["seconds"])) for row in rows]
        cells = [[row["row"].split(", ")[1], f"{int(row['row'].split(', ')[2]):,}", plain(y), plain(y / x), plain(float(row["processor seconds"]) / x), peak(row)]
                 for row, (x, y) in zip(rows, points)]
        start, slope = line_fit(points)
        told.append(table([f"`soar-parse | soar-score`, {kind} log", "lines", "seconds", "seconds per GB", "processor s per GB", "peak MiB"], cells)
                    + f"\n\nSeconds ≈ {plain(max(start, 0))} + {plain(slope)} × GB (least squares).")
    return "\n\n".join(told) or f"*{NOT_MEASURED.capitalize()}.*"


def show_grow_threads(_):
    rows = [[label(row["row"]), plain(speed(row, row["seconds"])), row["time relative to peer"], plain(float(row["processor seconds"])), peak(row)]
            for row in sorted(RUN.of("grow", "threads: "), key=lambda row: row["row"].rsplit(", ", 1))]
    return table(["log, threads of each filter", "MB/s", "time, one thread = 1", "processor s", "peak MiB"], rows) if rows else f"*{NOT_MEASURED.capitalize()}.*"


def bytes_per_address(pattern):
    """What one more address takes, between the two largest counts that were measured; and the memory that needs none."""
    rows = [row for row in RUN.rows if re.fullmatch(pattern, row["row"])]
    points = sorted((float(row["read"]), float(row["peak MiB"]) * MIB) for row in rows)
    if len(points) < 2:
        return None
    (few, small), (many, large) = points[-2:]
    each = (large - small) / (many - few)
    return each, large - each * many


BARE, PLACED = r"memory: \d+ hosts, --evidence 0", r"addresses: \d+, one place each"


def show_grow_addresses(_):
    counts = sorted({int(float(row["read"])) for row in RUN.rows if re.fullmatch(f"{BARE}|{PLACED}", row["row"])})
    if not counts:
        return f"*{NOT_MEASURED.capitalize()}.*"
    cells = []
    for n in counts:
        bare, placed = RUN.row(f"memory: {n} hosts, --evidence 0"), RUN.row(f"addresses: {n}, one place each")
        cells.append([f"{n:,}", plain(float(bare["seconds"])) if bare else "-", peak(bare) if bare else "-",
                      plain(float(placed["seconds"])) if placed else "-", peak(placed) if placed else "-"])
    bare, placed = bytes_per_address(BARE), bytes_per_address(PLACED)
    memory = int(RUN.facts.get("memory MiB", 0)) * MIB
    if bare and placed:
        for n, name in ((1e8, "100,000,000"), (2.0 ** 32, "all of IPv4 (2³²)")):
            cells.append([f"*{name}*", "", f"*{(bare[1] + bare[0] * n) / MIB:,.0f}*", "", f"*{(placed[1] + placed[0] * n) / MIB:,.0f}*"])
    told = table(["addresses", "seconds, `--evidence 0`", "peak MiB", "seconds, one log line each", "peak MiB"], cells)
    if bare and placed:
        told += (f"\n\nIn italics: extrapolated. MiB = start + addresses × bytes ÷ 2²⁰, where one more address takes {bare[0]:.0f} bytes without evidence and "
                 f"{placed[0]:.0f} with one log line as evidence (the difference between the two largest counts above). This machine's {memory / MIB / 1024:.1f} GiB hold "
                 f"{memory / bare[0] / 1e6:,.0f} and {memory / placed[0] / 1e6:,.0f} million addresses.")
    if full := RUN.of("grow", "addresses: hosts with three places each"):
        each = (float(full[0]["peak MiB"]) * MIB - (placed[1] if placed else 0)) / float(full[0]["read"])
        told += f" With three log lines as evidence, as for addresses that occur often, it takes {each:.0f}."
    return told


def show_grow_targets(_):
    told = []
    for what, prefix in (("silent hosts, 7 ports each", "scan silent hosts: "), ("hosts that refuse connections, 7 ports each", "scan refusing hosts: "), ("ports of one host that refuses connections", "scan ports of one host: ")):
        rows = RUN.of("scan", prefix)
        if len(rows) < 2:
            continue
        cells = [[f"{int(label(row['row'])):,}", f"{int(row['read']):,}", plain(float(row["seconds"])), plain(speed(row, row["seconds"])), peak(row)] for row in rows]
        told.append(table([what, "ports", "seconds", "ports per second", "peak MiB"], cells))
    silent, refusing = RUN.of("scan", "scan silent hosts: "), RUN.of("scan", "scan refusing hosts: ")
    if len(silent) > 1 and len(refusing) > 1:
        slopes = []
        for rows in (silent, refusing):
            (few, short), (many, long) = sorted((float(label(row["row"])), float(row["seconds"])) for row in rows)[-2:]
            slopes.append((long - short) / (many - few))
        told.append(f"Between the two largest counts, each further silent host takes {plain(slopes[0] * 1000)} ms and each that refuses {plain(slopes[1] * 1000)} ms "
                    f"(the first is limited by `--concurrency`, the connections in flight, the second by `--rate`, the connections per second, and neither by "
                    f"the processor). 100,000 suspicious hosts take {plain(slopes[0] * 1e5 / 60)} and {plain(slopes[1] * 1e5 / 60)} minutes.")
    return "\n\n".join(told) or f"*{NOT_MEASURED.capitalize()}.*"


def day_of(kind):
    """Bytes a second, and processor seconds per GB, of the whole pipeline."""
    name = f"{kind}: soar-parse | soar-score"
    seconds, processor, read = (RUN.number(name, column) for column in ("seconds", "processor seconds", "read"))
    return (read / seconds, processor / (read / GB)) if seconds and read and processor else None


def busy(processor_per_gb):
    """The share of a day that one core works for 1 TB."""
    return processor_per_gb * (TB / GB) / SECONDS_A_DAY


KINDS = (("access log", "access"), ("gzip of it (MB of text)", "gzip"), ("auth log", "auth"))


def show_day(_):
    average = TB / SECONDS_A_DAY
    cells = []
    for name, kind in KINDS:
        if day := day_of(kind):
            rate, per_gb = day
            cells.append([name, plain(rate / 1e6), plain(per_gb), f"{busy(per_gb):.1%}", plain(TB / rate / 60), plain(rate * SECONDS_A_DAY / TB)])
    if not cells:
        return f"*{NOT_MEASURED.capitalize()}.*"
    return (f"1 TB a day is 10¹² ÷ {SECONDS_A_DAY:,} s = {average / 1e6:.1f} MB/s on average.\n\n"
            + table(["`soar-parse | soar-score`", "MB/s", "processor s per GB", "load of one core at 1 TB a day", "minutes for a backlog of 1 TB", "maximum TB a day"], cells)
            + f"\n\nLoad = processor seconds per GB × 1,000 ÷ {SECONDS_A_DAY:,}; backlog = 10¹² ÷ MB/s ÷ 60; maximum = MB/s × {SECONDS_A_DAY:,} ÷ 10⁶, on all "
            f"{RUN.facts.get('cores')} cores of this machine. The logs were in the page cache; from a disk, the slower of disk and processor is the limit.")


def show_ends(_):
    memory = int(RUN.facts.get("memory MiB", 0)) * MIB
    cells = []
    disk = RUN.row("disk: read past the page cache")
    slowest = min((day_of(kind)[0] for _, kind in KINDS if day_of(kind)), default=None)
    fastest = max((day_of(kind)[0] for _, kind in KINDS if day_of(kind)), default=None)
    if slowest:
        cells.append(["processor", f"{plain(slowest / 1e6)} to {plain(fastest / 1e6)} MB/s",
                      f"{plain(slowest * SECONDS_A_DAY / TB)} to {plain(fastest * SECONDS_A_DAY / TB)} TB a day"])
    if disk:
        rate = speed(disk, disk["seconds"])
        cells.append(["disk (plain logs, bypassing the page cache)", f"{plain(rate)} MB/s", f"{plain(rate * 1e6 * SECONDS_A_DAY / TB)} TB a day"])
    for name, pattern in (("memory, `--evidence 0`", BARE), ("memory, one log line of evidence each", PLACED)):
        if each := bytes_per_address(pattern):
            cells.append([name, f"{each[0]:.0f} bytes an address", f"{memory / each[0] / 1e6:,.0f} million addresses"])
    if merged := RUN.number("hosts: two files of 1M merged"):
        cells.append(["merging hosts of other machines", f"{plain(2 / merged)} million hosts a second", f"{plain(2 / merged * SECONDS_A_DAY / 1e3)} × 10⁹ hosts a day"])
    return table(["resource", "measured", "limit"], cells).replace("---:", "---") if cells else f"*{NOT_MEASURED.capitalize()}.*"


def show_commands(argument):
    """SUBJECT PREFIX: commands of rows whose table stands elsewhere."""
    subject, prefix = argument.split(" ", 1)
    return commands(RUN.of(subject, prefix)).strip()


# Subjects that the text shows by itself; any other gets a section.
KNOWN = {"parse", "analysers", "score", "report", "enrich", "live", "scan", "grow", "spark", "linear"}


def show_others(_):
    told = []
    for subject in dict.fromkeys([row["subject"] for row in RUN.rows] + [name for name, *_ in RUN.ended]):
        if subject in KNOWN:
            continue
        rows = RUN.of(subject, "")
        told.append(f"## {subject[0].upper()}{subject[1:]}\n\n`scripts/bench {subject}`; [the script](../scripts/bench-{subject}) describes what it measures.\n\n"
                    + (show_rows(f"{subject} ") if rows else f"*Could not run here: {NOT_MEASURED}.*"))
    return "\n\n".join(told)


def fill(text):
    def value(found):
        name, _, argument = found.group(1).partition(" ")
        return globals()[f"show_{name}"](argument)
    return re.sub(r"\n{3,}", "\n\n", re.sub(r"\{\{(.+?)\}\}", value, text))


def make():
    RUN.take(Path(RECORD).read_text(encoding="utf-8").splitlines())
    return fill(Path(TEXT).read_text(encoding="utf-8"))


def write():
    whole = make()
    Path(PAGE).write_text(whole, encoding="utf-8")
    readme = Path(README).read_text(encoding="utf-8")
    before, rest = readme.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    Path(README).write_text(f"{before}{BEGIN}\n{show_highlights('')}\n{END}{after}", encoding="utf-8")
    print(f"bench: wrote {PAGE} and the table in {README}", file=sys.stderr)


def main():
    match sys.argv[1:]:
        case ["write"]:
            write()
        case ["page"]:
            sys.stdout.write(make())
        case ["highlights"]:
            make()
            print(show_highlights(""))
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main()
