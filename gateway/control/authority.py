"""The box's own authority: it issues certificates to machines, and revokes them. Pure.

Every operation gives a new state; whoever asked keeps it on the disk before anything else is done
with what was issued. A machine's key is made here, goes out in one file, and is not kept.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address
from typing import Final

from gateway.control.changes_outputs import Refused
from gateway.control.values import Unfit, name
from gateway.crypto.mac import SHA1, SHA256
from gateway.crypto.rsa import PrivateKey, Random, make_key
from gateway.x509.certificate import Certificate
from gateway.x509.dates import DAY
from gateway.x509.extensions import AltKind, AltName
from gateway.x509.issue import BACKDATED, Issuer, Subject, issue, make_crl, make_root, new_serial
from gateway.x509.names import LONGEST_VALUE, Attributes

HASHES: Final = (SHA1.name, SHA256.name)  # SHA-1 first: Windows before XP SP3 knows no other
BITS: Final = (2048, 1024)
ROOT_YEARS, MACHINE_YEARS = 20, 10  # nobody renews certificates at a machine of 1999
MOST_YEARS: Final = 40
CRL_DAYS: Final = 3650
MOST_ISSUED: Final = 5000
MOST_NAMES: Final = 16
GATEWAY: Final = "gateway"  # the kind of certificate that is the box's own
MACHINE: Final = "machine"
YEAR: Final = 365 * DAY


@dataclass(frozen=True, slots=True)
class Issued:
    """One line of the register. Moments are seconds since 1970; `revoked` is 0 while it is good."""

    serial: int
    name: str
    kind: str
    since: int
    until: int
    fingerprint: str
    revoked: int = 0


@dataclass(frozen=True, slots=True)
class State:
    """An authority, whole. `hash` is under all it signs."""

    certificate: Certificate
    key: PrivateKey = field(repr=False)
    hash: str
    issued: tuple[Issued, ...] = ()
    crl_number: int = 0

    @property
    def issuer(self) -> Issuer:
        return Issuer(self.certificate, self.key, self.hash)

    def good(self, name: str, wall: int) -> list[Issued]:
        """Those of that name that are neither revoked nor over."""
        return [
            one for one in self.issued if one.name == name and not one.revoked and one.until > wall
        ]


@dataclass(frozen=True, slots=True)
class Product:
    """What was issued; the key is nowhere else."""

    entry: Issued
    certificate: Certificate
    key: PrivateKey = field(repr=False)


def create(
    common_name: str,
    organisation: str,
    hash: str,
    bits: int,
    years: int,
    wall: int,
    random: Random,
) -> State:
    """A new authority. Its name should say whose it is: the client's screen shows it."""
    _check(hash, bits, years)
    named: Attributes = (("CN", _text(common_name, "name")),)
    if organisation:
        named = (*named, ("O", _text(organisation, "organisation")))
    key = make_key(bits, random)
    subject = Subject(named, key.public, wall - BACKDATED, wall + years * YEAR)
    return State(make_root(key, subject, hash, random), key, hash)


def issue_for(
    state: State,
    machine: str,
    names: Sequence[str],
    kind: str,
    bits: int,
    years: int,
    wall: int,
    random: Random,
) -> tuple[State, Product]:
    """A certificate for one machine, and the state that knows of it.

    `names` are DNS names and addresses. Windows compares that which was dialled with them in the
    gateway's certificate; of a machine's own nobody asks, so its name will do.
    """
    _check(state.hash, bits, years)
    try:
        common_name = name(machine)
    except Unfit as unfit:
        raise Refused(f"the name {unfit}", unfit.hint) from None
    if len(state.issued) >= MOST_ISSUED:
        what = f"this authority has issued {MOST_ISSUED} certificates, which are the most"
        raise Refused(what, "Create a new one")
    if wall >= state.certificate.not_after:
        raise Refused("this authority has expired", "Create a new one, or set the clock")
    alternatives = [_alternative(one) for one in names or [machine]]
    if len(alternatives) > MOST_NAMES:
        raise Refused(f"{len(alternatives)} names are too many", f"{MOST_NAMES} are the most")
    key = make_key(bits, random)
    dates = wall - BACKDATED, wall + years * YEAR
    subject = Subject((("CN", common_name),), key.public, *dates)
    serial = _free_serial(state, random)
    certificate = issue(state.issuer, subject, alternatives, serial, random)
    fingerprint = certificate.fingerprint().hex()
    entry = Issued(serial, machine, kind, wall, certificate.not_after, fingerprint)
    return replace(state, issued=(*state.issued, entry)), Product(entry, certificate, key)


def revoke(state: State, which: str, wall: int) -> tuple[State, list[Issued]]:
    """Every good certificate of that name, or the one of that serial number in hex."""
    found = [one for one in state.issued if not one.revoked and which in (one.name, hex_of(one))]
    if not found:
        known = any(which in (one.name, hex_of(one)) for one in state.issued)
        what = "is revoked already" if known else "is not in the register"
        raise Refused(f"{which[:40]!r} {what}", "See `postern ca list`")
    gone = {one.serial for one in found}
    issued = tuple(
        replace(one, revoked=wall) if one.serial in gone else one for one in state.issued
    )
    return replace(state, issued=issued), found


def list_of(state: State, wall: int, random: Random) -> tuple[State, bytes]:
    """A new list of whom this authority has revoked, as DER."""
    state = replace(state, crl_number=state.crl_number + 1)
    revoked = [(one.serial, one.revoked) for one in state.issued if one.revoked]
    days = wall, wall + CRL_DAYS * DAY
    return state, make_crl(state.issuer, state.crl_number, revoked, days, random)


def hex_of(entry: Issued) -> str:
    return f"{entry.serial:x}"


def _free_serial(state: State, random: Random) -> int:
    taken = {one.serial for one in state.issued}
    serial = new_serial(random)
    while serial in taken:
        serial += 1
    return serial


def _check(hash: str, bits: int, years: int) -> None:
    if hash not in HASHES:
        raise Refused(f"{hash[:20]!r} is no hash to sign with", "Known here: " + ", ".join(HASHES))
    if bits not in BITS:
        known = ", ".join(map(str, BITS))
        raise Refused(f"keys of {bits} bits are not made", f"Known here: {known}")
    if not 1 <= years <= MOST_YEARS:
        raise Refused(f"{years} years are too few or too many", f"Take 1 to {MOST_YEARS}")


def _text(text: str, what: str) -> str:
    if not text.strip() or len(text) > LONGEST_VALUE or not text.isprintable():
        hint = f"Use up to {LONGEST_VALUE} letters"
        raise Refused(f"the {what} is empty, too long, or not to be shown", hint)
    return text.strip()


def _alternative(text: str) -> AltName:
    """An address if it is one, else a name as DNS has it."""
    try:
        return AltName(AltKind.IP, IPv4Address(text).packed)
    except ValueError:
        pass
    plain = text.replace("-", "").replace(".", "").replace("_", "")
    if not (0 < len(text) <= 253 and plain.isascii() and plain.isalnum()):
        what = f"{text[:40]!r} is neither a host's name nor an IPv4 address"
        raise Refused(what, "Write it as the clients dial it")
    return AltName(AltKind.DNS, text.encode())
