"""What may be asked of the maker of kits, and what it gives back.

A kit is what the person at one old machine needs to dial: sheets, the key or certificate, files for
its registry. It is put together in `user/kit/`; `system/` only carries it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gateway.control.changes_outputs import Refused
from gateway.control.problems import shown

FOLDER, ZIP, FLOPPY, CD = FORMS = ("folder", "zip", "floppy", "iso")
WINDOWS: Final = ("98", "me", "nt4", "98-me-nt4", "2000", "xp", "later")
MOST_DIALLED: Final = 3  # more would not fit the sheet
_HOST: Final = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Order:
    """One kit. `windows` is one of WINDOWS, or empty: then what is known of the machine counts,
    and after that `recognised`, a name of `systems.py`. `p12` names the file with its certificate.
    """

    machine: str
    form: str = ZIP
    windows: str = ""
    recognised: str = ""
    dialled: tuple[str, ...] = ()
    p12: str = ""


@dataclass(frozen=True, slots=True)
class Product:
    """A kit that was made. `name` is for what it is put into, without an ending; `pieces` are the
    files of a folder, `data` is everything in one file; `told` is for whoever asked.
    """

    name: str
    pieces: tuple[tuple[str, bytes], ...] = field(repr=False)
    data: bytes = field(repr=False)
    told: tuple[str, ...] = ()


ENDINGS: Final = {FOLDER: "", ZIP: ".zip", FLOPPY: ".img", CD: ".iso"}


def read_order(request: Mapping[str, Any]) -> Order:
    """`Refused` for what cannot be made."""
    order = Order(
        machine=_word(request, "name"),
        form=_word(request, "form") or ZIP,
        windows=_word(request, "windows"),
        recognised=_word(request, "recognised"),
        dialled=_words(request, "dialled"),
        p12=_word(request, "p12"),
    )
    if order.form not in FORMS:
        raise Refused(f"a kit is no {shown(order.form)}", f"It is one of: {', '.join(FORMS)}")
    if order.windows and order.windows not in WINDOWS:
        what = f"there is no kit for Windows {shown(order.windows)}"
        raise Refused(what, f"Name one of: {', '.join(WINDOWS)}")
    if len(order.dialled) > MOST_DIALLED:
        raise Refused(f"{len(order.dialled)} addresses to dial are too many", "Name one, or two")
    for name in order.dialled:
        if not _HOST.fullmatch(name):
            raise Refused(f"{shown(name)} is nothing that can be dialled", "Name a host or address")
    return order


def _word(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name) or ""
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value


def _words(request: Mapping[str, Any], name: str) -> tuple[str, ...]:
    value = request.get(name) or []
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused(f"{name} is no list of names", "Compare the versions: `postern version`")
    return tuple(value)
