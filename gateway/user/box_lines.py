"""What the box tells, as lines for people: shared by the menu and the commands."""

from collections.abc import Container, Mapping, Sequence
from typing import Any

from gateway.user.box_views import BoxStatus, Finding, Port
from gateway.user.cli import show
from gateway.user.cli.show import Column

WIDTH = 72  # letters: the menu puts numbers before them
PORT_COLUMNS = (
    Column("PORT", least=8),
    Column("FOR"),
    Column("CABLE"),
    Column("MAC"),
    Column("DRIVER", least=5),
    Column("", least=1),
)


def called(port: Port) -> str:
    """As it stands on the case, if that is known."""
    return f"port {port.label}" if port.label else port.name or port.path


def cable(port: Port) -> str:
    if not port.link:
        return "no cable"
    return f"up {port.speed}" if port.speed not in ("", "0") else "up"


def port_lines(ports: Sequence[Port]) -> list[str]:
    """A table with its head."""
    rows = [
        (
            called(port),
            port.role or "-",
            cable(port),
            port.mac,
            port.driver,
            "!" if port.problem else "",
        )
        for port in ports
    ]
    return show.table(PORT_COLUMNS, rows, WIDTH)


def new_roles(ports: Sequence[Port], chosen: Container[str], roles: Mapping[str, Any]) -> str:
    """What ports are for, as a sentence's part: the `chosen`, by path, and who had to give way."""
    now = {port.path: port.role or "unused" for port in ports}
    changed = {path for path, role in roles.items() if now.get(path, role) != role}
    told = [
        port
        for port in ports
        if port.path in roles and (port.path in chosen or port.path in changed)
    ]
    return ", ".join(f"{called(port)} is for {roles[port.path]}" for port in told)


def slot_lines(status: BoxStatus) -> list[str]:
    """Which system runs, and how both are."""
    rows = []
    for slot in status.slots:
        runs = "  <- runs now" if slot.name.lower() == status.booted.lower() else ""
        rows.append((f"slot {slot.name}", f"{slot.state}  {slot.version}".rstrip() + runs))
    return [*(show.pairs(rows) or ["This system has no slots."]), *status.notes]


def finding_lines(found: Sequence[Finding]) -> list[str]:
    words = {True: "ok", False: "BAD", None: "?"}
    bad = sum(one.ok is False for one in found)
    last = f"{show.counted(bad, 'thing')} to look at." if bad else "Nothing is wrong."
    return [*(f"{words[one.ok]:3}  {one.name}: {one.text}" for one in found), "", last]
