"""Which system a box runs, and which one it would start next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Box = Mapping[str, Any]
EMPTY = {"name": "", "state": "empty", "version": ""}


def booted(box: Box) -> Mapping[str, Any]:
    """The slot that runs; `box` is what `postern box` says: slots by capitals, `booted` not."""
    return next((one for one in box["slots"] if _runs(box, one)), EMPTY)


def other(box: Box) -> Mapping[str, Any]:
    return next((one for one in box["slots"] if not _runs(box, one)), EMPTY)


def to_install(box: Box, version: str) -> bool:
    """Whether an update to this version is needed: it neither runs nor waits in the other slot."""
    return version not in (booted(box)["version"], other(box)["version"])


def _runs(box: Box, slot: Mapping[str, Any]) -> bool:
    return bool(slot["name"].lower() == box["booted"].lower())
