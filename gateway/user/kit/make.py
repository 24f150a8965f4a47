"""A kit in the form that was asked for: the one door of this room.

What needs another program (a floppy's or CD's image) is done by whoever calls: see `Carrier`.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gateway.control.config import Config
from gateway.control.kits import CD, FLOPPY, FOLDER, ZIP, Order, Product
from gateway.user.kit.contents import Kit, kit_of
from gateway.user.kit.dos import DosFile
from gateway.user.kit.subject import Subject, subject_of

Pieces = Sequence[tuple[str, bytes]]
Carrier = Callable[[Pieces, date], bytes]
"""An image with these files in it, all of that day; `Refused` where the program is missing."""

FOR_MACHINE: Final = frozenset({FLOPPY, CD})  # what goes to the machine itself


def make(
    config: Config, order: Order, p12: bytes, day: date, carriers: Mapping[str, Carrier]
) -> Product:
    """`Refused` with what to do where it cannot be made; `p12` is empty for one with a key."""
    subject = subject_of(config, order, p12, day)
    kit = kit_of(subject)
    files = kit.machine if order.form in FOR_MACHINE else kit.files
    pieces = tuple((one.name, one.data) for one in files)
    data = b""
    if order.form == ZIP:
        data = zipped(subject.machine, pieces, day)
    elif order.form != FOLDER:
        data = carriers[order.form](pieces, day)
    name = f"kit-{subject.machine}"
    return Product(name, pieces, data, _told(subject, kit, files, order.form))


def zipped(folder: str, pieces: Pieces, day: date) -> bytes:
    packed = BytesIO()
    with ZipFile(packed, "w", ZIP_DEFLATED) as archive:
        for name, data in pieces:
            info = ZipInfo(f"{folder}/{name}", (day.year, day.month, day.day, 0, 0, 0))
            info.external_attr = 0o600 << 16
            info.compress_type = ZIP_DEFLATED
            archive.writestr(info, data)
    return packed.getvalue()


def _told(subject: Subject, kit: Kit, files: Sequence[DosFile], form: str) -> tuple[str, ...]:
    listed = (f"  {one.name:<12}{'  SECRET' if one.secret else ''}  {one.about}" for one in files)
    lines = [
        f"A kit for {subject.machine}, {subject.kind.label}, that dials "
        f"{' or '.join(subject.dialled)}:",
        *listed,
        _secret(subject),
    ]
    if kit.lacks and form not in FOR_MACHINE:
        lines.append(f"{kit.lacks}.")
    return tuple(lines)


def _secret(subject: Subject) -> str:
    who = f"Who has it can knock as {subject.machine}: hand it over, and destroy what is left."
    if subject.psk:
        return f"It has the pre-shared key. {who}"
    return (
        f"It has the machine's private key, and not the password of CLIENT.P12: tell that on "
        f"another way. {who}"
    )
