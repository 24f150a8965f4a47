"""A configuration with machines of every sort, as a file would have it."""

from dataclasses import replace

from gateway.control.config import Client, Config, load
from gateway.control.document import File
from gateway.control.values_x509 import rule
from tests.unit.user.kit.subjects import KEY

TEXT = f"""\
[box]
contact = "Ada, extension 12"

[outside]
interface = "eth0"
addresses = ["203.0.113.9"]

[inside]
interface = "eth1"
address = "10.10.0.1"

[[client]]
name = "press-3"
psk = "{KEY}"
route = "old-nt4"
system = "msl2tp"

[[client]]
name = "gone-4"
psk = "another key, as long as it"
route = "old-nt4"
revoked = true

[[client]]
name = "umlaut-5"
psk = "ein Schlüssel, so lang wie er"
route = "old-nt4"

[[client]]
name = "lan-6"
psk = "one more key, of this length"
route = "home"

[[route]]
name = "old-nt4"
kind = "pptp"
server = "10.10.0.2"

[[route]]
name = "home"
kind = "local"
pool = "10.10.0.150-10.10.0.199"
"""


def config(text: str = TEXT) -> Config:
    found = load(File(text.encode()), lambda name: "no file")
    assert isinstance(found, Config), found
    return found


def with_certificate(found: Config) -> Config:
    """The same, and press-3 may dial with any certificate alone."""
    return replace(found, clients=tuple(_certified(one) for one in found.clients))


def _certified(client: Client) -> Client:
    return replace(client, psk=b"", certificate=rule("any"))
