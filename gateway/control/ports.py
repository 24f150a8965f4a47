"""Which network card is which plug, and which plug is outside: pinned once, then never guessed.

A port is pinned by the path of its card and by the address burnt into the card. Where the two
disagree the box asks a person, and meanwhile no port of another name is used in its place.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gateway.control.board import Nic
from gateway.control.problems import Problem, shown
from gateway.control.profile import PlannedPort, Profile
from gateway.control.profile_schema import ROLES

ASK = "Nothing is guessed: look at the cables, then assign the ports again"
UNPLUGGED = "unused"


@dataclass(frozen=True, slots=True)
class Pin:
    """What the configuration says of a port. `mac` is empty for a card that does not say it."""

    role: str
    path: str
    mac: str = ""


@dataclass(frozen=True, slots=True)
class Port:
    """A plug as it is now. `role` is empty until somebody decides; `proposed` is the profile's.

    A port that was pinned and is gone has no `name`. `problem` is one sentence, or empty.
    """

    label: str
    name: str = ""
    role: str = ""
    path: str = ""
    mac: str = ""
    driver: str = ""
    link: bool = False
    speed: int = 0  # Mbit/s; 0 where it is not known
    pinned: bool = False
    problem: str = ""
    proposed: str = ""


class Unsettled(ValueError):
    """A port cannot be told for certain; the text is for a person."""


def find_ports(profile: Profile, nics: Sequence[Nic], pins: Sequence[Pin]) -> list[Port]:
    """Every plug, in the order of the case; those that are pinned and gone last."""
    nics = _trusted(nics)
    planned = plan(profile, nics)
    places = [planned.get(nic.path) for nic in nics]
    order = [profile.ports.index(one) if one else len(profile.ports) for one in places]
    cards = sorted(zip(order, nics, strict=True), key=lambda one: (one[0], _natural(one[1].path)))
    ports = [_unpinned(nic, planned.get(nic.path)) for _, nic in cards]
    at = {port.path: number for number, port in enumerate(ports)}
    for pin in pins:
        nic, problem = _settle(pin, nics, planned)
        if nic is None:
            label = next((one.label for one in profile.ports if pin.path in one.paths), pin.role)
            ports.append(Port(label, role=pin.role, path=pin.path, mac=pin.mac, problem=problem))
        else:
            number = at[nic.path]
            both = "; ".join(filter(None, [ports[number].problem, problem]))
            role = ports[number].role or pin.role
            ports[number] = replace(ports[number], role=role, pinned=not both, problem=both)
    return ports


def plan(profile: Profile, nics: Sequence[Nic]) -> dict[str, PlannedPort]:
    """The profile's port of each card, by path; a card that is in no profile is not there."""
    found: dict[str, PlannedPort] = {}
    by_path = {nic.path: nic for nic in nics}
    for port in profile.ports:
        for path in port.paths:
            if path in by_path:
                found.setdefault(path, port)
    for port in profile.ports:
        counted = sorted(
            (nic.path for nic in nics if port.driver in ("", nic.driver)), key=_natural
        )
        if port.place and port not in found.values() and len(counted) >= port.place:
            found.setdefault(counted[port.place - 1], port)
    return found


def interface_of(role: str, ports: Sequence[Port]) -> str:
    """The kernel's name of the port with this role; `Unsettled` if it is not certain."""
    ours = [port for port in ports if port.role == role]
    wrong = next((port.problem for port in ours if port.problem), "")
    if wrong:
        raise Unsettled(f"{wrong}. {ASK}")
    if len(ours) != 1:
        count = "no port is" if not ours else f"{len(ours)} ports are"
        raise Unsettled(f"{count} assigned as {role}. Assign it under Ports")
    return ours[0].name


def problems_of(ports: Sequence[Port]) -> list[Problem]:
    """What the ports' own problems are, in the form in which everything else is told."""
    return [
        Problem(f"port {port.label}".rstrip(), port.problem, ASK, port.role in ("", UNPLUGGED))
        for port in ports
        if port.problem
    ]


def pin_ports(ports: Sequence[Port], roles: Mapping[str, str]) -> list[Pin] | list[Problem]:
    """Pins for every port there is, `roles` by path; a port that is not in it is unused."""
    there = {port.path: port for port in ports if port.name}
    problems = list(_check_roles(there, roles))
    if any(not problem.warning for problem in problems):
        return problems
    return [Pin(roles.get(path, UNPLUGGED), path, port.mac) for path, port in there.items()]


def with_roles(ports: Sequence[Port], wanted: Mapping[str, str]) -> dict[str, str]:
    """Every port's role, by path, once those `wanted` have theirs.

    Who had a role that another one gets takes over what that leaves behind, if it is needed.
    """
    there = {port.path: port.role or UNPLUGGED for port in ports if port.name}
    taken = set(wanted.values()) - {UNPLUGGED}
    roles = {path: role for path, role in there.items() if path not in wanted and role not in taken}
    roles |= wanted
    for path in there.keys() - roles.keys():  # one at most for each role that was taken
        left = [role for role in there.values() if role not in roles.values()]
        roles[path] = next(iter(left), UNPLUGGED)
    return roles


def plugged(before: Sequence[Port], after: Sequence[Port]) -> list[str]:
    """The paths of ports that have a link now and had none: where the cable was put in."""
    dark = {port.path for port in before if port.name and not port.link}
    return [port.path for port in after if port.link and port.path in dark]


def _check_roles(there: Mapping[str, Port], roles: Mapping[str, str]) -> Iterator[Problem]:
    for path, role in roles.items():
        if path not in there:
            hint = "Look at the list of ports: cards may have been moved"
            yield Problem("ports", f"there is no port at {shown(path)}", hint)
        if role not in ROLES:
            yield Problem("ports", f"there is no role {shown(role)}", f"Known: {', '.join(ROLES)}")
    counts = Counter(roles.values())
    if counts["outside"] != 1:
        what = f"{counts['outside']} ports are outside, and it must be one"
        yield Problem("ports", what, "Choose the port towards the clients")
    if counts["inside"] > 1:
        what = f"{counts['inside']} ports are inside, and one is the most"
        yield Problem("ports", what, "Choose the port towards the old servers")


def _trusted(nics: Sequence[Nic]) -> list[Nic]:
    """Without addresses that two cards have, and so pin nothing."""
    counts = Counter(nic.mac for nic in nics)
    return [nic if counts[nic.mac] == 1 else replace(nic, mac="") for nic in nics]


def _unpinned(nic: Nic, known: PlannedPort | None) -> Port:
    return Port(
        label=known.label if known else nic.name,
        name=nic.name,
        path=nic.path,
        mac=nic.mac,
        driver=nic.driver,
        link=nic.link,
        speed=nic.speed,
        proposed=known.role if known else "",
    )


def _settle(
    pin: Pin, nics: Sequence[Nic], planned: Mapping[str, PlannedPort]
) -> tuple[Nic | None, str]:
    """The card that a pin means, or the one to complain about, or none; and what is wrong."""
    here = next((nic for nic in nics if nic.path == pin.path), None)
    same = next((nic for nic in nics if pin.mac and nic.mac == pin.mac), None)
    if same:
        known = planned.get(same.path)
        if same == here or (known and pin.path in known.paths):
            return same, ""  # by the other path the firmware counts the other way round
        return same, f"the {pin.role} port was at {pin.path} and its card is now at {same.path}"
    if here and not (here.mac and pin.mac):
        return here, ""
    if here:
        return here, (
            f"another card is where the {pin.role} port was: its address is {here.mac}, "
            f"and it was {pin.mac}"
        )
    card = f"no card at {pin.path}" + (f" nor anywhere with address {pin.mac}" if pin.mac else "")
    return None, f"the {pin.role} port is gone: {card}"


def _natural(path: str) -> tuple[str, ...]:
    """PCI addresses have fixed widths, so text sorts as the buses do; shorter paths first."""
    return tuple(path.split("/"))
