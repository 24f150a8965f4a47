"""Who proves to be whom, as far as it may be known: names and outcomes, never proofs.

The client answers the server: CHAP and its Microsoft kinds (RFC 1994, 2433, 2759), PAP (RFC 1334),
EAP (RFC 3748). A server that proves itself to the client is not looked at.
"""

import re
from enum import Enum, auto
from typing import Final

from gateway.ppp.events import AuthFailed, AuthStarted, AuthSucceeded, PppEvent
from gateway.ppp.frame import Packet
from gateway.ppp.numbers import (
    CHAP_METHODS,
    EAP_IDENTITY,
    LONGEST_TEXT,
    MSCHAP_ERRORS,
    NAMES,
    Chap,
    Eap,
    Pap,
    Protocol,
)

_FAILURE: Final = re.compile(rb"E=(\d{1,10})(?:.*? M=(.*))?", re.DOTALL)


class State(Enum):
    IDLE = auto()
    TRIED = auto()  # the client has said who it is


class Input(Enum):
    NAME = auto()
    SUCCESS = auto()
    FAILURE = auto()


# (what to report, the next state); repetitions are not reported.
TABLE: Final[dict[tuple[State, Input], tuple[Input | None, State]]] = {
    (State.IDLE, Input.NAME): (Input.NAME, State.TRIED),
    (State.IDLE, Input.SUCCESS): (None, State.IDLE),
    (State.IDLE, Input.FAILURE): (None, State.IDLE),
    (State.TRIED, Input.NAME): (None, State.TRIED),
    (State.TRIED, Input.SUCCESS): (Input.SUCCESS, State.IDLE),
    (State.TRIED, Input.FAILURE): (Input.FAILURE, State.IDLE),
}
CODES: Final[
    dict[tuple[int, bool, int], Input]
] = {  # (protocol, from the client, code) -> what it means
    (Protocol.CHAP, True, Chap.RESPONSE): Input.NAME,
    (Protocol.CHAP, False, Chap.SUCCESS): Input.SUCCESS,
    (Protocol.CHAP, False, Chap.FAILURE): Input.FAILURE,
    (Protocol.PAP, True, Pap.REQUEST): Input.NAME,
    (Protocol.PAP, False, Pap.ACK): Input.SUCCESS,
    (Protocol.PAP, False, Pap.NAK): Input.FAILURE,
    (Protocol.EAP, True, Eap.RESPONSE): Input.NAME,
    (Protocol.EAP, False, Eap.SUCCESS): Input.SUCCESS,
    (Protocol.EAP, False, Eap.FAILURE): Input.FAILURE,
}


class Auth:
    """`method` is set from outside, when LCP has agreed on one."""

    def __init__(self) -> None:
        self.method = ""
        self._state = State.IDLE
        self._user = ""

    def see(self, protocol: Protocol, packet: Packet, from_client: bool) -> list[PppEvent]:
        what = CODES.get((protocol, from_client, packet.code))
        if what is None:
            return []
        if what is Input.NAME:
            user = _user_of(protocol, packet.data)
            if user is None:
                return []
            self._user = user
        report, self._state = TABLE[self._state, what]
        match report:
            case Input.NAME:
                return [AuthStarted(self.method or protocol.name, self._user)]
            case Input.SUCCESS:
                return [AuthSucceeded(self._user)]
            case Input.FAILURE:
                return [_failed(protocol, self._user, packet.data)]
            case None:
                return []


def method_of(option: bytes) -> str:
    """The name of an authentication option's value (RFC 1661, 6.2)."""
    protocol = int.from_bytes(option[:2], "big")
    if protocol == Protocol.CHAP:
        kind = option[2] if len(option) > 2 else -1
        return CHAP_METHODS.get(kind, f"CHAP {kind}")
    return NAMES.get(protocol, f"protocol {protocol:#06x}")


def text_of(data: bytes) -> str:
    """A peer's text, cut and with dots for what is not printable."""
    text = data[: 4 * LONGEST_TEXT].decode("utf-8", "replace")[:LONGEST_TEXT]
    return "".join(letter if letter.isprintable() else "." for letter in text)


def _user_of(protocol: Protocol, data: bytes) -> str | None:
    """The name beside the proof; None where none is said."""
    if protocol == Protocol.EAP:
        return text_of(data[1:]) if data[:1] == bytes((EAP_IDENTITY,)) else None
    if not data:
        return None
    if protocol == Protocol.PAP:
        return text_of(data[1 : 1 + data[0]])
    return text_of(data[1 + data[0] :])


def _failed(protocol: Protocol, user: str, data: bytes) -> AuthFailed:
    """RFC 2759, 6: E=eeeeeeeeee R=r C=cccc V=vvvvvvvvvv M=<msg>; the challenge C is left out."""
    if protocol == Protocol.PAP:
        data = data[1:]
    match = _FAILURE.search(data) if protocol == Protocol.CHAP else None
    if match is None:
        text = "" if protocol == Protocol.EAP else text_of(data)
        return AuthFailed(user, 0, text or "the server does not accept the client")
    code = int(match[1])
    said = text_of(match[2] or b"")
    meaning = MSCHAP_ERRORS.get(code, "the server does not accept the client")
    return AuthFailed(user, code, f"{meaning} ({said})" if said else meaning)
