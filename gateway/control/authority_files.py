"""The authority on the disk: which files there are, and the register as text.

All of them lie in one folder beside the configuration, for their owner alone. The register has the
authority's key in it: it is the one file to keep safe, and all others can be made from it.
"""

import json
from dataclasses import asdict
from typing import Any, Final

from gateway.control.authority import Issued, State
from gateway.wire.cursor import WireError
from gateway.x509.certificate import Certificate, read_certificates
from gateway.x509.keys import BadKey, private_pem, read_private_pem
from gateway.x509.pem import CERTIFICATE, build_pem

FOLDER: Final = "ca"
REGISTER: Final = f"{FOLDER}/authority.json"
ROOT: Final = f"{FOLDER}/ca.pem"
LIST: Final = f"{FOLDER}/ca.crl"
OWN: Final = f"{FOLDER}/gateway.pem"
OWN_KEY: Final = f"{FOLDER}/gateway.key"
FILES: Final = (REGISTER, ROOT, LIST, OWN, OWN_KEY)
NAME: Final = "own"  # what the authority and the gateway's certificate are called in postern.toml
_VERSION: Final = 1


class NoRegister(ValueError):
    """The text is no register; it ends a sentence."""


def register_text(state: State) -> str:
    record = {
        "version": _VERSION,
        "certificate": certificate_pem(state.certificate),
        "key": private_pem(state.key),
        "hash": state.hash,
        "crl_number": state.crl_number,
        "issued": [{**asdict(one), "serial": f"{one.serial:x}"} for one in state.issued],
    }
    return json.dumps(record, indent=1) + "\n"


def read_register(text: str) -> State:
    try:
        record = json.loads(text)
        if record["version"] != _VERSION:
            raise NoRegister("is of another version of Postern")
        (certificate,) = read_certificates(record["certificate"])
        return State(
            certificate=certificate,
            key=read_private_pem(record["key"]),
            hash=str(record["hash"]),
            crl_number=int(record["crl_number"]),
            issued=tuple(_issued(one) for one in record["issued"]),
        )
    except NoRegister:
        raise
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError, WireError, BadKey):
        raise NoRegister("is damaged") from None


def _issued(record: dict[str, Any]) -> Issued:
    return Issued(
        serial=int(record["serial"], 16),
        name=str(record["name"]),
        kind=str(record["kind"]),
        since=int(record["since"]),
        until=int(record["until"]),
        fingerprint=str(record["fingerprint"]),
        revoked=int(record["revoked"]),
    )


def certificate_pem(certificate: Certificate) -> str:
    return build_pem(CERTIFICATE, certificate.der)
