"""The Debian mirror that this machine's own apt is set to, asked for another release of Debian."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from image.programs import Failed, run

SUITE: Final = "trixie"
KEYRING: Final = "/usr/share/keyrings/debian-archive-keyring.gpg"
FIELDS: Final = "$(REPO_URI)|$(ORIGIN)|$(LABEL)"


@dataclass(frozen=True, slots=True)
class Mirrors:
    """Addresses without a slash at the end."""

    main: str
    security: str

    def sources(self) -> str:
        """For apt: the release, its updates and its security updates."""
        lines = (
            (self.main, SUITE),
            (self.main, f"{SUITE}-updates"),
            (self.security, f"{SUITE}-security"),
        )
        return "".join(f"deb [signed-by={KEYRING}] {uri} {suite} main\n" for uri, suite in lines)

    def address(self, where: str) -> str:
        """Of the mirror that the lock file names by its kind."""
        return {"main": self.main, "security": self.security}[where]


def find_mirrors(main: str | None = None) -> Mirrors:
    """`main` by an option, or what apt says; security updates are beside it or apt's own."""
    told = run(["apt-get", "indextargets", "--format", FIELDS, "Created-By: Packages"])
    return choose_mirrors(told.splitlines(), main)


def choose_mirrors(told: Iterable[str], main: str | None) -> Mirrors:
    """`told` is a line `address|origin|label` for each of apt's sources."""
    by_label: dict[str, str] = {}
    for line in told:
        uri, origin, label = line.split("|")
        if origin == "Debian":
            by_label.setdefault(label, uri.rstrip("/"))
    found = (main or by_label.get("Debian", "")).rstrip("/")
    if not found:
        raise Failed(
            "apt on this machine has no Debian mirror",
            "Run `apt-get update`, or name one with --mirror",
        )
    beside = found.removesuffix("/debian") + "/debian-security"
    return Mirrors(found, beside if main else by_label.get("Debian-Security", beside))
