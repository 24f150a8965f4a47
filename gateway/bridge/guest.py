"""A guest: somebody on this very machine who may dial for half a minute, with a key for that alone.

A box proves to itself that it answers dials (`postern health`). The one who asks makes the key and
hands it in by the control socket, so no key lies anywhere that would open a loopback door; it is
good for one endpoint in 127.0.0.0/8, and a guest has no route, so no session ever comes of it.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.probe import ESP_SUITE, IKE_SUITE
from gateway.wire.udp import Endpoint

NAME: Final = "(health check)"  # no client can be called that: see `values.name`
LOOPBACK: Final = bytes((127, 0, 0, 1))
STAYS: Final = 30.0  # seconds
SHORTEST_KEY: Final = 16  # bytes


@dataclass(slots=True, eq=False)
class Guest:
    """`until` is on the caller's clock; the key is in nothing that is shown."""

    endpoint: Endpoint
    psk: bytes = field(repr=False)
    until: float
    scheduled: float | None = None  # for Timers

    def deadline(self) -> float | None:
        return self.until

    def admitted_by(self, policy: IkePolicy) -> IkePolicy:
        """The policy with this guest in it; for everyone else nothing is different."""
        own = Credential(NAME, self.psk, frozenset({IKE_SUITE}), frozenset({ESP_SUITE}))

        def credentials(peer: Endpoint) -> Sequence[Credential]:
            return [own] if peer == self.endpoint else policy.credentials(peer)

        return replace(
            policy,
            ike_suites=_with(policy.ike_suites, IKE_SUITE),
            esp_suites=_with(policy.esp_suites, ESP_SUITE),
            credentials=credentials,
        )


def _with(suites: tuple[str, ...], one: str) -> tuple[str, ...]:
    return suites if one in suites else (*suites, one)
