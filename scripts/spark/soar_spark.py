#!/usr/bin/env python3
"""Counts logs in a lake: soar-parse | soar-score --partial beside the data, soar-score over what comes of it, on Apache Spark.

The hosts in DIR/part-*.ndjson are those of `soar-parse PATH... | soar-score` on one machine. Big web logs are cut at line ends, and
nothing else is; compressed logs are one task's each. DIR must not exist; DIR/_SUCCESS is written last.

  soar_spark.py --master spark://master:7077 --output hosts /logs/access.log 's3a://lake/2026/*/access.log.gz' hdfs:///logs/sshd
  soar-score -q hosts/part-*.ndjson > hosts.ndjson      # one file, sorted as a whole
"""
import argparse
import heapq
import json
import os
import re
import shlex
import signal
import sys
import zlib
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterable, Iterator

try:
    from py4j.protocol import Py4JError
    from pyspark import AccumulatorParam, SparkConf, SparkContext, TaskContext
except ImportError:
    sys.exit("soar_spark: no pyspark here: python3 -m venv spark && spark/bin/pip install -r requirements.txt; spark/bin/python soar_spark.py")

from listing import Log, UsageError, find_logs
from said import Report

EXITS = """exit codes: 0 done; 1 done, but some input was no good (all lines of a log were rejects, or --strict met one); 2 could not work:
DIR is not made then, or removed; 130, 143 ended by SIGINT, SIGTERM, the same."""
# What a piece costs besides its bytes, in bytes that are parsed in that time; and how much a compressed log grows.
OPEN_BYTES, GROWTH = 4 << 20, 8
PACKED_NAMES = (".gz", ".zst", ".bz2", ".xz")
# More than this is not given to one task, so that what is lost with a machine is done again soon.
TASK_BYTES = 128 << 20
MOST_PARTS = 200
OURS = {
    "--parse-flags": {"--name", "--first-line", "--modified", "--cursor", "--rejects", "--quiet", "-q", "--line-buffered"},
    "--score-flags": {"--partial", "--live", "--state", "--quiet", "-q", "--line-buffered"},
}
# Of the flags that leave lines out, the look at what kind of log it is knows nothing.
NOT_TO_LOOK = {"--since": 2, "--until": 2, "--strict": 1, "--all": 1}
COMMAND = """sh -c 'exec "$SOAR_PYTHON" -c "$SOAR_WORKER" {}'"""
SAID = '{"said": '
OWN_HOST = re.compile(r'\{"schema":"soar\.host/1","ip":"([0-9a-f.:]+)",(?:"network":"([0-9a-f.:/]+)",)?"score"')


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soar_spark.py", description=__doc__, epilog=EXITS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a log, a directory of logs, a pattern, or a URL of one (hdfs, s3a ...); at the same place on all machines")
    parser.add_argument("--master", required=True, metavar="URL", help="of Spark: spark://HOST:PORT, yarn, k8s://..., local[2]")
    parser.add_argument("--output", required=True, metavar="DIR", help="where the hosts go: a directory that does not exist, on what all machines share, or a URL")
    parser.add_argument("--bin", default="", metavar="DIR", help="where the filters are on the workers, if not on the PATH there; nothing is installed")
    parser.add_argument("--parse-flags", default="", metavar="FLAGS", help="flags for soar-parse, as one word: '--year 2026 --signals all'")
    parser.add_argument("--score-flags", default="", metavar="FLAGS", help="flags for soar-score: '--window 10m --rules strict'")
    parser.add_argument("--partial", action="store_true", help="write hosts that merge on, with what windows need (soar-score --partial)")
    parser.add_argument("--partitions", type=positive, metavar="N", help=f"number of files that are written [default: one for each task that parses, at most {MOST_PARTS}]")
    parser.add_argument("--split-bytes", type=positive, default=128 << 20, metavar="N", help="cut web logs that are longer into pieces of so many bytes [default: 128 MiB]")
    parser.add_argument("--no-count", action="store_true", help="do not count the lines of logs that are cut, which reads them once more: evidence there is of LOG@BYTE, and its line is counted from that byte")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark; repeatable")
    parser.add_argument("-q", "--quiet", action="store_true", help="say nothing on stderr, except why the work could not be done")
    given = sys.argv[1:]
    for at, word in reversed(list(enumerate(given[:-1]))):
        # A value that looks like a flag is one of the filters': argparse would not take it.
        if word in OURS:
            given[at:at + 2] = [f"{word}={given[at + 1]}"]
    return parser.parse_args(given)


def positive(text: str) -> int:
    if int(text) < 1:
        raise ValueError
    return int(text)


def words(flag: str, text: str) -> list[str]:
    try:
        found = shlex.split(text)
    except ValueError as error:
        raise UsageError(f"{flag} {text}: {error}") from None
    for word in found:
        if word.split("=")[0] in OURS[flag]:
            raise UsageError(f"{flag}: {word} is not for pieces of logs on many machines")
    return found


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


# What is sent to the workers. They have no files of ours, so these functions and the text of worker.py are all they get.

def environment(ours: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "SOAR_PYTHON": sys.executable, **ours}


class Environment(dict):  # type: ignore[type-arg]
    """The environment of the machine that unpickles it, with ours: RDD.pipe would give a command an empty one."""

    def __reduce__(self) -> Any:
        return environment, (dict(self),)


class ByTask(AccumulatorParam):  # type: ignore[type-arg]
    """What was said, by task: one that was done twice says it once."""

    def zero(self, value: Any) -> dict[Any, Any]:
        return {}

    def addInPlace(self, value1: dict[Any, Any], value2: dict[Any, Any]) -> dict[Any, Any]:
        value1.update(value2)
        return value1


def hear(stage: str, heard: Any, lines: Iterable[str]) -> Iterator[str]:
    """The hosts among `lines`; what was said goes to the driver, and a failure is one here."""
    said = []
    for line in lines:
        if not line.startswith(SAID):
            yield line
            continue
        said.append(json.loads(line)["said"])
        if "error" in said[-1]:
            raise RuntimeError("soar_spark: " + said[-1]["error"])
    heard.add({(stage, TaskContext.get().partitionId()): said})


def part_of(line: str, parts: int) -> int:
    """Where a host belongs: all of one address, or of one network, to the same part."""
    own = OWN_HOST.match(line)
    if own:
        subject = own[2] or own[1]
    else:
        record = json.loads(line)
        subject = record.get("network") or record["ip"]
    return zlib.crc32(subject.encode()) % parts


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
        done = rdd.pipe(COMMAND.format(mode), env=Environment(SOAR_JOB=json.dumps(job), SOAR_WORKER=worker), checkCode=True)
        heard = self.heard
        return done.mapPartitions(lambda lines: hear(mode, heard, lines))

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
        looked, pieces = self.look(logs), []
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
        shuffled = hosts.map(lambda line: (part_of(line, parts), line)).partitionBy(parts, lambda part: part).values()
        self.pipe(shuffled, "reduce").saveAsTextFile(output)
        said = self.heard.value
        return Report(logs, len(pieces), len(tasks), [said[key] for key in sorted(said) if key[0] == "map"],
                      [said[key] for key in sorted(said) if key[0] == "reduce"], "--strict" in self.parse_flags)


class Output:
    """The directory of the result. It is made at the start, which nobody else can do then, and is gone if the work fails."""

    def __init__(self, operand: str, jvm: Any, settings: Any) -> None:
        self.path = jvm.org.apache.hadoop.fs.Path(operand)
        self.system = self.path.getFileSystem(settings)
        if self.system.getUri().getScheme() == "file":
            # Without the checksum files beside each file.
            self.path = jvm.org.apache.hadoop.fs.Path("file://" + os.path.abspath(re.sub(r"^file:/+", "/", operand)))
            self.system = self.system.getRawFileSystem()
        if self.system.exists(self.path) or not self.system.mkdirs(self.path):
            raise UsageError(f"--output {operand}: exists; it is never written over")
        self.parts = jvm.org.apache.hadoop.fs.Path(self.path, "_parts")
        self.child = lambda name: jvm.org.apache.hadoop.fs.Path(self.path, name)

    def commit(self) -> None:
        for status in self.system.listStatus(self.parts):
            name = status.getPath().getName()
            if name.startswith("part-") and not self.system.rename(status.getPath(), self.child(name + ".ndjson")):
                raise UsageError(f"--output: cannot make {self.child(name + '.ndjson')}")
        self.system.delete(self.parts, True)
        self.system.create(self.child("_SUCCESS")).close()

    def remove(self) -> None:
        self.system.delete(self.path, True)


@contextmanager
def silence() -> Iterator[None]:
    """Without what the JVM says while it starts."""
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)


def start(args: argparse.Namespace) -> SparkContext:
    # No port is opened for people to look at, and nothing but the reason of a failure is said, unless --conf asks for it.
    conf = SparkConf().setMaster(args.master).setAppName("soar").set("spark.ui.enabled", "false")
    conf.set("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={Path(__file__).with_name('log4j2.properties').as_uri()}")
    conf.set("spark.ui.showConsoleProgress", str(sys.stderr.isatty() and not args.quiet).lower())
    if args.master.startswith("local"):
        os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
        os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
        conf.set("spark.driver.host", "127.0.0.1").set("spark.driver.bindAddress", "127.0.0.1")
    for setting in args.conf:
        key, equals, value = setting.partition("=")
        if not equals:
            raise UsageError(f"--conf {setting}: wanted KEY=VALUE")
        conf.set(key, value)
    with silence() if args.quiet else nullcontext():
        spark = SparkContext(conf=conf)
    spark._jsc.hadoopConfiguration().set("mapreduce.fileoutputcommitter.marksuccessfuljobs", "false")
    return spark


def work(args: argparse.Namespace) -> int:
    flags = words("--parse-flags", args.parse_flags), words("--score-flags", args.score_flags)
    spark = start(args)
    try:
        return count(args, spark, *flags)
    finally:
        spark.stop()


def count(args: argparse.Namespace, spark: SparkContext, parse_flags: list[str], score_flags: list[str]) -> int:
    settings, jvm = spark._jsc.hadoopConfiguration(), spark._jvm
    logs = find_logs(args.paths, jvm, settings)
    output = Output(args.output, jvm, settings)
    try:
        report = Lake(spark, args, parse_flags, score_flags, spark.accumulator({}, ByTask())).run(logs, output.parts.toString())
        output.commit()
    except BaseException:
        output.remove()
        raise
    if not args.quiet:
        report.print(sys.stderr)
    return report.exit_code()


def main() -> int:
    def ended(number: int, _frame: Any) -> None:
        raise SystemExit(128 + number)

    args = options()
    signal.signal(signal.SIGTERM, ended)
    try:
        return work(args)
    except KeyboardInterrupt:
        return 130
    except UsageError as error:
        reason = str(error)
    except (Py4JError, RuntimeError) as error:
        # A stack of two languages: what our own code said in it, or else the last exception by name.
        named = re.findall(r"^(?:: |Caused by: )?([\w.$]*(?:Error|Exception): .+)", str(error), re.M)
        told = re.findall(r"RuntimeError: soar_spark: (.+)", str(error)) or named or [str(error)]
        reason = told[-1]
    print(f"soar_spark: {reason}", file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
