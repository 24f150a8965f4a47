"""The small asking end against our own responder; that one agrees with strangers elsewhere."""

from dataclasses import replace

from gateway.ike.events import (
    Authenticated,
    PairClosed,
    PairConfirmed,
    PairReady,
    Phase1Closed,
    Send,
)
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.probe import ESP_SUITE, IKE_SUITE, TRIES, Failed, Probe, ProbeEvent, Proved
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Datagram, Endpoint
from tests.pair.net import seeded
from tests.pair.peers.ike_gateway import IkeGateway, anyone

HERE, THERE = (Endpoint(host_bytes("127.0.0.1"), port) for port in (40000, 500))
PSK = b"made for this one handshake"
CREDENTIAL = Credential("(probe)", PSK, frozenset({IKE_SUITE}), frozenset({ESP_SUITE}))
POLICY = IkePolicy((IKE_SUITE,), (ESP_SUITE,), anyone(CREDENTIAL))


def probe(psk: bytes = PSK) -> Probe:
    return Probe(psk, HERE, THERE, seeded(7))


def talk(asking: Probe, gateway: IkeGateway, spoil: int = -1) -> list[ProbeEvent]:
    """Carry messages to and fro until nobody has anything to say; one answer may be spoiled."""
    told: list[ProbeEvent] = []
    answers = 0
    waiting = asking.start(0.0)
    while waiting:
        event = waiting.pop(0)
        told.append(event)
        sent = [Datagram(HERE, THERE, event.message)] if isinstance(event, Send) else []
        for answer in [one for each in sent for one in gateway.receive(each, 0.0)]:
            answers += 1
            waiting += asking.receive(spoiled(answer, answers == spoil), 0.0)
    return told


def spoiled(datagram: Datagram, really: bool) -> Datagram:
    """With the last byte but eight turned over."""
    data = bytearray(datagram.payload)
    data[-9] ^= 0xFF * really
    return datagram._replace(payload=bytes(data))


def outcome(told: list[ProbeEvent]) -> list[ProbeEvent]:
    return [event for event in told if not isinstance(event, Send)]


def test_main_mode_and_quick_mode_are_agreed_on_and_ended() -> None:
    gateway = IkeGateway(POLICY, seeded(1))
    told = talk(probe(), gateway)
    (ready,) = gateway.seen(PairReady)
    assert outcome(told) == [Proved(ready.spi_out, ready.spi_in)]
    assert [event.credential for event in gateway.seen(Authenticated)] == ["(probe)"]
    assert len(gateway.seen(PairConfirmed)) == 1
    assert len(gateway.seen(PairClosed)) == len(gateway.seen(Phase1Closed)) == 1
    assert not gateway.core.sas.pairs


def test_the_suites_are_what_every_old_client_has() -> None:
    gateway = IkeGateway(POLICY, seeded(1))
    talk(probe(), gateway)
    assert gateway.seen(PairReady)[0].suite == "3des-sha1"
    assert gateway.seen(PairReady)[0].marker == 0


def test_a_gateway_with_another_key_proves_nothing() -> None:
    asking, gateway = probe(b"another key"), IkeGateway(POLICY, seeded(1))
    told = talk(asking, gateway)
    assert outcome(told) == []  # main mode ends in silence
    for wait in (1.0, 3.0, 7.0, 15.0):
        assert [type(event) for event in asking.handle_timeout(wait)] == [Send]
    assert asking.handle_timeout(31.0) == [Failed("the sixth message never came")]
    assert asking.deadline() is None


def test_a_gateway_without_the_suite_has_refused() -> None:
    policy = replace(POLICY, ike_suites=("aes128-sha1-modp1024",))
    assert outcome(talk(probe(), IkeGateway(policy, seeded(1)))) == [Failed("the gateway refused")]


def test_an_answer_with_a_wrong_hash_proves_nothing() -> None:
    for answer, name in ((3, "the sixth message"), (4, "quick mode")):
        (failed,) = outcome(talk(probe(), IkeGateway(POLICY, seeded(1)), spoil=answer))
        assert isinstance(failed, Failed)
        assert failed.reason.startswith(f"{name} is not as it must be")


def test_another_choice_than_the_offer_proves_nothing() -> None:
    (failed,) = outcome(talk(probe(), IkeGateway(POLICY, seeded(1)), spoil=1))
    assert isinstance(failed, Failed)


def test_nobody_at_all_is_told_after_all_tries() -> None:
    asking = probe()
    asking.start(0.0)
    assert asking.handle_timeout(0.5) == []
    for number in range(TRIES):
        assert len(asking.handle_timeout(2.0 ** (number + 1) - 1)) == 1
    assert asking.handle_timeout(100.0) == [Failed("the second message never came")]


def test_what_is_of_another_handshake_or_no_message_is_passed_over() -> None:
    asking = probe()
    (first,) = asking.start(0.0)
    assert isinstance(first, Send)
    assert asking.receive(Datagram(THERE, HERE, bytes(28)), 0.0) == [
        Failed(
            "the second message is not as it must be: length 0 in 28 bytes",
        )
    ]
    again = probe()
    again.start(0.0)
    stranger = b"\1" * 8 + first.message[8:]
    assert again.receive(Datagram(THERE, HERE, stranger), 0.0) == []


def test_no_secret_is_shown() -> None:
    asking = probe()
    talk(asking, IkeGateway(POLICY, seeded(1)))
    assert PSK.decode() not in repr(asking)
    assert "_keys" not in repr(asking)
