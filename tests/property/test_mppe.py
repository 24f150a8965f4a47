"""MPPE, MS-CHAP and the hashes under them: any key, any loss, and agreement with another hand."""

import subprocess

from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.crypto.lm import des, lm_hash
from gateway.crypto.md4 import md4
from gateway.crypto.passwords import Hashes, nt_hash
from gateway.crypto.rc4 import stream
from gateway.ppp.mppe import LENGTHS, Drop, Keys, Receiver, Sender, Terms
from gateway.ppp.mschap import (
    answer,
    challenge_hash,
    is_proved,
    master_key,
    parse_proof,
    start_keys,
)
from tests.pair.peers import mppe as other

terms = st.builds(Terms, st.sampled_from([40, 56, 128]), st.booleans())
starts = st.binary(min_size=16, max_size=16)
data = st.binary(min_size=2, max_size=80)


def openssl_md4(text: bytes) -> bytes:
    """By the program: the library that Python has leaves the legacy provider out."""
    providers = ["-provider", "legacy", "-provider", "default"]
    command = ["openssl", "dgst", *providers, "-md4", "-binary"]
    return subprocess.run(command, input=text, capture_output=True, check=True).stdout


@given(st.binary(max_size=300))
def test_md4_is_that_of_openssl(text: bytes) -> None:
    assert md4(text) == openssl_md4(text)


@given(st.binary(max_size=200), st.binary(min_size=1, max_size=70))
def test_md4_tells_texts_apart_and_has_no_state(text: bytes, more: bytes) -> None:
    assert md4(text) != md4(text + more)
    assert md4(text) == md4(bytes(text))


@given(st.sampled_from([8, 16]), starts, st.lists(data, max_size=6))
def test_rc4_is_that_of_another_hand_and_goes_on_from_piece_to_piece(
    length: int, key: bytes, pieces: list[bytes]
) -> None:
    ours, theirs = stream(key[:length]), other.rc4(key[:length])
    assert [ours(piece) for piece in pieces] == [theirs(piece) for piece in pieces]


@given(st.binary(min_size=7, max_size=7), st.binary(min_size=8, max_size=8))
def test_des_is_that_of_another_hand(key: bytes, block: bytes) -> None:
    assert des(key, block) == other._des(key, block)


@given(st.binary(min_size=8, max_size=8), starts)
def test_answers_to_challenges_are_those_of_another_hand(challenge: bytes, key: bytes) -> None:
    assert answer(challenge, key) == other.response(challenge, key)


@given(starts, starts, st.binary(max_size=40))
def test_challenges_of_three_parts_are_those_of_another_hand(
    peer: bytes, authenticator: bytes, user: bytes
) -> None:
    ours = challenge_hash(peer, authenticator, user[user.rfind(b"\\") + 1 :])
    assert ours == other.challenge_hash(peer, authenticator, user)


@given(st.text(max_size=20), st.text(max_size=20), starts, starts)
def test_only_the_right_password_is_proved(
    password: str, wrong: str, peer: bytes, challenge: bytes
) -> None:
    try:
        right, others = (Hashes(nt_hash(one)) for one in (password, wrong))
    except ValueError:
        return
    eight = challenge_hash(peer, challenge, b"ada")
    value = peer + bytes(8) + answer(eight, right.nt) + b"\0"
    proof = parse_proof(2, challenge, value, b"ada")
    assert is_proved(proof, right)
    assert is_proved(proof, others) == (password == wrong)


@given(st.text(max_size=20))
def test_lm_hashes_are_there_for_short_words_of_ascii_alone(password: str) -> None:
    assert (lm_hash(password) is not None) == (len(password) <= 14 and password.isascii())


@given(st.binary(min_size=24, max_size=24), st.sampled_from([40, 56, 128]))
def test_start_keys_are_those_of_another_hand(nt_response: bytes, bits: int) -> None:
    proof = parse_proof(2, bytes(16), bytes(24) + nt_response + b"\0", b"User")
    hashes = Hashes(other.NT_HASH)
    assert start_keys(proof, hashes, LENGTHS[bits]) == other.start_keys_v2(nt_response, bits)
    assert len(master_key(hashes.nt, nt_response)) == 16


@given(starts, terms, st.integers(1, 40))
def test_keys_change_as_those_of_another_hand(start: bytes, agreed: Terms, times: int) -> None:
    key = start[: LENGTHS[agreed.bits]]
    ours, theirs = Keys(key, agreed.bits), other.Direction(key, *agreed)
    for _ in range(times):
        ours.change()
        theirs.change()
    assert ours.crypt(bytes(20)) == theirs.crypt(bytes(20))


@settings(max_examples=25)
@given(starts, terms, st.booleans(), st.lists(st.integers(0, 9), max_size=300))
def test_whatever_is_lost_two_ends_find_together_again(
    start: bytes, agreed: Terms, changes: bool, fates: list[int]
) -> None:
    """Below 2 a frame is lost; a reset that is asked for is heard of before the next frame."""
    key = start[: LENGTHS[agreed.bits]]
    sender = Sender(key, agreed, changes_on_reset=changes)
    receiver = Receiver(key, agreed, changes_on_reset=changes)
    frame = b"\x00\x21\x45" + start
    for fate in fates:
        field = sender.seal(frame)
        if fate < 2:
            continue
        opened = receiver.open(field, 0)
        if opened is Drop.LOST_ONE or opened is Drop.OUT_OF_STEP:
            receiver.asked()
            sender.reset()
        else:
            assert opened == frame
    for _ in range(3):
        opened = receiver.open(sender.seal(frame), 0)
        sender.reset() if isinstance(opened, Drop) else None
    assert opened == frame


@settings(max_examples=25)
@given(starts, terms, st.lists(st.booleans(), max_size=120))
def test_another_hand_opens_what_we_seal_and_we_what_it_seals(
    start: bytes, agreed: Terms, losses: list[bool]
) -> None:
    key = start[: LENGTHS[agreed.bits]]
    sender, receiver = Sender(key, agreed), Receiver(key, agreed)
    theirs_in, theirs_out = other.Direction(key, *agreed), other.Direction(key, *agreed)
    frame = b"\x00\x21\x45" + start
    for lost in losses:
        ours, theirs = sender.seal(frame), theirs_out.seal(frame)
        assert ours == theirs
        if lost:
            continue
        there, here = theirs_in.open(ours), receiver.open(theirs, 0)
        assert (there == frame, here == frame) in ((True, True), (False, False))
        if there is None:
            sender.reset()
            theirs_out.flush = True


@settings(max_examples=25)
@given(starts, st.sampled_from([40, 56, 128]), st.lists(st.integers(0, 9), max_size=600))
def test_linux_finds_in_again_whatever_is_lost_flagged_frames_too(
    start: bytes, bits: int, fates: list[int]
) -> None:
    """Below 2 a frame is lost. What it opens is never wrong."""
    key = start[: LENGTHS[bits]]
    sender = Sender(key, Terms(bits, stateful=True), changes_on_reset=True)
    linux = other.Direction(key, bits, stateful=True, linux=True)
    frame = b"\x00\x21\x45" + start
    for fate in [*fates, 9, 9, 9]:
        field = sender.seal(frame)
        opened = linux.open(field) if fate >= 2 else b""
        assert opened in (frame, None, b"")
        if opened is None:
            sender.reset()
    assert opened == frame


@settings(max_examples=25)
@given(starts, st.sampled_from([40, 56, 128]), st.lists(st.integers(0, 9), max_size=600))
def test_we_find_in_again_with_linux_whatever_is_lost_flagged_frames_too(
    start: bytes, bits: int, fates: list[int]
) -> None:
    """Below 2 a frame is lost; 2 asks for a reset that is not heard. What is opened is right."""
    key = start[: LENGTHS[bits]]
    linux = other.Direction(key, bits, stateful=True, linux=True)
    receiver = Receiver(key, Terms(bits, stateful=True), changes_on_reset=True)
    frame = b"\x00\x21\x45\x00\x00\x14" + start
    for fate in [*fates, 9, 9, 9]:
        field = linux.seal(frame)
        if fate < 2:
            continue
        opened = receiver.open(field, 0)
        if opened is Drop.LOST_ONE or opened is Drop.OUT_OF_STEP:
            receiver.asked()
            linux.flush = linux.flush or fate > 2
        else:
            assert opened == frame
    assert opened == frame


@given(terms, st.binary(max_size=40))
def test_any_bytes_are_opened_or_dropped(agreed: Terms, field: bytes) -> None:
    receiver = Receiver(bytes(LENGTHS[agreed.bits]), agreed)
    opened = receiver.open(field, 0)
    assert isinstance(opened, Drop) or len(opened) == len(field) - 2
