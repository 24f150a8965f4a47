"""Vectors: tests/vectors/ppp/mppe.toml; a recorded session, opened with its password.

How a peer of another hand agrees is in tests/pair/test_gateway_mppe.py.
"""

import tomllib
from typing import Any

import pytest

from gateway.crypto.passwords import Hashes, nt_hash
from gateway.ppp.mppe import (
    COUNT,
    LENGTHS,
    MOST_MISSED,
    Drop,
    Keys,
    Receiver,
    Sender,
    Terms,
    likeness,
    looks_right,
)
from gateway.ppp.mschap import parse_proof, start_keys
from tests.captures import ip_packets, shared_data, vectors

CASES = tomllib.loads((vectors("ppp") / "mppe.toml").read_text())["case"]
IP = b"\x00\x21\x45 an ip packet"
STATELESS, STATEFUL = Terms(128), Terms(128, stateful=True)


def ends(terms: Terms = STATELESS, **more: bool) -> tuple[Sender, Receiver]:
    start = bytes(range(LENGTHS[terms.bits]))
    return Sender(start, terms, **more), Receiver(start, terms, **more)


def count_of(field: bytes) -> int:
    return int.from_bytes(field[:2]) & COUNT


def flagged(field: bytes) -> bool:
    return bool(field[0] & 0x80)


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['version']}, {case['bits']} bit")
def test_the_books_start_key_gives_the_books_session_key(case: dict[str, Any]) -> None:
    keys = Keys(bytes.fromhex(case["start_key"]), case["bits"])
    session = Keys(bytes.fromhex(case["start_key"]), case["bits"]).session
    assert session.hex() == case["session_key"]
    expected = case.get("test_message", keys.crypt(b"test message").hex())
    assert (
        Keys(bytes.fromhex(case["start_key"]), case["bits"]).crypt(b"test message").hex()
        == expected
    )


@pytest.mark.parametrize(("bits", "salt"), [(40, "d1269e"), (56, "d1"), (128, "")])
def test_short_keys_keep_their_salt_whenever_they_change(bits: int, salt: str) -> None:
    keys = Keys(bytes(range(LENGTHS[bits])), bits)
    seen = set()
    for _ in range(50):
        keys.change()
        assert keys.session.hex().startswith(salt)
        seen.add(keys.session)
    assert len(seen) == 50


def test_a_start_key_has_the_length_of_its_strength() -> None:
    with pytest.raises(ValueError, match="8 bytes for 128 bits"):
        Keys(bytes(8), 128)
    with pytest.raises(ValueError, match="16 bytes for 40 bits"):
        Keys(bytes(16), 40)


def test_every_stateless_frame_is_flagged_and_counted() -> None:
    sender, receiver = ends()
    for number in range(5000):
        field = sender.seal(IP)
        assert (flagged(field), count_of(field)) == (True, number % 4096)
        assert receiver.open(field, 0) == IP


def test_a_stateful_key_changes_with_the_frame_whose_count_ends_in_ff() -> None:
    sender, receiver = ends(STATEFUL)
    for number in range(5000):
        field = sender.seal(IP)
        assert (flagged(field), count_of(field)) == (number % 256 == 255, number % 4096)
        assert receiver.open(field, 0) == IP


def test_the_same_frame_is_never_the_same_bytes() -> None:
    for terms in (Terms(128), STATEFUL, Terms(40)):
        sender, _ = ends(terms)
        assert len({sender.seal(IP)[2:] for _ in range(600)}) == 600


@pytest.mark.parametrize("missing", [1, 2, 255, 256, 257, MOST_MISSED - 1])
def test_stateless_frames_that_are_lost_cost_nothing_but_themselves(missing: int) -> None:
    sender, receiver = ends()
    for _ in range(missing):
        sender.seal(IP)
    assert receiver.open(sender.seal(IP), 0) == IP
    assert receiver.open(sender.seal(IP), 0) == IP


def test_a_count_of_the_past_is_late_and_changes_nothing() -> None:
    for terms in (Terms(128), STATEFUL):
        sender, receiver = ends(terms)
        first = sender.seal(IP)
        assert receiver.open(first, 0) == IP
        assert receiver.open(first, 0) is Drop.LATE
        assert receiver.open(sender.seal(IP), 0) == IP


@pytest.mark.parametrize("lost", [1, 3, 254, 255, 256, 257, 700])
@pytest.mark.parametrize("changes", [False, True], ids=["by the book", "as linux"])
def test_a_stateful_loss_is_told_once_and_mended_by_a_reset(lost: int, changes: bool) -> None:
    sender, receiver = ends(STATEFUL, changes_on_reset=changes)
    for _ in range(10):
        receiver.open(sender.seal(IP), 0)
    fields = [sender.seal(IP) for _ in range(lost)]
    later = [receiver.open(sender.seal(IP), 0) for _ in range(3)]
    if not flagged(fields[-1]):
        assert Drop.LOST_ONE in later or IP in later
    sender.reset()
    assert receiver.open(sender.seal(IP), 0) == IP
    assert [receiver.open(sender.seal(IP), 0) for _ in range(600)] == [IP] * 600


def test_out_of_step_nothing_is_opened_until_a_flagged_frame_comes() -> None:
    sender, receiver = ends(STATEFUL)
    receiver.open(sender.seal(IP), 0)
    sender.seal(IP)
    assert receiver.open(sender.seal(IP), 0) is Drop.LOST_ONE
    assert receiver.open(sender.seal(IP), 0) is Drop.OUT_OF_STEP
    sender.reset()
    assert receiver.open(sender.seal(IP), 0) == IP


def test_as_many_keys_are_tried_as_resets_were_asked_for() -> None:
    sender, receiver = ends(STATEFUL, changes_on_reset=True)
    receiver.open(sender.seal(IP), 0)
    sender.seal(IP)
    assert receiver.open(sender.seal(IP), 0) is Drop.LOST_ONE
    for _ in range(3):
        receiver.asked()
        sender.reset()
        lost = sender.seal(IP)
    assert flagged(lost)
    assert receiver.open(sender.seal(IP), 0) is Drop.OUT_OF_STEP
    receiver.asked()
    sender.reset()
    assert receiver.open(sender.seal(IP), 0) == IP
    assert receiver.open(sender.seal(IP), 0) == IP


@pytest.mark.parametrize(
    ("terms", "head", "drop"),
    [
        (Terms(128), "9000", Drop.TRUNCATED),
        (Terms(128), "90002a", Drop.TRUNCATED),
        (Terms(128), "80002a2a2a", Drop.NOT_ENCRYPTED),
        (Terms(128), "a0002a2a2a", Drop.NOT_ENCRYPTED),
        (Terms(128), "b0002a2a2a", Drop.NOT_ENCRYPTED),
        (Terms(128), "10002a2a2a", Drop.NOT_ENCRYPTED),
        (Terms(128), "98002a2a2a", Drop.LATE),
        (STATEFUL, "10012a2a2a", Drop.LOST_ONE),
        (STATEFUL, "20002a2a2a", Drop.NOT_ENCRYPTED),
    ],
)
def test_what_cannot_be_opened_is_dropped_by_its_reason(
    terms: Terms, head: str, drop: Drop
) -> None:
    assert ends(terms)[1].open(bytes.fromhex(head), 0) is drop


@pytest.mark.parametrize(
    ("data", "right"),
    [
        ("0021 45", True),
        ("21 45", True),
        ("0021 65", False),
        ("0057 60", True),
        ("0057 45", False),
        ("002b ff", True),
        ("3f f0", True),
        ("0021", False),
        ("00", False),
        ("8021 01", False),
        ("00fd 90", False),
        ("0121 45", False),
        ("0059 45", False),
    ],
)
def test_what_is_known_of_a_frame_tells_a_right_key_from_a_wrong_one(
    data: str, right: bool
) -> None:
    assert looks_right(bytes.fromhex(data)) is right


@pytest.mark.parametrize(
    ("data", "likely"),
    [
        ("0021 45 00 0014" + "00" * 16, 2),
        ("21 45 00 0014" + "00" * 16, 2),
        ("0021 45 00 0015" + "00" * 16, 1),
        ("002d 45 00 0014" + "00" * 16, 1),
        ("0021 35 00 0014" + "00" * 16, 0),
    ],
)
def test_an_ip_packet_of_the_right_length_is_sure(data: str, likely: int) -> None:
    assert likeness(bytes.fromhex(data)) == likely


def recorded(packets: list[bytes]) -> dict[bytes, list[bytes]]:
    """The information fields of the 00FD frames by who sent them, in the order of the record."""
    found: dict[bytes, list[bytes]] = {}
    for packet in packets:
        gre = packet[20:]
        if packet[9] != 47 or len(gre) < 12 or not gre[0] & 0x10:
            continue
        at = 16 if gre[1] & 0x80 else 12
        frame = gre[at : at + int.from_bytes(gre[4:6])].removeprefix(b"\xff\x03")
        if frame[:2] == b"\x00\xfd" or frame[:1] == b"\xfd":
            found.setdefault(packet[12:16], []).append(frame[1 if frame[0] & 1 else 2 :])
    return found


def test_a_recorded_session_opens_with_its_password_both_ways() -> None:
    """pptp-linux and pptpd, stateless with 128 bit; seventeen frames, the last ones pings."""
    packets = ip_packets(vectors("pptp") / "gen-pptp-mppe128.pcap")
    chap = [p[20:] for p in packets if p[9] == 47 and b"\xc2\x23" in p[32:44]]
    asked, told, _ = (f[f.index(b"\xc2\x23") + 2 :] for f in chap)
    proof = parse_proof(2, asked[5:21], told[5:54], told[54 : int.from_bytes(told[2:4])])
    keys = start_keys(proof, Hashes(nt_hash("S3same-Open")), 16)
    client, server = packets[0][12:16], packets[0][16:20]
    fields = recorded(packets)
    for who, key in zip((client, server), keys, strict=True):
        receiver = Receiver(key, Terms(128))
        opened = [receiver.open(field, 0) for field in fields[who]]
        assert all(isinstance(one, bytes) and looks_right(one) for one in opened)
        inner = [one for one in opened if isinstance(one, bytes) and one[:2] == b"\x00\x21"]
        assert all(int.from_bytes(one[4:6]) == len(one) - 2 for one in inner)
    assert sum(map(len, fields.values())) == 17


def test_a_found_session_is_stateless_and_counts_from_nothing() -> None:
    """Its password is not known; its heads are what ours are."""
    fields = recorded(ip_packets(shared_data() / "pptp" / "chapcrack-full-session-mppe.dump"))
    assert sum(map(len, fields.values())) == 66
    for sent in fields.values():
        assert [field[:2] for field in sent] == [
            (0x9000 + number).to_bytes(2) for number in range(len(sent))
        ]
