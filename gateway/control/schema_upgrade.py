"""The keys of `[upgrade]`: a part of the schema."""

from gateway.control import values
from gateway.control.tables import Key, Table

UPGRADE = Table(
    "upgrade",
    "What an update of the appliance has to show before it stays.",
    (
        Key(
            "replay",
            values.truth,
            "Whether it must still do with the recorded handshakes (postern record --keep) what "
            "the system before it did.",
            "true",
        ),
        Key(
            "redial_minutes",
            values.whole(0, 1440),
            "How long a machine that had a session at the restart may be missing until the box "
            "goes back; 0 waits for none.",
            "60",
        ),
    ),
)
