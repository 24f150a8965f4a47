"""Main mode as the responder, message by message (RFC 2409, 5.4)."""

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from gateway.ike import keys, protect
from gateway.ike.choice import Life
from gateway.ike.errors import BadCipherText, BadPayload, OutOfStep, Refusal
from gateway.ike.events import Reason
from gateway.ike.header import Header, parse_header
from gateway.ike.keys import hash_r
from gateway.ike.nat import VARIANTS, Answer, Nat
from gateway.ike.numbers import FLAG_ENCRYPTION, IdType, Kind
from gateway.ike.offer import choose_suite, parse_offer
from gateway.ike.payloads import (
    Identification,
    Payload,
    all_of,
    build_identification,
    one_of,
    parse_chain,
)
from gateway.ike.phase1 import (
    Fit,
    Phase1,
    answer_auth,
    answer_key,
    answer_offer,
    check_fit,
    find_credential,
    secure,
    take_nonce,
)
from gateway.ike.policy import MOST_CREDENTIALS
from gateway.ike.proposals import IKE_SUITES
from gateway.ike.vendors import DPD
from gateway.wire.cursor import Reader
from gateway.wire.udp import Endpoint
from tests.unit.ike.asker import (
    GATEWAY,
    IKE_OLD,
    PEER,
    PRIVATE,
    PSK,
    SUITE,
    Asker,
    credential,
    identity,
    ike_offer,
    policy,
    seeded,
)

RFC3947 = VARIANTS[0]
AES_OFFER = {**IKE_OLD, 1: 7, 14: 128}
BOTH = ike_offer(IKE_OLD, AES_OFFER)


def phase_of(asker: Asker, *, natt: bool = False) -> tuple[Phase1, bytes]:
    """What the second message makes, and the message."""
    offer = parse_offer(*parse_header(asker.first()))
    choice = choose_suite(offer, policy(), [credential()])
    phase = Phase1(
        sa=1,
        cookie_i=asker.cookie_i,
        cookie_r=b"cookie_r",
        opened_from=PEER,
        local=GATEWAY,
        peer=PEER,
        suite=choice.suite,
        life=choice.life,
        variant=RFC3947 if natt else None,
        sai_b=offer.sai_b,
        expires=30.0,
    )
    return phase, answer_offer(phase, choice)


def keyed(asker: Asker) -> Phase1:
    """As far as the fourth message."""
    phase, second = phase_of(asker)
    asker.take_second(second)
    third = asker.third()
    answer, _ = answer_key(phase, *parse_header(third), asker.datagram(third), seeded())
    asker.take_fourth(answer)
    return phase


def test_the_second_message_echoes_the_choice_and_announces_what_the_first_did() -> None:
    asker = Asker(vendors=(b"something", RFC3947.vendor_id, DPD))
    phase, second = phase_of(asker, natt=True)
    payloads = asker.take_second(second)
    assert one_of(payloads, Kind.SA, "SA") == asker.sai_b
    assert all_of(payloads, Kind.VENDOR) == [RFC3947.vendor_id]
    assert asker.cookie_r == phase.cookie_r
    assert len(second) <= len(asker.first())


def test_the_fourth_message_makes_the_secret_both_know() -> None:
    asker = Asker()
    phase = keyed(asker)
    assert phase.exchanged == asker.exchanged
    assert phase.nat == Nat()


@pytest.mark.parametrize(
    ("source", "found"),
    [(None, Nat()), (Endpoint(PRIVATE, 500), Nat(client=True))],
)
def test_nats_are_found_and_our_own_view_is_sent(source: Endpoint | None, found: Nat) -> None:
    asker = Asker(vendors=(RFC3947.vendor_id,))
    phase, second = phase_of(asker, natt=True)
    asker.take_second(second)
    third = asker.third(RFC3947.nat_d, source)
    datagram = asker.datagram(third)
    answer, nat = answer_key(phase, *parse_header(third), datagram, seeded())
    assert nat == phase.nat == found
    ours = all_of(asker.take_fourth(answer), RFC3947.nat_d)
    honest = Asker(cookie_r=phase.cookie_r, peer=GATEWAY, target=PEER).third(RFC3947.nat_d)
    header, body = parse_header(honest)
    assert b"".join(ours) in body.replace(b"\x14\0\0\x18", b"").replace(b"\0\0\0\x18", b"")


PUBLIC = Endpoint(b"\xc6\x33\x64\x4d", 500)  # of a router before us: what the client dials


@pytest.mark.parametrize("source", [None, Endpoint(PRIVATE, 500)], ids=["direct", "natted"])
@pytest.mark.parametrize("answer", Answer)
def test_a_translator_before_us_is_shown_or_hidden(answer: Answer, source: Endpoint | None) -> None:
    asker = Asker(vendors=(RFC3947.vendor_id,))
    phase, second = phase_of(asker, natt=True)
    phase.answer = answer
    asker.take_second(second)
    asker.target = PUBLIC
    third = asker.third(RFC3947.nat_d, source)
    came = all_of(parse_chain(Reader(third[28:]), Kind.KE), RFC3947.nat_d)
    asker.target = GATEWAY
    message, nat = answer_key(phase, *parse_header(third), asker.datagram(third), seeded())
    of_client, of_us = all_of(asker.take_fourth(message), RFC3947.nat_d)
    assert nat == Nat(client=source is not None, gateway=True)
    assert phase.hidden is (answer is Answer.PARROT)
    assert (of_us == came[0]) is phase.hidden
    assert (of_client != came[1]) is (phase.hidden or source is not None)


def test_without_nat_d_from_the_client_nothing_is_known_and_ours_are_still_sent() -> None:
    asker = Asker()
    phase, second = phase_of(asker, natt=True)
    asker.take_second(second)
    third = asker.third()
    answer, nat = answer_key(phase, *parse_header(third), asker.datagram(third), seeded())
    assert nat is None
    assert len(all_of(asker.take_fourth(answer), RFC3947.nat_d)) == 2


def spoil_key(asker: Asker) -> bytes:
    return asker.clear([Payload(Kind.KE, b"\0" * 127 + b"\1"), Payload(Kind.NONCE, bytes(16))])


def spoil_nonce(asker: Asker) -> bytes:
    return asker.clear([Payload(Kind.KE, bytes(128)), Payload(Kind.NONCE, bytes(7))])


def spoil_all(asker: Asker) -> bytes:
    return asker.clear([Payload(Kind.VENDOR, b"")])


@pytest.mark.parametrize(
    ("spoil", "error"),
    [(spoil_key, Refusal), (spoil_nonce, BadPayload), (spoil_all, BadPayload)],
)
def test_a_bad_third_message_changes_nothing(
    spoil: Callable[[Asker], bytes], error: type[Exception]
) -> None:
    asker = Asker()
    phase, second = phase_of(asker)
    asker.take_second(second)
    third = spoil(asker)
    with pytest.raises(error):
        answer_key(phase, *parse_header(third), asker.datagram(third), seeded())
    assert phase.exchanged is None


def test_the_key_that_opens_the_fifth_message_is_found_among_many() -> None:
    asker = Asker()
    phase = keyed(asker)
    many = [credential(f"pc-{n}", bytes([n])) for n in range(20)]
    fit = find_credential(phase, *parse_header(asker.fifth()), [*many, credential()])
    assert fit is not None
    assert fit.credential.name == "old-pc"
    assert fit.identity == Identification(IdType.IPV4, PRIVATE)


def test_no_key_fits_a_strangers_message() -> None:
    asker = Asker(psk=b"another")
    phase = keyed(asker)
    assert find_credential(phase, *parse_header(asker.fifth()), [credential()]) is None


def test_an_identity_put_in_by_somebody_else_fits_no_key() -> None:
    asker = Asker()
    phase = keyed(asker)
    assert asker.keys is not None
    asker.keys = replace(asker.keys, skeyid=bytes(20))
    assert find_credential(phase, *parse_header(asker.fifth()), [credential()]) is None


def test_trying_keys_is_bounded() -> None:
    asker = Asker()
    phase = keyed(asker)
    wrong = [credential("pc", b"wrong")] * MOST_CREDENTIALS
    assert find_credential(phase, *parse_header(asker.fifth()), [*wrong, credential()]) is None


class Counted:
    """Real functions, which note what they are called with."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.calls: Counter[tuple[str, int]] = Counter()
        for module, name in ((keys, "hmac"), (keys, "digest"), (protect, "decrypt")):
            monkeypatch.setattr(module, name, self._noting(name, getattr(module, name)))

    def _noting(self, name: str, function: Callable[..., bytes]) -> Callable[..., bytes]:
        def noting(*arguments: Any) -> bytes:
            self.calls[name, len(arguments[-1])] += 1
            return function(*arguments)

        return noting

    def taken(self) -> Counter[tuple[str, int]]:
        calls, self.calls = self.calls, Counter()
        return calls


def test_a_message_costs_the_same_operations_whether_and_where_a_key_fits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """HMACs, hashes and decryptions by number and length; times would prove nothing."""
    asker = Asker()
    phase = keyed(asker)
    header, body = parse_header(asker.fifth())
    others = [credential(f"pc-{n}", bytes([n, n])) for n in range(1, 40)]
    rubbish = bytes(range(len(body)))
    counted = Counted(monkeypatch)
    taken = []
    for message, known, fits in (
        (body, [credential(), *others], True),
        (body, [*others[:20], credential(), *others[20:]], True),
        (body, [*others, credential()], True),
        (body, [*others, others[0]], False),
        (rubbish, [*others, credential()], False),
    ):
        assert (find_credential(phase, header, message, known) is not None) is fits
        taken.append(counted.taken())
    assert all(one == taken[0] for one in taken)
    assert taken[0]["decrypt", len(body)] == 40
    assert sum(taken[0].values()) == 40 * sum(_one(counted, phase, header, body).values())


def _one(counted: Counted, phase: Phase1, header: Header, body: bytes) -> Counter[tuple[str, int]]:
    find_credential(phase, header, body, [credential()])
    return counted.taken()


def test_a_fifth_message_that_is_no_whole_number_of_blocks_is_no_matter_of_keys() -> None:
    asker = Asker()
    phase = keyed(asker)
    header, body = parse_header(asker.fifth())
    for cut in (body[:-1], b""):
        with pytest.raises(BadCipherText):
            find_credential(phase, header, cut, [credential()])


def fit_of(phase: Phase1, asker: Asker, me: Payload | None = None) -> Fit:
    fit = find_credential(phase, *parse_header(asker.fifth(me)), [credential()])
    assert fit is not None
    return fit


@pytest.mark.parametrize(
    "me",
    [
        Identification(IdType.IPV4, b"abc"),
        Identification(IdType.FQDN, b""),
        Identification(IdType.KEY_ID, bytes(257)),
        Identification(99, b"who"),
    ],
)
def test_an_identity_that_makes_no_sense_is_refused(me: Identification) -> None:
    asker = Asker()
    phase = keyed(asker)
    fit = fit_of(phase, asker, Payload(Kind.ID, build_identification(me)))
    with pytest.raises(Refusal) as refused:
        check_fit(phase, fit)
    assert refused.value.reason is Reason.BAD_IDENTITY


def test_a_suite_the_client_may_not_use_is_refused_once_it_is_known_who_it_is() -> None:
    asker = Asker()
    phase = keyed(asker)
    fit = fit_of(phase, asker)
    check_fit(phase, fit)
    other = replace(fit, credential=credential(ike=["aes128-sha1-modp1024"]))
    with pytest.raises(Refusal, match="old-pc used 3des-sha1-modp1024") as refused:
        check_fit(phase, other)
    assert refused.value.reason is Reason.SUITE_NOT_ALLOWED


LAPSED = {"3des-sha1-modp1024": "2026-10-03"}


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"revoked": True}, Reason.REVOKED),
        ({"lapsed": LAPSED, "ike_suites": frozenset()}, Reason.SUITE_LAPSED),
        ({"identity": Identification(IdType.IPV4, b"\xc0\xa8\1\3")}, Reason.OTHER_IDENTITY),
        ({"identity": Identification(IdType.FQDN, PRIVATE)}, Reason.OTHER_IDENTITY),
    ],
    ids=["revoked", "lapsed", "another address", "another kind"],
)
def test_who_it_turned_out_to_be_may_not_come_in(change: dict[str, Any], reason: Reason) -> None:
    asker = Asker()
    phase = keyed(asker)
    fit = fit_of(phase, asker)
    with pytest.raises(Refusal, match="old-pc") as refused:
        check_fit(phase, replace(fit, credential=replace(fit.credential, **change)))
    assert refused.value.reason is reason


def test_a_name_is_the_same_in_capitals_and_whatever_protocol_stands_beside_it() -> None:
    asker = Asker()
    phase = keyed(asker)
    me = Identification(IdType.FQDN, b"PRESS-3.works.example", 17, 500)
    fit = fit_of(phase, asker, Payload(Kind.ID, build_identification(me)))
    wanted = Identification(IdType.FQDN, b"press-3.Works.Example")
    check_fit(phase, replace(fit, credential=replace(fit.credential, identity=wanted)))


def test_what_is_secured_knows_by_which_key() -> None:
    asker = Asker()
    phase = keyed(asker)
    fit = fit_of(phase, asker)
    old = replace(fit, credential=replace(fit.credential, old=True))
    secured = secure(phase, old, b"")
    assert (secured.psk, secured.old_key) == (PSK, True)
    assert repr(PSK) not in repr(secured)


def test_the_sixth_message_proves_that_we_know_the_key() -> None:
    asker = Asker()
    phase = keyed(asker)
    fifth = asker.fifth()
    fit = find_credential(phase, *parse_header(fifth), [credential()])
    assert fit is not None
    sixth = answer_auth(phase, fit, parse_header(fifth)[1], GATEWAY)
    assert sixth[19] & FLAG_ENCRYPTION
    payloads = asker.take_sixth(sixth)
    idir_b = one_of(payloads, Kind.ID, "identity")
    assert idir_b == identity(GATEWAY.host).body
    assert asker.keys is not None
    assert asker.exchanged is not None
    assert one_of(payloads, Kind.HASH, "hash") == hash_r(asker.keys, asker.exchanged, idir_b)
    secured = phase.secured()
    assert (secured.credential, secured.identity) == ("old-pc", "192.168.1.2")
    assert secured.last_block == asker.iv


def test_the_secrets_of_main_mode_are_forgotten_when_it_is_over() -> None:
    asker = Asker()
    phase = keyed(asker)
    fifth = asker.fifth()
    fit = find_credential(phase, *parse_header(fifth), [credential()])
    assert fit is not None
    answer_auth(phase, fit, parse_header(fifth)[1], GATEWAY)
    assert (phase.exchanged, phase.sai_b) == (None, b"")
    with pytest.raises(OutOfStep):
        answer_auth(phase, fit, b"", GATEWAY)
    with pytest.raises(OutOfStep):
        find_credential(phase, *parse_header(fifth), [credential()])


def test_before_the_fifth_message_nobody_is_authenticated() -> None:
    with pytest.raises(OutOfStep):
        keyed(Asker()).secured()


@pytest.mark.parametrize("length", [7, 257])
def test_nonces_have_eight_to_256_bytes(length: int) -> None:
    with pytest.raises(BadPayload, match="nonce"):
        take_nonce([Payload(Kind.NONCE, bytes(length))])


def test_nothing_secret_shows_in_the_representation() -> None:
    phase = keyed(Asker())
    assert phase.exchanged is not None
    shown = repr(phase)
    assert phase.exchanged.g_xy.hex() not in shown
    assert repr(phase.exchanged.g_xy) not in shown
    assert repr(PSK) not in shown
    assert phase.life == Life(28800)
    assert phase.suite is IKE_SUITES[SUITE]


@pytest.mark.parametrize("suite", ["des-md5-modp768", "3des-sha1-modp1024"])
def test_a_phase_1_under_a_weak_key_is_refused_whoever_it_is(suite: str) -> None:
    """One in 2^52 is, and peers do not agree what then is the key: the next dial has another."""
    chosen = IKE_SUITES[suite]
    asker = Asker()
    phase, _ = phase_of(asker)
    phase.suite = chosen
    weak = keys.Keys(
        chosen.hash, chosen.cipher, b"", b"", b"", b"\1\xfe" * (chosen.key_length // 2)
    )
    who = Identification(IdType.IPV4, PRIVATE)
    with pytest.raises(Refusal, match="weak") as refused:
        check_fit(phase, Fit(credential(ike=[suite]), weak, who, ()))
    assert refused.value.reason is Reason.BAD_PUBLIC_VALUE
    strong = replace(weak, cipher_key=bytes(range(chosen.key_length)))
    check_fit(phase, Fit(credential(ike=[suite]), strong, who, ()))


def test_a_fifth_message_is_no_longer_than_who_has_a_key_makes_it() -> None:
    """Every key opens it: what is allowed here is done 256 times, and the sender chooses."""
    asker = Asker()
    phase = keyed(asker)
    header, body = parse_header(asker.fifth())
    assert find_credential(phase, header, body, [credential()]) is not None
    with pytest.raises(BadPayload, match="1032 bytes"):
        find_credential(phase, header, bytes(1032), [credential()])
