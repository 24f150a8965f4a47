"""What a target starts from: recorded bytes, hostile ones, and each layer of them by itself."""

from collections.abc import Iterator
from pathlib import Path

from gateway.wire.record import build_record
from tests import pki
from tests.captures import ip_packets, messages, vectors
from tests.hostile import in_the_tree, whole
from tests.pair.restart_world import MortalWorld, household_of

LONGEST = 2048  # bytes of a seed: what a packet can be, and room to grow


def seeds() -> list[bytes]:
    """Each once. A target takes what it can use; the others cost a moment."""
    return list(dict.fromkeys(data for data in _all() if 0 < len(data) <= LONGEST))


def _all() -> Iterator[bytes]:
    authority = pki.authority("Works CA")
    machine = pki.machine(authority, "press-3")
    yield from (authority.der, machine.der, machine.subject)
    yield from (pki.list_der(authority, 7), pki.wrapped(machine, authority))
    yield kept_record()
    for path in in_the_tree():
        yield from whole(path)
    for room in ("captures", "l2tp", "ppp", "pptp"):
        for path in sorted(vectors(room).rglob("*")):
            yield from _recorded(path)


def kept_record() -> bytes:
    """What is kept of a client that is up."""
    mortal = MortalWorld()
    mortal.world.call_up()
    return build_record(household_of(mortal.node))


def _recorded(path: Path) -> list[bytes]:
    """What UDP carries, IKE's payloads without the header, and what the packets hold."""
    if path.suffix not in (".pcap", ".pcapng", ".json"):
        return []
    try:
        carried = messages(path)
        packets = [] if path.suffix == ".json" else ip_packets(path)
    except ValueError:  # of another form
        return []
    bodies = [data[start:] for data in carried for start in (12, 28)]
    return [*carried, *bodies, *(packet[20:] for packet in packets), *packets[:20]]
