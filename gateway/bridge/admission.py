"""The configuration as IKE needs it: suites in our order, and whose keys may come from where."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from gateway.bridge.trust import signing
from gateway.control.config import Client, Config
from gateway.control.dated import lapsed_suites, old_key
from gateway.control.days import moment_of
from gateway.control.policy import candidates, client_named, esp_suites, ike_suites
from gateway.control.systems import AUTO
from gateway.control.values_client import FQDN, IPV4, USER_FQDN, Identity
from gateway.ike.nat import Answer
from gateway.ike.numbers import IdType
from gateway.ike.payloads import Identification
from gateway.ike.policy import Credential, IkePolicy
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

CLIENTS_PER_CREDENTIAL = 1024
BY_CLIENT = "auto"  # of `outside.nat_d`
ID_TYPES: Final = {IPV4: IdType.IPV4, FQDN: IdType.FQDN, USER_FQDN: IdType.USER_FQDN}


def ike_policy(config: Config, today: date) -> IkePolicy:
    """What IKE may agree to under this configuration on that day."""
    limits = config.limits
    known = {client.name: list(_credentials(client, today)) for client in config.clients}

    def credentials(peer: Endpoint) -> Sequence[Credential]:
        found = candidates(config, peer.host)
        return [credential for client in found for credential in known[client.name]]

    def lapsed(name: str) -> Mapping[str, str]:
        return known[name][0].lapsed if name in known else {}

    return IkePolicy(
        ike_suites=ike_suites(config),
        esp_suites=esp_suites(config),
        credentials=credentials,
        natt=config.outside.natt,
        nat_d=None if config.outside.nat_d == BY_CLIENT else Answer(config.outside.nat_d),
        half_open=limits.half_open,
        half_open_per_source=limits.half_open_per_source,
        half_open_seconds=float(limits.half_open_seconds),
        dpd_idle=float(limits.dpd_seconds),
        dpd_tries=limits.dpd_tries,
        # Twice as many as can be up: old and new side by side while all redial.
        clients_per_credential=max(CLIENTS_PER_CREDENTIAL, 2 * limits.sessions),
        signing=signing(config, moment_of(today)),
        lapsed=lapsed,
    )


def system_of(config: Config, name: str) -> str:
    """What the owner says the client of this name is."""
    client = client_named(config, name)
    return AUTO if client is None else client.system


def most_phases(config: Config) -> int:
    """Phase 1 that may stand at a time: two for each session, for they overlap at a rekey."""
    return 2 * config.limits.sessions


def _credentials(client: Client, today: date) -> Iterator[Credential]:
    """One for each of its keys, the one that stays first."""
    over = lapsed_suites(client, today)
    old = old_key(client, today)
    for psk in (client.psk, *([] if old is None else [old])):
        yield Credential(
            name=client.name,
            psk=psk,
            ike_suites=frozenset(client.ike) - over,
            esp_suites=frozenset(client.esp) - over,
            old=psk is old,
            identity=None if client.identity is None else _identification(client.identity),
            lapsed=dict.fromkeys(sorted(over), str(client.weak_until)),
            revoked=client.revoked,
            certificate=None if psk is old else client.certificate,
        )


def _identification(identity: Identity) -> Identification:
    kind, name = identity
    return Identification(ID_TYPES[kind], host_bytes(name) if kind == IPV4 else name.encode())
