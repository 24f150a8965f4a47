"""What the tests of RADIUS are about: one server, one secret, one session."""

from gateway.radius.account import Account, Nas
from gateway.radius.numbers import Status
from gateway.wire.ipv4 import host_bytes
from gateway.wire.udp import Endpoint

SECRET = b"between-the-two-of-us"
NAS = Nas(host_bytes("10.10.0.1"), "postern-1")
SERVER = Endpoint(host_bytes("10.10.0.5"), 40_000)
SESSION = "39fa86b4a2c4-26ee965-1"
ACCOUNT = Account(
    status=Status.INTERIM,
    at=1_700_000_000.5,
    session=SESSION,
    user="ada",
    machine="press-3",
    caller="203.0.113.7",
    called="192.0.2.20",
    framed="10.1.0.2",
    port=7,
    connection="13185/62394",
    info="press-3 / route nt4",
    seconds=60,
    octets_in=(5 << 32) + 74,
    octets_out=75,
    packets_in=5,
    packets_out=6,
)
