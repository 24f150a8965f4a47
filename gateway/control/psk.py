"""Where the pre-shared keys come from: the configuration itself, or files beside it."""

from gateway.control.document import File, ReadFile
from gateway.control.findings import Document, Entry, Findings
from gateway.control.limits import LARGEST_FILE
from gateway.control.schema_routes import L2TP_IPSEC
from gateway.control.values import Unfit, psk

SHORT = 8  # characters: anything shorter is found by search from one recorded dial
_RANDOM = "Take a long random one: openssl rand -hex 16"
_OTHERS = 0o077
KEYS = ("psk", "psk_old")  # the one that holds, and the one before it


def resolve_psks(document: Document, file: File, read_file: ReadFile, findings: Findings) -> None:
    """See to it that who needs a key has `psk` in its values, as bytes, or a problem.

    `psk_old` is there too, if a client has an old key.
    """
    native = [route for route in document["route"] if route.values.get("kind") == L2TP_IPSEC]
    clients = [*document["client"], *native]
    for client in clients:
        for key in KEYS:
            _resolve(client, key, read_file, findings)
        if not {"psk", "psk_file", "certificate"} & client.given:
            hint = "Give the key as psk, or as psk_file the name of the file with it"
            findings.add(client, "psk", "is missing", hint)
        _check_old(client, findings)
        _weigh(client, findings)
    if file.mode & _OTHERS and any(key in client.given for client in clients for key in KEYS):
        what = f"others than its owner may use this file with keys in it (mode {file.mode:04o})"
        findings.add_of_file(what, f"Do: chmod 600 {findings.file}", warning=True)


def _resolve(client: Entry, key: str, read_file: ReadFile, findings: Findings) -> None:
    by_file = f"{key}_file"
    if {key, by_file} <= client.given:
        what = f"stands beside {key}, and only one of the two can hold"
        findings.add(client, by_file, what, "Leave one of them out")
    elif name := client.values.get(by_file):
        _read_psk(client, key, read_file(name), findings)


def _check_old(client: Entry, findings: Findings) -> None:
    """An old key has a last day, and is another key."""
    old = {"psk_old", "psk_old_file"} & client.given
    if old and "psk_old_until" not in client.given:
        key = client.table.key("psk_old_until")
        what = "is missing, and without it the old key would hold for ever"
        findings.add(client, "psk_old_until", what, key.hint() if key else "")
    if not old and "psk_old_until" in client.given:
        hint = "Add psk_old, or leave this out"
        findings.add(client, "psk_old_until", "does nothing without psk_old", hint, warning=True)
    if client.values.get("psk_old", b"") == client.values.get("psk"):
        hint = "Make a new one: postern clients rotate"
        findings.add(client, min(old), "is the same key as psk, so nothing has changed", hint)


def _read_psk(client: Entry, key: str, file: File | str, findings: Findings) -> None:
    def add(what: str, hint: str, *, warning: bool = False) -> None:
        findings.add(client, f"{key}_file", what, hint, warning=warning)

    if isinstance(file, str):
        add(f"cannot be read: {file}", "Its name is taken from the configuration's folder")
        return
    if len(file.data) > LARGEST_FILE:
        add("is too large for a file with one key", "Put the key alone in it")
        return
    if file.mode & _OTHERS:
        what = f"can be used by others than its owner (mode {file.mode:04o})"
        add(what, "Do: chmod 600, and chown to the user Postern runs as", warning=True)
    try:
        line = file.data.decode("utf-8-sig").removesuffix("\n").removesuffix("\r")
        client.values[key] = psk(line)
    except UnicodeDecodeError:
        add("has a byte in it that is not UTF-8", "Put the key in it as plain text")
    except Unfit as unfit:
        add(f"holds a key that {unfit}", "Put the key alone in it, on one line")


def _weigh(client: Entry, findings: Findings) -> None:
    """Warn of a key that is good for nothing, or that the old client may send differently."""
    key: bytes | None = client.values.get("psk")
    if key is None:
        return
    them = "old clients" if client.table.name == "client" else "old servers"

    def warn(what: str, hint: str) -> None:
        findings.add(client, "psk", what, hint, warning=True)

    if len(key) < SHORT:
        warn(f"has fewer than {SHORT} characters", _RANDOM)
    if not key.isascii():
        warn(f"has letters that {them} send in an alphabet of their own", "Use ASCII only")
    if key != key.strip():
        other = client.table.name if client.table.name == "client" else "server"
        warn("begins or ends with a space", f"Make sure that the {other} has that space too")
