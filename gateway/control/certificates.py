"""Certificates and keys that the configuration holds or names: read, and each looked at alone.

What they have to do with each other and with clients is in `relations_x509.py`.
"""

from collections.abc import Callable
from typing import Any, Final, TypeVar

from gateway.control.document import File, ReadFile
from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import LARGEST_FILE
from gateway.crypto.rsa import PrivateKey
from gateway.wire.cursor import WireError
from gateway.x509.certificate import Certificate, parse_certificate, read_certificates
from gateway.x509.crl import Crl, parse_crl, read_crls
from gateway.x509.keys import BadKey, read_private_pem
from gateway.x509.pem import CERTIFICATE, CRL

MOST_IN_CHAIN: Final = 5  # our own and those above it
BESIDE: Final = "_file"  # behind the name of a key whose value stands in a file
_OTHERS: Final = 0o077
DER: Final = b"\x30"  # what DER begins with; Windows exports certificates so

Made = TypeVar("Made")


def resolve_certificates(
    document: Document, file: File, read_file: ReadFile, findings: Findings
) -> None:
    """Put in the values what the texts and files hold, or a problem."""
    for own in document["certificate"]:
        _resolve(own, "chain", read_file, findings, read_chain)
        _resolve(own, "key", read_file, findings, read_key, secret=True)
    for authority in document["ca"]:
        _resolve(authority, "certificate", read_file, findings, read_root)
        _resolve(authority, "crl", read_file, findings, read_list, required=False)
    keys_inside = any("key" in own.given for own in document["certificate"])
    told = any("psk" in client.given for client in document["client"])
    if file.mode & _OTHERS and keys_inside and not told:
        what = f"others than its owner may use this file with keys in it (mode {file.mode:04o})"
        findings.add_of_file(what, f"Do: chmod 600 {findings.file}", warning=True)


class Unreadable(ValueError):
    """The text ends a sentence about the value or its file; `hint` says what to do."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(what)
        self.hint = hint


def read_chain(data: bytes) -> tuple[Certificate, ...]:
    """A certificate and those above it, our own first."""
    found = _read(data, CERTIFICATE, parse_certificate, read_certificates)
    if len(found) > MOST_IN_CHAIN:
        what = f"holds {len(found)} certificates, and {MOST_IN_CHAIN} are the most"
        raise Unreadable(what, "Leave in it the certificate and those between it and its root")
    return tuple(found)


def read_root(data: bytes) -> Certificate:
    found = _read(data, CERTIFICATE, parse_certificate, read_certificates)
    if len(found) > 1:
        what = f"holds {len(found)} certificates"
        raise Unreadable(what, "Write one [[ca]] for each authority you trust")
    return found[0]


def read_list(data: bytes) -> Crl:
    found = _read(data, CRL, parse_crl, read_crls)
    if len(found) > 1:
        raise Unreadable(f"holds {len(found)} lists", "Leave in it that of this authority")
    return found[0]


def read_key(data: bytes) -> PrivateKey:
    try:
        return read_private_pem(data.decode("ascii", "replace"))
    except BadKey as error:
        hint = "Give an RSA key as PEM: openssl rsa -in KEY -out KEY.pem"
        raise Unreadable(str(error), hint) from None


def _read(
    data: bytes,
    label: str,
    one: Callable[[bytes], Made],
    several: Callable[[str], list[Made]],
) -> list[Made]:
    """As PEM, or as DER where a file begins as DER does."""
    what = "certificate" if label == CERTIFICATE else "list of revoked certificates"
    try:
        found = [one(data)] if data[:1] == DER else several(data.decode("ascii", "replace"))
    except WireError as error:
        hint = "Export it anew, as PEM (Base64) or DER"
        raise Unreadable(f"holds no {what} that can be read ({error})", hint) from None
    if not found:
        raise Unreadable(f"holds no {what}", f"It begins with -----BEGIN {label}-----")
    return found


def _resolve(
    entry: Entry,
    key: str,
    read_file: ReadFile,
    findings: Findings,
    read: Callable[[bytes], Any],
    *,
    required: bool = True,
    secret: bool = False,
) -> None:
    beside, text = key + BESIDE, entry.values.pop(key, None)
    given = {key, beside} & entry.given
    if len(given) == 2:
        what = f"stands beside {key}, and only one of the two can hold"
        findings.add(entry, beside, what, "Leave one of them out")
        return
    if not given:
        if required:
            what = "is missing"
            findings.add(entry, beside, what, f'Name the file that has it: {beside} = "..."')
        return
    (where,) = given
    if text is None and beside not in entry.values:
        return  # told already: it is no text
    data = text.encode() if text is not None else _file(entry, beside, read_file, findings, secret)
    if data is None:
        return
    try:
        entry.values[key] = read(data)
    except Unreadable as error:
        findings.add(entry, where, str(error), error.hint)


def _file(
    entry: Entry, key: str, read_file: ReadFile, findings: Findings, secret: bool
) -> bytes | None:
    file = read_file(entry.values[key])
    if isinstance(file, str):
        hint = "Its name is taken from the configuration's folder"
        findings.add(entry, key, f"cannot be read: {file}", hint)
        return None
    if len(file.data) > LARGEST_FILE:
        findings.add(entry, key, "is too large", "Look whether this is the right file")
        return None
    if secret and file.mode & _OTHERS:
        what = f"can be used by others than its owner (mode {file.mode:04o})"
        hint = "Do: chmod 600, and chown to the user Postern runs as"
        findings.add(entry, key, what, hint, warning=True)
    return file.data
