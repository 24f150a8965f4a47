"""Each row of the table by what its client really says: recordings where there are any."""

import pytest

from gateway.bridge.fingerprints import FINGERPRINTS
from gateway.bridge.recognise import Recognised, Seen, recognise
from gateway.bridge.replay import replay
from gateway.control.recorded import parse_case
from gateway.control.systems import SYSTEMS, UNKNOWN
from gateway.ike.choice import offered_ike
from gateway.ike.events import Offered, QuickOffered
from gateway.ike.header import parse_header
from gateway.ike.nat import offered_variants
from gateway.ike.offer import parse_offer
from gateway.ike.shape import offer_shape
from gateway.ike.vendors import name_vendor
from gateway.l2tp.events import TunnelOpened
from tests.captures import json_messages, shared_data, udp_payloads, vectors
from tests.pair.net import seeded
from tests.pair.peers.ike_profiles import (
    FRAGMENTATION,
    LATER_WINDOWS,
    MS_NT5,
    NATT,
    SAFENET,
    SAFENET_98,
    SAFENET_FAMILY,
    WIN2000_KB818043,
    XP_SP2,
)

CAPTURES = vectors("captures")
DRAFT = NATT["draft-02n"].vendor
SOFT_REMOTE_9 = SAFENET[:25] + b"9.0.1 (Build 12)" + bytes(3)
THIRD = bytes.fromhex("3025dbd21062b9e53dc441c6aab5293600000000")
MSL2TP = ("Deterministic Networks Inc.", 0xFF00)
MICROSOFT = ("Microsoft", 0x0500)
ONLY = ("3des-sha1-modp1024",)
MODP2048 = ("3des-sha1-modp2048", *ONLY)


def seen_of(
    *vendors: bytes,
    suites: tuple[str, ...] = ONLY,
    ids: tuple[int, ...] | None = None,
    l2tp: tuple[str, int] | None = None,
    says: tuple[str, ...] = (),
) -> Seen:
    natt = offered_variants(vendors)
    seen = Seen(vendors=vendors, suites=suites, natt=natt, quick_ids=ids, identified=says)
    seen.l2tp_vendor, seen.firmware = l2tp or (None, 0)
    return seen


def known(seen: Seen) -> tuple[str, str]:
    found = recognise(seen, FINGERPRINTS)
    return found.name, found.confidence


def first_message(message: bytes) -> Recognised:
    """What is thought of a recorded first message of main mode."""
    header, body = parse_header(message)
    offer = parse_offer(header, body)
    seen = Seen()
    seen.offered(
        Offered(
            1,
            tuple(map(name_vendor, offer.vendors)),
            offered_variants(offer.vendors),
            offered_ike(offer.association),
            offer_shape(offer.association, offer.vendors, offer.order),
        )
    )
    return recognise(seen, FINGERPRINTS)


def w(release: int) -> bytes:
    return MS_NT5 + release.to_bytes(4, "big")


CASES = [
    # The Windows 98, ME and NT 4 client: nobody has a recording; it is sure once L2TP speaks.
    (seen_of(DRAFT, SAFENET, SAFENET_FAMILY, THIRD), ("msl2tp", "likely")),
    (seen_of(DRAFT, SAFENET, SAFENET_FAMILY), ("msl2tp", "guess")),
    (seen_of(l2tp=MSL2TP), ("msl2tp", "certain")),
    (seen_of(DRAFT, SAFENET, THIRD, l2tp=MSL2TP), ("msl2tp", "certain")),
    (seen_of(w(4), l2tp=MSL2TP), ("msl2tp", "certain")),
    # SafeNet's own, and relatives.
    (seen_of(*SAFENET_98.vendors), ("safenet", "likely")),
    (seen_of(DRAFT, SOFT_REMOTE_9, SAFENET_FAMILY), ("safenet", "likely")),
    (seen_of(SAFENET_FAMILY), ("safenet", "guess")),
    (seen_of(DRAFT, SAFENET, SAFENET_FAMILY, l2tp=MICROSOFT), ("safenet", "guess")),
    # Windows 2000.
    (seen_of(w(2)), ("windows-2000", "likely")),
    (seen_of(w(2), l2tp=MICROSOFT), ("windows-2000", "certain")),
    (seen_of(w(2), l2tp=("xelerance.com", 0x0690)), ("windows-2000", "guess")),
    (seen_of(*WIN2000_KB818043.vendors), ("windows-2000-kb818043", "likely")),
    (seen_of(*WIN2000_KB818043.vendors, ids=(1, 2)), ("windows-2000-kb818043", "certain")),
    # XP before SP2.
    (seen_of(w(3)), ("windows-xp", "likely")),
    (seen_of(w(3), says=("MSRASV5.10",)), ("windows-xp", "certain")),
    (seen_of(w(3), FRAGMENTATION, DRAFT), ("windows-xp-kb818043", "likely")),
    (seen_of(w(3), FRAGMENTATION, DRAFT, ids=(2,)), ("windows-xp-kb818043", "certain")),
    # XP SP2 and Server 2003 have one vendor ID.
    (seen_of(*XP_SP2.vendors, suites=MODP2048), ("windows-xp-sp2", "likely")),
    (seen_of(*XP_SP2.vendors), ("windows-xp-2003", "likely")),
    (seen_of(*XP_SP2.vendors, says=("MSRASV5.10",)), ("windows-xp-sp2", "certain")),
    (seen_of(*XP_SP2.vendors, says=("MSRASV5.20", "MSRAS-0-SRV")), ("windows-2003", "likely")),
    (
        seen_of(*XP_SP2.vendors, suites=MODP2048, says=("MSRASV5.20",)),
        ("windows-2003", "likely"),
    ),
    (seen_of(*LATER_WINDOWS.vendors), ("windows-later", "certain")),
    (
        seen_of(bytes.fromhex("01528bbbc00696121849ab9a1c5b2a5100000001")),
        ("windows-later", "likely"),
    ),
    # Others.
    (seen_of(bytes.fromhex("7003cbc1097dbe9c2600ba6983bc8b35")), ("racoon", "certain")),
    (seen_of(bytes.fromhex("882fe56d6fd20dbc2251613b2ebe5beb")), ("strongswan", "certain")),
    (seen_of(bytes.fromhex("4df37928e9fc4fd1b3262170d515c662")), ("mac-os-x", "likely")),
    (seen_of(l2tp=MICROSOFT), ("windows-2000-xp", "guess")),
    (seen_of(), (UNKNOWN, "")),
    (seen_of(b"somebody else's", l2tp=("cisco", 0x1120)), (UNKNOWN, "")),
]


@pytest.mark.parametrize(("seen", "who"), CASES)
def test_a_client_is_known_by_what_it_says(seen: Seen, who: tuple[str, str]) -> None:
    assert known(seen) == who


def test_every_row_names_a_kind_has_evidence_and_is_tried() -> None:
    assert {row.name for row in FINGERPRINTS} <= set(SYSTEMS)
    assert all(row.evidence and row.needs for row in FINGERPRINTS)
    tried = {name for _, (name, _) in CASES} | {"openswan", "libreswan"}
    assert tried == set(SYSTEMS)


@pytest.mark.parametrize(
    ("capture", "who"),
    [
        ("natt/gen-l2tp-ipsec-natt-3des.pcap", "strongswan"),
        ("natt/gen-l2tp-ipsec-natt-md5.pcap", "strongswan"),
        ("esp/gen-l2tp-ipsec-nonat-plain-esp.pcap", "strongswan"),
        ("ikev1/openswan-lp109-v1rwnatQR1/v1rwnatM1.pcap", "openswan"),
        ("ikev1/openswan-xf109-v1rwnatQR1/v1rwnatM1.pcap", "openswan"),
    ],
)
def test_recorded_first_messages_are_recognised(capture: str, who: str) -> None:
    first, *_ = udp_payloads(CAPTURES / capture, 500)
    found = first_message(first)
    assert (found.name, found.confidence) == (who, "likely")
    assert found.why


@pytest.mark.parametrize("name", ["libreswan", "strongswan"])
def test_recorded_clients_of_the_lab_are_recognised(name: str) -> None:
    [path] = vectors("recorded").glob(f"{name}-*.toml")
    case = parse_case(path.read_text())
    assert (case.system, case.found["recognised-confidence"]) == (name, "likely")
    assert replay(case, seeded(1)).changes == ()


def test_the_recorded_first_message_of_windows_xp_sp2_or_2003_is_recognised() -> None:
    [(_, message)] = json_messages(shared_data() / "ikev1" / "windows-xpsp2-2003-mm1.json")
    found = first_message(message)
    assert (found.name, found.confidence) == ("windows-xp-2003", "likely")
    assert found.why == ("its vendor ID is MS NT5 ISAKMPOAKLEY 00000004",)


def test_the_story_of_a_dial_makes_it_surer_step_by_step() -> None:
    seen = seen_of(*WIN2000_KB818043.vendors)
    assert known(seen) == ("windows-2000-kb818043", "likely")
    seen.quick_offered(QuickOffered(1, (), (2, 1), (1701, 0), None, False, 1, ()))
    assert known(seen) == ("windows-2000-kb818043", "certain")
    seen.tunnel_opened(TunnelOpened(1, 2, "OLDBOX", "somebody", 0, None))
    assert known(seen) == ("windows-2000-kb818043", "likely")
