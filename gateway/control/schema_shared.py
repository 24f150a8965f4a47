"""The keys of `[pair]` and `[fleet]`, of boxes that share an address: a part of the schema."""

from gateway.control import values
from gateway.control.tables import Key, Table

PAIR = Table(
    "pair",
    "Two boxes with one address that clients dial, which one of them has at a time (VRRP).",
    (
        Key(
            "address",
            values.address,
            "Of outside.addresses, the one that the two share.",
            '"203.0.113.1"',
        ),
        Key("peer", values.address, "The other box's own address outside.", '"203.0.113.3"'),
        Key(
            "priority",
            values.whole(1, 254),
            "Where both start at once, the box with the higher one takes it.",
            "100",
        ),
        Key(
            "number",
            values.whole(1, 255),
            "The pair's number, the same on both boxes and no other pair's outside.",
            "51",
        ),
        Key(
            "check_seconds",
            values.whole(1, 60),
            "Between two questions of the box to itself; after two without an answer it gives the "
            "address up.",
            "10",
        ),
    ),
)

FLEET = Table(
    "fleet",
    "Boxes with one address that clients dial, behind directors who spread them.",
    (
        Key(
            "address",
            values.address,
            "Of outside.addresses, the one that the directors answer for.",
            '"203.0.113.6"',
        ),
        Key(
            "directors",
            values.address,
            "The directors' own addresses: they hear whether this box is there, and never dial.",
            '["203.0.113.4", "203.0.113.5"]',
            listed=True,
        ),
    ),
)
