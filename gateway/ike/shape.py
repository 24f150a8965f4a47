"""How messages were put together, as far as it tells clients apart. Total: nothing here raises.

What is kept is cut, for anybody can send a first message and it is kept while that is half open.
"""

from collections.abc import Iterable, Iterator
from struct import unpack_from
from typing import Final

from gateway.ike.choice import offered_esp
from gateway.ike.events import QuickOffered, Shape
from gateway.ike.numbers import LIFE_KILOBYTES, EspAttribute, IkeAttribute
from gateway.ike.proposals import Association, Transform
from gateway.ike.quirks import COMMIT, SELECTOR_COUNTS, SELECTOR_TYPES, SERVER_PORTS, VOLUME

MOST_VENDORS: Final = 24  # of one message
LONGEST_VENDOR: Final = 48  # bytes; SafeNet's has 44
MOST_KINDS: Final = 32  # payloads, and attributes of one transform
_SELECTOR: Final = 4  # bytes before a selector's address


def offer_shape(association: Association, vendors: Iterable[bytes], order: Iterable[int]) -> Shape:
    """`order` has the types of all payloads of the message."""
    attributes = next(_transforms(association), Transform(0, 0)).attributes
    lives = [each for each in attributes if each.kind == IkeAttribute.LIFE_DURATION]
    return Shape(
        vendors=tuple(vendor[:LONGEST_VENDOR] for vendor in list(vendors)[:MOST_VENDORS]),
        order=tuple(order)[:MOST_KINDS],
        attributes=tuple(each.kind for each in attributes)[:MOST_KINDS],
        long_life=bool(lives) and not lives[0].short,
    )


def quick_offered(
    sa: int, association: Association, ids: tuple[bytes, ...], nat_oa: int, *, commit: bool
) -> QuickOffered:
    """`ids` are the bodies of the identification payloads."""
    types = tuple(body[0] for body in ids if len(body) >= _SELECTOR)
    ports = tuple(unpack_from("!H", body, 2)[0] for body in ids if len(body) >= _SELECTOR)
    kilobytes = _kilobytes(association)
    needed = [SELECTOR_TYPES.get(kind) for kind in types]
    needed += [SELECTOR_COUNTS.get(len(ids)), *(SERVER_PORTS.get(port) for port in ports[-1:])]
    needed += [VOLUME] if kilobytes is not None else []
    needed += [COMMIT] if commit else []
    names = [quirk.name for quirk in needed if quirk is not None and quirk.name]
    return QuickOffered(
        sa=sa,
        suites=offered_esp(association),
        ids=types,
        ports=ports,
        kilobytes=kilobytes,
        commit=commit,
        nat_oa=nat_oa,
        quirks=tuple(dict.fromkeys(names)),
    )


def _transforms(association: Association) -> Iterator[Transform]:
    return (one for proposal in association.proposals for one in proposal.transforms)


def _kilobytes(association: Association) -> int | None:
    """The first lifetime by volume; a duration counts in the unit of the type before it."""
    for transform in _transforms(association):
        unit = 0
        for attribute in transform.attributes:
            if attribute.kind == EspAttribute.LIFE_TYPE:
                unit = attribute.number
            elif attribute.kind == EspAttribute.LIFE_DURATION and unit == LIFE_KILOBYTES:
                return attribute.number
    return None
