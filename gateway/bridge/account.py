"""The account of each dial: what happened, in order, so that it can be told to a person."""

from gateway.outputs import Fact, What

MOST_DIALS = 256  # the oldest account of all is forgotten first
MOST_FACTS = 64  # per dial: the first ones tell how it came up, the last ones how it ended
FAILURES = frozenset({What.REFUSED})

Entry = tuple[float, Fact]  # seconds on the caller's clock


class Accounts:
    """Facts by dial number, bounded in dials and in facts per dial."""

    def __init__(self) -> None:
        self._dials: dict[int, list[Entry]] = {}

    def add(self, fact: Fact, now: float) -> None:
        """Enter a fact under its dial; a long account loses facts from its middle."""
        entries = self._dials.get(fact.dial)
        if entries is None:
            while len(self._dials) >= MOST_DIALS:
                del self._dials[next(iter(self._dials))]
            entries = self._dials[fact.dial] = []
        if len(entries) == MOST_FACTS:
            del entries[MOST_FACTS // 2]
        entries.append((now, fact))

    def of(self, dial: int) -> list[Entry]:
        """All that is known of one dial, oldest first; nothing for an unknown number."""
        return list(self._dials.get(dial, ()))

    def failures(self, most: int = 10) -> list[Entry]:
        """The newest refusals, newest first."""
        found = [
            entry
            for entries in self._dials.values()
            for entry in entries
            if entry[1].what in FAILURES
        ]
        return sorted(found, key=lambda entry: entry[0], reverse=True)[:most]
