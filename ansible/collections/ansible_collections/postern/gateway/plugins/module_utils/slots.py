"""Which system a box runs, and which one it would start next."""

from __future__ import annotations

EMPTY = {"name": "", "state": "empty", "version": ""}


def booted(box):
    """The slot that runs; `box` is what `postern box` says."""
    return next((one for one in box["slots"] if one["name"] == box["booted"]), EMPTY)


def other(box):
    return next((one for one in box["slots"] if one["name"] != box["booted"]), EMPTY)


def to_install(box, version):
    """Whether an update to this version is needed: it neither runs nor waits in the other slot."""
    return version not in (booted(box)["version"], other(box)["version"])
