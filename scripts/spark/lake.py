"""The job: logs are cut into pieces, pieces are packed into tasks, what comes of them is shuffled by address and scored."""
import argparse
import heapq
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pyspark import SparkContext, cloudpickle

import sent
from listing import Log
from said import Report

# What a piece costs besides its bytes, in bytes that are parsed in that time; and how much a compressed log grows.
OPEN_BYTES, GROWTH = 4 << 20, 8
PACKED_NAMES = (".gz", ".zst", ".bz2", ".xz")
# More than this is not given to one task, so that what is lost with a machine is done again soon.
TASK_BYTES = 128 << 20
MOST_PARTS = 200
# Of the flags that leave lines out, the look at what kind of log it is knows nothing.
NOT_TO_LOOK = {"--since": 2, "--until": 2, "--strict": 1, "--all": 1}
COMMAND = """sh -c 'exec "$SOAR_PYTHON" -c "$SOAR_WORKER" {}'"""

cloudpickle.register_pickle_by_value(sent)


def without(flags: list[str], unwanted: dict[str, int]) -> list[str]:
    """`flags` without those that are `unwanted`, each with its value where it has one."""
    kept, rest = [], list(flags)
    while rest:
        word = rest.pop(0)
        if (name := word.split("=")[0]) not in unwanted:
            kept.append(word)
        elif "=" not in word:
            del rest[:unwanted[name] - 1]
    return kept


@dataclass
class Lake:
    """The job: a Spark, and what is asked of it."""

    spark: SparkContext
    args: argparse.Namespace
    parse_flags: list[str]
    score_flags: list[str]
    heard: Any

    def pipe(self, rdd: Any, mode: str) -> Any:
        asked = self.args
        hadoop = {key.removeprefix("spark.hadoop."): value for key, value in self.spark.getConf().getAll() if key.startswith("spark.hadoop.")}
        job = {"bin": asked.bin, "parse": self.parse_flags, "score": self.score_flags, "probe": without(self.parse_flags, NOT_TO_LOOK),
               "form": ["--partial"] if asked.partial else [], "count": not asked.no_count, "hadoop": hadoop}
        worker = Path(__file__).with_name("worker.py").read_text(encoding="utf-8")
        done = rdd.pipe(COMMAND.format(mode), env=sent.Environment(SOAR_JOB=json.dumps(job), SOAR_WORKER=worker), checkCode=True)
        heard = self.heard
        return done.mapPartitions(lambda lines: sent.hear(mode, heard, lines))

    def look(self, logs: list[Log]) -> dict[int, list[dict[str, Any]]]:
        """What is known of the ranges of logs that are long enough to be cut, by the number of the log."""
        step = self.args.split_bytes
        spans = [{**log.place, "file": number, "size": log.size_bytes, "start": start, "end": min(start + step, log.size_bytes)}
                 for number, log in enumerate(logs) if log.size_bytes > step for start in range(0, log.size_bytes, step)]
        found: dict[int, list[dict[str, Any]]] = {}
        if spans:
            tasks = min(len(spans), max(2 * self.spark.defaultParallelism, len(spans) * step // TASK_BYTES))
            asked = self.spark.parallelize([json.dumps(span) for span in spans], tasks)
            for span in map(json.loads, self.pipe(asked, "look").collect()):
                found.setdefault(span["file"], []).append(span)
        return found

    def pieces(self, logs: list[Log]) -> list[dict[str, Any]]:
        looked = self.look(logs)
        pieces: list[dict[str, Any]] = []
        for number, log in enumerate(logs):
            spans = looked.get(number, [])
            # A line of sshd may be about the one before it: where one was seen, nothing is cut.
            cuts, line = [(0, 1)], 1
            for span in spans if not any(span["other"] for span in spans) else []:
                if span["cut"] and span["cut"] < log.size_bytes:
                    cuts.append((span["cut"], line + 1))
                line += span["newlines"]
            # The last one ends where the log does: it may have grown.
            for (start, first), end in zip(cuts, [start for start, _ in cuts[1:]] + [None]):
                uncounted = start > 0 and self.args.no_count
                label, first = (f"{log.label}@{start}", 1) if uncounted else (log.label, first)
                pieces.append({**log.place, "id": len(pieces), "file": number, "label": label, "start": start, "end": end, "line": first,
                               "modified": log.modified, "bytes": (log.size_bytes if end is None else end) - start})
        return pieces

    def bins(self, pieces: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
        """The pieces of each task: heavy ones first, each to the task that has least."""
        weights = {piece["id"]: OPEN_BYTES + piece["bytes"] * (GROWTH if piece["label"].endswith(PACKED_NAMES) else 1) for piece in pieces}
        count = min(len(pieces), max(2 * self.spark.defaultParallelism, sum(weights.values()) // TASK_BYTES))
        tasks: list[tuple[int, int, list[dict[str, Any]]]] = [(0, number, []) for number in range(count)]
        for piece in sorted(pieces, key=lambda piece: -weights[piece["id"]]):
            weight, number, inside = tasks[0]
            inside.append(piece)
            heapq.heapreplace(tasks, (weight + weights[piece["id"]], number, inside))
        return [sorted(inside, key=lambda piece: piece["id"]) for _, _, inside in sorted(tasks, key=lambda task: task[1])]

    def run(self, logs: list[Log], output: str) -> Report:
        pieces = self.pieces(logs)
        tasks = self.bins(pieces)
        parts = self.args.partitions or max(1, min(len(tasks), MOST_PARTS))
        asked = self.spark.parallelize([json.dumps(task) for task in tasks], max(1, len(tasks)))
        hosts = self.pipe(asked, "map")
        shuffled = hosts.mapPartitions(lambda lines: sent.pack(lines, parts)).partitionBy(parts, lambda part: part).values()
        self.pipe(shuffled, "reduce").saveAsTextFile(output)
        said = self.heard.value
        return Report(logs, len(pieces), len(tasks), [said[key] for key in sorted(said) if key[0] == "map"],
                      [said[key] for key in sorted(said) if key[0] == "reduce"], "--strict" in self.parse_flags)
