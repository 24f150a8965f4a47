"""The keys of `[accounting]`: a part of the schema."""

from gateway.control import values, values_accounting
from gateway.control.tables import Key, Table

ACCOUNTING = Table(
    "accounting",
    "A RADIUS server that is told of each session, by a program of its own.",
    (
        Key("server", values.address, "Its address.", '"10.10.0.5"'),
        Key("port", values.whole(1, 65535), "Its UDP port.", "1813"),
        Key(
            "secret",
            values_accounting.secret,
            "What the two of them share.",
            '"a-long-random-text"',
            secret=True,
        ),
        Key(
            "address",
            values.address,
            "The address of this machine that it knows us by; left out, that of inside.",
            '"10.10.0.1"',
        ),
        Key(
            "interim_seconds",
            values.whole(60, 86_400),
            "How often it is told what a session has carried.",
            "300",
        ),
        Key(
            "disconnect",
            values.truth,
            "Whether it may end sessions (RFC 5176).",
            "false",
        ),
        Key("disconnect_port", values.whole(1024, 65535), "The UDP port here for that.", "3799"),
        Key(
            "nas_identifier",
            values_accounting.identifier,
            "What we call ourselves to it; left out, the machine's name.",
            '"postern-1"',
        ),
    ),
)
