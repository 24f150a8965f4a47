"""Why does this client not connect: from what happened to its dials, the causes, ranked.

A rule looks at one dial and says what it may come of and what shows it. The rules are data; words
and numbers of each cause are in `advice.py`. Nothing is known here that is not in the accounts,
the configuration, and the counts of packets that became no dial.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

from gateway.control.advice import ADVICE, NONE, step, told
from gateway.control.causes import UNSEEN, Cause, Details
from gateway.control.config import Client, Config
from gateway.control.diagnosis import Diagnosis
from gateway.control.explain import sentence
from gateway.control.hints import cause_of
from gateway.control.policy import candidates
from gateway.control.problems import printable
from gateway.control.remedy import after_expulsion, remedy
from gateway.control.story import PROGRESS, Story, Whose
from gateway.control.translation import untraversed
from gateway.control.visits import ESP, STRANGE, UNKNOWN_IKE, Visit
from gateway.outputs import Fact, What
from gateway.wire.ipv4 import host_bytes, host_text

PATIENCE: Final = 10.0  # seconds after which something that did not follow is missed
MOST: Final = 12  # diagnoses told
PLACE: Final = re.compile(r"^[0-9.]+:[0-9]+: ")  # of a server, which the sentence names anyway
MOST_DIALS: Final = 6  # looked at, the newest
LATER: Final = 10  # points that each newer dial of the same machine takes from a dial's weight
UNSURE: Final = {Whose.ITS: 0, Whose.LIKELY: 5, Whose.PERHAPS: 30}  # points
ACCOUNT_CODES: Final = {"646", "647", "648", "649"}  # MS-CHAP: the account, not the password
ENCRYPTION: Final = "encryption: "  # before the reasons for which the gateway gives it up
ENCRYPTION_CODES: Final = ("error 741", "error 742")


class Found(NamedTuple):
    """A cause, how likely (of 100), what shows it, and what its sentence wants to know."""

    cause: Cause
    weight: int
    evidence: tuple[Fact, ...] = ()
    details: Details = NONE


@dataclass(frozen=True, slots=True)
class Case:
    """All that is known of one machine. `client` is None where an address was asked about.

    `stories` are the dials that may be its, the newest first.
    """

    word: str
    config: Config
    now: float
    client: Client | None = None
    stories: tuple[Story, ...] = ()
    visits: tuple[Visit, ...] = ()


def diagnose(case: Case) -> tuple[Diagnosis, ...]:
    """Never empty; the likeliest first."""
    found: list[Diagnosis] = []
    for unsure in (False, True):
        stories = [one for one in case.stories if (one.whose is Whose.PERHAPS) is unsure]
        for nth, story in enumerate(stories[:MOST_DIALS]):
            off = UNSURE[story.whose] + (0 if story.is_up else LATER * nth)
            found += [_of_dial(case, story, one, off) for one in findings(story, case)]
    if not any(story.whose is not Whose.PERHAPS for story in case.stories):
        found += _without_a_dial(case)
    return tuple(sorted(found, key=lambda one: -one.weight)[:MOST])


def findings(story: Story, case: Case) -> list[Found]:
    """What every rule has to say of a dial; at least that nothing is known."""
    found = [one for rule in RULES for one in rule(story, case)]
    if found:
        return found
    last = sentence(story.entries[-1][1])
    return [Found(Cause.UNKNOWN, 20, (story.entries[-1][1],), {"why": f": {last.rstrip('.')}"})]


def _of_dial(case: Case, story: Story, found: Found, off: int) -> Diagnosis:
    details = {**_known(case, story), **found.details}
    return Diagnosis(
        cause=found.cause.value,
        sentence=told(found.cause, details),
        step=step(found.cause, details),
        evidence=tuple(sentence(fact, advice=False) for fact in found.evidence),
        shown=ADVICE[found.cause].shown,
        sure=story.whose is not Whose.PERHAPS,
        weight=max(1, found.weight - off),
        dial=story.number,
        peer=story.peer,
        ago=round(story.age, 1),
    )


def _known(case: Case, story: Story) -> dict[str, str]:
    """What every sentence on this dial may name."""
    found = _named(case if story.whose is not Whose.PERHAPS else None)
    host = story.peer.rpartition(":")[0]
    if story.whose is Whose.PERHAPS or case.client is None:
        found = {"Client": f"The client at {host}", "client": f"the client at {host}"}
    found["place"] = host
    called = story.last(What.SERVER_CALLED)
    if called is not None and (server := called.details.get("server")):
        found["server"] = f"the server {server.rpartition(':')[0]}"
    return found


def _named(case: Case | None) -> dict[str, str]:
    if case is None or case.client is None:
        return {}
    name = printable(case.client.name)
    return {"Client": f"Client {name}", "client": f"client {name}"}


# What there is without a dial


def _without_a_dial(case: Case) -> list[Diagnosis]:
    own = [_of_visit(case, visit, found) for visit, found in _visits(case)]
    if own and any(one.weight >= 70 for one in own):
        return own
    weight = 60 if not case.stories else 40
    causes = [(Cause.NOTHING_ARRIVES, weight), *((cause, weight - 30) for cause in UNSEEN)]
    details = _named(case) or {"Client": case.word, "client": case.word}
    if dialled := " or ".join(map(host_text, case.config.dialled)):
        details["dialled"] = dialled
    return own + [
        Diagnosis(
            cause.value,
            told(cause, details),
            step(cause, details),
            shown=ADVICE[cause].shown,
            weight=points,
        )
        for cause, points in causes
    ]


def _visits(case: Case) -> Iterator[tuple[Visit, Found]]:
    sure = case.client is None or case.client.address.size() == 1
    for visit in case.visits:
        for cause, kinds, points in (
            (Cause.OTHER_PROTOCOL, tuple(STRANGE), 75),
            (Cause.FORGOTTEN_KEYS, (ESP, UNKNOWN_IKE), 70),
        ):
            if visit.count(*kinds):
                details = {"kinds": visit.words(*kinds)}
                if cause is Cause.OTHER_PROTOCOL:
                    details["speaks"], details["remedy"] = STRANGE[visit.strange()]
                yield visit, Found(cause, points if sure else points - 45, (), details)


def _of_visit(case: Case, visit: Visit, found: Found) -> Diagnosis:
    host = host_text(visit.host)
    details = {"Client": f"The client at {host}", "client": f"the client at {host}", "place": host}
    details.update(found.details)
    return Diagnosis(
        found.cause.value,
        told(found.cause, details),
        step(found.cause, details),
        evidence=(f"From {host} came {details['kinds']}.",),
        shown=ADVICE[found.cause].shown,
        sure=found.weight >= 70,
        weight=found.weight,
        peer=host,
        ago=round(case.now - visit.last, 1),
    )


# The rules, each for one dial


def _up(story: Story, case: Case) -> Iterator[Found]:
    up = story.last(What.PPP_UP)
    if up is None or not story.is_up:
        return
    quiet = story.silence("traffic")
    came, went = story.data or (0, 0)
    if quiet is not None and bool(came) is not bool(went):
        counts = f": {came} data frames came from the client and {went} went to it"
        yield Found(Cause.NO_TRAFFIC, 100, (up, quiet), {"why": counts})
    yield Found(Cause.CONNECTED, 95, (up,))


def _refused(story: Story, case: Case) -> Iterator[Found]:
    refused = story.refusal
    if refused is None or story.is_up:
        return
    reason, detail = refused.details.get("reason", ""), refused.details.get("detail", "")
    cause, evidence = cause_of(reason, detail), [refused]
    if cause in (Cause.NO_PROPOSAL, Cause.NOT_ALLOWED_PROPOSAL, Cause.QUICK_MODE_REFUSED):
        yield _proposal(cause, story, case, refused)
        return
    if cause is Cause.USER_REFUSED and refused.details.get("code") in ACCOUNT_CODES:
        cause = Cause.ACCOUNT_REFUSED
    nat = story.last(What.NAT_FOUND)
    if cause is Cause.FOURTH_UNANSWERED and nat is not None:
        evidence.insert(0, nat)
        seen = nat.details.get("hidden") != "yes"
        if seen and nat.details.get("where") in ("gateway", "both"):
            yield Found(Cause.GATEWAY_BEHIND_NAT, 92, tuple(evidence))
    yield Found(cause, 90, tuple(evidence), _words(refused))


def _words(refused: Fact) -> dict[str, str]:
    """What the sentence on a refusal may tell of it: the detail, without what is said anyway."""
    details = refused.details
    detail, user = details.get("detail", ""), printable(details.get("user", ""))
    if user:
        detail = detail.removeprefix(f"user {details['user']}: ")
    detail = PLACE.sub("", detail)
    reason = details.get("reason", "")
    if reason.startswith(ENCRYPTION):
        detail = f"{reason.removeprefix(ENCRYPTION)}, and {detail}"
    found = {"why": f": {printable(detail)}"} if detail else {}
    return found | ({"user": f"user {user}"} if user else {})


def _proposal(cause: Cause, story: Story, case: Case, refused: Fact) -> Found:
    """No suite in common, in main mode (before anybody is known) or in quick mode."""
    known = story.last(What.AUTHENTICATED)
    key = "ike" if known is None else "esp"
    offered = story.last(What.OFFERED)
    text = refused.details.get("detail", "")
    if offered is not None and key == "ike":
        text = offered.details.get("suites", text)
    who = _who(story, case, refused)
    details = {"offered": f": {printable(text.partition(': ')[2] or text)}"}
    if cause is not Cause.QUICK_MODE_REFUSED:
        details["remedy"] = remedy(text, key, who)
    evidence = tuple(fact for fact in (offered, refused) if fact is not None)
    return Found(cause, 90, evidence, details)


def _who(story: Story, case: Case, refused: Fact) -> tuple[Client, ...]:
    """Whose entry is to be changed: the one asked about, the one it has proved to be, or all that
    may come from there."""
    known = story.last(What.AUTHENTICATED) or refused
    if name := known.details.get("client"):
        return tuple(client for client in case.config.clients if client.name == name)
    if case.client is not None:
        return (case.client,)
    try:
        return candidates(case.config, host_bytes(story.peer.rpartition(":")[0]))
    except ValueError:
        return ()


UNDER_WAY: Final = {What.DIAL_STARTED, What.OFFERED, What.CHOSEN, What.NAT_FOUND, What.FLOATED} | (
    PROGRESS | {What.CALL_REQUESTED, What.SERVER_CALLED}
)


def _half_way(story: Story, case: Case) -> Iterator[Found]:
    """Nothing was refused, and something that should follow did not."""
    if story.is_up or story.refusal is not None:
        return
    last = story.entries[-1][1]
    if story.age < PATIENCE and last.what in UNDER_WAY:
        yield Found(Cause.DIALLING, 85, (last,))
        return
    proved = story.last(What.AUTHENTICATED)
    if proved is not None and not story.after(proved, (What.SA_READY, What.CALL_REQUESTED)):
        yield Found(Cause.SIXTH_UNANSWERED, 80, (proved,))


def _waits(story: Story, case: Case) -> Iterator[Found]:
    """The server is not called yet (`bridge/pacing.py`), or the client gave up before it was."""
    asked = story.last(What.CALL_REQUESTED)
    if asked is None or story.is_up or story.after(asked, (What.SERVER_CALLED, What.REFUSED)):
        return
    closed = story.last(What.SESSION_CLOSED)
    if closed is None or not story.after(asked, (What.SESSION_CLOSED,)):
        if story.age >= PATIENCE:
            yield Found(Cause.CALL_WAITS, 85, (asked,))
    elif closed.details.get("by") in ("client", "nobody"):
        yield Found(Cause.CALL_WAITS, 85, (asked, closed))


def _quiet(story: Story, case: Case) -> Iterator[Found]:
    l2tp = story.silence("l2tp")
    if l2tp is not None and not story.after(l2tp, (What.TUNNEL_OPENED, What.REFUSED)):
        none = l2tp.details.get("packets") == "0"
        cause = Cause.ESP_BLOCKED if none else Cause.L2TP_NEVER_STARTS
        yield Found(cause, 85, _facts(story, l2tp, What.SA_READY))
    for where, cause, points in (
        ("gre", Cause.GRE_SILENT, 94),
        ("server", Cause.SERVER_PPP_SILENT, 94),
        ("ppp", Cause.PPP_SILENT, 93),
    ):
        fact = story.silence(where)
        if fact is not None and not story.after(fact, (What.LCP_OPENED,)):
            yield Found(cause, points, _facts(story, fact, What.SERVER_ANSWERED))


def _facts(story: Story, fact: Fact, *before: What) -> tuple[Fact, ...]:
    known = story.last(*before)
    return (fact,) if known is None else (known, fact)


def _translated(story: Story, case: Case) -> Iterator[Found]:
    """Told before its data is missed; what the gateway itself refused comes first."""
    if evidence := untraversed(story):
        refused = story.refusal
        reason = "" if refused is None else refused.details.get("reason", "")
        deleted = cause_of(reason) is Cause.KEYS_DELETED  # which is what then follows
        yield Found(Cause.NAT_WITHOUT_TRAVERSAL, 92 if deleted else 88, evidence)


def _encryption(story: Story, case: Case) -> Iterator[Found]:
    """PPP fell after CCP was refused, or with Windows' own number for it."""
    if story.refusal is not None and _is_of_encryption(story.refusal):
        return  # and so it is told already
    refused = story.last(What.CCP_REFUSED)
    ended = story.last(What.PPP_ENDED) or story.last(What.SESSION_CLOSED)
    if ended is None or story.place(What.PPP_UP) > story.place(What.CALL_REQUESTED):
        return
    said = any(code in ended.details.get("reason", "") for code in ENCRYPTION_CODES)
    if said or (refused is not None and "server" in ended.details.get("by", "")):
        evidence = tuple(fact for fact in (refused, ended) if fact is not None)
        yield Found(Cause.ENCRYPTION_DEMANDED, 93 if said else 88, evidence)


def _is_of_encryption(refused: Fact) -> bool:
    return refused.details.get("reason", "").startswith(ENCRYPTION)


def _network(story: Story, case: Case) -> Iterator[Found]:
    """One end does not speak IP over PPP."""
    trouble = story.last(What.TROUBLE)
    if trouble is not None and trouble.details.get("protocol") == "IPCP" and not story.is_up:
        yield Found(Cause.NO_NETWORK_PROTOCOL, 91, (trouble,))


ENDS: Final = {
    "client": Cause.ENDED_BY_CLIENT,
    "nobody": Cause.CLIENT_VANISHED,
    "server": Cause.ENDED_BY_SERVER,
    "owner": Cause.ENDED_BY_OWNER,
    "gateway": Cause.ENDED_BY_GATEWAY,
}
LOST: Final = ("closed the", "echo", "reset", "no answer", "acknowledge", "shut down")


def _ended(story: Story, case: Case) -> Iterator[Found]:
    """The session came up and died, or fell on its way: by whom."""
    closed = story.last(What.SESSION_CLOSED)
    if closed is None or story.is_up or story.refusal is not None or _is_out(story):
        return
    reason = closed.details.get("reason", "")
    cause = ENDS.get(closed.details.get("by", ""), Cause.UNKNOWN)
    if cause is Cause.ENDED_BY_SERVER and any(word in reason for word in LOST):
        cause = Cause.SERVER_LOST
    was_up = story.place(What.PPP_UP) >= 0
    yield Found(cause, 80 if was_up else 60, (closed,), {"why": f": {printable(reason)}"})


def _put_out(story: Story, case: Case) -> Iterator[Found]:
    """It may not stay: by its key, by its suite, or by its entry in the configuration."""
    put_out = story.last(What.PUT_OUT)
    if put_out is not None and _is_out(story):
        reason = printable(put_out.details.get("reason", ""))
        details = {"why": f": {reason}", "remedy": after_expulsion(reason)}
        yield Found(Cause.PUT_OUT, 90, (put_out,), details)


def _is_out(story: Story) -> bool:
    return story.place(What.PUT_OUT) > story.place(*PROGRESS)


Rule = Callable[[Story, Case], Iterator[Found]]
RULES: Final[tuple[Rule, ...]] = (
    _up,
    _refused,
    _half_way,
    _waits,
    _quiet,
    _translated,
    _encryption,
    _network,
    _put_out,
    _ended,
)
