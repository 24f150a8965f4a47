"""UPDATES.TXT: what has to be on the machine before it can dial. Ticked is what was seen of it.

Where each line comes from stands in its brackets; "if" where nobody has a better source. None of
the updates is on the disk: they are Microsoft's, and not ours to give away.
"""

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from gateway.user.kit.dos import DosFile, text_file
from gateway.user.kit.layout import wrapped
from gateway.user.kit.subject import Subject

NAME: Final = "UPDATES.TXT"
OPEN, DONE = "[ ]", "[x]"


class Item(NamedTuple):
    """`shown_by` are the systems whose handshake shows that it is there."""

    text: str
    shown_by: tuple[str, ...] = ()


CLIENT: Final = Item(
    "The Microsoft L2TP/IPsec VPN Client for 98, ME and NT 4 (MSL2TP). Without it this Windows "
    "knows no L2TP and no IPsec. [KB325158]",
    ("msl2tp",),
)
DUN: Final = Item(
    "Windows 98: Dial-Up Networking 1.4. If an older one is on it, then it may not offer "
    "MS-CHAP v2 first, and a server that wants that lets nobody in. [Q189595, Q297774]"
)
NT4: Final = Item(
    "NT 4: its update of the dial-up networking. If that is missing, then it may not offer "
    "MS-CHAP v2 first, and a server that wants that lets nobody in. [Q189595]"
)
SECURE_VPN: Final = Item(
    "98 and ME: if somebody has set SecureVPN in the registry, then every VPN connection wants "
    "MPPE, and this one may refuse to go without: IPsec encrypts already. Take it out. [Q297774]"
)
NATT: Final = (
    "Only behind a router that translates addresses (NAT), which most are: KB818043. Without it "
    "this Windows knows no NAT traversal."
)
NATT_2000: Final = Item(NATT, ("windows-2000-kb818043",))
NATT_XP: Final = Item(
    NATT + " It is for XP before Service Pack 2; XP with SP2 or SP3 needs nothing.",
    ("windows-xp-kb818043", "windows-xp-sp2", "windows-2003", "windows-xp-2003"),
)
XP_SP3: Final = Item(
    "Only where certificates are signed with SHA-256: XP Service Pack 3. Postern's own authority "
    "signs with SHA-1, unless its owner has chosen otherwise."
)
AGENT_2000: Final = Item("The service IPSEC Policy Agent is started. [768, 791]")
AGENT_XP: Final = Item("The service IPSEC Services is started. [768, 791]")
CLOCK: Final = Item("The clock and its date are right: a certificate has a first and a last day.")
NOTHING: Final = Item(
    "Nothing to install: this Windows knows NAT traversal by itself.", ("windows-later",)
)


def checklist(subject: Subject) -> DosFile:
    lines = [
        f"What must be on {subject.machine} before it dials: {subject.kind.label}",
        "",
        *wrapped("Go through it from top to bottom. What has an x was seen when it dialled."),
        "",
    ]
    for item in _items(subject):
        mark = DONE if subject.system in item.shown_by else OPEN
        lines += [*wrapped(item.text, first=f"{mark} ", rest="    "), ""]
    lines += wrapped(
        "Nothing of this is on the disk: the updates are Microsoft's and may not be passed on. "
        "Numbers in brackets are articles of Microsoft's Knowledge Base, or of its screens."
    )
    return text_file(NAME, lines, "what must be on the machine first")


def _items(subject: Subject) -> Iterator[Item]:
    yield from _of_kind(subject)
    if subject.p12:
        yield CLOCK


def _of_kind(subject: Subject) -> Iterable[Item]:
    kind = subject.kind
    if kind.family == "old":
        one = {"98": (DUN, SECURE_VPN), "me": (SECURE_VPN,), "nt4": (NT4,)}
        return (CLIENT, *one.get(kind.name, (DUN, NT4, SECURE_VPN)))
    if kind.name == "2000":
        return (NATT_2000, AGENT_2000)
    if kind.name == "xp":
        return (NATT_XP, *((XP_SP3,) if subject.p12 else ()), AGENT_XP)
    return (NOTHING,)
