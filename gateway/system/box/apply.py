"""Making the machine be as a configuration says, and nothing but the parts that changed.

The order: who may log in, the name, the ports and their network, then the gateway, which needs
what was before, then the figures about it, and last the address it shares with another box. What
fails is one sentence; the engine of changes then takes everything back.
"""

import os
import pwd
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final

from gateway.control.canonical import entries_of, raw_of
from gateway.control.changes_outputs import Activate, ActivationFailed
from gateway.control.config import Config, load
from gateway.control.document import File, ReadFile
from gateway.control.edit import Change, EditError, edited
from gateway.control.inlined import inlined
from gateway.control.parts import Part
from gateway.control.ports import Port
from gateway.control.users import USERS_FILE
from gateway.system.box.account_keeping import AccountKeeping
from gateway.system.box.behind import Behind
from gateway.system.box.disk import write_file
from gateway.system.box.exposing import Exposing
from gateway.system.box.network import ROLES, Network, has_calls
from gateway.system.box.pairing import Pairing
from gateway.system.box.places import DAEMON, Places
from gateway.system.box.sending import Sending
from gateway.system.box.users import Users, owner
from gateway.system.run import Run, ToolFailed, run

KEY_FILES: Final = ("psk_file", "psk_old_file")
UNIT: Final = "postern.service"
CALLS: Final = "postern-pppd.service"  # who starts pppd
MODE: Final = 0o640  # of the daemon's files, which are root's and its group's
_GATEWAY: Final = frozenset({Part.GATEWAY, Part.RESTART, Part.NETWORK, Part.PORTS})
_NETWORK: Final = frozenset({Part.NETWORK, Part.PORTS})
_PAIR: Final = _NETWORK | {Part.PAIR}  # an address that moves follows the cards
FindPorts = Callable[[Config], Sequence[Port]]


class Applier:
    """`activate` is what the configuration's desk asks for.

    In the rescue system (`rescue`) there is neither network nor gateway: then only the name is set.
    """

    def __init__(  # noqa: PLR0913 - the roof gives the machine in pieces
        self,
        places: Places,
        find_ports: FindPorts,
        read_file: ReadFile,
        tool: Run = run,
        *,
        rescue: bool = False,
        network: Network | None = None,
    ) -> None:
        self.network = network or Network(places, tool)
        self.config: Config | None = None  # what is in force
        self._places = places
        self._find_ports = find_ports
        self._read_file = read_file
        self._run = tool
        self._rescue = rescue
        self._users = Users(places, tool)
        self._exposing = Exposing(places, tool)
        self._accounting = AccountKeeping(places, tool)
        self._sending = Sending(places, tool)
        self._pairing, self._behind = Pairing(places, tool), Behind(places, tool)
        self._calls = False  # whether who starts pppd was started

    def activate(self, wanted: Activate) -> None:
        """Raises `ActivationFailed`; half of it may be done then, and is undone by the next."""
        config = self._read(wanted.text)
        try:
            self._apply(config, wanted)
        except (ToolFailed, OSError, EditError) as error:
            raise ActivationFailed(str(error).splitlines()[0]) from error
        self.config = config

    def _apply(self, config: Config, wanted: Activate) -> None:
        parts = wanted.parts
        if Part.HOSTNAME in parts:
            self._name(config)
        if self._rescue:
            return
        if Part.USERS in parts:
            self._users.apply(config.admins)
        before = dict(self.network.names)
        if parts & _NETWORK:
            self.network.apply(config, self._find_ports(config))
            self._behind.apply(config.fleet, self.network.names.get("outside", ""))
        if parts & _GATEWAY:
            moved = before != self.network.names
            self._hand_over(config, wanted.text)
            self._serve_calls(config)
            self._wake(restart=moved or Part.RESTART in parts or not wanted.before)
        if Part.METRICS in parts:
            self._exposing.apply(config.metrics, wanted.text)
        if Part.ACCOUNTING in parts:
            self._accounting.apply(config.accounting, wanted.text)
        if Part.SYSLOG in parts:
            self._sending.apply(config.syslog)
        if parts & _PAIR:
            self._pairing.apply(config, self.network.names)

    def machines(self) -> frozenset[str]:
        """Who may dial, as it is in force."""
        return frozenset(one.name for one in self.config.clients) if self.config else frozenset()

    def again(self, text: str) -> None:
        """Look at the ports anew: a card has come, or has gone."""
        self.activate(Activate(text, text, frozenset({Part.PORTS, Part.NETWORK})))

    def look_about(self, text: str) -> None:
        """Cards come, go and are named anew; what is in force follows them as far as is certain.

        A port whose card has gone keeps what it has: the card may come back. A port whose name
        another card has now is given up at once: nothing is guessed.
        """
        config, network = self.config, self.network
        if config is None:
            return
        ports = self._find_ports(config)
        in_force = dict(network.names)
        names = {port.name for port in ports}
        gone = {role: name for role, name in in_force.items() if name and name not in names}
        certain = network.settle(config, ports)
        network.names = in_force
        if {**gone, **certain} != in_force:
            self.again(text)
        else:
            network.forward(config)  # a card that comes back begins as the kernel makes it

    def look_again(self, text: str) -> None:
        """What is in force already: learn it, and touch nothing."""
        config = load(File(text.encode()), self._read_file)
        if isinstance(config, list):
            return
        self.config, self._calls = config, has_calls(config)
        self.network.settle(config, self._find_ports(config))

    def _read(self, text: str) -> Config:
        config = load(File(text.encode()), self._read_file)
        if isinstance(config, list):
            wrong = next(problem for problem in config if not problem.warning)
            raise ActivationFailed(str(wrong))
        return config

    def _name(self, config: Config) -> None:
        if config.box.hostname:
            self._run(["hostnamectl", "set-hostname", "--", config.box.hostname], "")
        if config.box.timezone:
            self._run(["timedatectl", "set-timezone", config.box.timezone], "")

    def _hand_over(self, config: Config, text: str) -> None:
        """The daemon's copy: roles become the kernel's names, keys in files stand in it.

        It is the daemon's to read, and only root's to write: who starts pppd believes it. A side
        that is not settled keeps its role for a name, which no interface has: so nothing is picked
        up there, and the daemon runs all the same.
        """
        path = self._places.gateway
        write_file(path, self._for_daemon(config, text).encode(), MODE)
        self._give(path)
        self._write_users()

    def hand_over_users(self) -> None:
        """The users' hashes have changed: the daemon gets its copy, and reads it."""
        self._write_users()
        if not self._rescue and self.config is not None:
            self._wake(restart=False)

    def _write_users(self) -> None:
        """In memory, for the daemon alone; gone where no password is stored."""
        path = self._places.gateway.with_name(USERS_FILE)
        file = self._read_file(USERS_FILE)
        if isinstance(file, str):
            path.unlink(missing_ok=True)
            return
        write_file(path, file.data, MODE)
        self._give(path)

    def _give(self, path: Path) -> None:
        _, group = owner(DAEMON, _ids)
        path.parent.chmod(0o755)
        if os.geteuid() == 0:
            os.chown(path, -1, group)

    def _for_daemon(self, config: Config, text: str) -> str:
        wanted = {"outside": config.outside.interface, "inside": config.inside.interface}
        changes = [
            Change("set", role, key="interface", value=self.network.names[role])
            for role in ROLES
            if wanted[role] in ROLES and self.network.names.get(role)
        ]
        filed = _with_key_files(text)
        for client in config.clients:
            for name, psk in (("psk", client.psk), ("psk_old", client.psk_old)):
                if psk is not None and (client.name, f"{name}_file") in filed:
                    changes.append(Change("unset", "client", client.name, f"{name}_file"))
                    changes.append(Change("set", "client", client.name, name, psk.decode()))
        changes += inlined(text, self._read_file)
        return edited(text, changes) if changes else text

    def _serve_calls(self, config: Config) -> None:
        """Who starts pppd runs while there is a route into the LAN, and no longer."""
        if has_calls(config) != self._calls:
            verb = "stop" if self._calls else "start"
            self._run(["systemctl", verb, "--no-block", CALLS], "")
            self._calls = not self._calls

    def _wake(self, *, restart: bool) -> None:
        """A reload leaves sessions alone; a daemon that does not run yet is started."""
        verb = "restart" if restart else "reload-or-restart"
        self._run(["systemctl", verb, "--no-block", UNIT], "")


def _with_key_files(text: str) -> frozenset[tuple[str, str]]:
    """Client and key, of those keys that stand in files, which only root can read."""
    entries = entries_of(raw_of(text).get("client"))
    return frozenset((one["name"], key) for one in entries for key in KEY_FILES if key in one)


def _ids(name: str) -> tuple[int, int]:
    found = pwd.getpwnam(name)
    return found.pw_uid, found.pw_gid
