"""What a worker counts of a client and of a call."""

from dataclasses import replace

import pytest

from gateway.bridge.worker_legs import Call, Heard, Leg, Sent, suite_of
from gateway.esp.errors import Drop
from gateway.outputs import SendIp
from gateway.paths import Dropped
from gateway.pptp.gre import Drop as GreDrop
from gateway.pptp.gre import Gre
from tests.pair.memory import Memory
from tests.pair.net import seeded
from tests.unit.bridge.worker_world import END, IN, KEYS, LEG, OUT, PATH, PEER, sa


@pytest.mark.parametrize(("cipher", "size"), [("des", 8), ("3des", 24), ("aes", 16), ("aes", 32)])
def test_a_suite_is_known_by_its_parts_and_its_key(cipher: str, size: int) -> None:
    wanted = replace(IN, cipher=cipher, cipher_key=bytes(size), digest="md5")
    found = suite_of(wanted)
    assert (found.cipher.name, found.hash.name, found.key_length) == (cipher, "md5", size)


def test_a_word_that_comes_later_has_what_was_counted_before() -> None:
    memory = Memory()
    sent = Sent(Leg(LEG, PATH), replace(OUT, word=0), seeded(1))
    sent.core.seal(b"one")
    sent.follow(replace(OUT, word=7), memory.word)
    sent.core.seal(b"two")
    assert memory.word(7)[0] == 2


def test_counted_bytes_are_those_of_esp_packets() -> None:
    sent = Sent(Leg(LEG, PATH), OUT, seeded(1))
    assert not sent.changed
    sent.core.seal(bytes(16))
    assert sent.changed
    counted = sent.counted()
    assert (counted.packets, counted.bytes, counted.sequence) == (1, 16 + 8 + 8 + 2 + 12, 1)
    assert not sent.changed


def test_what_is_dropped_is_a_change_too() -> None:
    heard = Heard(Leg(LEG, PATH), replace(IN, sequence=9))
    assert heard.core.open(bytes(60)) is Drop.REPLAY
    assert heard.changed
    assert heard.counted(last=True).others[Drop.REPLAY] == 1


def test_a_leg_sends_nothing_by_keys_that_are_used_up() -> None:
    leg = Leg(LEG, PATH)
    leg.sends = Sent(leg, sa(1000, KEYS, soft_bytes=20), seeded(1))
    assert [type(each) for each in leg.seal(bytes(20))] == [SendIp]
    assert leg.seal(bytes(20)) == [Dropped(LEG, "expired")]
    assert list(leg.halves()) == [leg.sends]


def test_a_leg_follows_where_its_client_is() -> None:
    leg = Leg(LEG, PATH)
    leg.follow(replace(PATH, peer=PEER._replace(port=9)))
    assert leg.peer.port == 9


def test_a_call_tells_what_its_gre_dropped() -> None:
    call = Call(1, END)
    assert call.deadline() is None
    call.gre = Gre(END.call, 1, 64)
    call.gre.counts[GreDrop.LATE] = 3
    call.count("other_server")
    assert call.changed
    assert call.counted().drops == (("gre_late", 3), ("other_server", 1))
    assert not call.changed
