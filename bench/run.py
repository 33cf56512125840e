"""What bench/page.tsv holds, and how its rows are shown: numbers, tables, commands."""

from measure import COLUMNS

RECORD = "bench/page.tsv"
MIB = 1 << 20


class Run:
    """What bench/page.tsv holds."""

    def __init__(self):
        self.take([])

    def take(self, lines):
        self.facts, self.tools, self.ended, self.rows = {}, [], [], []
        for line in lines:
            kind, *cells = line.split("\t")
            if kind == "fact":
                self.facts[cells[0]] = cells[1]
            elif kind == "tool":
                self.tools.append(cells)
            elif kind == "ended":
                self.ended.append(cells)
            elif kind == "row":
                # Rows of other scripts may have the first seven columns alone.
                self.rows.append({"subject": cells[0], **dict(zip(COLUMNS, cells[1:]))})

    def row(self, name):
        return next((row for row in self.rows if row["row"] == name), None)

    def of(self, subject, prefix):
        return [row for row in self.rows if row["subject"] == subject and row["row"].startswith(prefix)]

    def number(self, name, column="seconds"):
        """A cell as a number; None where it was not measured."""
        row = self.row(name)
        try:
            return float(row[column])
        except (TypeError, KeyError, ValueError):
            return None


# The run that the page is of.
RUN = Run()


def plain(value):
    """Three digits that matter, and no more."""
    if value is None:
        return "-"
    if value >= 99.95:
        return f"{value:,.0f}"
    return f"{value:.1f}" if value >= 9.995 else f"{value:.2f}" if value >= 0.0995 else f"{value:.2g}"


def table(head, rows):
    """The first column is text, the others are figures."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join("| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |" for line in lines)


def speed(row, seconds):
    per_unit = 1 if row["unit"] == "probes/s" else 1e6
    return float(row["read"]) / per_unit / float(seconds)


def label(name):
    """The row without what all in its table begin with."""
    return name.split(": ", 1)[-1]


def peak(row):
    least = RUN.facts.get("least peak MiB", "0")
    return f"≤ {least}" if row["peak MiB"].isdigit() and int(row["peak MiB"]) <= int(least) + 1 else row["peak MiB"]


def commands(rows):
    told = []
    for row in rows:
        command, name = row.get("command", ""), label(row["row"])
        if command:
            told.append(f"{command:<50} # {name}" if len(command) < 90 - len(name) else f"# {name}\n{command}")
    return "\n\n```sh\n" + "\n".join(told) + "\n```" if told else ""
