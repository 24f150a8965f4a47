"""pppd's files of secrets, as pppd reads them (pppd(8), "Authentication"): whose lines stand where.

A line is a user's name, a route's name, a password and addresses. Quotes and backslashes are those
of pppd's own reader, so a person's lines and remarks are found as they are, and left as they are.
Text is Latin-1: every byte of the file is a letter, and comes out again as the same byte.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

LONGEST_WORD: Final = 1023  # bytes: MAXWORDLEN less its end; the rest is dropped with a warning
ENCODING: Final = "latin-1"
ANY: Final = "*"  # pppd's word for every user or every route
_ESCAPE: Final = r"\\(?:\n|x[0-9a-fA-F]{0,2}|[0-7]{1,3}|[^\n]|\Z)"
_BETWEEN: Final = re.compile(r"(?:[ \t\v\f\r\n]|\\\n|#[^\n]*)*")
_WORD: Final = re.compile(
    rf"""(?:{_ESCAPE}|"(?:{_ESCAPE}|[^"\\])*"?|'(?:{_ESCAPE}|[^'\\])*'?|[^ \t\v\f\r\n"'#\\])+"""
)
_ESCAPED: Final = re.compile(_ESCAPE)
_ATOM: Final = re.compile(rf"{_ESCAPE}|[^\\]", re.DOTALL)
_NO_LINE_END: Final = re.compile(r"\\\n|#[^\n]*")
_MEANINGS: Final = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "s": " ", "t": "\t"}


class Unclear(ValueError):
    """A line that goes on behind its end: a quote in it is never closed where it should be."""


@dataclass(frozen=True, slots=True)
class Word:
    """From `start` to `end` in the text; `first` if a line has ended before it."""

    start: int
    end: int
    text: str = field(repr=False)
    first: bool


@dataclass(frozen=True, slots=True)
class Line:
    """One user on one route. The words are as pppd understands them."""

    words: tuple[Word, ...]

    @property
    def pair(self) -> tuple[str, str]:
        return self.words[0].text, self.words[1].text

    @property
    def secret(self) -> Word:
        return self.words[2]


def lines_of(text: str) -> list[Line]:
    """Every line that says who may come with which password; pppd passes over any other."""
    found: list[list[Word]] = []
    for word in _words(text):
        if word.first or not found:
            found.append([])
        found[-1].append(word)
    return [Line(tuple(words)) for words in found if len(words) > 2]


def with_secret(text: str, name: str, route: str, secret: str) -> str:
    """With this password in the line of these two, or in a line of its own at the end.

    `Unclear` where that would touch another line, or pppd would not find it.
    """
    found = _lines_of_pair(text, name, route)
    for line in reversed(found):
        text = text[: line.secret.start] + quoted(secret) + text[line.secret.end :]
    if not found:
        end = "" if not text or text.endswith("\n") else "\n"
        text += f"{end}{quoted(name)} {quoted(route)} {quoted(secret)} {ANY}\n"
    kept = [line.secret.text for line in _lines_of_pair(text, name, route)]
    if set(kept) != {secret}:
        raise Unclear
    return text


def without(text: str, name: str, route: str) -> str:
    """With no line of these two; `Unclear` where that would touch another."""
    for line in reversed(_lines_of_pair(text, name, route)):
        start, end = line.words[0].start, line.words[-1].end
        begins = text.rfind("\n", 0, start) + 1
        start = start if text[begins:start].strip() else begins
        text = text[:start] + text[_line_end(text, end) :]
    return text


def quoted(word: str) -> str:
    """As pppd reads it back, whatever is in it but the end of a line."""
    return '"' + word.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _lines_of_pair(text: str, name: str, route: str) -> list[Line]:
    found = [line for line in lines_of(text) if line.pair == (name, route)]
    words = [text[word.start : word.end] for line in found for word in line.words]
    if any("\n" in _ESCAPED.sub("", word) for word in words):
        raise Unclear
    return found


def _line_end(text: str, at: int) -> int:
    """Behind the end of the line, a remark with it."""
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1


def _words(text: str) -> Iterator[Word]:
    at = 0
    while True:
        space = _BETWEEN.match(text, at)
        between = space.group() if space else ""
        at += len(between)
        found = _WORD.match(text, at)
        if found is None:
            return
        first = "\n" in _NO_LINE_END.sub("", between)
        yield Word(at, found.end(), _meaning(found.group())[:LONGEST_WORD], first)
        at = found.end()


def _meaning(raw: str) -> str:
    """A word without its quotes and backslashes."""
    found: list[str] = []
    quote = ""
    for atom in _ATOM.findall(raw):
        if atom[0] == "\\":
            found.append(_escaped(atom[1:]))
        elif atom in (quote or "\"'"):
            quote = "" if quote else atom
        else:
            found.append(atom)
    return "".join(found)


def _escaped(what: str) -> str:
    if what in ("", "\n"):
        return ""
    if what[0] == "x":
        return chr(int(what[1:] or "0", 16))
    if what[0] in "01234567":
        return chr(int(what, 8) & 0xFF)
    return _MEANINGS.get(what, what)
