"""A trace told line by line: what each message is, who sent it, and what is unusual about it.

What the messages are was found out by whoever read the file; here they are put into words, and
seen in their order: what came twice, and after how long.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from gateway.control.problems import printable

LONG: Final = 2.0  # seconds between two messages that a person should wonder about
LONGEST: Final = 160  # letters of a message's words

NOTIFICATIONS: Final = {  # RFC 2408, 3.14.1; RFC 2407, 4.6.3; RFC 3706
    7: "INVALID-EXCHANGE-TYPE",
    14: "NO-PROPOSAL-CHOSEN",
    16: "PAYLOAD-MALFORMED",
    17: "INVALID-KEY-INFORMATION",
    18: "INVALID-ID-INFORMATION",
    23: "INVALID-HASH-INFORMATION",
    24: "AUTHENTICATION-FAILED",
    24576: "RESPONDER-LIFETIME",
    24577: "REPLAY-STATUS",
    24578: "INITIAL-CONTACT",
    36136: "are you there (DPD)",
    36137: "yes, I am there (DPD)",
}
FIRST_STATUS: Final = 16384  # notifications below are errors
L2TP_MESSAGES: Final = {  # RFC 2661, 3.2
    1: "SCCRQ: asks for a tunnel",
    2: "SCCRP: grants the tunnel",
    3: "SCCCN: the tunnel stands",
    4: "StopCCN: ends the tunnel",
    6: "HELLO: are you there",
    10: "ICRQ: asks for a call",
    11: "ICRP: grants the call",
    12: "ICCN: the call stands",
    14: "CDN: ends the call",
    15: "WEN: counts line errors",
    16: "SLI: sets link options",
}
ENDINGS: Final = {4: "StopCCN", 14: "CDN"}
NORMAL_ENDS: Final = {4: {1, 6}, 14: {1, 3}}  # result codes of an orderly end
LOST_PAIR = "an attribute in it makes no sense"
MESSAGE_TYPE, RESULT_CODE, HOST_NAME = 0, 1, 7


@dataclass(frozen=True, slots=True)
class Said:
    """What a message is, and what is unusual about it by itself."""

    layer: str
    words: str
    odd: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """`at` is seconds since the first; `raw` tells one that comes again."""

    at: float
    by_client: bool
    said: Said
    raw: bytes


def lines(messages: Iterable[Message]) -> list[str]:
    """A line each, what is unusual behind it; then how much of it there was."""
    seen: dict[bytes, float] = {}
    told, odd, before = [], 0, 0.0
    for message in messages:
        strange = list(_strange(message, seen, before))
        odd += bool(strange)
        seen.setdefault(message.raw, message.at)
        before = message.at
        who = "client" if message.by_client else _other_end(message.said.layer)
        words = printable(message.said.words)[:LONGEST]
        behind = f"   <-- {'; '.join(strange)}" if strange else ""
        told.append(f"{message.at:9.3f} s  {who:<7}  {message.said.layer:<4}  {words}{behind}")
    if not told:
        return ["There are no packets in it."]
    many = "1 message" if len(told) == 1 else f"{len(told)} messages"
    return [*told, "", f"{many}, {odd or 'none'} of them unusual."]


def _other_end(layer: str) -> str:
    """PPP goes end to end: what it says comes from the server behind the gateway."""
    return "server" if layer in ("PPP", "data") else "gateway"


def _strange(message: Message, seen: dict[bytes, float], before: float) -> Iterable[str]:
    if message.said.odd:
        yield printable(message.said.odd)[:LONGEST]
    if message.raw in seen:
        yield f"the same as at {seen[message.raw]:.3f} s: no answer came, or it was lost"
    if message.at - before > LONG:
        yield f"nothing for {message.at - before:.1f} s before this"


def notification(number: int) -> Said:
    """A notification of IKE; those that are errors are unusual."""
    name = NOTIFICATIONS.get(number, f"notification {number}")
    odd = "refuses or complains" if number < FIRST_STATUS else ""
    return Said("IKE", f"notifies: {name}", odd)


def l2tp_control(message: bytes) -> Said:
    """A control message of L2TP, header and pairs (RFC 2661, 3.1 and 4.1)."""
    pairs, sound = _pairs(message[12:])
    if not pairs:
        return Said("L2TP", "acknowledges", "" if sound else LOST_PAIR)
    number = int.from_bytes(pairs.get(MESSAGE_TYPE, b""), "big")
    words = L2TP_MESSAGES.get(number, f"control message {number}")
    if name := pairs.get(HOST_NAME, b""):
        words += f", calls itself {name.decode('ascii', 'replace')}"
    odd = "" if sound else LOST_PAIR
    if number in ENDINGS:
        result, text = _result(pairs.get(RESULT_CODE, b""))
        words += f", result {result}" + (f" ({text})" if text else "")
        odd = odd or ("" if result in NORMAL_ENDS[number] else "ends with a complaint")
    return Said("L2TP", words, odd)


def _pairs(data: bytes) -> tuple[dict[int, bytes], bool]:
    """The values by kind, and whether all of it made sense."""
    found: dict[int, bytes] = {}
    while data:
        length = int.from_bytes(data[:2], "big") & 0x03FF
        if not 6 <= length <= len(data):
            return found, False
        found.setdefault(int.from_bytes(data[4:6], "big"), data[6:length])
        data = data[length:]
    return found, True


def _result(value: bytes) -> tuple[int, str]:
    """Result code, and the text behind the error code (RFC 2661, 4.4.2)."""
    return int.from_bytes(value[:2], "big"), value[4:].decode("ascii", "replace")


def listed(names: Sequence[str], most: int = 4) -> str:
    """`a, b, c and 2 more`."""
    shown = ", ".join(names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"
