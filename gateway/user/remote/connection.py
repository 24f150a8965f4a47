"""A connection by SSH to who is known: the one place of fabric.

Fabric believes whoever answers. So nobody gets a connection here whose key is not in the file that
was given, jump hosts included, and nothing is ever added to one.
"""

import base64
import socket
import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gateway.control.problems import printable
from gateway.user.client import DaemonError
from gateway.user.remote.boxes import Where
from gateway.user.remote.host_key import fingerprint_of, name_in_file
from gateway.user.remote.outcomes import NotTrusted, RefusedThere, Unreachable

if TYPE_CHECKING:
    from fabric import Connection

CONNECT: Final = 20.0  # seconds for each step until somebody is logged in
KEEPALIVE: Final = 15  # seconds between signs of life, while a command there is silent
LOST: Final = 60.0  # seconds without an acknowledgement until a line is given up
UNKNOWN: Final = "not found in known_hosts"  # as paramiko words it
# What other people's nonsense becomes in paramiko, besides its own exceptions.
NONSENSE: Final = (OSError, EOFError, ValueError, LookupError, TypeError, struct.error)
_KEYS: Final = "Name user and key in the file of boxes; on the box see `postern admins`"
_WAY: Final = "Claim the box; jump hosts must be in SSH's own known_hosts"
_ON: Final = "See whether it is on, and whether address, port and cable are right"


def connect(
    host: str,
    known: Callable[[str], str] | None = None,
    user: str | None = None,
    port: int | None = None,
    key: str = "",
) -> "Connection":
    """Logged in. `known` gives the text of a known_hosts file for the name that it is asked for;
    None is SSH's own file. What fails are paramiko's exceptions, and `ImportError`."""
    from paramiko import RejectPolicy

    connection = _unopened(host, user, port, key)
    connection.client.set_missing_host_key_policy(RejectPolicy())
    if known is None:
        connection.client.load_system_host_keys()
    else:
        _believe(connection, known(name_in_file(connection.host, connection.port)))
    _opened(connection)
    _watch(connection.transport)
    return connection


def _watch(transport: Any) -> None:
    """A box that has lost its power says nothing: notice it before an update's hour is over."""
    transport.set_keepalive(KEEPALIVE)
    if isinstance(transport.sock, socket.socket):  # and no channel through a jump host
        patience = int(LOST * 1000)
        transport.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, patience)


def _unopened(host: str, user: str | None, port: int | None, key: str) -> "Connection":
    """A connection that knows nobody; the hosts it jumps over must be in SSH's own file."""
    import logging

    from fabric import Connection
    from paramiko import RejectPolicy

    logging.getLogger("paramiko").setLevel(logging.CRITICAL)  # whoever asked is told by exceptions
    patience: dict[str, Any] = dict.fromkeys(
        ("banner_timeout", "auth_timeout", "channel_timeout"), CONNECT
    )
    if key:
        patience |= _shown(Path(key).expanduser())
    connection = Connection(
        host, user=user, port=port, connect_timeout=int(CONNECT), connect_kwargs=patience
    )
    hop = connection.gateway
    while hop is not None and not isinstance(hop, str):
        hop.client.set_missing_host_key_policy(RejectPolicy())
        hop.client.load_system_host_keys()
        hop.connect_timeout = int(CONNECT)
        hop = hop.gateway
    return connection


def _shown(path: Path) -> dict[str, Any]:
    """This key and no other file; one with a passphrase is left to the agent."""
    from paramiko import PKey, UnknownKeyType
    from paramiko.ssh_exception import PasswordRequiredException, SSHException

    try:
        return {"pkey": PKey.from_path(path), "look_for_keys": False}
    except (PasswordRequiredException, TypeError):  # the latter is cryptography's word for it
        return {"look_for_keys": False}
    except (SSHException, UnknownKeyType, *NONSENSE) as error:
        raise DaemonError(f"{path} is no SSH key: {plain(error)}", "Name a private key") from None


def _believe(connection: "Connection", text: str) -> None:
    """Take those keys of a known_hosts file that are this host's."""
    from paramiko.hostkeys import HostKeyEntry, InvalidHostKey

    name = name_in_file(connection.host, connection.port)
    for row in text.splitlines():
        try:
            entry = HostKeyEntry.from_line(row)
        except InvalidHostKey:
            continue  # as OpenSSH does: who is in no line that can be read is not known
        if entry is not None and name in entry.hostnames:
            # paramiko looks it up by exactly this name
            connection.client.get_host_keys().add(name, entry.key.get_name(), entry.key)


def _opened(connection: "Connection") -> None:
    from paramiko.ssh_exception import AuthenticationException, BadHostKeyException, SSHException

    try:
        connection.open()
    except (SSHException, *NONSENSE) as error:
        transport = connection.client.get_transport()
        at_the_door = transport is not None and transport.initial_kex_done
        connection.client.close()  # fabric does so only for a connection that was made
        told = isinstance(error, (AuthenticationException, BadHostKeyException, OSError, EOFError))
        if at_the_door and not told and UNKNOWN not in str(error):
            # paramiko tells of the last file it could not read, whatever came before that
            raise AuthenticationException("it takes none of your keys") from None
        raise


@contextmanager
def told_of() -> Iterator[None]:
    """What paramiko throws while a connection is made, as sentences."""
    try:
        from paramiko.ssh_exception import (
            AuthenticationException,
            BadHostKeyException,
            SSHException,
        )
    except ImportError:
        what = "fabric, which talks to other machines, is not installed here"
        raise DaemonError(what, "make setup, or: pip install 'postern[remote]'") from None
    try:
        yield
    except BadHostKeyException as error:
        found = fingerprint_of(error.key.asbytes())
        who = printable(error.hostname)  # a jump host, maybe
        what = f"{who} answers with another key than the one that was claimed, {found}"
        hint = "Somebody may be in between: compare with its console. If that is its key, claim it"
        raise NotTrusted(what, hint) from None
    except AuthenticationException as error:
        raise RefusedThere(f"it does not let you in: {plain(error)}", _KEYS) from None
    except (SSHException, *NONSENSE) as error:
        if UNKNOWN in str(error):
            raise NotTrusted(
                f"it, or a host on the way, is not known: {plain(error)}", _WAY
            ) from None
        raise Unreachable(f"it cannot be reached: {plain(error)}", _ON) from None


def plain(error: Exception) -> str:
    return printable(" ".join(str(error).split()) or type(error).__name__)[:200]


class _Seen(Exception):
    """The key was shown, and nobody was logged in."""


class _Look:
    """A policy for unknown keys, as paramiko asks for one: to look at the key and go."""

    blob = b""
    kind = ""

    def missing_host_key(self, client: object, name: str, key: Any) -> None:
        self.blob, self.kind = key.asbytes(), key.get_name()
        raise _Seen


def name_of(where: Where) -> str:
    """In a known_hosts file: SSH's own settings may give the address another name."""
    with told_of():
        connection = _unopened(where.address, where.user or None, where.port, "")
    return name_in_file(connection.host, connection.port)


def seen_key(where: Where) -> tuple[str, str, str]:
    """The name of known_hosts, the kind and the key (base64) with which somebody answers there."""
    look = _Look()
    with told_of():
        connection = _unopened(where.address, where.user or None, where.port, where.key)
        connection.client.set_missing_host_key_policy(look)
        try:
            _opened(connection)
        except _Seen:
            connection.client.close()
    name = name_in_file(connection.host, connection.port)
    return name, look.kind, base64.b64encode(look.blob).decode()
