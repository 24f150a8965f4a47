"""Which system a box runs, and which one it would start next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Box = Mapping[str, Any]
EMPTY = {"name": "", "state": "empty", "version": ""}


def booted(box: Box) -> Mapping[str, Any]:
    """The slot that runs; `box` is what `postern box` says."""
    return next((one for one in box["slots"] if one["name"] == box["booted"]), EMPTY)


def other(box: Box) -> Mapping[str, Any]:
    return next((one for one in box["slots"] if one["name"] != box["booted"]), EMPTY)


def to_install(box: Box, version: str) -> bool:
    """Whether an update to this version is needed: it neither runs nor waits in the other slot."""
    return version not in (booted(box)["version"], other(box)["version"])
