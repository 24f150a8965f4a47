"""What follows from a configuration when somebody dials."""

from gateway.control.config import Client, Config
from gateway.control.suites import ESP_SUITES, IKE_SUITES


def candidates(config: Config, host: bytes) -> tuple[Client, ...]:
    """Who may be dialling from this outside address, the most narrowly placed first.

    They have at most `limits.MOST_CANDIDATES` keys, which the check has seen to.
    """
    where = int.from_bytes(host, "big")
    return tuple(
        client
        for size, places in config.placed.items()
        for client in places.get(where - where % size, ())
    )


def ike_suites(config: Config) -> tuple[str, ...]:
    """What any client may use in IKE, in the order in which we choose."""
    used = {suite for client in config.clients for suite in client.ike}
    return tuple(suite for suite in IKE_SUITES if suite in used)


def esp_suites(config: Config) -> tuple[str, ...]:
    """What any client may use in ESP, in the order in which we choose."""
    used = {suite for client in config.clients for suite in client.esp}
    return tuple(suite for suite in ESP_SUITES if suite in used)


def client_named(config: Config, name: str) -> Client | None:
    return config.named.get(name)
