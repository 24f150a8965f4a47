"""Our responder as a node of the net: what the bridge does for it on port 4500, and no more."""

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from gateway.ike.events import IkeEvent, Send
from gateway.ike.machine import Ike
from gateway.ike.policy import Credential, IkePolicy
from gateway.wire.udp import Datagram, Endpoint

MARKER = bytes(4)
Kind = TypeVar("Kind")


class IkeGateway:
    """`events` holds all that happened except the sending; `answers` what each message caused."""

    def __init__(self, policy: IkePolicy, random: Callable[[int], bytes]) -> None:
        self.core = Ike(policy, random)
        self.events: list[IkeEvent] = []
        self.answers: defaultdict[bytes, list[tuple[bytes, ...]]] = defaultdict(list)

    def receive(self, datagram: Datagram, now: float) -> list[Datagram]:
        source, target, data = datagram
        if target.port == 4500:
            if data[:4] != MARKER:
                return []
            data = data[4:]
        sent = self.take(self.core.receive(Datagram(source, target, data), now))
        self.answers[data].append(tuple(each.payload for each in sent))
        return sent

    def handle_timeout(self, now: float) -> list[Datagram]:
        return self.take(self.core.handle_timeout(now))

    def deadline(self) -> float | None:
        return self.core.deadline()

    def take(self, events: list[IkeEvent]) -> list[Datagram]:
        """Keep what happened; what is to be sent comes back as datagrams."""
        self.events += [event for event in events if not isinstance(event, Send)]
        return [_datagram(event) for event in events if isinstance(event, Send)]

    def seen(self, kind: type[Kind]) -> list[Kind]:
        """All events of one kind so far."""
        return [event for event in self.events if isinstance(event, kind)]


def _datagram(event: Send) -> Datagram:
    marker = MARKER if event.source.port == 4500 else b""
    return Datagram(event.source, event.target, marker + event.message)


def anyone(*credentials: Credential) -> Callable[[Endpoint], tuple[Credential, ...]]:
    """The same candidates wherever the client dials from."""
    return lambda _: credentials
