"""Where administrators' questions about certificates meet the box's own authority.

The verbs `ca.*`, asked through the box agent's socket or of a folder of one's own (`postern ca
--folder`). The register is written before anything that was issued leaves.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any, Final

from gateway.control.authority import (
    BITS,
    GATEWAY,
    HASHES,
    MACHINE,
    MACHINE_YEARS,
    ROOT_YEARS,
    Issued,
    Product,
    State,
    create,
    hex_of,
    issue_for,
    list_of,
    revoke,
)
from gateway.control.authority_files import (
    FOLDER,
    LIST,
    NAME,
    OWN,
    OWN_KEY,
    REGISTER,
    ROOT,
    NoRegister,
    certificate_pem,
    read_register,
    register_text,
)
from gateway.control.changes_outputs import Refused
from gateway.control.document import File, ReadFile
from gateway.control.edit import Change
from gateway.crypto.rsa import Random
from gateway.x509.keys import private_pem
from gateway.x509.names import name_text
from gateway.x509.pem import CRL, build_pem
from gateway.x509.pkcs12 import build_pkcs12

Answer = dict[str, Any]
Request = Mapping[str, Any]
Write = Callable[[str, str], None]
"""Put this text in place of the file's, wholly or not at all, for its owner alone."""

PASSWORD_BYTES: Final = 10  # of chance: 20 letters to type once, in groups of four
NO_AUTHORITY: Final = "this box has no authority of its own"


class AuthorityDesk:
    """`answer` is one verb; results are values as the socket has them, files as bytes."""

    def __init__(self, read: ReadFile, write: Write, random: Random) -> None:
        self._read = read
        self._write = write
        self._random = random
        self._verbs: dict[str, Callable[[Request, int], Answer]] = {
            "ca.create": self._create,
            "ca.issue": self._issue,
            "ca.gateway": self._gateway,
            "ca.revoke": self._revoke,
            "ca.list": self._list,
            "ca.crl": self._crl,
            "ca.export": self._export,
            "ca.restore": self._restore,
        }

    def answers(self, verb: object) -> bool:
        return verb in self._verbs

    def answer(self, request: Request, wall: float) -> Answer:
        """`Refused` with what to do; `wall` is in seconds since 1970."""
        return self._verbs[request["verb"]](request, int(wall))

    # --- verbs

    def _create(self, request: Request, wall: int) -> Answer:
        """An authority, its first list, and the gateway's own certificate."""
        self._check_none()
        state = create(
            _word(request, "name", "Postern CA"),
            _word(request, "organisation"),
            _word(request, "hash", HASHES[0]),
            _count(request, "bits", BITS[0]),
            _count(request, "years", ROOT_YEARS),
            wall,
            self._random,
        )
        state = self._with_own(state, request, ROOT_YEARS, wall)
        return {**_about(state), "changes": _as_json(_of_creation(state))}

    def _gateway(self, request: Request, wall: int) -> Answer:
        """A new certificate for the gateway itself: it is dialled by another name."""
        state = self._with_own(self._state(), request, MACHINE_YEARS, wall)
        return _line(state.issued[-1], wall)

    def _issue(self, request: Request, wall: int) -> Answer:
        """A certificate for a machine, in a file that it can import; told is its password."""
        state, product = issue_for(
            self._state(),
            _word(request, "name"),
            _words(request, "names"),
            MACHINE,
            _count(request, "bits", BITS[0]),
            _count(request, "years", MACHINE_YEARS),
            wall,
            self._random,
        )
        state = self._keep(state, wall, new_list=False)
        password = self._password()
        others = [state.certificate]
        key, certificate = product.key, product.certificate
        data = build_pkcs12(product.entry.name, key, certificate, others, password, self._random)
        found = _line(product.entry, wall)
        changes = _of_issue(product.entry, _word(request, "route"), bool(request.get("known")))
        return {**found, "password": password, "data": data, "changes": _as_json(changes)}

    def _revoke(self, request: Request, wall: int) -> Answer:
        state, gone = revoke(self._state(), _word(request, "name"), wall)
        self._keep(state, wall)
        return {"revoked": [_line(one, wall) for one in gone]}

    def _list(self, request: Request, wall: int) -> Answer:
        state = self._state()
        return {**_about(state), "issued": [_line(one, wall) for one in state.issued]}

    def _crl(self, request: Request, wall: int) -> Answer:
        """A new list; the old one is over one day."""
        self._keep(self._state(), wall)
        found = self._read(LIST)
        return {"data": found.data if isinstance(found, File) else b""}

    def _export(self, request: Request, wall: int) -> Answer:
        """The authority's certificate, for machines; with `key` all of it, locked, for a safe."""
        state = self._state()
        if not request.get("key"):
            return {"data": state.certificate.der}
        password = self._password()
        data = build_pkcs12(
            name_text(state.certificate.subject),
            state.key,
            state.certificate,
            [],
            password,
            self._random,
        )
        return {"data": data, "password": password}

    def _restore(self, request: Request, wall: int) -> Answer:
        """Take up a register that was kept elsewhere; all else that it needs is made of it."""
        self._check_none()
        try:
            state = read_register(_word(request, "text"))
        except NoRegister as error:
            raise Refused(f"what you give {error}", "It is the text of authority.json") from None
        return _about(self._with_own(state, request, ROOT_YEARS, wall))

    # --- parts of verbs

    def _check_none(self) -> None:
        if not isinstance(self._read(REGISTER), str):
            what = "there is an authority already, and its certificates are in use"
            raise Refused(what, f"Move {REGISTER} away first if you mean to begin anew")

    def _state(self) -> State:
        file = self._read(REGISTER)
        if isinstance(file, str):
            raise Refused(NO_AUTHORITY, "Make one: postern ca create")
        try:
            return read_register(file.data.decode("ascii", "replace"))
        except NoRegister as error:
            hint = "Put it back from where you keep copies"
            raise Refused(f"{REGISTER} {error}", hint) from None

    def _keep(self, state: State, wall: int, *, new_list: bool = True) -> State:
        """The register first: what it does not know of could not be revoked."""
        data = b""
        if new_list:
            state, data = list_of(state, wall, self._random)
        self._write(REGISTER, register_text(state))
        if new_list:
            self._write(LIST, build_pem(CRL, data))
        return state

    def _with_own(self, state: State, request: Request, years: int, wall: int) -> State:
        """The state, kept, with a new certificate for the gateway itself in force."""
        state, product = issue_for(
            state,
            _word(request, "gateway", "gateway"),
            _words(request, "names"),
            GATEWAY,
            _count(request, "bits", BITS[0]),
            _count(request, "years", years),
            wall,
            self._random,
        )
        state = self._keep(state, wall)
        self._keep_own(state, product)
        return state

    def _keep_own(self, state: State, product: Product) -> None:
        self._write(ROOT, certificate_pem(state.certificate))
        self._write(OWN_KEY, private_pem(product.key))
        self._write(OWN, certificate_pem(product.certificate))

    def _password(self) -> str:
        letters = self._random(PASSWORD_BYTES).hex()
        return "-".join(letters[at : at + 4] for at in range(0, len(letters), 4))


def _about(state: State) -> Answer:
    return {
        "authority": name_text(state.certificate.subject),
        "until": state.certificate.not_after,
        "hash": state.hash,
        "fingerprint": state.certificate.fingerprint().hex(),
        "folder": FOLDER,
    }


def _line(entry: Issued, wall: int) -> Answer:
    state = "revoked" if entry.revoked else "expired" if entry.until <= wall else "good"
    return {**asdict(entry), "serial": hex_of(entry), "state": state}


def _of_creation(state: State) -> list[Change]:
    """What postern.toml must say from now on."""
    trusted: dict[str, object] = {"name": NAME, "certificate_file": ROOT, "crl_file": LIST}
    if state.hash == HASHES[0]:
        trusted["allow"] = [state.hash]
    own = {"name": NAME, "chain_file": OWN, "key_file": OWN_KEY}
    return [Change("add", "certificate", value=own), Change("add", "ca", value=trusted)]


def _of_issue(entry: Issued, route: str, known: bool) -> list[Change]:
    """The machine's entry: with a route a new one, else what is new in the one there is."""
    rule = f"CN={entry.name}"
    if known:
        own = [("certificate", rule), ("ca", [NAME])]
        return [Change("set", "client", entry.name, key, value) for key, value in own]
    if not route:
        return []
    value = {"name": entry.name, "certificate": rule, "ca": [NAME], "route": route}
    return [Change("add", "client", value=value)]


def _as_json(changes: list[Change]) -> list[Answer]:
    return [asdict(change) for change in changes]


def _word(request: Request, name: str, default: str = "") -> str:
    value = request.get(name) or default
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value


def _words(request: Request, name: str) -> list[str]:
    value = request.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise Refused(f"{name} is no list of names", "Compare the versions: `postern version`")
    return value


def _count(request: Request, name: str, default: int) -> int:
    value = request.get(name) or default
    if type(value) is not int:
        raise Refused(f"{name} is no whole number", f"Usual: {default}")
    return value
