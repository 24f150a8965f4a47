"""Maps of nftables."""

from collections.abc import Sequence

import pytest

from gateway.system import virtual_nft
from gateway.system.run import Result
from gateway.system.virtual import Place, Pool
from gateway.system.virtual_nft import (
    AWAY,
    ESP_IN,
    UDP_IN,
    NftTranslation,
    elements,
    nft_removal,
    nft_text,
)
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint
from tests.unit.system.kernel_line import fresh
from tests.unit.system.kernel_paths import NEAR, PEER, VIRTUAL

POOL = Pool(host_bytes("100.127.0.0"), 16, "wan0", (NEAR,))
UDP = Place(VIRTUAL, NEAR, PEER)
PLAIN = Place(VIRTUAL, NEAR, Endpoint(PEER.host, 0))


def test_esp_in_udp_is_found_by_place_and_goes_back_by_virtual_address() -> None:
    key = PEER.host + PEER.port.to_bytes(2, "big") + bytes(2) + NEAR
    assert elements(UDP) == [(AWAY, VIRTUAL, PEER.host), (UDP_IN, key, VIRTUAL)]
    assert elements(PLAIN)[1] == (ESP_IN, PEER.host + NEAR, VIRTUAL)


def test_a_place_in_doubt_is_only_sent_to() -> None:
    assert elements(UDP._replace(mapped=False)) == [(AWAY, VIRTUAL, PEER.host)]
    assert elements(None) == []


def test_the_table_drops_what_must_not_pass_and_names_our_addresses() -> None:
    text = nft_text(POOL)
    assert 'iifname != "lo" ip saddr 100.127.0.0/16 meta ipsec missing drop' in text
    assert "ip daddr { 203.0.113.1 } udp dport 4500 notrack" in text
    assert text.index("delete table ip") < text.index("map udp_in")


def test_a_change_is_one_transaction_of_what_goes_and_what_comes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[str] = []

    def run(argv: Sequence[str], stdin: str = "") -> Result:
        given.append(stdin)
        return Result("", "")

    line = fresh()
    monkeypatch.setattr(virtual_nft, "Line", line)
    made = NftTranslation(POOL, run)
    made.check_works()
    made.start()
    made.change(None, UDP)
    made.change(UDP, UDP._replace(mapped=False))
    made.change(None, None)
    made.mend()
    made.stop()
    assert [count for count, _ in line.did] == [2, 3]
    assert given == [nft_text(POOL), nft_text(POOL), nft_removal()]


def test_before_the_start_nothing_can_be_changed() -> None:
    with pytest.raises(ValueError, match="not started"):
        NftTranslation(POOL).change(None, UDP)


def test_what_stays_is_replaced_at_once_with_all_that_was_noted(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    given: list[str] = []

    def run(argv: Sequence[str], stdin: str = "") -> Result:
        given.append(stdin)
        return Result("", "")

    line = fresh()
    monkeypatch.setattr(virtual_nft, "Line", line)
    made = NftTranslation(POOL, run)
    made.start(stays=True)
    made.change(None, UDP)
    made.change(None, PLAIN._replace(virtual=host_bytes("100.127.0.2")))
    assert (given, line.did) == ([], [])
    made.settle()
    made.settle()
    [text] = given
    assert "elements = { 198.51.100.7 . 61000 . 203.0.113.1 : 100.127.0.1 }" in text
    assert "elements = { 198.51.100.7 . 203.0.113.1 : 100.127.0.2 }" in text
    assert "100.127.0.1 : 198.51.100.7, 100.127.0.2 : 198.51.100.7 }" in text
    made.change(UDP, None)
    assert [count for count, _ in line.did] == [2]
    made.stop()
