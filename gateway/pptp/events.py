"""What the calling end reports and asks for."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Send:
    """Send these bytes, whole messages, on the control connection."""

    data: bytes


@dataclass(frozen=True, slots=True)
class ServerKnown:
    """The server has accepted the control connection; texts are cleaned of what is not ASCII."""

    host_name: str
    vendor: str
    firmware: int
    version: int


@dataclass(frozen=True, slots=True)
class CallOpened:
    """GRE may flow. `window` is what `Gre` shall honour, `speed` is in bits a second."""

    peer_call: int
    window: int
    speed: int


@dataclass(frozen=True, slots=True)
class CallClosed:
    """The call is over, or never came up. Comes exactly once, and before `Finished`.

    `result`, `error` and `cause` are the numbers of the server's message, 0 where there was none.
    """

    result: int
    error: int
    cause: int
    reason: str
    by_server: bool


@dataclass(frozen=True, slots=True)
class Finished:
    """The TCP connection may be closed: nothing follows."""


PptpEvent = Send | ServerKnown | CallOpened | CallClosed | Finished
