"""A model of a disk that loses power: what was written, what was synced, and the folders that may be found afterwards.

Pessimistic, as POSIX lets a file system be: bytes last once their file was synced, names once their folder was. What was not
synced may be there, or not, or (a rename ahead of its file's bytes, as on ext4 without a sync) in part.
"""

import os
import shutil
from dataclasses import dataclass, field

import trace
from model import Broken

WRITES = ("write", "pwrite64", "writev")
SYNCS = ("fsync", "fdatasync")


@dataclass
class Node:
    """A file, folder or link: its bytes (of a link its target) now, and as they were last synced."""

    kind: str
    now: bytes = b""
    synced: bytes = None
    # Whether the next write goes to its end, as far as the record says.
    is_at_end: bool = True


@dataclass
class Volume:
    """The folder `base`: names now, and as each folder was last synced."""

    base: str
    nodes: list = field(default_factory=list)
    names: dict = field(default_factory=dict)
    synced_names: dict = field(default_factory=dict)
    # Files that have no name yet, by what the record calls them.
    anonymous: dict = field(default_factory=dict)

    @classmethod
    def of(cls, base):
        """All that is there is synced."""
        volume = cls(str(base))
        for where, folders, files in os.walk(volume.base):
            for name in folders + files:
                path = os.path.join(where, name)
                if os.path.islink(path):
                    volume.add(path, Node("link", os.readlink(path).encode()))
                elif os.path.isdir(path):
                    volume.add(path, Node("folder"))
                else:
                    with open(path, "rb") as file:
                        volume.add(path, Node("file", file.read()))
        volume.sync_all()
        return volume

    def has(self, path):
        return path is not None and path.startswith(self.base + "/")

    def add(self, path, node):
        self.nodes.append(node)
        self.names[path] = len(self.nodes) - 1

    def node(self, path):
        return self.nodes[self.names.get(path, self.anonymous.get(path))]

    def sync_all(self):
        for node in self.nodes:
            node.synced = node.now
        self.synced_names = dict(self.names)

    def sync(self, path):
        """Syncs a file, or the names in a folder."""
        if path == self.base or self.node(path).kind == "folder":
            self.synced_names = {name: n for name, n in self.synced_names.items() if os.path.dirname(name) != path}
            self.synced_names |= {name: n for name, n in self.names.items() if os.path.dirname(name) == path}
        else:
            self.node(path).synced = self.node(path).now

    def move(self, old, new):
        """Renames a file or folder, with all that is in it."""
        moved = {name: n for name, n in self.names.items() if name == old or name.startswith(old + "/")}
        # A folder that is replaced is empty.
        self.names = {name: n for name, n in self.names.items() if name not in moved}
        self.names |= {new + name[len(old) :]: n for name, n in moved.items()}
        # What is in a folder that moves is as durable as it was.
        inside = {name: n for name, n in self.synced_names.items() if name.startswith(old + "/")}
        self.synced_names |= {new + name[len(old) :]: n for name, n in inside.items()}

    def apply(self, call):
        """Does what a recorded call did. Whether it touched this folder."""
        name, arguments, result, rest = call
        if name in ("sync", "syncfs"):
            self.sync_all()
            return True
        if name in WRITES or name in SYNCS or name in ("ftruncate", "fallocate", "pwritev", "pwritev2", "sync_file_range"):
            path = trace.descriptor(arguments)
            if not (self.has(path) or path == self.base and name in SYNCS):
                return False
            self.change(name, path, arguments, result)
            return True
        if name in ("copy_file_range", "sendfile", "splice"):
            return self.copy(name, arguments, result)
        return self.rename(name, arguments, rest)

    def change(self, name, path, arguments, result):
        if name in SYNCS:
            self.sync(path)
        elif name == "write" and self.node(path).is_at_end:
            self.node(path).now += trace.data(arguments)[:result]
        elif name == "ftruncate":
            node, size = self.node(path), int(arguments.rsplit(",", 1)[1])
            node.now = node.now[:size].ljust(size, b"\0")
        elif name != "sync_file_range":
            raise Broken(f"the model of a disk does not know {name} on {path}")

    def copy(self, name, arguments, result):
        ends = [trace.descriptor(part[0]) for part in trace.DESCRIPTOR.finditer(arguments)]
        source, target = ends[::-1] if name == "sendfile" else ends
        if not self.has(target):
            return False
        if result == 0:
            return False
        if not self.has(source) or result != len(self.node(source).now):
            raise Broken(f"the model of a disk does not know where the bytes of {name} to {target} come from")
        self.node(target).now += self.node(source).now
        return True

    def rename(self, name, arguments, rest):
        """Calls that name paths."""
        if name in ("openat", "open", "creat"):
            return self.open(arguments, trace.result_path(rest))
        found = trace.paths(arguments)
        if name in ("symlink", "symlinkat"):
            # The target is text, not a path of this folder.
            target = trace.decode(trace.STRING.search(arguments)[1]).encode()
            if self.has(found[-1]):
                self.add(found[-1], Node("link", target, target))
            return self.has(found[-1])
        if not any(self.has(path) for path in found):
            return False
        if name in ("rename", "renameat", "renameat2"):
            if "RENAME_EXCHANGE" in arguments:
                raise Broken("the model of a disk does not know RENAME_EXCHANGE")
            self.move(*found)
        elif name in ("link", "linkat"):
            linked = self.names.get(found[0], self.anonymous.get(found[0]))
            if linked is None:
                raise Broken(f"the model of a disk does not know the file {found[0]} that gets a name")
            self.names[found[1]] = linked
        elif name in ("unlink", "unlinkat", "rmdir"):
            del self.names[found[0]]
        elif name in ("mkdir", "mkdirat"):
            self.add(found[0], Node("folder", synced=b""))
        elif name == "truncate":
            self.node(found[0]).now = self.node(found[0]).now[: int(arguments.rsplit(",", 1)[1])]
        return True

    def open(self, arguments, path):
        """Opens for writing create or empty a file; others change nothing."""
        if not self.has(path) or not any(flag in arguments for flag in ("O_WRONLY", "O_RDWR")):
            return False
        if "O_TMPFILE" in arguments:
            self.nodes.append(Node("file"))
            self.anonymous[path] = len(self.nodes) - 1
            return False
        if path not in self.names:
            self.add(path, Node("file"))
            return True
        node = self.node(path)
        had = node.now
        if "O_TRUNC" in arguments:
            node.now = b""
        node.is_at_end = not node.now or "O_APPEND" in arguments
        return had != node.now

    def found(self, names, content):
        """The folder that is found where `names` lasted, as {path: (kind, bytes)}; what has no folder is lost."""
        kept = {}
        for path in sorted(names):
            folder = os.path.dirname(path)
            if folder == self.base or kept.get(folder, ("",))[0] == "folder":
                node = self.nodes[names[path]]
                kept[path] = (node.kind, node.now if node.kind != "file" else content(node))
        return kept


def synced(node):
    return node.synced or b""


def zeros(node):
    """The size reached the disk, the bytes did not."""
    return synced(node)[: len(node.now)].ljust(len(node.now), b"\0")


def now(node):
    return node.now


def build(base, state):
    """Makes `base` hold exactly what `state` says."""
    shutil.rmtree(base)
    os.mkdir(base)
    for path in sorted(state):
        kind, content = state[path]
        if kind == "folder":
            os.mkdir(path)
        elif kind == "link":
            os.symlink(content.decode(), path)
        else:
            with open(path, "wb") as file:
                file.write(content)
