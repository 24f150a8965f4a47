"""Why does this client not connect? What is known, in the order in which a dial goes wrong."""

from collections.abc import Sequence
from ipaddress import AddressValueError, IPv4Address
from typing import Any

from gateway.control.findings import Entry
from gateway.control.sessions import SessionView, StatusView
from gateway.control.values import ANYWHERE, Network

NOTHING = (
    "Nothing of it has arrived: no dial is in memory. Look whether the client dials the address "
    "above, whether its NAT lets UDP 500 and 4500 out, and whether this box has a cable outside.",
)


def explain(
    word: str,
    status: StatusView,
    sessions: Sequence[SessionView],
    clients: Sequence[Entry],
    outside: Sequence[str],
) -> list[str]:
    """Findings on a client, named as in the configuration or by its outside address.

    `outside` are the addresses that clients dial.
    """
    word = word.strip()
    entry = next((one for one in clients if one.values.get("name") == word), None)
    found = _of_gateway(status)
    found += _of_client(word, entry, outside)
    mine = [one for one in sessions if word == one.client or one.peer.startswith(f"{word}:")]
    found += [_of_session(one) for one in mine]
    told = [line for line in status.refusals if _concerns(line, word, entry)]
    if told:
        found += ["", "Refused of late, the newest first:", *(f"  {line}" for line in told)]
    elif not mine:
        found += ["", *NOTHING]
    others = [line for line in status.refusals if line not in told]
    if others and not mine:
        found += ["", "Others that were refused; one of them may be it:"]
        found += [f"  {line}" for line in others]
    return found


def _of_gateway(status: StatusView) -> list[str]:
    found = []
    if not status.rules_ok:
        found.append(
            "The firewall's rules are not in place: no dial can arrive. Restart the gateway."
        )
    if status.config_problems:
        found.append("The last change was refused by the gateway: " + status.config_problems[0])
    if status.queue_drops:
        found.append(f"{status.queue_drops} packets were lost since more came than can be read.")
    return found or ["The gateway runs and takes dials."]


def _of_client(word: str, entry: Entry | None, outside: Sequence[str]) -> list[str]:
    dialled = f"It has to dial {' or '.join(outside)}." if outside else ""
    if entry is None:
        return [f"No client is called {word!r}; taken for its outside address.", dialled]
    network: Network = entry.values.get("address", ANYWHERE)
    place = "anywhere" if network == ANYWHERE else str(network)
    return [
        f"It is set up: it may come from {place}, by the route {entry.values.get('route', '-')}.",
        dialled,
    ]


def _of_session(one: SessionView) -> str:
    trouble = f" Last error: {one.last_error}." if one.last_error else ""
    return f"Session {one.id} from {one.peer} is {one.state}.{trouble}"


def _concerns(line: str, word: str, entry: Entry | None) -> bool:
    """Whether a refusal tells of this name or address, or of one the client may come from."""
    words = [part.strip(".,;:'()\"") for part in line.split()]
    if word in words or any(one.startswith(f"{word}:") for one in words):
        return True
    network: Any = entry.values.get("address", ANYWHERE) if entry else ANYWHERE
    return network != ANYWHERE and any(_holds(network, one.partition(":")[0]) for one in words)


def _holds(network: Network, word: str) -> bool:
    try:
        return network.holds(IPv4Address(word).packed)
    except AddressValueError:
        return False
