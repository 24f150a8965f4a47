"""Which sessions have begun and ended, for whoever keeps accounts of them: bounded, and only where
the owner wants accounts.

Facts tell when; a session itself tells the rest. One that ends is remembered with what it has
carried, for nobody can ask it any more.
"""

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from gateway.bridge.session import Session
from gateway.bridge.session_states import State
from gateway.control.accounting import Sitting, Told
from gateway.outputs import Fact, What

if TYPE_CHECKING:
    from gateway.bridge.gateway import Gateway

MOST_NEWS: Final = 1_000  # beginnings and ends; who asks once a second needs the last few


class Ledger:
    """Of this gateway's sessions, as long as its configuration has `[accounting]`."""

    def __init__(self, gateway: "Gateway") -> None:
        self._gateway = gateway
        self._up: dict[int, Session] = {}
        self._news: deque[Sitting] = deque(maxlen=MOST_NEWS)
        self._last = 0
        self._told: int | None = None  # the newest number that was told; None: nobody asks

    def note(self, fact: Fact, now: float) -> None:
        """Each fact once, when it is new."""
        if self._gateway.config.accounting.server is None:
            self._up.clear()
            return
        session = self._gateway.sessions.get(fact.dial)
        if fact.what is What.PPP_UP and session is not None:
            if fact.dial not in self._up:
                self._up[fact.dial] = session
                self._add(sitting(session, now))
        elif fact.what is What.SESSION_CLOSED:
            session = self._up.pop(fact.dial, session)
            if session is not None and session.client_ip:
                by, reason = fact.details.get("by", ""), fact.details.get("reason", "")
                self._add(replace(sitting(session, now), over=True, by=by, reason=reason))

    def tell(self, behind: int, living: bool, now: float) -> Told:
        """What came behind that number of ours, and on demand all that are up."""
        self._told = self._last
        fresh = min(max(0, self._last - behind), self._last)
        news = list(self._news)[-fresh:] if fresh else []
        lost = fresh - len(news)
        found = self._living(now) if living else None
        return Told(self._gateway.started, self._last, lost, tuple(news), found)

    @property
    def untold(self) -> bool:
        """Somebody asks now and then, and has yet to hear the newest."""
        return self._told is not None and self._told < self._last

    def _living(self, now: float) -> tuple[Sitting, ...]:
        return tuple(sitting(one, now) for one in self._gateway.sessions.values() if _is_up(one))

    def _add(self, one: Sitting) -> None:
        self._news.append(one)
        self._last += 1


def _is_up(session: Session) -> bool:
    return bool(session.client_ip) and session.state is not State.CLOSING


def sitting(session: Session, now: float) -> Sitting:
    """A session as it is now."""
    leg = session.leg
    return Sitting(
        number=session.number,
        began=session.began,
        client=leg.client,
        peer=str(leg.peer),
        user=session.user,
        client_ip=session.client_ip,
        route=session.route,
        server=session.inside.called,
        kind=session.inside.kind,
        natt=leg.natt,
        suite="" if leg.current is None else leg.current.suite,
        tunnel=session.tunnel,
        call=session.call,
        frames_in=session.frames_in,
        frames_out=session.frames_out,
        bytes_in=session.bytes_in,
        bytes_out=session.bytes_out,
        seconds=round(max(0.0, now - session.began), 3),
    )
