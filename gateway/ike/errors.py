"""What a peer can do wrong, and what we may answer (RFC 2408, 3.14.1)."""

from typing import ClassVar

from gateway.ike.numbers import Notify
from gateway.wire.cursor import WireError


class IkeError(WireError):
    """`answer` is the notify type that fits, sent only where it can be protected."""

    answer: ClassVar[int] = Notify.PAYLOAD_MALFORMED


class BadHeader(IkeError):
    """No ISAKMP message of version 1 begins here."""


class BadPayload(IkeError):
    """A payload contradicts itself, is missing, or there are too many."""


class BadProposal(BadPayload):
    """The security association payload contradicts itself."""


class BadSituation(BadProposal):
    """Another DOI or situation than ours (RFC 2407, 4.2)."""

    answer: ClassVar[int] = Notify.SITUATION_NOT_SUPPORTED


class BadKey(IkeError):
    """A Diffie-Hellman value nobody should accept."""

    answer: ClassVar[int] = Notify.INVALID_KEY_INFORMATION


class BadHash(IkeError):
    """The message is not from whom it says, or was changed on its way. Never answered."""


class BadCipherText(IkeError):
    """What should be encrypted is no whole number of blocks. Never answered."""


class NoProposalChosen(IkeError):
    """Nothing of what was offered is acceptable."""

    answer: ClassVar[int] = Notify.NO_PROPOSAL_CHOSEN


class BadId(IkeError):
    """An identity or selector that makes no sense for L2TP."""

    answer: ClassVar[int] = Notify.INVALID_ID_INFORMATION


class OutOfStep(IkeError):
    """A message the table of steps has no row for. Never answered."""


class Replayed(IkeError):
    """A message identifier or sequence number that was used before. Never answered."""
