"""Limits: those an owner may set, and those that hold whatever anybody sets."""

from dataclasses import dataclass

LARGEST_FILE = 1 << 20  # bytes of a configuration or of a file with one secret
MOST_CLIENTS = 2000
MOST_ROUTES = 200
MOST_SERVERS = 8  # of one route
MOST_POOL = 256  # addresses for tunnels of their own
MOST_CHOICES = 500
MOST_USERS = 1000  # whose passwords the gateway knows
MOST_ADMINS = 50
MOST_PORTS = 32
MOST_OWN_CERTIFICATES = 8
MOST_AUTHORITIES = 16
FEWEST_VIRTUAL, MOST_VIRTUAL = 1 << 8, 1 << 22  # virtual addresses
MOST_WORKERS = 7  # by three bits of an SPI, of which zero is the daemon's
MOST_REACH = 64  # places of one client, each of which may be looked at for a packet
MOST_CANDIDATES = 256  # keys per outside address: each one costs a trial per dial


@dataclass(frozen=True, slots=True)
class Limits:
    """The section `[limits]`; what each says is in the schema."""

    half_open: int
    half_open_per_source: int
    half_open_seconds: int
    sessions: int
    dpd_seconds: int
    dpd_tries: int
    hello_seconds: int
    workers: str = "0"
