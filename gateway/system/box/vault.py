"""The users' password hashes on a box: for root alone, and sealed by its TPM where it has one.

Sealed means that the disk alone, in another machine, gives nothing away. A key that lay on the same
disk would seal nothing, so without a TPM the file is one of mode 0600 beside the configuration,
whose keys lie there as well. The gateway gets its copy in memory (`apply.py`).
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from gateway.control.changes_outputs import Refused, Who
from gateway.control.document import File, ReadFile
from gateway.control.users import USERS_FILE, BadUser, Users, read_users, write_users
from gateway.system.box.disk import remove, write_file
from gateway.system.box.places import Places
from gateway.system.run import Run, ToolFailed, run

SEALED: Final = f"{USERS_FILE}.cred"
UNREADABLE: Final = f"{SEALED}.unreadable"  # of another TPM; kept, should that one come back
NOT_OPENED: Final = "this box's TPM does not open it: store the passwords again"
CREDS: Final = "systemd-creds"
BOUND: Final = (f"--name={USERS_FILE}",)  # a sealed file of another name is not taken for it
# Of this machine, whatever it has booted. Tried with a software TPM: systemd 257 seals and opens
# so, systemd 252 seals and then does not open.
WITH_TPM: Final = ("--with-key=tpm2", "--tpm2-pcrs=")
Verb = Callable[[Mapping[str, Any], Who, float], object]


class Vault:
    """`read` gives the hashes as the configuration's judge wants them; `verbs` are the agent's."""

    def __init__(self, places: Places, tool: Run = run) -> None:
        self._data = places.data
        self._run = tool
        self._tpm: bool | None = None  # not asked yet
        self._opened = ((0, 0), b"")  # a TPM is slow: which file it was, and what stood in it

    def reader(self, other: ReadFile) -> ReadFile:
        """A reader of the files beside the configuration that finds the hashes, sealed or not."""
        return lambda name: self.read() if name == USERS_FILE else other(name)

    def read(self) -> File | str:
        """The file, or in words why it cannot be read."""
        try:
            sealed = self._data / SEALED
            if not sealed.exists():
                return File((self._data / USERS_FILE).read_bytes())
            state = sealed.stat()
            which = (state.st_mtime_ns, state.st_ino)
            if self._opened[0] != which:
                found = self._run([CREDS, "decrypt", *BOUND, str(sealed), "-"], "")
                self._opened = (which, found.stdout.encode())
            return File(self._opened[1])
        except FileNotFoundError:
            return "there is no such file"
        except OSError as error:
            return (error.strerror or "it cannot be opened").lower()
        except ToolFailed:
            return NOT_OPENED

    def verbs(self, changed: Callable[[], None]) -> dict[str, Verb]:
        """`changed` is called after a change, so that the gateway learns of it."""

        def kept(users: Users) -> dict[str, Any]:
            self._write(users)
            changed()
            return {"users": _shown(users), "changed": True}

        def add(request: Mapping[str, Any], who: Who, now: float) -> object:
            name, password = _text(request, "name"), _text(request, "password")
            lm = request.get("lm") is True
            lost = self.read() == NOT_OPENED
            users = Users() if lost else self._users()
            added = _or_refused(lambda: users.with_user(name, password, lm=lm))
            if added == users:
                return {"users": _shown(users), "changed": False}
            if lost:
                write_file(self._data / UNREADABLE, (self._data / SEALED).read_bytes())
            return kept(added)

        def take_out(request: Mapping[str, Any], who: Who, now: float) -> object:
            name = _text(request, "name")
            return kept(_or_refused(lambda: self._users().without(name)))

        return {
            "users": lambda request, who, now: {"users": _shown(self._users())},
            "users.add": add,
            "users.remove": take_out,
        }

    def _users(self) -> Users:
        file = self.read()
        if file == NOT_OPENED:
            raise Refused(
                "this box's TPM does not open the stored passwords",
                "Store them again: postern users add NAME",
            )
        if isinstance(file, str):
            if self._kept().exists():
                raise Refused(f"the stored passwords cannot be read: {file}", "Look at the disk")
            return Users()
        return read_users(file)[0]

    def _kept(self) -> Path:
        sealed = self._data / SEALED
        return sealed if sealed.exists() else self._data / USERS_FILE

    def _write(self, users: Users) -> None:
        """One of the two files is there afterwards, and never none."""
        text = write_users(users)
        plain, sealed = self._data / USERS_FILE, self._data / SEALED
        if not self._has_tpm():
            write_file(plain, text.encode())
            remove(sealed)
            return
        try:
            found = self._run([CREDS, "encrypt", *BOUND, *WITH_TPM, "-", "-"], text)
        except ToolFailed as error:
            raise Refused(f"the TPM does not seal it: {error}", "Look at the journal") from None
        write_file(sealed, found.stdout.encode())
        remove(plain)

    def _has_tpm(self) -> bool:
        if self._tpm is None:
            try:
                self._run([CREDS, "has-tpm2", "--quiet"], "")
                self._tpm = True
            except ToolFailed:
                self._tpm = False
        return self._tpm


def _shown(users: Users) -> list[dict[str, Any]]:
    """Names, and whether there is an LM hash; never a hash."""
    return [{"name": name, "lm": users.known[name].lm is not None} for name in users.names()]


def _or_refused(make: Callable[[], Users]) -> Users:
    try:
        return make()
    except BadUser as error:
        raise Refused(str(error), error.hint) from None


def _text(request: Mapping[str, Any], name: str) -> str:
    value = request.get(name, "")
    if not isinstance(value, str):
        raise Refused(f"{name} is no text", "Compare the versions: `postern version`")
    return value
