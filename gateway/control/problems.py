"""What is wrong with a configuration, as a person can use it."""

from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_SHOWN = 60  # characters of the owner's own text repeated in a message


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right.

    `where` is a path such as `client[2].psk`, entries counted from 1, or the name of the file.
    `line` is found by reading the text again and is missing where that cannot tell.
    """

    where: str
    what: str
    hint: str
    warning: bool = False  # the configuration can be used all the same
    line: int | None = None

    def __str__(self) -> str:
        kind = "warning: " if self.warning else ""
        line = f"line {self.line}, " if self.line else ""
        return f"{line}{self.where}: {kind}{self.what}. {self.hint}."


def printable(text: str) -> str:
    """The text without anything that could steer a terminal or turn the line round."""
    return "".join(
        letter if letter.isprintable() else letter.encode("unicode_escape").decode()
        for letter in text
    )


def shown(value: object) -> str:
    """A value of the owner's for a message, in quotes and not too long. Never for a secret."""
    text = printable(str(value))
    return repr(text if len(text) <= LONGEST_SHOWN else text[: LONGEST_SHOWN - 2] + "..")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """A hint towards the known word nearest to this one, or all of them when none is near."""
    words = list(known)
    longer = [one for one in words if word and one.startswith(word.lower())]
    near = longer or _close(word.lower(), words)
    if near:
        return f"Perhaps {near[0]!r} is meant"
    return "Known here: " + ", ".join(words) if words else "Leave it out"


def _close(word: str, words: list[str]) -> list[str]:
    from difflib import get_close_matches  # whoever has written everything well needs none of it

    return get_close_matches(word, words, n=1, cutoff=0.6)
