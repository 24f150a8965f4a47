"""README.TXT: the settings, the steps and the numbers of one machine, on one page."""

from collections.abc import Sequence
from typing import Final

from gateway.control.windows import SCREENS
from gateway.user.kit.dos import DosFile, plain
from gateway.user.kit.layout import COLUMN, WIDTH, between, fact, numbered, wrapped
from gateway.user.kit.steps import steps_of
from gateway.user.kit.subject import Subject, is_address

NAME: Final = "README.TXT"
SHOWN_KEY: Final = WIDTH - COLUMN  # letters; a longer one is read in PSK.TXT
LONGEST_CONTACT: Final = 60  # letters
NUMBERS: Final = {"old": (678, 691, 718, 720), "nt5": (691, 768, 781, 789, 792)}
LATER: Final = (691, 789, 809)
AS_FOR: Final = {809: 792}  # whose advice is told in place of "As for ..."
SECRET: Final = "*** SECRET:"


def sheet_lines(subject: Subject, others: Sequence[DosFile]) -> tuple[str, ...]:
    """`others` are the files beside it. Never more than a page: inputs are bounded."""
    lines = [
        between(plain(subject.machine), subject.day.isoformat()),
        subject.kind.label,
        "=" * WIDTH,
        *wrapped(_warning(subject), f"{SECRET} ", "    "),
        "",
        "WHAT TO TYPE",
        *_facts(subject),
        "",
        "WHAT TO DO",
        *numbered(steps_of(subject)),
        "",
        "IF IT SHOWS A NUMBER",
        *_numbers(subject),
        "",
        "WHAT IS ON THE DISK",
        _line(NAME, "this sheet", secret=bool(subject.psk)),
        *(_line(one.name, one.about, secret=one.secret) for one in others),
    ]
    if subject.contact:
        lines += ["", f"Ask: {plain(subject.contact)[:LONGEST_CONTACT]}"]
    return tuple(lines)


def _warning(subject: Subject) -> str:
    if subject.psk:
        return (
            f"this sheet and PSK.TXT have the pre-shared key. Who has it can knock as "
            f"{subject.machine}. Lock them up, or destroy them when the machine has dialled."
        )
    return (
        f"CLIENT.P12 has the machine's private key. Who has it and its password can knock as "
        f"{subject.machine}. Destroy it when it is imported."
    )


def _facts(subject: Subject) -> list[str]:
    proof = fact("Certificate", "CLIENT.P12") if not subject.psk else _key(subject.psk)
    return [
        *fact("Address to dial", " or ".join(subject.dialled)),
        *_named(subject),
        *fact("Kind", "L2TP with IPsec"),
        *proof,
        *fact("Name", "__________________________"),
        *fact("Password", f"those of {_account(subject)}; not written down here"),
    ]


def _account(subject: Subject) -> str:
    return "your account in the LAN" if subject.local else f"the old server ({subject.route})"


def _named(subject: Subject) -> list[str]:
    """A name that is dialled must be in the gateway's certificate; an address need not (835)."""
    if subject.psk or all(is_address(one) for one in subject.dialled):
        return []
    return fact("", "exactly so: Windows looks for it in the certificate")


def _key(psk: str) -> list[str]:
    """Never broken over two lines: nobody could tell whether there is a blank."""
    name = f"  {'Pre-shared key':<{COLUMN - 2}}"
    if len(psk) > SHOWN_KEY:
        return [f"{name}in PSK.TXT, {len(psk)} letters"]
    count = f"{len(psk)} letters, capitals and blanks count"
    return [f"{name}{psk}", f"{'':{COLUMN}}{count}"]


def _numbers(subject: Subject) -> list[str]:
    found: list[str] = []
    for number in NUMBERS.get(subject.kind.family, LATER):
        advice = SCREENS[AS_FOR.get(number, number)].there.replace("`", '"')
        found += wrapped(advice + ".", f"  {number}  ", "       ")
    return found


def _line(name: str, about: str, *, secret: bool) -> str:
    text = f"  {name:<12}  {about}"
    return between(text, "SECRET") if secret else text
