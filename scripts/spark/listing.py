"""The logs that the operands name: files, directories, patterns, in the file system of this machine or in one that Hadoop reads."""
import glob
import os
import re
import stat
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Iterator


class UsageError(Exception):
    """An operand that names nothing that can be read."""


@dataclass(frozen=True)
class Log:
    """A log: what records call it, where it is, and its size and age as they are now."""

    label: str
    place: dict[str, str]
    size_bytes: int
    modified: str


def is_hidden(name: str) -> bool:
    """Names that Hadoop passes over, too: _SUCCESS, .part-00000.crc."""
    return name.startswith(("_", "."))


def find_logs(operands: list[str], jvm: Any, settings: Any) -> list[Log]:
    """Every log, in the order of the operands; those of one in the order of their names."""
    default = jvm.org.apache.hadoop.fs.FileSystem.getDefaultUri(settings).getScheme()
    logs: list[Log] = []
    for operand in operands:
        url = re.match(r"([A-Za-z][A-Za-z0-9+.-]+):/", operand)
        scheme = url[1] if url and not os.path.lexists(operand) else default
        if scheme == "file":
            path = re.sub(r"^file:/+", "/", operand) if url else operand
            logs += [local_log(path) for path in find_local(path)]
        else:
            logs += find_hadoop(operand, jvm, settings)
    return logs


def find_local(operand: str) -> list[str]:
    if os.path.lexists(operand):
        found = [operand]
    else:
        found = [path for path in sorted(glob.glob(operand, recursive=True)) if not is_hidden(os.path.basename(path))]
        if not found:
            raise UsageError(f"{operand}: no such file, and no file that this pattern matches")
    return [path for root in found for path in (sorted(walk(root)) if os.path.isdir(root) else [root])]


def walk(root: str) -> Iterator[str]:
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if not is_hidden(name)]
        paths = (os.path.join(folder, name) for name in files if not is_hidden(name))
        yield from (path for path in paths if os.path.isfile(path))


def local_log(path: str) -> Log:
    try:
        status = os.stat(path)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None
    if not stat.S_ISREG(status.st_mode):
        raise UsageError(f"{path}: not a file")
    return Log(path, {"path": os.path.abspath(path)}, status.st_size, instant(status.st_mtime_ns // 10**9))


def find_hadoop(operand: str, jvm: Any, settings: Any) -> list[Log]:
    path = jvm.org.apache.hadoop.fs.Path(operand)
    system = path.getFileSystem(settings)
    if system.exists(path):
        roots = [system.getFileStatus(path)]
    else:
        roots = [status for status in system.globStatus(path) or [] if not is_hidden(status.getPath().getName())]
    if not roots:
        raise UsageError(f"{operand}: no such file, and no file that this pattern matches")
    return [hadoop_log(status) for root in roots for status in list_hadoop(system, root)]


def list_hadoop(system: Any, root: Any) -> list[Any]:
    """The files at `root`."""
    if not root.isDirectory():
        return [root]
    start = len(root.getPath().toString())
    found, files = [], system.listFiles(root.getPath(), True)
    while files.hasNext():
        status = files.next()
        if not any(is_hidden(name) for name in status.getPath().toString()[start:].split("/")):
            found.append(status)
    return sorted(found, key=lambda status: status.getPath().toString())


def hadoop_log(status: Any) -> Log:
    url = status.getPath().toString()
    return Log(url, {"url": url}, status.getLen(), instant(status.getModificationTime() // 1000))


def instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
