"""The keys of `[front]`: a part of the schema."""

from gateway.control import values
from gateway.control.tables import Key, Table

CLOSED, OPEN = "closed", "open"

FRONT = Table(
    "front",
    "Servers whose own addresses clients dial, with Postern as the router before them.",
    (
        Key(
            "servers",
            values.address,
            "The servers; each must be that of a route, whose lists say what it can take.",
            '["10.10.0.3"]',
            listed=True,
        ),
        Key(
            "direct",
            values.network,
            "Networks whose machines such a server serves itself, whatever they offer.",
            '["203.0.113.64/26"]',
            listed=True,
        ),
        Key(
            "fail",
            values.one_of("way to fail", (CLOSED, OPEN)),
            "What becomes of IPsec for these servers while the daemon is down: dropped (closed), "
            "or left to them (open).",
            '"closed"',
        ),
    ),
)
