"""What a configuration says of the programs beside the daemon, as typed values."""

from dataclasses import dataclass, field

from gateway.control.defaults import DEFAULTS


@dataclass(frozen=True, slots=True)
class Pair:
    """Another box that has the shared address when this one has not; None: there is none."""

    address: bytes | None = None
    peer: bytes | None = None
    priority: int = DEFAULTS["pair"]["priority"]
    number: int = DEFAULTS["pair"]["number"]
    check_seconds: int = DEFAULTS["pair"]["check_seconds"]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The address that directors answer for in this box's place; None: there are none."""

    address: bytes | None = None
    directors: tuple[bytes, ...] = ()


@dataclass(frozen=True, slots=True)
class Metrics:
    """Where figures are given out, and for whom; None: they are not."""

    address: bytes | None = None
    port: int = DEFAULTS["metrics"]["port"]
    token: bytes = field(default=b"", repr=False)
    sessions: bool = DEFAULTS["metrics"]["sessions"]


@dataclass(frozen=True, slots=True)
class Accounting:
    """Which RADIUS server has accounts of sessions (None: nobody), and from which address it is
    told. With `disconnect` it may end sessions, too, at that address."""

    server: bytes | None = None
    port: int = DEFAULTS["accounting"]["port"]
    secret: bytes = field(default=b"", repr=False)
    address: bytes | None = None
    interim_seconds: int = DEFAULTS["accounting"]["interim_seconds"]
    disconnect: bool = DEFAULTS["accounting"]["disconnect"]
    disconnect_port: int = DEFAULTS["accounting"]["disconnect_port"]
    nas_identifier: str = ""


@dataclass(frozen=True, slots=True)
class Syslog:
    """Where an appliance sends its journal; `name` is in the collector's certificate, `ca` PEM."""

    server: str = ""
    port: int = DEFAULTS["syslog"]["port"]
    name: str = ""
    ca: str = ""


@dataclass(frozen=True, slots=True)
class Upgrade:
    """What an update has to show before it stays; 0 minutes: nobody is waited for."""

    replay: bool = DEFAULTS["upgrade"]["replay"]
    redial_minutes: int = DEFAULTS["upgrade"]["redial_minutes"]
