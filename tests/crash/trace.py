"""A run's changes to a folder, as strace(1) saw them: writes, creations, renames, links, removals and syncs, in their order."""

import os
import re
import subprocess

from model import Broken

CALLS = (
    "openat,open,creat,write,pwrite64,writev,pwritev,pwritev2,ftruncate,truncate,fallocate,rename,renameat,renameat2,link,linkat,"
    "symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,fsync,fdatasync,syncfs,sync,sync_file_range,copy_file_range,sendfile,splice,chdir,fchdir"
)
# These are relative to the folder that their process is in, which the record does not say.
RELATIVE = ("open", "creat", "truncate", "rename", "link", "symlink", "unlink", "mkdir", "rmdir")
# Longer writes than this would be cut in the record.
MOST_BYTES = 8 << 20
CALL = re.compile(r"^(\d+) +(\w+)\((.*)\) += (-?\d+|\?)(.*)$", re.DOTALL)
BEGUN = re.compile(r"^(\d+) +(\w+)\((.*?) *<unfinished \.\.\.>$", re.DOTALL)
RESUMED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)$", re.DOTALL)
STRING = re.compile(r'"((?:\\x[0-9a-f]{2})*)"(\.\.\.)?')
DESCRIPTOR = re.compile(r"(AT_FDCWD|\d+)<([^>]*)>(\(deleted\))?")


def record(command, place, stdout=subprocess.DEVNULL):
    """Runs a command to its end under strace. Gives its exit code and the calls that succeeded, as (name, arguments, result)."""
    path = place.scratch / "strace"
    strace = ["strace", "-f", "-y", "-xx", "-s", str(MOST_BYTES), "-e", f"trace={CALLS}", "-o", str(path)]
    with open(place.scratch / "stderr", "wb") as stderr:
        run = subprocess.run([*strace, *command], env=place.environment(), cwd=place.scratch, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=False)
    return run.returncode, list(calls(path, str(place.scratch)))


def calls(path, folder):
    """The calls of a record in the order in which they returned; a call that failed changed nothing. They began in `folder`."""
    begun, folders = {}, {}
    with open(path, encoding="ascii") as file:
        for line in file:
            line = line.rstrip("\n")
            if part := BEGUN.match(line):
                begun[part[1]] = part[3]
                continue
            if part := RESUMED.match(line):
                line = f"{part[1]} {part[2]}({begun.pop(part[1], '')}{part[3]}"
            call = CALL.match(line)
            if not call or call[4].startswith(("-", "?")):
                continue
            process, name, arguments = call[1], call[2], call[3]
            if name in RELATIVE or name == "chdir":
                where = folders.get(process, folder).encode().hex(" ").replace(" ", "\\x")
                arguments = f"AT_FDCWD<\\x{where}>, {arguments}"
            if name == "chdir":
                folders[process] = paths(arguments)[0]
            elif name == "fchdir":
                folders[process] = descriptor(arguments)
            else:
                yield name, arguments, int(call[4]), call[5]


def decode(text):
    return bytes.fromhex(text.replace("\\x", "")).decode("utf-8", "surrogateescape")


def data(arguments):
    """The bytes that a write was given."""
    found = STRING.search(arguments)
    if not found or found[2]:
        raise Broken(f"the record does not have all bytes of a write: {arguments[:80]}")
    return bytes.fromhex(found[1].replace("\\x", ""))


def paths(arguments):
    """The paths that a call names, each from the folder that it is relative to."""
    folder, found = None, []
    for part in re.finditer(f"{DESCRIPTOR.pattern}|{STRING.pattern}", arguments):
        if part[1]:
            folder = decode(part[2])
        elif part[4] is not None:
            path = decode(part[4])
            found.append(os.path.normpath(os.path.join(folder, path) if folder else path))
    return found


def descriptor(text):
    """The path of the first descriptor; None where it has no name any more."""
    found = DESCRIPTOR.search(text)
    return decode(found[2]) if found and not found[3] else None


def result_path(rest):
    """The path of the descriptor that a call gave."""
    found = re.search(r"<([^>]*)>", rest)
    return decode(found[1]) if found else None
