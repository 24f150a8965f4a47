"""Who may stay, by whose key and with which suites; and what of it the owner is told.

A client is up by a key and by suites. Whoever is up by one that does not hold any more - taken out,
revoked, replaced, past its last day - has to go at once; whatever else is edited, a session stays.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from gateway.bridge.trust import signing
from gateway.control.config import Client, Config
from gateway.control.dated import Notice, lapsed_suites, notices, old_key
from gateway.control.days import moment_of
from gateway.control.suites import weakness
from gateway.crypto.mac import equal
from gateway.outputs import Fact, What
from gateway.x509.certificate import Certificate
from gateway.x509.errors import Untrusted
from gateway.x509.path import find_authority
from gateway.x509.rule import Rule

TAKEN_OUT = "it was taken out of the configuration"
REVOKED = "it is revoked"
KEY_GONE = "the key it came in by does not hold any more"
CERTIFICATE_GONE = "the certificate it came in by does not hold any more"


class Watch:
    """Knows the configuration in force and the day; both are replaced as a whole by `turn`."""

    def __init__(self, config: Config, today: date) -> None:
        self.turn(config, today)
        self._old_keys_used: dict[str, float] = {}  # by client, when it last was

    def turn(self, config: Config, today: date) -> None:
        self.config, self.today = config, today
        self._clients = {client.name: client for client in config.clients}

    def renamed(self, config: Config) -> dict[str, str]:
        """Old name -> new one of clients with another name in `config`, by how they prove it."""
        before = {client.name for client in self.config.clients}
        after = {client.name for client in config.clients}
        new = {
            _proof(client): client.name for client in config.clients if client.name not in before
        }
        return {
            client.name: new[_proof(client)]
            for client in self.config.clients
            if client.name not in after and _proof(client) in new
        }

    def why_out(
        self, name: str, psk: bytes, suites: Iterable[str], shown: Sequence[Certificate] = ()
    ) -> str:
        """Why a client that is up by these may not stay; nothing if it may.

        `psk` is empty if it has shown by something else who it is: by its certificate, which is the
        first of `shown`.
        """
        client = self._clients.get(name)
        if client is None:
            return TAKEN_OUT
        if client.revoked:
            return REVOKED
        keys = (client.psk, old_key(client, self.today) or b"")
        if psk and not any(equal(psk, key) for key in keys):
            return KEY_GONE
        if shown and (why := self._why_not_by(client, shown)):
            return why
        over = sorted(lapsed_suites(client, self.today).intersection(suites))
        if over:
            return f"it uses {', '.join(over)}, and might do so until {client.weak_until}"
        return ""

    def _why_not_by(self, client: Client, shown: Sequence[Certificate]) -> str:
        """The same judge as at a dial, on the day and with the authorities there are now."""
        rule, allowed = client.certificate, signing(self.config, moment_of(self.today))
        if rule is None or allowed is None:
            return CERTIFICATE_GONE
        try:
            authority = find_authority(shown[0], shown[1:], allowed.authorities, allowed.date)
        except Untrusted as error:
            return f"{CERTIFICATE_GONE}: {error}"
        return "" if rule.fit(shown[0], authority.name) else CERTIFICATE_GONE

    def key_used(self, name: str, old: bool, dial: int, peer: str, now: float) -> list[Fact]:
        """Which of its two keys a client knows, while it has two."""
        client = self._clients.get(name)
        if client is None or old_key(client, self.today) is None:
            return []
        if old:
            self._old_keys_used[name] = now
        until = str(client.psk_old_until)
        details = {"client": name, "key": "old" if old else "new", "until": until}
        return [Fact(What.KEY_USED, dial, peer, details)]

    def suite_used(self, name: str, suite: str, where: str, dial: int, peer: str) -> list[Fact]:
        """The line for the audit if a suite is weak. `where` is IKE or ESP."""
        client, weak = self._clients.get(name), weakness(suite)
        if client is None or not weak or client.weak_until is None:
            return []
        details = {
            "client": name,
            "suite": suite,
            "where": where,
            "weakness": weak,
            "because": client.weak_reason,
            "until": str(client.weak_until),
            "days_left": str((client.weak_until - self.today).days),
        }
        return [Fact(What.WEAK_SUITE, dial, peer, details)]

    def notices(self, now: float) -> list[Notice]:
        """What the owner should keep in mind today."""
        used = {name: _ago(now - when) for name, when in self._old_keys_used.items()}
        return notices(self.config.clients, self.today, used)


def _proof(client: Client) -> tuple[bytes, Rule | None]:
    return client.psk, client.certificate


def _ago(seconds: float) -> str:
    if seconds < 7200:
        return f"{seconds / 60:.0f} min"
    return f"{seconds / 3600:.0f} h" if seconds < 172800 else f"{seconds / 86400:.0f} days"
