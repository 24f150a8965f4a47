"""Whether packets that come in by an interface are passed on (ip-sysctl, `conf/*/forwarding`)."""

from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import Final

SWITCHES: Final = "proc/sys/net/ipv4/conf"
_NO_INTERFACES: Final = ("all", "default", "lo")


def forwards(interfaces: Collection[str], root: Path = Path("/")) -> bool:
    """Of what cannot be read it is believed: nothing is said that may be wrong."""
    return all(_text(root / SWITCHES / name / "forwarding") != "0" for name in interfaces)


def forward_from(interfaces: Collection[str], kept: str, root: Path = Path("/")) -> None:
    """From these, and from no other; those whose names begin with `kept` are somebody else's.

    Right to be done twice.
    """
    for switch in sorted((root / SWITCHES).glob("*/forwarding")):
        name = switch.parent.name
        wanted = "1" if name in interfaces else "0"
        if name in _NO_INTERFACES or name.startswith(kept) or _text(switch) in ("", wanted):
            continue
        with suppress(FileNotFoundError):  # a card that was pulled out this moment
            switch.write_text(wanted)


def _text(path: Path) -> str:
    try:
        return path.read_text().strip()
    except OSError:
        return ""
