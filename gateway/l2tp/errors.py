"""What a peer can do wrong, and what each of it is answered with."""

from enum import IntEnum
from typing import ClassVar

from gateway.l2tp.numbers import PROTOCOL_VERSION, GeneralError, Stop
from gateway.wire.cursor import WireError


class BadHeader(WireError):
    """No control message of ours to answer: dropped and counted (RFC 2661, 3.1)."""


class L2tpError(WireError):
    """`result` and `answer` are the codes of the CDN or StopCCN we send back (4.4.2)."""

    result: ClassVar[int] = Stop.GENERAL_ERROR
    answer: ClassVar[int]


class BadLength(L2tpError):
    answer = GeneralError.LENGTH


class BadValue(L2tpError):
    """A value the RFC forbids, or a pair it demands that is not there."""

    answer = GeneralError.VALUE


class UnknownMandatory(L2tpError):
    answer = GeneralError.UNKNOWN_MANDATORY


class UnknownMessage(L2tpError):
    """A message type we do not know and must not ignore (4.4.1)."""

    answer = GeneralError.VALUE


class BadVersion(L2tpError):
    """The error code says the highest version we speak."""

    result = Stop.VERSION
    answer = PROTOCOL_VERSION


class NoResources(L2tpError):
    answer = GeneralError.RESOURCES


class NotAuthorized(L2tpError):
    """Tunnel authentication fails (5.1.1)."""

    result = Stop.NOT_AUTHORIZED
    answer = GeneralError.NONE


class Drop(IntEnum):
    """Why a data message goes no further; the road returns it instead of raising."""

    SHORT = 1
    BAD_HEADER = 2
    NO_CALL = 3
    LATE = 4
    TOO_LONG = 5
