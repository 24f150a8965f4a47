"""Machines to make kits for."""

from datetime import date
from typing import Any

from gateway.user.kit.kinds import KINDS
from gateway.user.kit.subject import Subject

DAY = date(2026, 11, 27)
KEY = "a long random text, with Capitals"


def subject(kind: str = "98", **changes: Any) -> Subject:
    usual: dict[str, Any] = {
        "machine": "press-3",
        "kind": KINDS[kind],
        "system": "",
        "dialled": ("203.0.113.9",),
        "route": "old-nt4",
        "nat_d": "auto",
        "day": DAY,
        "psk": KEY,
    }
    return Subject(**(usual | changes))


def certified(kind: str, **changes: Any) -> Subject:
    return subject(kind, psk="", p12=b"0\x82 only its bytes count here", **changes)


EVERYBODY = [
    make(kind, nat_d=nat_d, contact="Ada, extension 12")
    for kind in KINDS
    for make in (subject, certified)
    for nat_d in ("auto", "honest")
]
