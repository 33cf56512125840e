"""What runs in Spark's own workers, between the filters: sent to them by value, since they have no files of ours."""
import json
import os
import re
import sys
import zlib
from typing import Any, Iterable, Iterator

from pyspark import AccumulatorParam, TaskContext

# Of hosts for one part, so many characters go together.
PACK_CHARS = 1 << 18
SAID = '{"said": '
OWN_HOST = re.compile(r'\{"schema":"soar\.host/1","ip":"([0-9a-f.:]+)",(?:"network":"([0-9a-f.:/]+)",)?"score"')


def environment(ours: dict[str, str]) -> dict[str, str]:
    return {**os.environ, "SOAR_PYTHON": sys.executable, **ours}


class Environment(dict):
    """The environment of the machine that unpickles it, with ours: RDD.pipe would give a command an empty one."""

    def __reduce__(self) -> Any:
        return environment, (dict(self),)


class ByTask(AccumulatorParam):
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
    task = TaskContext.get()
    heard.add({(stage, task.partitionId() if task else 0): said})


def part_of(line: str, parts: int) -> int:
    """Where a host belongs: all of one address, or of one network, to the same part."""
    own = OWN_HOST.match(line)
    if own:
        subject = own[2] or own[1]
    else:
        record = json.loads(line)
        subject = record.get("network") or record["ip"]
    return zlib.crc32(subject.encode()) % parts


def pack(lines: Iterable[str], parts: int) -> Iterator[tuple[int, str]]:
    """The hosts of each part, many at a time: Spark's work is by the element."""
    waiting: list[list[str]] = [[] for _ in range(parts)]
    chars = [0] * parts
    for line in lines:
        part = part_of(line, parts)
        waiting[part].append(line)
        chars[part] += len(line)
        if chars[part] >= PACK_CHARS:
            yield part, "\n".join(waiting[part])
            waiting[part], chars[part] = [], 0
    yield from ((part, "\n".join(rest)) for part, rest in enumerate(waiting) if rest)
