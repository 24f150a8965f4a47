"""The configuration as IKE needs it: suites in our order, and whose keys may come from where."""

from collections.abc import Sequence

from gateway.control.config import Client, Config, Route
from gateway.control.policy import candidates, client_named, esp_suites, ike_suites, route_of
from gateway.control.systems import AUTO
from gateway.ike.policy import Credential, IkePolicy
from gateway.wire.udp import Endpoint

CLIENTS_PER_CREDENTIAL = 1024


def ike_policy(config: Config) -> IkePolicy:
    """What IKE may agree to under this configuration."""
    limits = config.limits
    known = {client.name: _credential(client) for client in config.clients}

    def credentials(peer: Endpoint) -> Sequence[Credential]:
        return [known[client.name] for client in candidates(config, peer.host)]

    return IkePolicy(
        ike_suites=ike_suites(config),
        esp_suites=esp_suites(config),
        credentials=credentials,
        half_open=limits.half_open,
        half_open_per_source=limits.half_open_per_source,
        half_open_seconds=float(limits.half_open_seconds),
        dpd_idle=float(limits.dpd_seconds),
        dpd_tries=limits.dpd_tries,
        # Twice as many as can be up: old and new side by side while all redial.
        clients_per_credential=max(CLIENTS_PER_CREDENTIAL, 2 * limits.sessions),
    )


def route_for(config: Config, name: str) -> Route | None:
    """The route of the client of this name; None once the owner has taken the client out."""
    client = client_named(config, name)
    return None if client is None else route_of(config, client)


def system_of(config: Config, name: str) -> str:
    """What the owner says the client of this name is."""
    client = client_named(config, name)
    return AUTO if client is None else client.system


def most_phases(config: Config) -> int:
    """Phase 1 that may stand at a time: two for each session, for they overlap at a rekey."""
    return 2 * config.limits.sessions


def _credential(client: Client) -> Credential:
    return Credential(client.name, client.psk, frozenset(client.ike), frozenset(client.esp))
