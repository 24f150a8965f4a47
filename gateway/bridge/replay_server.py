"""A server that takes every call, for a recording to be played to a gateway with nobody inside."""

from dataclasses import dataclass

from gateway.pptp.messages import (
    Message,
    OutgoingCallReply,
    OutgoingCallRequest,
    StartReply,
    StartRequest,
    build_message,
    next_length,
    parse_message,
    text_field,
)
from gateway.pptp.numbers import BEARER_ANY, FRAMING_ANY, VERSION, WINDOW
from gateway.wire.cursor import Reader

CALL: int = 0x1111  # its own id of the one call there is
SPEED: int = 10_000_000  # bits a second


@dataclass(slots=True)
class Server:
    """The TCP stream of one connection."""

    _stream: bytes = b""

    def receive(self, data: bytes) -> bytes:
        """What it answers; a WireError is the gateway's mistake."""
        self._stream += data
        answers = b""
        while (length := next_length(self._stream)) is not None and len(self._stream) >= length:
            message = parse_message(Reader(self._stream[:length]))
            self._stream = self._stream[length:]
            answers += b"".join(build_message(one) for one in _answers(message))
        return answers


def _answers(message: Message) -> list[Message]:
    match message:
        case StartRequest():
            return [
                StartReply(
                    version=VERSION,
                    result=1,
                    framing=FRAMING_ANY,
                    bearer=BEARER_ANY,
                    channels=0,
                    firmware=0,
                    host_name=text_field("replay"),
                    vendor=text_field("replay"),
                )
            ]
        case OutgoingCallRequest():
            return [
                OutgoingCallReply(
                    call_id=CALL, peer_call_id=message.call_id, result=1, speed=SPEED, window=WINDOW
                )
            ]
    return []
