"""ESP that was counted by keys which are gone is not forgotten."""

from gateway.bridge.traffic import Traffic
from gateway.esp.errors import Drop
from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import find_suite
from tests.pair.net import seeded

SUITE = find_suite("3des-sha1")
KEYMAT = bytes(range(44))


def halves() -> tuple[Inbound, Outbound]:
    return Inbound(0x1234, SUITE, KEYMAT), Outbound(0x1234, SUITE, KEYMAT, seeded(1))


def test_both_directions_and_what_was_dropped_are_added_up() -> None:
    inbound, outbound = halves()
    sealed = outbound.seal(b"x" * 100)
    assert isinstance(sealed, bytes)
    inbound.open(sealed)
    assert inbound.open(sealed) is Drop.REPLAY
    traffic = Traffic()
    traffic.keep((inbound, outbound))
    traffic.keep((inbound, outbound))
    assert traffic.packets == {"in": 2, "out": 2}
    assert traffic.payload == {"in": 200, "out": 200}
    assert traffic.drops == {"replay": 2}


def test_who_goes_on_is_counted_and_not_kept() -> None:
    inbound, outbound = halves()
    outbound.seal(b"x" * 100)
    traffic = Traffic()
    assert traffic.with_living((inbound, outbound)).payload["out"] == 100
    assert traffic.with_living((inbound, outbound)).payload["out"] == 100
    assert not traffic.packets
