"""IKE opened a second time: what somebody else has sealed, from wherever one began to listen."""

from gateway.bridge.overheard import MOST_EXCHANGES, MOST_MESSAGES, Overheard
from gateway.crypto.cbc import TRIPLE_DES
from gateway.crypto.mac import SHA1
from gateway.ike.header import Header, build_message, parse_header
from gateway.ike.keys import Keys, first_iv, message_iv
from gateway.ike.numbers import Exchange, Kind
from gateway.ike.payloads import Payload, build_chain
from gateway.ike.phase1 import Secured
from gateway.ike.protect import next_iv, seal

KEYS = Keys(SHA1, TRIPLE_DES, b"", b"", b"skeyid_a", bytes(range(24)))
LAST = b"lastbloc"
THEIRS, OURS = b"g to the i", b"g to the r"
MAIN = Header(b"cookie_i", b"cookie_r", Kind.KE, Exchange.MAIN)
QUICK = Header(b"cookie_i", b"cookie_r", 0, Exchange.QUICK, message_id=7)
NEWS = Header(b"cookie_i", b"cookie_r", 0, Exchange.INFORMATIONAL, message_id=8)
PAYLOADS = [Payload(Kind.NONCE, b"a nonce"), Payload(Kind.ID, b"identity")]


def listening(*, main: bool = True) -> Overheard:
    """From the first message on, or from after main mode."""
    one = Overheard()
    for public in (THEIRS, OURS) * main:
        one.hear(build_message(MAIN, build_chain([Payload(Kind.KE, public)])))
    one.secured = Secured(KEYS, LAST, "", frozenset(), "")
    return one


def opened(one: Overheard, message: bytes) -> bytes:
    plain = one.hear(message)
    assert plain is not None
    header, body = parse_header(plain)
    assert not header.encrypted
    return body


def test_main_mode_is_followed_by_the_public_values() -> None:
    one = listening()
    fifth = seal(KEYS, first_iv(KEYS, THEIRS, OURS), MAIN, PAYLOADS)
    sixth = seal(KEYS, next_iv(KEYS, fifth), MAIN, PAYLOADS)
    assert opened(one, fifth) == opened(one, sixth) == build_chain(PAYLOADS)


def test_each_exchange_has_an_iv_of_its_own() -> None:
    one = listening(main=False)
    for header in (QUICK, NEWS):
        iv = message_iv(KEYS, LAST, header.message_id_bytes)
        first = seal(KEYS, iv, header, PAYLOADS)
        second = seal(KEYS, next_iv(KEYS, first), header, PAYLOADS)
        assert opened(one, first) == opened(one, second) == build_chain(PAYLOADS)


def test_a_message_that_comes_again_is_opened_as_before() -> None:
    one = listening(main=False)
    first = seal(KEYS, message_iv(KEYS, LAST, QUICK.message_id_bytes), QUICK, PAYLOADS)
    second = seal(KEYS, next_iv(KEYS, first), QUICK, PAYLOADS)
    for message in (first, first, second, first, second):
        assert opened(one, message) == build_chain(PAYLOADS)


def test_without_keys_or_with_the_wrong_iv_nothing_is_opened() -> None:
    fifth = seal(KEYS, first_iv(KEYS, THEIRS, OURS), MAIN, PAYLOADS)
    assert listening(main=False).hear(fifth) is None
    assert Overheard().hear(fifth) is None
    assert listening().hear(fifth[:-3]) is None


def test_what_is_in_the_clear_or_no_message_at_all_is_left_as_it_is() -> None:
    one = listening()
    for message in (b"", b"short", build_message(MAIN, build_chain(PAYLOADS))):
        assert one.hear(message) is None


def test_what_is_kept_is_bounded() -> None:
    one = listening(main=False)
    for number in range(1, 3 * MOST_EXCHANGES):
        header = Header(b"cookie_i", b"cookie_r", 0, Exchange.QUICK, message_id=number)
        one.hear(seal(KEYS, message_iv(KEYS, LAST, header.message_id_bytes), header, PAYLOADS))
    assert len(one._blocks) == MOST_EXCHANGES
    assert len(one._heard) == MOST_MESSAGES
