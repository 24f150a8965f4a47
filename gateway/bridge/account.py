"""The account of each dial: what happened, in order, so that it can be told to a person."""

from dataclasses import replace

from gateway.outputs import Fact, What

MOST_DIALS = 256  # the oldest account of all is forgotten first
MOST_STRANGERS = 64  # of these, dials without proof of a key: a flood pushes out only its like
MOST_FACTS = 64  # per dial: the first ones tell how it came up, the last ones how it ended
FAILURES = frozenset({What.REFUSED})
PROOFS = frozenset({What.AUTHENTICATED, What.CALL_REQUESTED, What.RESUMED})

Entry = tuple[float, Fact]  # seconds on the caller's clock
Book = dict[int, list[Entry]]  # by dial number


class Accounts:
    """Facts by dial number, bounded in dials and in facts per dial."""

    def __init__(self) -> None:
        self._proved: Book = {}
        self._strangers: Book = {}

    def add(self, fact: Fact, now: float) -> None:
        """Enter a fact under its dial; a long account loses facts from its middle."""
        dial = fact.dial
        entries = self._proved.get(dial)
        if entries is None:
            entries = self._strangers.get(dial, [])
            if fact.what in PROOFS:
                self._strangers.pop(dial, None)
                _keep(self._proved, dial, entries, MOST_DIALS - MOST_STRANGERS)
            elif not entries:
                _keep(self._strangers, dial, entries, MOST_STRANGERS)
        if len(entries) == MOST_FACTS:
            del entries[MOST_FACTS // 2]
        entries.append((now, fact))

    def join(self, dial: int, known: int) -> None:
        """What began as a dial of its own was `known`, renewing its phase 1: one account."""
        for when, fact in self._strangers.pop(dial, []) + self._proved.pop(dial, []):
            self.add(replace(fact, dial=known), when)

    def of(self, dial: int) -> list[Entry]:
        """All that is known of one dial, oldest first; nothing for an unknown number."""
        return list(self._proved.get(dial) or self._strangers.get(dial) or ())

    def dials(self) -> list[tuple[int, list[Entry]]]:
        """Every account there is, by dial number; 0 holds what is of no dial in particular."""
        return [
            (dial, list(entries))
            for book in (self._proved, self._strangers)
            for dial, entries in book.items()
        ]

    def failures(self, most: int = 10) -> list[Entry]:
        """The newest refusals, newest first."""
        found = [
            entry
            for book in (self._proved, self._strangers)
            for entries in book.values()
            for entry in entries
            if entry[1].what in FAILURES
        ]
        return sorted(found, key=lambda entry: entry[0], reverse=True)[:most]


def _keep(book: Book, dial: int, entries: list[Entry], most: int) -> None:
    while len(book) >= most:
        del book[next(iter(book))]
    book[dial] = entries
