"""What an IKE message offers, in the words of postern.toml; for whoever reads a trace.

scapy loses its way in offers with many proposals, as Windows makes them. Whatever makes no sense
ends the list: this is for people, and decides nothing.
"""

from collections.abc import Iterator
from typing import Final

from gateway.wire.cursor import Reader, WireError

HEADER, FIRST = 28, 16  # bytes of the header; the place of the first payload's kind in it
SA_PAYLOAD, DOI = 1, 8  # its kind; bytes before its proposals
AH, ESP = 2, 3  # protocols of a proposal (RFC 2407, 4.4.1); the others are IKE
MOST: Final = 100  # transforms

# RFC 2409, appendix A; RFC 2407, 4.4.4 and 4.5; RFC 3526; RFC 3947, 5.1 and the drafts before it.
IKE_CIPHERS: Final = {1: "des", 5: "3des", 7: "aes"}
IKE_HASHES: Final = {1: "md5", 2: "sha1", 4: "sha256"}
GROUPS: Final = {1: "modp768", 2: "modp1024", 5: "modp1536", 14: "modp2048"}
METHODS: Final = {1: "", 3: " by certificate"}
ESP_CIPHERS: Final = {2: "des", 3: "3des", 11: "null", 12: "aes"}
ESP_HASHES: Final = {1: "md5", 2: "sha1"}
MODES: Final = {
    1: "tunnel",
    2: "transport",
    3: "tunnel in UDP",
    4: "transport in UDP",
    61443: "tunnel in UDP (draft)",
    61444: "transport in UDP (draft)",
}
Attributes = dict[int, int]


def suites(message: bytes) -> list[str]:
    """Each transform once, in the message's order."""
    found: list[str] = []
    try:
        for place, (protocol, number, attributes) in enumerate(_transforms(_offer(message))):
            if place == MOST:
                break
            found.append(_suite(protocol, number, attributes))
    except WireError:
        pass  # as far as it went
    return list(dict.fromkeys(found))


def _offer(message: bytes) -> Reader:
    """The body of the first SA payload; an empty one if there is none."""
    reader, kind = Reader(message, HEADER), message[FIRST] if len(message) > HEADER else 0
    while kind:
        following = reader.u8()
        reader.take(1)
        body = reader.take(max(0, reader.u16() - 4))
        if kind == SA_PAYLOAD:
            return Reader(body, min(DOI, len(body)))
        kind = following
    return Reader(b"")


def _transforms(reader: Reader) -> Iterator[tuple[int, int, Attributes]]:
    """Protocol, transform and attributes, of every proposal (RFC 2408, 3.5 and 3.6)."""
    while reader.left:
        proposal = _inner(reader)
        proposal.take(1)
        protocol, spi_size = proposal.u8(), proposal.u8()
        proposal.take(1 + spi_size)
        while proposal.left:
            transform = _inner(proposal)
            transform.take(1)
            number = transform.u8()
            transform.take(2)
            yield protocol, number, _attributes(transform)


def _inner(reader: Reader) -> Reader:
    """What is in a structure with the generic header."""
    reader.take(2)
    return Reader(reader.take(max(0, reader.u16() - 4)))


def _attributes(reader: Reader) -> Attributes:
    """RFC 2408, 3.3."""
    found: Attributes = {}
    while reader.left:
        kind, value = reader.u16(), reader.u16()
        if kind & 0x8000:
            found[kind & 0x7FFF] = value
        else:
            found[kind] = int.from_bytes(reader.take(value), "big")
    return found


def _suite(protocol: int, number: int, attributes: Attributes) -> str:
    if protocol not in (AH, ESP):
        return _ike(attributes)
    hash_name = _name(ESP_HASHES, attributes.get(5), "hash")
    mode = MODES.get(attributes.get(4, 0), f"mode {attributes.get(4, 0)}")
    cipher = "ah"
    if protocol == ESP:
        cipher = _name(ESP_CIPHERS, number, "cipher") + str(attributes.get(6, ""))
    return f"{cipher}-{hash_name}, {mode}"


def _ike(attributes: Attributes) -> str:
    cipher = _name(IKE_CIPHERS, attributes.get(1), "cipher") + str(attributes.get(14, ""))
    hash_name = _name(IKE_HASHES, attributes.get(2), "hash")
    group = _name(GROUPS, attributes.get(4), "group")
    method = METHODS.get(attributes.get(3, 1), f" by method {attributes.get(3)}")
    return f"{cipher}-{hash_name}-{group}{method}"


def _name(names: dict[int, str], number: int | None, what: str) -> str:
    return names.get(number or 0, f"{what} {number}" if number is not None else f"no {what}")
