"""Reading single values of routes and of the choices between them."""

import re
from ipaddress import IPv4Address, IPv4Network

from gateway.control.limits import MOST_POOL
from gateway.control.problems import shown
from gateway.control.values import Unfit, address, text

LONGEST_PATTERN = 128  # characters
LONGEST_SECRET = 47  # letters (MAX_SECRET_LENGTH of pppd 2.4.9 to 2.5, its end included)
_RANGE = re.compile(r"\s*([0-9.]+)\s*-\s*([0-9.]+)\s*")


def pool(value: object) -> tuple[bytes, ...]:
    """Addresses, written as first and last or as a network (whose ends are left out)."""
    found = text(value)
    match = _RANGE.fullmatch(found)
    if match:
        first, last = (int.from_bytes(address(part), "big") for part in match.groups())
    else:
        first, last = _network(found)
    if first > last:
        raise Unfit(f"is {shown(found)}, which ends before it begins")
    if last - first >= MOST_POOL:
        raise Unfit(f"holds {last - first + 1} addresses, and {MOST_POOL} are the most")
    return tuple(IPv4Address(number).packed for number in range(first, last + 1))


def radius_secret(value: object) -> bytes:
    """As it can stand in the file of pppd's RADIUS client, which knows no quotes."""
    found = text(value)
    if not found.isascii() or not found.isprintable() or " " in found or found[0] == "#":
        raise Unfit("holds a space, a # at its start or a letter that is not ASCII")
    if len(found) > LONGEST_SECRET:
        raise Unfit(f"is longer than {LONGEST_SECRET} letters")
    return found.encode()


def _network(found: str) -> tuple[int, int]:
    try:
        network = IPv4Network(found)
    except ValueError:
        raise Unfit(
            f"is {shown(found)}, which is no range of addresses",
            "Write the first and the last, as in 10.10.0.100-10.10.0.119, or a network",
        ) from None
    first, last = int(network.network_address), int(network.broadcast_address)
    ends = 1 if network.prefixlen < 31 else 0
    return first + ends, last - ends


def pattern(value: object) -> str:
    """Text in which * and ? stand for others; capitals do not matter."""
    found = text(value)
    if not found.isprintable() or len(found) > LONGEST_PATTERN:
        raise Unfit(f"is no name of up to {LONGEST_PATTERN} characters")
    return found.casefold()
