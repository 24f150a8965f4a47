"""packages.lock: every Debian package that goes into the image or makes it, to the byte."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from image.programs import Failed

HEAD: Final = """\
# Every Debian package of the image (root) and of the tools that make it (tools).
# Written by `python -m image lock`, used by `build`. set name version mirror size sha256 file
"""


@dataclass(frozen=True, slots=True, order=True)
class Package:
    """`sets` is "root", "tools" or "root,tools"; `mirror` "main" or "security"."""

    name: str
    version: str
    sets: str
    mirror: str
    size: int
    sha256: str
    file: str

    @property
    def deb(self) -> str:
        return self.file.rsplit("/", 1)[-1]

    def is_for(self, what: str) -> bool:
        return what in self.sets.split(",")


def format_lock(packages: Iterable[Package]) -> str:
    rows = (
        f"{one.sets} {one.name} {one.version} {one.mirror} {one.size} {one.sha256} {one.file}\n"
        for one in sorted(packages)
    )
    return HEAD + "".join(rows)


def parse_lock(text: str) -> list[Package]:
    found = []
    for number, line in enumerate(text.splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        words = line.split(" ")
        if len(words) != 7 or not words[4].isdecimal() or len(words[5]) != 64:
            raise Failed(
                f"packages.lock, line {number}: not a package", "Make it anew: python -m image lock"
            )
        sets, name, version, mirror, size, sha256, file = words
        found.append(Package(name, version, sets, mirror, int(size), sha256, file))
    return found
