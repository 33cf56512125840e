#!/usr/bin/env python3
"""Counts logs in a data lake on Apache Spark: soar-parse --hosts | soar-score --partial where the data is, then soar-score over the partial results.

The hosts in DIR/part-*.ndjson are those of `soar-parse PATH... | soar-score` on one machine. Only long web logs are split, at line
ends; a compressed log is one task. DIR must not exist; DIR/_SUCCESS is written last.

  soar_spark.py --master spark://master:7077 --output hosts /logs/access.log 's3a://lake/2026/*/access.log.gz' hdfs:///logs/sshd
  soar-score -q hosts/part-*.ndjson > hosts.ndjson      # one sorted file
"""
import argparse
import os
import re
import shlex
import signal
import sys
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any, Iterator

try:
    from py4j.protocol import Py4JError
    from pyspark import SparkConf, SparkContext
except ImportError:
    sys.exit("soar_spark: no pyspark here: python3 -m venv spark && spark/bin/pip install -r requirements.txt; spark/bin/python soar_spark.py")

# Nothing is left beside what was installed.
sys.dont_write_bytecode = True
from lake import MOST_PARTS, Lake
from listing import UsageError, find_logs
from output import Output
from sent import ByTask

EXITS = """exit codes: 0 success; 1 some or all input was invalid; the valid part was processed (all lines of a log were rejected, or with
--strict one was); 2 failure, or 130, 143 ended by SIGINT, SIGTERM: DIR does not exist then."""
OURS = {
    "--parse-flags": {"--name", "--first-line", "--modified", "--cursor", "--cursor-out", "--cursor-only", "--expect-lines", "--rejects", "--quiet", "-q", "--line-buffered"},
    "--score-flags": {"--partial", "--max-age", "--live", "--state", "--quiet", "-q", "--line-buffered"},
}


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="soar_spark.py", description=__doc__, epilog=EXITS, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("paths", nargs="+", metavar="PATH", help="a log, a directory of logs, a pattern, or a URL of one (hdfs, s3a ...); the same path on all machines")
    parser.add_argument("--master", required=True, metavar="URL", help="Spark master: spark://HOST:PORT, yarn, k8s://..., local[2]")
    parser.add_argument("--output", required=True, metavar="DIR", help="output directory, which must not exist: on a file system that all machines share, or a URL")
    parser.add_argument("--bin", default="", metavar="DIR", help="folder of the filters on the workers, if not on the PATH there; nothing is installed")
    parser.add_argument("--parse-flags", default="", metavar="FLAGS", help="flags for soar-parse, as one argument: '--year 2026 --signals all'")
    parser.add_argument("--score-flags", default="", metavar="FLAGS", help="flags for soar-score: '--window 10m --rules strict'")
    parser.add_argument("--partial", action="store_true", help="write hosts with what later merges with windows need (soar-score --partial)")
    parser.add_argument("--partitions", type=positive, metavar="N", help=f"number of output files [default: one for each parsing task, at most {MOST_PARTS}]")
    parser.add_argument("--split-bytes", type=positive, default=128 << 20, metavar="N", help="split longer web logs into pieces of N bytes [default: 128 MiB]")
    parser.add_argument("--no-count", action="store_true", help="do not count the lines of split logs, which needs a second read: evidence in them is LOG@BYTE, with lines counted from that byte")
    parser.add_argument("--conf", action="append", default=[], metavar="KEY=VALUE", help="a setting of Spark; repeatable")
    parser.add_argument("-q", "--quiet", action="store_true", help="print nothing on stderr, except the error that ended the run")
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
            raise UsageError(f"{flag}: {word} cannot be used for pieces of logs on many machines")
    return found


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
            raise UsageError(f"--conf {setting}: expected KEY=VALUE")
        conf.set(key, value)
    with silence() if args.quiet else nullcontext():
        spark = SparkContext(conf=conf)
    # Spark's own handler talks to its JVM in the middle of another talk.
    signal.signal(signal.SIGINT, ended)
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


def ended(number: int, _frame: Any) -> None:
    raise SystemExit(128 + number)


def main() -> int:
    args = options()
    for number in signal.SIGTERM, signal.SIGINT:
        signal.signal(number, ended)
    try:
        return work(args)
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
