"""What the filters said on the workers, summed up as one of them would say it."""
import re
from dataclasses import dataclass
from typing import Any, TextIO

from listing import Log

SHOWN = 5
# How soar-parse begins to say that no line is in the period.
EMPTY = "soar-parse: no line is "
SCORED = re.compile(r"soar-score: (\d+) events? and (\d+) hosts? read: (\d+) address(?:es)?, (\d+) suspicious(.*)")


@dataclass
class Report:
    """What each task of both stages said, in their order: lists of what the worker puts into {"said": ...}."""

    logs: list[Log]
    pieces: int
    tasks: int
    parsed: list[list[dict[str, Any]]]
    scored: list[list[dict[str, Any]]]
    is_strict: bool

    def of_pieces(self) -> list[dict[str, Any]]:
        return sorted((said for task in self.parsed for said in task if "piece" in said), key=lambda said: said["piece"])

    def bad_logs(self) -> list[str]:
        """Logs of which every line was a reject, however they were cut."""
        lines, rejects = [0] * len(self.logs), [0] * len(self.logs)
        for said in self.of_pieces():
            lines[said["file"]] += said["counts"][0]
            rejects[said["file"]] += said["counts"][5]
        return [log.label for log, all_of, bad in zip(self.logs, lines, rejects) if all_of and all_of == bad]

    def exit_code(self) -> int:
        """As the filters: 1 where some input was no good. That a piece was says little, since logs are cut anywhere."""
        codes = [said["code"] for task in [*self.parsed, *self.scored] for said in task if self.is_strict or "piece" not in said]
        return 1 if self.bad_logs() or 1 in codes else 0

    def print(self, out: TextIO) -> None:
        pieces = self.of_pieces()
        counts = [sum(column) for column in zip(*(said["counts"] for said in pieces))] or [0] * 10
        # That the period leaves nothing of a piece says nothing of the logs, where it leaves something of another.
        has_lines = counts[1] + counts[2] > 0
        problems = [line for said in pieces for line in said["lines"] if not (has_lines and line.startswith(EMPTY))]
        problems += [f"soar-parse: {label}: every line was a reject" for label in self.bad_logs()]
        problems += [line for task in self.parsed for said in task if "piece" not in said for line in said["lines"]]
        problems += [line for task in self.scored for said in task for line in said["lines"][:-1]]
        unique = list(dict.fromkeys(problems))
        show(unique[:SHOWN], out)
        more = len(unique[SHOWN:]) + sum(said["more"] for task in [*self.parsed, *self.scored] for said in task)
        if more:
            show([f"soar_spark: and {counted(more, 'more message')} of the filters"], out)
        text = f"soar-parse: {counted(counts[0], 'line')}: {counted(counts[1], 'event')}, {counts[2]} without a signal, {counts[3]} of other programs"
        text += f", {counted(counts[4], 'unknown message')}, {counted(counts[5], 'reject')}"
        text += f", {counts[6]} outside the period" if counts[6] else ""
        text += f", {counts[8]} untrusted" if counts[8] else ""
        unknown = next((said["unknown"] for said in pieces if said["unknown"]), None)
        text += f"; first unknown message at {unknown}" if unknown else ""
        text += f"; {counted(counts[7], 'line')} {'is' if counts[7] == 1 else 'are'} not UTF-8" if counts[7] else ""
        text += f"; {counted(counts[9], 'line')} with ambiguous quotes" if counts[9] else ""
        ends = [SCORED.fullmatch(said["lines"][-1]) for task in self.scored for said in task if said["lines"]]
        addresses, suspicious = (sum(int(end[group]) for end in ends if end) for group in (3, 4))
        show([text, f"soar-score: {counted(addresses, 'address')}, {suspicious} suspicious",
              f"soar_spark: {counted(len(self.logs), 'log')} in {counted(self.pieces, 'piece')}, {counted(self.tasks, 'task')}, {counted(len(self.scored), 'part')}"], out)


def counted(count: int, noun: str) -> str:
    """As the filters say it: "1 host", "2 addresses"."""
    return f"{count} {noun}" + ("" if count == 1 else "es" if noun.endswith("s") else "s")


def show(lines: list[str], out: TextIO) -> None:
    for line in lines:
        out.write("".join(char if char.isprintable() else char.encode("unicode_escape").decode() for char in line) + "\n")
