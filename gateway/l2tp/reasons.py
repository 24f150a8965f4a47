"""Why a call or a tunnel ends: in our words, in the peer's, and on the wire."""

from dataclasses import dataclass

from gateway.l2tp.errors import L2tpError
from gateway.l2tp.messages import readable
from gateway.l2tp.values import ResultCode

LONGEST_TEXT = 255  # bytes


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a call or tunnel ends, as the CDN, the StopCCN and the events say it."""

    by_peer: bool
    result: int
    error: int
    message: str

    def code(self) -> ResultCode:
        """For the wire, where a pair has little room."""
        text = self.message.encode("ascii", "replace")[:LONGEST_TEXT]
        return ResultCode(self.result, self.error, text)


def reason_of(code: ResultCode) -> Reason:
    """What the peer says of the end."""
    return Reason(True, code.result, code.error or 0, readable(code.message))


def reason_for(error: L2tpError) -> Reason:
    """What the peer is told of its fault."""
    return Reason(False, error.result, error.answer, str(error))
