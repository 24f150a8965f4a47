"""The box's plugs as the configuration has them, and giving them roles.

Until somebody decides, the profile's proposal holds, so a box from the shelf has a port outside and
one inside. Pins are written when the box gets its owner.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from gateway.control.board import Nic
from gateway.control.canonical import Unreadable, entries_of, raw_of
from gateway.control.changes_outputs import Refused
from gateway.control.config import Config
from gateway.control.edit import Change, EditError, edited
from gateway.control.ports import Pin, Port, find_ports, pin_ports, with_roles
from gateway.control.problems import Problem
from gateway.control.profile import Profile
from gateway.system.box.network import ROLES

UNUSED: Final = "unused"


class BoxPorts:
    """`nics` looks at the cards as they are now."""

    def __init__(self, profile: Profile, nics: Callable[[], Sequence[Nic]]) -> None:
        self._profile = profile
        self._nics = nics

    def of(self, config: Config | None) -> list[Port]:
        pinned = config.ports if config else ()
        return self._of_pins([Pin(one.role, one.path, one.mac or "") for one in pinned])

    def _of_pins(self, pins: Sequence[Pin]) -> list[Port]:
        ports = find_ports(self._profile, self._nics(), pins)
        return ports if pins else [replace(port, role=port.proposed) for port in ports]

    def assigned(self, text: str, wanted: Mapping[str, str]) -> tuple[str, dict[str, str]]:
        """The text with every port pinned and these roles given, by path; the roles of all.

        The others keep what they have in that text, except where it is given away: see
        `with_roles`. `Refused` if that cannot be.
        """
        ports = self._of_pins(_pins_in(text))
        roles = with_roles(ports, wanted)
        return self._pinned_as(text, ports, roles), roles

    def _pinned_as(self, text: str, ports: Sequence[Port], roles: Mapping[str, str]) -> str:
        pins = pin_ports(ports, roles)
        wrong = [one for one in pins if isinstance(one, Problem) and not one.warning]
        if wrong:
            raise Refused(f"{wrong[0].where}: {wrong[0].what}", wrong[0].hint)
        return with_pins(text, [one for one in pins if isinstance(one, Pin)])

    def pinned(self, text: str, config: Config | None) -> str:
        """The text with the ports that are in use now; as it is where that is not certain."""
        try:
            if entries_of(raw_of(text).get("port")):
                return text
            ports = self.of(config)
            roles = {port.path: port.role for port in ports if port.role and not port.problem}
            return self._pinned_as(text, ports, roles)
        except (Refused, Unreadable):
            return text


def _pins_in(text: str) -> list[Pin]:
    """What a text that need not be right says of ports; `Refused` if it cannot be read."""
    try:
        entries = entries_of(raw_of(text).get("port"))
    except Unreadable as error:
        raise Refused(str(error), "Edit it as text first") from None
    fields = [[str(one.get(name, "")) for name in ("role", "path", "mac")] for one in entries]
    return [Pin(*three) for three in fields]


def with_pins(text: str, pins: Sequence[Pin]) -> str:
    """The text with these ports and no others, and both sides called by their roles."""
    try:
        raw = raw_of(text)
        changes = [
            Change("remove", "port", str(one.get("path"))) for one in entries_of(raw.get("port"))
        ]
        for pin in pins:
            value = {"role": pin.role, "path": pin.path} | ({"mac": pin.mac} if pin.mac else {})
            changes.append(Change("add", "port", value=value))
        used = {pin.role for pin in pins}
        for role in ROLES:
            there = "interface" in raw.get(role, {})
            if role in used:
                changes.append(Change("set", role, key="interface", value=role))
            elif there and role == "inside":
                changes.append(Change("unset", role, key="interface"))
        return edited(text, changes)
    except EditError as error:
        raise Refused(str(error), error.hint) from None
    except Unreadable as error:
        raise Refused(str(error), "Edit it as text first") from None
