"""Words lent to whoever counts on the road, and taken back when nobody does any more."""

from collections.abc import Iterable
from typing import Any

from gateway.wire.words import Words

Owner = Any  # whatever has a field for a word: half of an SA, a call's GRE, a client's call
Use = tuple[Owner, str]  # an owner, and the field


class Lent:
    """The words of one client."""

    def __init__(self, words: Words) -> None:
        self._words = words
        self._lent: dict[tuple[int, str], tuple[Owner, int]] = {}  # by the owner's id and field

    def has(self, owner: Owner, name: str) -> bool:
        return (id(owner), name) in self._lent

    def place(self, owner: Owner, name: str) -> int:
        """Where the word is that this owner has been lent."""
        return self._lent[id(owner), name][1]

    def lend(self, uses: Iterable[Use]) -> bool:
        """Just these have words from now on, each with what it had counted; whether all got one."""
        uses = list(uses)
        wanted = {(id(owner), name) for owner, name in uses}
        for owner, name in [
            (lent[0], use[1]) for use, lent in self._lent.items() if use not in wanted
        ]:
            self._take_back(owner, name)
        return all(self._lend_one(*use) for use in uses if (id(use[0]), use[1]) not in self._lent)

    def note(self, owner: Owner, name: str, place: int) -> None:
        """The owner has that word already: it is a successor's."""
        self._lent[id(owner), name] = owner, place

    def _lend_one(self, owner: Owner, name: str) -> bool:
        place = self._words.take()
        if place is None:
            return False
        word = self._words.word(place)
        word[0] = getattr(owner, name)[0]
        setattr(owner, name, word)
        self._lent[id(owner), name] = owner, place
        return True

    def _take_back(self, owner: Owner, name: str) -> None:
        _, place = self._lent.pop((id(owner), name))
        setattr(owner, name, [getattr(owner, name)[0]])
        self._words.give_back(place)
