"""A configuration with certificates, and the files it names."""

from gateway.control.document import File
from tests import pki
from tests.unit.control.written import OUTSIDE, ROUTE

ROOT = pki.authority("Works CA")
OURS = pki.machine(ROOT, "gateway", purposes=["1.3.6.1.5.5.7.3.1"])
CRL = pki.revoked(ROOT, 5).public_bytes(pki.Encoding.PEM)
CLIENT = """
[[client]]
name = "press-3"
certificate = "CN=press-3"
route = "old-nt4"
"""
OWN = """
[[certificate]]
name = "own"
chain_file = "gateway.pem"
key_file = "gateway.key"
"""
CA = """
[[ca]]
name = "works"
certificate_file = "ca.pem"
crl_file = "ca.crl"
allow = ["sha1"]
"""
GOOD = OUTSIDE + CLIENT + ROUTE + OWN + CA


class Files:
    """Reads as `ReadFile` does; `change` puts something else in place of one."""

    def __init__(self, **modes: int) -> None:
        self.data = {
            "gateway.pem": OURS.pem.encode(),
            "gateway.key": OURS.key_pem.encode(),
            "ca.pem": ROOT.pem.encode(),
            "ca.crl": CRL,
        }
        self.mode = modes.get("mode", 0o600)

    def change(self, name: str, data: bytes | str) -> "Files":
        self.data[name] = data if isinstance(data, bytes) else data.encode()
        return self

    def __call__(self, name: str) -> File | str:
        name = name.removeprefix("ca/")
        if name not in self.data:
            return "no such file or directory"
        return File(self.data[name], self.mode)
