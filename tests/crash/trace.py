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
# A descriptor of a file that never had a name, and such a file named by its process: /proc/self/fd/N.
ANONYMOUS = re.compile(r"\b(\d+)<([^>]*\\x2f\\x23(?:\\x3[0-9])+)>\(deleted\)")
OWN_DESCRIPTOR = re.compile('"' + "".join(f"\\\\x{byte:02x}" for byte in b"/proc/self/fd/") + r'((?:\\x3[0-9])+)"')


def record(command, place, stdout=subprocess.DEVNULL):
    """Runs a command to its end under strace. Gives its exit code and the calls that succeeded, as (name, arguments, result)."""
    path = place.scratch / "strace"
    strace = ["strace", "-f", "-y", "-xx", "-s", str(MOST_BYTES), "-e", f"trace={CALLS}", "-o", str(path)]
    with open(place.scratch / "stderr", "wb") as stderr:
        run = subprocess.run([*strace, *command], env=place.environment(), cwd=place.scratch, stdin=subprocess.DEVNULL, stdout=stdout, stderr=stderr, check=False)
    return run.returncode, list(calls(path, str(place.scratch)))


def calls(path, folder):
    """The calls of a record in the order in which they returned; a call that failed changed nothing. They began in `folder`."""
    begun, folders, anonymous = {}, {}, {}
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
                arguments = f"AT_FDCWD<{encode(folders.get(process, folder))}>, {arguments}"
            for number, file in ANONYMOUS.findall(arguments):
                anonymous[process, number] = file
            if name == "linkat" and (number := OWN_DESCRIPTOR.search(arguments)):
                # A file without a name gets one: it is known by what its process called it last.
                file = anonymous.get((process, decode(number[1])))
                arguments = OWN_DESCRIPTOR.sub(lambda _, file=file: f'"{file}"', arguments, 1) if file else arguments
            if name == "chdir":
                folders[process] = paths(arguments)[0]
            elif name == "fchdir":
                folders[process] = descriptor(arguments)
            else:
                yield name, arguments, int(call[4]), call[5]


def encode(path):
    return "".join(f"\\x{byte:02x}" for byte in path.encode())


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
    """The path of the first descriptor; None where it has no name any more. A file that has none yet is /folder/#number."""
    found = DESCRIPTOR.search(text)
    return decode(found[2]) if found and (not found[3] or is_anonymous(decode(found[2]))) else None


def is_anonymous(path):
    return re.search(r"/#\d+$", path) is not None


def result_path(rest):
    """The path of the descriptor that a call gave."""
    found = re.search(r"<([^>]*)>", rest)
    return decode(found[1]) if found else None
