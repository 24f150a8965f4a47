"""Pairs as RFC 2661, 4.1 draws them; vectors: tests/vectors/l2tp/go-l2tp-control-messages.json."""

import json

import pytest

from gateway.l2tp.avp import Avp, build_avp, parse_avps
from gateway.l2tp.errors import BadLength
from gateway.wire.cursor import WireError
from tests.captures import messages, vectors

GO_L2TP = json.loads((vectors("l2tp") / "go-l2tp-control-messages.json").read_text())["avps"]
HOSTILE = vectors("captures") / "hostile" / "tcpdump-l2tp-avp-overflow.pcap"


@pytest.mark.parametrize("case", GO_L2TP[:4], ids=lambda case: case["expect"][:20])
def test_recorded_pairs_are_rebuilt_as_they_were(case: dict[str, str]) -> None:
    recorded = bytes.fromhex(case["hex"])
    assert b"".join(map(build_avp, parse_avps(recorded))) == recorded


def test_a_recorded_sccrq_has_the_pairs_its_source_says() -> None:
    pairs = parse_avps(bytes.fromhex(GO_L2TP[0]["hex"]))
    assert [each.kind for each in pairs] == [0, 2, 3, 8]
    assert [each.mandatory for each in pairs] == [True, False, True, False]
    assert pairs[3].value == b"prol2tp 1.7.3 Linux-3.13.0-71-generic (x86_64)"


def test_a_vendors_pair_keeps_its_vendor() -> None:
    (pair,) = parse_avps(bytes.fromhex(GO_L2TP[3]["hex"]))
    assert pair == Avp(0, b"\0\6", vendor=0x01EF, mandatory=True)


def test_reserved_bits_are_kept() -> None:
    (pair,) = parse_avps(bytes.fromhex("3c0700000007 41"))
    assert pair.reserved == 0xF
    assert build_avp(pair).hex() == "3c070000000741"


def test_a_pair_shorter_than_its_header_is_refused() -> None:
    with pytest.raises(BadLength, match="AVP of 5 bytes"):
        parse_avps(bytes.fromhex("800500000007"))


def test_a_pair_longer_than_what_came_is_refused() -> None:
    with pytest.raises(WireError):
        parse_avps(bytes.fromhex("800e00000007 7a6f7270"))


def test_a_short_pair_of_the_vectors_is_refused() -> None:
    with pytest.raises(WireError):
        parse_avps(bytes.fromhex(GO_L2TP[4]["hex"]))


def test_a_value_too_long_for_ten_bits_is_our_mistake() -> None:
    assert len(build_avp(Avp(7, bytes(1017)))) == 1023
    with pytest.raises(ValueError, match="longer than 1023"):
        build_avp(Avp(7, bytes(1018)))


def test_values_are_not_shown() -> None:
    assert "secret" not in repr(Avp(13, b"secret"))


def test_the_capture_that_broke_tcpdump_parses_or_is_refused() -> None:
    seen = 0
    for payload in messages(HOSTILE):
        for start in range(len(payload)):
            try:
                pairs = parse_avps(payload[start:])
            except WireError:
                seen += 1
                continue
            assert b"".join(map(build_avp, pairs)) == payload[start:]
    assert seen
