"""The payloads in which a client says what it wants, as its profile has them."""

from struct import pack

from gateway.wire.ipv4 import host_bytes
from tests.pair.peers import isakmp
from tests.pair.peers.ike_profiles import NATT, TRANSPORT, Esp, Natt, Profile
from tests.pair.peers.ike_state import Phase1
from tests.pair.peers.isakmp import Payload


def ike_attributes(profile: Profile) -> list[bytes]:
    """In Windows' order, with its four-byte duration (windows-xpsp2-2003-mm1.json)."""
    made = []
    for suite in profile.suites:
        numbers = [(1, suite.cipher), (2, suite.hash), (4, suite.group)]
        numbers += [(3, profile.method), (11, 1)]
        data = b"".join(isakmp.attribute(*each) for each in numbers)
        data += isakmp.attribute(12, profile.phase1_life, long=True)
        data += isakmp.attribute(14, suite.key_bits) if suite.key_bits else b""
        data += isakmp.attribute(16384, 7) if profile.odd_attribute else b""
        made.append(data)
    return made


def ike_offer(profile: Profile) -> bytes:
    offered = ike_attributes(profile)
    transforms = [
        isakmp.transform(place, 1, data, last=place == len(offered))
        for place, data in enumerate(offered, 1)
    ]
    return isakmp.security_association([isakmp.proposal(1, 1, b"", transforms, last=True)])


def _esp_attributes(profile: Profile, esp: Esp, mode: int) -> bytes:
    data = isakmp.attribute(1, 1) + isakmp.attribute(2, profile.pair_life, long=True)
    data += isakmp.attribute(1, 2) + isakmp.attribute(2, profile.pair_kilobytes, long=True)
    data += isakmp.attribute(4, mode) + isakmp.attribute(5, esp.auth)
    data += isakmp.attribute(6, esp.key_bits) if esp.key_bits else b""
    data += isakmp.attribute(3, profile.pfs) if profile.pfs else b""
    return data + (isakmp.attribute(32001, 7) if profile.odd_attribute else b"")


def esp_offer(profile: Profile, spi: bytes, mode: int) -> bytes:
    """All transforms in one proposal, or one in each; before them a bundle if asked."""
    modes = [mode]
    if profile.both_modes and mode != TRANSPORT:
        modes = [TRANSPORT, mode]  # the worse first
    data = [
        (esp.cipher, _esp_attributes(profile, esp, each)) for esp in profile.esp for each in modes
    ]
    groups = [[each] for each in data] if profile.one_proposal_each else [data]
    start = 2 if profile.with_ah else 1
    proposals = _bundle(spi, mode) if profile.with_ah else []
    for number, group in enumerate(groups, start):
        transforms = [
            isakmp.transform(place, cipher, values, last=place == len(group))
            for place, (cipher, values) in enumerate(group, 1)
        ]
        last = number == start + len(groups) - 1
        proposals.append(isakmp.proposal(number, isakmp.ESP, spi, transforms, last=last))
    return isakmp.security_association(proposals)


def _bundle(spi: bytes, mode: int) -> list[bytes]:
    """AH and ESP under number 1: both or neither (RFC 2408, 4.2)."""
    data = isakmp.attribute(4, mode) + isakmp.attribute(5, 2)
    ah = isakmp.transform(1, 3, data, last=True)
    esp = isakmp.transform(1, 3, data, last=True)
    return [
        isakmp.proposal(1, 2, spi, [ah], last=False),
        isakmp.proposal(1, isakmp.ESP, spi, [esp], last=False),
    ]


def way_of(phase1: Phase1) -> Natt | None:
    """The way of NAT traversal in use, if any."""
    return NATT[phase1.natt] if phase1.natt else None


def floats(phase1: Phase1) -> bool:
    """Whether the ports can float at all."""
    way = way_of(phase1)
    return way is not None and way.floats


def in_udp(profile: Profile, phase1: Phase1) -> bool:
    """Whether ESP goes in UDP: the ports have floated, or there is a NAT and IKE does not float."""
    way = way_of(phase1)
    if way is None:
        return False
    stays = not way.floats or profile.floats_at == "esp"
    return phase1.floated or (stays and (phase1.nat_here or phase1.nat_there))


def mode(profile: Profile, phase1: Phase1) -> int:
    """The encapsulation mode to offer, which is also the one to be answered."""
    if profile.mode is not None:
        return profile.mode
    way = way_of(phase1)
    return way.transport if way is not None and in_udp(profile, phase1) else TRANSPORT


def nat_d(profile: Profile, phase1: Phase1, here: bytes, gateway: bytes) -> list[Payload]:
    """Destination first, then source (RFC 3947, 3.2)."""
    way = way_of(phase1)
    if way is None or phase1.suite is None:
        return []
    port = profile.nat_d_port or (4500 if phase1.floated else 500)
    return [
        (
            profile.nat_d_kind or way.nat_d,
            isakmp.nat_hash(phase1.suite, phase1.cookies, host, port),
        )
        for host in (gateway, here)
    ]


def own_address(profile: Profile, here: bytes) -> bytes:
    """What the machine itself believes to be its address."""
    return host_bytes(profile.identity) if profile.identity else here


def quick_ids(profile: Profile, here: bytes, gateway: bytes) -> list[Payload]:
    if not profile.quick_ids:
        return []
    mine = isakmp.address_id(own_address(profile, here), 17, 1701)
    if profile.fqdn:
        mine = pack("!BBH", 2, 17, 1701) + profile.fqdn.encode()
    theirs = isakmp.address_id(gateway, 17, profile.server_port)
    both = [(isakmp.ID, mine), (isakmp.ID, theirs)]
    return both[1:] if profile.lone_selector else both


def nat_oa(profile: Profile, phase1: Phase1, here: bytes, gateway: bytes) -> list[Payload]:
    """One in the drafts, if we are translated; two in the RFC (CLIENTS.md section 3)."""
    way = way_of(phase1)
    if way is None or not profile.nat_oa or not in_udp(profile, phase1):
        return []
    two = profile.both_nat_oa or phase1.natt == "rfc3947" or way.nat_oa == 16
    hosts = [here, gateway] if two else [here]
    return [(profile.nat_oa_kind or way.nat_oa, isakmp.address_id(host)) for host in hosts]
