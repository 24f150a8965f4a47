"""What shall be in force on the box: whether that is a change, and how it gets there.

The difference is the box's own to tell: it compares what the texts mean and not how they are
written, and knows the secrets that are in force. No secret leaves it for that.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.postern.gateway.plugins.module_utils.command import Postern, Refused


def plan(postern: Postern, text: str, merge: bool) -> dict[str, Any]:
    """What the box says of this wish; nothing is kept there. `Refused` if it cannot be."""
    found: dict[str, Any] = postern.config("plan", "-", *_merge(merge), text=text)
    wrong = [_sentence(one) for one in found["problems"] if not one["warning"]]
    if wrong:
        raise Refused(" ".join(wrong))
    return found


def warnings_of(found: Mapping[str, Any]) -> list[str]:
    return [_sentence(one) for one in found["problems"] if one["warning"]]


def apply(
    postern: Postern,
    text: str,
    merge: bool,
    planned: Mapping[str, Any],
    me: str,
    comment: str,
    deadline: int,
) -> float:
    """Put it in force, to be confirmed within `deadline` seconds; `me` is who we are there."""
    status = postern.config("status")
    editor = status["edited_by"]
    if editor and editor != me:
        what = f"{editor} has edits on the box that are not in force, and they would be lost"
        raise Refused(f"{what}. Let them apply or discard those first.")
    if status["pending"]:
        by = status["pending"]["by"]
        raise Refused(f"a change of {by} waits to be confirmed. Wait until it is, or taken back.")
    postern.config("wish", "-", *_merge(merge), "--base", planned["revision"], text=text)
    try:
        words = ("--deadline", str(deadline), "--comment", comment)
        return float(postern.config("apply", *words)["deadline_s"])
    except Refused:
        postern.config("discard")
        raise


def forget(postern: Postern, status: Mapping[str, Any], me: str) -> None:
    """The edits of a change that was taken back: nobody shall put them in force by mistake."""
    if status["edited_by"] == me:
        postern.config("discard")


def diff_of(found: Mapping[str, Any]) -> dict[str, str]:
    """As Ansible shows it with --diff. Secrets are masked by the box."""
    return {"prepared": "".join(f"{line}\n" for line in found["lines"])}


def _merge(merge: bool) -> tuple[str, ...]:
    return ("--merge",) if merge else ()


def _sentence(problem: Mapping[str, Any]) -> str:
    return f"{problem['where']}: {problem['what']}. {problem['hint']}."
