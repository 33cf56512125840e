"""The directory of the result."""
import os
import re
from typing import Any

from listing import UsageError


class Output:
    """It is made at the start, which nobody else can do then, and is gone if the work fails."""

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
