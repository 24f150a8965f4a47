"""The tools tree: a small Debian of the image's release, where slots, disk and bundle are made."""

import hashlib
import shutil
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from image.lock import Package, format_lock
from image.mirror import SUITE
from image.programs import run

# Its own mount namespace, so that nothing stays mounted whatever happens. $1 tree, $2 shared.
ENTER: Final = """
mount --make-rprivate / &&
mkdir -p "$1$2" &&
mount --rbind "$2" "$1$2" && mount --rbind /dev "$1/dev" && mount -t proc proc "$1/proc" &&
tree=$1 && shift 2 && exec chroot "$tree" "$@"
"""


@dataclass(frozen=True, slots=True)
class Tools:
    """`shared` is seen inside under the same path: so a path means the same on both sides."""

    tree: Path
    shared: Path
    environment: dict[str, str]

    def __call__(self, argv: Sequence[str | Path], data: bytes | BinaryIO = b"") -> str:
        inside = ["unshare", "--mount", "sh", "-ec", ENTER, "sh", self.tree, self.shared, *argv]
        return run(inside, data=data, env=self.environment)


def make_tools(packages: Iterable[Package], archive: str, tree: Path) -> bool:
    """Whether it had to be made: it is kept as long as the lock says the same."""
    rows = [one for one in packages if one.is_for("tools")]
    wanted = hashlib.sha256(format_lock(rows).encode()).hexdigest()
    stamp = tree.with_name(tree.name + ".stamp")
    if stamp.exists() and stamp.read_text() == wanted and tree.is_dir():
        return False
    stamp.unlink(missing_ok=True)
    shutil.rmtree(tree, ignore_errors=True)
    names = ",".join(one.name for one in rows)
    run(
        ["mmdebstrap", "--variant=essential", f"--include={names}", SUITE, tree, archive],
        log=tree.with_name("tools.log"),
    )
    stamp.write_text(wanted)
    return True
