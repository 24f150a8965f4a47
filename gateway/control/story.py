"""One dial as the gateway has seen it, in a form that questions can be asked of."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum

from gateway.outputs import Fact, What

Entry = tuple[float, Fact]  # seconds on the gateway's clock
PROGRESS = frozenset(
    {
        What.AUTHENTICATED,
        What.SA_READY,
        What.TUNNEL_OPENED,
        What.SERVER_ANSWERED,
        What.SESSION_OPENED,
        What.LCP_OPENED,
        What.USER_ACCEPTED,
        What.ENCRYPTED,
        What.PPP_UP,
        What.RESUMED,
    }
)


class Whose(Enum):
    """How sure it is that a dial is that of the machine asked about."""

    ITS = "its"  # it has proved the machine's key, or comes from the address asked about
    LIKELY = "likely"  # from where only this machine dials, or has dialled before
    PERHAPS = "perhaps"  # somebody who never said who


@dataclass(frozen=True, slots=True)
class Story:
    """`entries` are the facts of one dial, the oldest first; there is at least one.

    `data` are data frames from the client and to it, None where there is no session any more.
    """

    number: int
    whose: Whose
    entries: tuple[Entry, ...]
    now: float
    data: tuple[int, int] | None = None

    @property
    def age(self) -> float:
        """Seconds since anything happened."""
        return self.now - self.entries[-1][0]

    @property
    def peer(self) -> str:
        """The client's endpoint as it was last told."""
        return next((fact.peer for _, fact in reversed(self.entries) if fact.peer), "")

    def place(self, *kinds: What) -> int:
        """Where the last fact of these kinds stands; -1 if there is none."""
        found = [place for place, (_, fact) in enumerate(self.entries) if fact.what in kinds]
        return found[-1] if found else -1

    def last(self, *kinds: What) -> Fact | None:
        """The last fact of these kinds."""
        place = self.place(*kinds)
        return None if place < 0 else self.entries[place][1]

    def after(self, fact: Fact, kinds: Iterable[What]) -> bool:
        """Whether anything of these kinds happened after `fact`."""
        place = next(at for at, (_, known) in enumerate(self.entries) if known is fact)
        return self.place(*kinds) > place

    def silence(self, where: str) -> Fact | None:
        """That nothing was heard there, if it was found and nothing has come since."""
        found = [fact for _, fact in self.entries if fact.what is What.SILENCE]
        return next((fact for fact in found if fact.details.get("where") == where), None)

    @property
    def is_up(self) -> bool:
        """PPP is up, and nothing has ended it: a restart has not, either."""
        return self.place(What.PPP_UP, What.RESUMED) > self.place(What.SESSION_CLOSED)

    @property
    def refusal(self) -> Fact | None:
        """The first refusal since anything went well: what follows it comes of it."""
        since = self.place(*PROGRESS) + 1
        refused = (fact for _, fact in self.entries[since:] if fact.what is What.REFUSED)
        return next(refused, None)
