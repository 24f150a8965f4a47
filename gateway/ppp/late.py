"""A client whose PPP begins late is asked once more what it has missed.

A server asks for LCP as soon as its call is up, and then not for three seconds (RFC 1661, 4.6).
What comes to a client whose PPP is not there yet is lost:

    server                  here                     client
    Request 1         ->    Request 1          ->    (nobody there yet)
                            Request of its own <-    its first word, late
    its Ack           ->    Request 1 again    ->
                            its Ack            ->

It is asked again just before the server's answer, and not when it speaks: by then the answer is
here of a client that has heard the first time, and spoken late all the same. And whoever has not
been acknowledged cannot be open yet, to whom a request would mean to begin anew (RFC 1661, 4.1).
Should both be answered, the server hears one.
"""

from dataclasses import dataclass


@dataclass(slots=True)
class _Asked:
    """The server's newest Configure-Request, as the client was to see it."""

    frame: bytes
    identifier: int
    answered: bool = False
    again: bool = False  # it has gone to the client twice


class Late:
    """One link."""

    def __init__(self) -> None:
        self._unheard = False  # nobody may be there to hear what goes to the client
        self._missed = False  # the client has spoken since, but what it was asked was before
        self._asked: _Asked | None = None

    def begins(self) -> None:
        """What goes to the client from now on, or has just gone, may be lost."""
        self._unheard = True

    def spoke(self) -> None:
        """A frame of the client."""
        if self._unheard:
            self._unheard, self._missed = False, self._asked is not None

    def asks(self, frame: bytes, identifier: int) -> None:
        """A Configure-Request of the server's goes to the client."""
        self._asked, self._missed = _Asked(frame, identifier), False

    def again(self) -> bytes | None:
        """What the client is to be asked once more, before it hears what the server says now."""
        asked, missed, self._missed = self._asked, self._missed, False
        if asked is None or asked.answered or not missed:
            return None
        asked.again = True
        return asked.frame

    def answers(self, identifier: int) -> bool:
        """Whether this answer of the client's goes on: not the second one to what was asked twice
        from here."""
        asked = self._asked
        if asked is None or asked.identifier != identifier:
            return True
        twice = asked.answered and asked.again
        asked.answered = True
        return not twice

    def ended(self) -> None:
        """LCP is over: nothing of it is asked any more."""
        self._asked, self._missed = None, False
