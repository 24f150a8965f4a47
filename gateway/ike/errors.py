"""What a peer can do wrong, and what we may answer (RFC 2408, 3.14.1)."""

from typing import ClassVar

from gateway.ike.events import Reason
from gateway.ike.numbers import Notify
from gateway.wire.cursor import WireError


class IkeError(WireError):
    """`answer` is the notify type that fits, sent only to those who are authenticated."""

    answer: int = Notify.PAYLOAD_MALFORMED
    counted: ClassVar[str] = "bad payload"  # the counter's name


class BadHeader(IkeError):
    """No ISAKMP message begins here."""

    counted: ClassVar[str] = "bad header"


class BadPayload(IkeError):
    """A payload contradicts itself, is missing, or there are too many."""


class BadProposal(BadPayload):
    """The security association payload contradicts itself."""


class BadSituation(BadProposal):
    """Another DOI or situation than ours (RFC 2407, 4.2)."""

    answer: int = Notify.SITUATION_NOT_SUPPORTED


class BadHash(IkeError):
    """The message is not from whom it says, or was changed on its way. Never answered."""

    counted: ClassVar[str] = "bad hash"


class BadCipherText(IkeError):
    """What should be encrypted is no whole number of blocks. Never answered."""

    counted: ClassVar[str] = "bad ciphertext"


class OutOfStep(IkeError):
    """A message the table of steps has no use for. Never answered."""

    counted: ClassVar[str] = "out of step"


class Held(IkeError):
    """A fifth message from where too many wrong keys came, so not all keys were tried.

    Never answered; it is looked at anew when it comes again.
    """

    counted: ClassVar[str] = "held for wrong keys"


class Exhausted(IkeError):
    """It would make us work, and too much work was asked for already.

    Never answered; it is looked at anew when it comes again.
    """

    counted: ClassVar[str] = "held for too much work"


class Replayed(IkeError):
    """A message ID or sequence number that was used before. Never answered."""

    counted: ClassVar[str] = "replayed"


class Refusal(IkeError):
    """All is well formed, and we will not have it. The text is the event's `detail`."""

    counted: ClassVar[str] = "refused"

    def __init__(self, reason: Reason, detail: str, answer: int) -> None:
        super().__init__(detail)
        self.reason = reason
        self.answer = answer


def counted_as(error: WireError) -> str:
    """The counter's name, also for what the reader of bytes has found."""
    return error.counted if isinstance(error, IkeError) else IkeError.counted
