"""What the gateway knows of one machine, put together for `control/diagnose.py`."""

from collections.abc import Container, Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from gateway.bridge.account import Entry
from gateway.bridge.gateway import Gateway
from gateway.bridge.silence import data_frames
from gateway.control.config import Client
from gateway.control.diagnose import Case, diagnose
from gateway.control.diagnosis import Diagnosis
from gateway.control.policy import candidates, client_named
from gateway.control.story import Story, Whose
from gateway.outputs import What
from gateway.wire.ipv4 import host_bytes, host_text

MOST_TOLD: Final = 50  # machines of an overview
MOST_VISITS: Final = 4  # sources without a dial that may be a client's, the newest
# Their facts may say which client it is.
NAMING: Final = (What.AUTHENTICATED, What.CALL_REQUESTED, What.PUT_OUT, What.REFUSED)


class Dial(NamedTuple):
    """One account: whose key was proved in it ("" if none was), and from where, newest first."""

    number: int
    entries: tuple[Entry, ...]
    name: str
    hosts: tuple[str, ...]


def case_of(gateway: Gateway, word: str, now: float) -> Case | None:
    """All of a client by its name, or of an outside address; None if `word` is neither."""
    return _case(gateway, word, now, dials_of(gateway))


def overview(gateway: Gateway, now: float) -> list[tuple[str, Diagnosis]]:
    """Every machine of which anything is known, the newest first, with what is likeliest.

    Behind them stand a few that speak another protocol, which nobody else knows.
    """
    dials = dials_of(gateway)
    heard: dict[str, float] = {}
    for dial in dials:
        for word in (dial.name,) if dial.name else dial.hosts:
            heard[word] = max(heard.get(word, 0.0), dial.entries[-1][0])
    newest = sorted(heard, key=lambda word: -heard[word])[: MOST_TOLD - MOST_VISITS]
    newest += _strangers(gateway, {host for dial in dials for host in dial.hosts})
    cases = ((word, _case(gateway, word, now, dials)) for word in newest)
    return [(word, diagnose(case)[0]) for word, case in cases if case is not None]


def _strangers(gateway: Gateway, known: Container[str]) -> list[str]:
    """Addresses of no dial from which came what no client of the old kind says."""
    visits = (visit for visit in gateway.clients.visitors.visits() if visit.strange())
    hosts = (host_text(visit.host) for visit in visits)
    return [host for host in hosts if host not in known][:MOST_VISITS]


def dials_of(gateway: Gateway) -> list[Dial]:
    """Every account; what is of no dial in particular is taken apart by its source."""
    found = []
    for number, entries in gateway.accounts.dials():
        if number:
            session = gateway.sessions.get(number)  # it may have another name by now
            found.append(_dial(number, entries, session.leg.client if session else ""))
            continue
        for peer in dict.fromkeys(fact.peer for _, fact in entries if fact.peer):
            found.append(_dial(0, [entry for entry in entries if entry[1].peer == peer]))
    return found


def _dial(number: int, entries: Sequence[Entry], known: str = "") -> Dial:
    facts = [fact for _, fact in entries]
    names = (fact.details.get("client", "") for fact in facts if fact.what in NAMING)
    hosts = (fact.peer.rpartition(":")[0] for fact in reversed(facts) if fact.peer)
    name = known or next((name for name in names if name), "")
    return Dial(number, tuple(entries), name, tuple(dict.fromkeys(hosts)))


def _case(gateway: Gateway, word: str, now: float, dials: Sequence[Dial]) -> Case | None:
    visits = gateway.clients.visitors.visits()
    client = client_named(gateway.config, word)
    if client is not None:
        stories = _newest_first(gateway, _of_client(gateway, client, dials), now)
        may_be = [one for one in visits if client.address.holds(one.host)][:MOST_VISITS]
        return Case(word, gateway.config, now, client, stories, tuple(may_be))
    host = word.partition(":")[0]
    try:
        octets = host_bytes(host)
    except ValueError:
        return None
    own = ((dial, Whose.ITS) for dial in dials if host in dial.hosts)
    came = tuple(one for one in visits if one.host == octets)
    return Case(host, gateway.config, now, None, _newest_first(gateway, own, now), came)


def _of_client(
    gateway: Gateway, client: Client, dials: Sequence[Dial]
) -> Iterator[tuple[Dial, Whose]]:
    """The dials that proved its key, and those without proof that may be its."""
    own = {host for dial in dials if dial.name == client.name for host in dial.hosts}
    others = {host for dial in dials if dial.name not in ("", client.name) for host in dial.hosts}
    for dial in dials:
        if dial.name == client.name:
            yield dial, Whose.ITS
            continue
        allowed = [host for host in dial.hosts if client.address.holds(host_bytes(host))]
        if dial.name or not allowed:
            continue
        alone = candidates(gateway.config, host_bytes(allowed[0])) == (client,)
        known = alone or allowed[0] in own - others
        yield dial, Whose.LIKELY if known else Whose.PERHAPS


def _newest_first(
    gateway: Gateway, found: Iterable[tuple[Dial, Whose]], now: float
) -> tuple[Story, ...]:
    ordered = sorted(found, key=lambda one: -one[0].entries[-1][0])
    return tuple(_story(gateway, dial, whose, now) for dial, whose in ordered)


def _story(gateway: Gateway, dial: Dial, whose: Whose, now: float) -> Story:
    session = gateway.sessions.get(dial.number)
    data = None if session is None else data_frames(session)
    return Story(dial.number, whose, dial.entries, now, data)
