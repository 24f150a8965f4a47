"""Answers from memory, and our own messages sent again (RFC 2408, 5.1)."""

from array import array
from bisect import bisect_left
from dataclasses import dataclass, field

from gateway.crypto.mac import SHA1, digest


@dataclass(slots=True)
class Memory:
    """The last messages that were acted on, and what was sent for each (nothing: b"").

    The same bytes get the same bytes again; no work is done twice.
    """

    most: int = 16
    answers: dict[bytes, bytes] = field(default_factory=dict, repr=False)  # oldest first

    def keep(self, message: bytes, answer: bytes) -> None:
        self.answers[digest(SHA1, message)] = answer
        if len(self.answers) > self.most:
            del self.answers[next(iter(self.answers))]

    def answer(self, message: bytes) -> bytes | None:
        """None if the message is not known."""
        return self.answers.get(digest(SHA1, message))


@dataclass(slots=True)
class Retry:
    """One message under way; times are seconds on the caller's clock."""

    message: bytes
    due: float
    wait: float
    left: int
    grow: float = 2.0

    def again(self, now: float) -> bool:
        """Whether it is to be sent once more; False once all tries are used up."""
        if self.left == 0:
            return False
        self.left -= 1
        self.wait *= self.grow
        self.due = now + self.wait
        return True


def _no_ids() -> "array[int]":
    return array("I")


@dataclass(slots=True)
class Used:
    """Message IDs of one phase 1: each is good for one exchange only (RFC 2408, 3.1).

    None is ever forgotten, or a message from long ago could be sent again by anybody. Those the
    peer has chosen end at `most`, far more than a day of quick modes and questions needs.
    """

    most: int = 1 << 16
    ids: "array[int]" = field(default_factory=_no_ids, repr=False)  # in order, four bytes each

    @property
    def full(self) -> bool:
        return len(self.ids) >= self.most

    def add(self, message_id: int) -> None:
        place = bisect_left(self.ids, message_id)
        if place == len(self.ids) or self.ids[place] != message_id:
            self.ids.insert(place, message_id)

    def __contains__(self, message_id: int) -> bool:
        place = bisect_left(self.ids, message_id)
        return place < len(self.ids) and self.ids[place] == message_id
