"""What a machine of the cluster does: the command of RDD.pipe. Standard library alone; the job sends it as text.

    look     ranges of big files in   where each may be cut, how many lines it has, what kind of lines they are out
    map      a list of pieces in      soar-parse --hosts of each, all into one soar-score --partial: hosts out
    reduce   hosts in                 soar-score: hosts out

One JSON object a line. Behind the hosts come lines {"said": ...}: what the filters said on stderr, in bounded form, or why the
work could not be done. What is asked for all tasks is in the environment: SOAR_JOB, JSON.
"""
import functools
import glob
import json
import os
import re
import subprocess
import sys
import tempfile
import threading

CHUNK_BYTES = 1 << 20
SAMPLE_BYTES = 1 << 14
SAID_LINES, SAID_CHARS = 8, 400
# The first bytes of what soar-parse decompresses (src/io/source/codec.rs), and so of what is never cut.
PACKED = re.compile(rb"\x1f\x8b|\x28\xb5\x2f\xfd|[\x50-\x5f]\x2a\x4d\x18|BZh|\xfd7zXZ\0")
SUMMARY = re.compile(
    r"(\d+) lines?: (\d+) events?, (\d+) without a signal, (\d+) of other programs, (\d+) unknown messages?, (\d+) rejects?"
    r"(?:, (\d+) outside the period)?(?:, (\d+) untrusted)?(?:; first unknown message at (.*?))?(?:; (\d+) lines? (?:is|are) not UTF-8)?"
    r"(?:; (\d+) lines? with ambiguous quotes, .*)?")
JOB = json.loads(os.environ["SOAR_JOB"])


class CannotWork(Exception):
    """Why the whole job has to end."""


@functools.cache
def hadoop():
    """Hadoop's own client: a small JVM of this machine, with the jars and the configuration of its Spark."""
    from py4j.java_gateway import GatewayParameters, JavaGateway, launch_gateway
    from pyspark.find_spark_home import _find_spark_home

    jars = os.path.join(_find_spark_home(), "jars")
    folders = [os.environ[name] for name in ("HADOOP_CONF_DIR", "YARN_CONF_DIR") if name in os.environ]
    java = os.path.join(os.environ["JAVA_HOME"], "bin", "java") if "JAVA_HOME" in os.environ else "java"
    jar, = glob.glob(os.path.join(jars, "py4j-*.jar"))
    port, token = launch_gateway(jarpath=jar, classpath=os.pathsep.join([*folders, os.path.join(jars, "*")]), java_path=java,
                                 javaopts=["-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Djava.net.preferIPv4Stack=true"], die_on_exit=True, enable_auth=True)
    jvm = JavaGateway(gateway_parameters=GatewayParameters(port=port, auth_token=token, auto_convert=True)).jvm
    settings = jvm.org.apache.hadoop.conf.Configuration()
    for key, value in JOB["hadoop"].items():
        settings.set(key, value)
    return jvm, settings


def reason(failure):
    """What Java says in the first line that names an exception."""
    lines = str(failure).splitlines()
    return next((line.removeprefix(": ") for line in lines if line.startswith(": ")), lines[0])[:SAID_CHARS]


def read_local(path, start, end):
    """The bytes of a file from `start` to `end` (None: its end)."""
    with open(path, "rb", buffering=0) as file:
        file.seek(start)
        left = end - start if end is not None else sys.maxsize
        while left > 0 and (chunk := file.read(min(CHUNK_BYTES, left))):
            left -= len(chunk)
            yield chunk


def read_hadoop(url, start, end):
    """The same of what Hadoop reads. The JVM writes into a named pipe, so that no byte goes through its gateway."""
    jvm, settings = hadoop()
    path = jvm.org.apache.hadoop.fs.Path(url)
    stream = path.getFileSystem(settings).open(path)
    stream.seek(start)
    failures = []
    with tempfile.TemporaryDirectory() as folder:
        fifo = os.path.join(folder, "bytes")
        os.mkfifo(fifo)

        def write():
            try:
                out = jvm.java.io.FileOutputStream(fifo)
                try:
                    jvm.org.apache.commons.io.IOUtils.copyLarge(stream, out, 0, -1 if end is None else end - start)
                finally:
                    out.close()
                    stream.close()
            except Exception as failure:  # Said by the reader, who sees the pipe end too soon.
                failures.append(failure)

        thread = threading.Thread(target=write, daemon=True)
        thread.start()
        with open(fifo, "rb", buffering=0) as pipe:
            while chunk := pipe.read(CHUNK_BYTES):
                yield chunk
        thread.join()
    if failures:
        raise CannotWork(f"{url}: {reason(failures[0])}")


def read(file, start, end):
    return read_hadoop(file["url"], start, end) if "url" in file else read_local(os.fsencode(file["path"]), start, end)


def tool(name):
    return os.path.join(JOB["bin"], name) if JOB["bin"] else name


class Filter:
    """A filter that runs; what it says is kept in a file, since nobody reads it until it is done."""

    def __init__(self, name, flags, **streams):
        self.name, self.said = name, tempfile.TemporaryFile()
        threads = [] if any(os.fsdecode(flag).split("=")[0] == "--threads" for flag in flags) else ["--threads", "1"]
        try:
            self.process = subprocess.Popen([tool(name), *threads, *flags], stderr=self.said, **streams)
        except OSError as error:
            raise CannotWork(f"{tool(name)} cannot be run on a worker: {error.strerror} (--bin DIR)") from None

    def end(self, what):
        """The exit code, 0 or 1, and the lines that it said."""
        code = self.process.wait()
        size = self.said.seek(0, os.SEEK_END)
        self.said.seek(max(0, size - SAMPLE_BYTES))
        lines = [line[:SAID_CHARS] for line in self.said.read().decode("utf-8", "replace").splitlines()]
        if code not in (0, 1):
            how = f"signal {-code}" if code < 0 else f"exit {code}"
            raise CannotWork(f"{what}{self.name} failed ({how}): {'; '.join(lines[-3:])}")
        return code, lines


def kept(flags):
    """What soar-parse keeps of each address, which is what soar-score is asked to keep."""
    names = ("--evidence", "--resolution")
    pairs = [flag for at, flag in enumerate(flags) if flag in names or at and flags[at - 1] in names]
    more = [flag for flag in flags if flag == "--timeline" or (flag.split("=")[0] in names and "=" in flag)]
    return ["--hosts", "--partial", *pairs, *more]


def parse(piece, hosts):
    """soar-parse of one piece into `hosts`. What it said: how many lines were what, and its first problems."""
    label = os.fsencode(piece["label"]).decode("utf-8", "replace")
    flags = [*JOB["parse"], *kept(JOB["score"]), "--name=" + label]
    if piece["start"] == 0 and piece["end"] is None and "path" in piece:
        # By its path: decompressed, and dated by its file.
        done = Filter("soar-parse", [*flags, "--", os.fsencode(piece["path"])], stdin=subprocess.DEVNULL, stdout=hosts)
    else:
        done = Filter("soar-parse", [*flags, f"--first-line={piece['line']}", f"--modified={piece['modified']}", "-"],
                      stdin=subprocess.PIPE, stdout=hosts)
        count = 0
        try:
            with done.process.stdin as pipe:
                for chunk in read(piece, piece["start"], piece["end"]):
                    count += len(chunk)
                    pipe.write(chunk)
        except BrokenPipeError:
            pass  # It ended early; its exit code says why.
        else:
            if piece["end"] is not None and count != piece["end"] - piece["start"]:
                raise CannotWork(f"{label}: became shorter while it was read")
    code, lines = done.end(f"{label}: ")
    summary = SUMMARY.fullmatch(lines.pop().removeprefix("soar-parse: ")) if lines else None
    if summary is None:
        raise CannotWork(f"{label}: soar-parse did not say how many lines were what")
    counts = [int(count or 0) for count in (*summary.groups()[:7], summary[10], summary[8], summary[11])]
    return {"piece": piece["id"], "file": piece["file"], "code": code, "counts": counts, "unknown": summary[9], "lines": lines}


def do_map():
    pieces = [piece for line in sys.stdin.buffer for piece in json.loads(line)]
    if pieces:
        score = Filter("soar-score", ["--partial", *JOB["score"]], stdin=subprocess.PIPE)
        try:
            said = [parse(piece, score.process.stdin) for piece in pieces]
        finally:
            score.process.stdin.close()
            # It writes where an error goes too: no line of one begins inside a line of the other.
            score.process.wait()
        code, lines = score.end("")
        room = SAID_LINES
        for one in said:
            one["more"], one["lines"] = len(one["lines"][room:]), one["lines"][:room]
            room -= len(one["lines"])
        yield from said
        # The last line is the summary, which means little for a part.
        yield {"code": code, "lines": lines[:-1][:SAID_LINES], "more": len(lines[:-1][SAID_LINES:])}


def do_reduce():
    score = Filter("soar-score", [*JOB["score"], *JOB["form"]], stdin=0)
    code, lines = score.end("")
    yield {"code": code, "lines": lines[-1 - SAID_LINES:], "more": len(lines[:-1 - SAID_LINES])}


def look(span):
    """Where a range may be cut: behind its first line end, if the line there is a request. How many line ends it has."""
    newlines, cut = 0, None
    # Room for the rest of the longest line that is read, and for some lines behind it.
    sample = b"".join(read(span, span["start"], min(span["start"] + (1 << 20) + 4 * SAMPLE_BYTES, span["size"])))
    if span["start"] > 0:
        at = sample.find(b"\n", 0, span["end"] - span["start"]) + 1
        cut, sample = (span["start"] + at, sample[at:]) if at else (None, b"")
    packed = span["start"] == 0 and PACKED.match(sample)
    sample = sample[:sample.rfind(b"\n", 0, SAMPLE_BYTES) + 1]
    first, others = (False, 1) if packed else classify(sample)
    if JOB["count"]:
        newlines = sum(chunk.count(b"\n") for chunk in read(span, span["start"], span["end"]))
    return {"file": span["file"], "start": span["start"], "newlines": newlines, "cut": cut if first else None, "other": others > 0}


def classify(sample):
    """Whether the first line of `sample` is a request, and how many lines are sshd's or another program's."""
    if not sample:
        return False, 0
    done = Filter("soar-parse", [*JOB["probe"], "--all", "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    events, _ = done.process.communicate(sample)
    _, lines = done.end("")
    counts = SUMMARY.fullmatch(lines[-1].removeprefix("soar-parse: "))
    found = [json.loads(event) for event in events.splitlines()]
    requests = [event["log"]["line"] for event in found if event["event"]["dataset"] == "http.access"]
    return 1 in requests, len(found) - len(requests) + int(counts[4]) + int(counts[5])


def main(mode):
    try:
        if mode == "look":
            for line in sys.stdin.buffer:
                print(json.dumps(look(json.loads(line))))
            return
        for said in (do_map if mode == "map" else do_reduce)():
            print(json.dumps({"said": said}))
    except (CannotWork, OSError) as error:
        # Not by an exit code: Spark would not show why.
        print(json.dumps({"said": {"error": str(error)}}))


main(sys.argv[1])
