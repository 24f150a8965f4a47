"""What is in a kit: the files for the machine, and the sheet for whoever made it."""

from dataclasses import dataclass

from gateway.user.kit.checklist import checklist
from gateway.user.kit.dos import DosFile, text_file
from gateway.user.kit.pdf import NoPdf, page
from gateway.user.kit.policy import policy_steps
from gateway.user.kit.registry import registry_files
from gateway.user.kit.sheet import NAME, sheet_lines
from gateway.user.kit.subject import Subject

KEY, CERTIFICATE, PRINT = "PSK.TXT", "CLIENT.P12", "SHEET.PDF"
NO_PDF = "There is no SHEET.PDF: the library pydyf is not installed (apt-get install python3-pydyf)"


@dataclass(frozen=True, slots=True)
class Kit:
    """`machine` goes on every disk; `owner` only where the kit is made: 98 cannot read it."""

    machine: tuple[DosFile, ...]
    owner: tuple[DosFile, ...] = ()
    lacks: str = ""  # a sentence

    @property
    def files(self) -> tuple[DosFile, ...]:
        return (*self.machine, *self.owner)


def kit_of(subject: Subject) -> Kit:
    others = tuple(
        one
        for one in (
            _proof(subject),
            checklist(subject),
            policy_steps(subject),
            *registry_files(subject),
        )
        if one is not None
    )
    lines = sheet_lines(subject, others)
    secret = bool(subject.psk)
    readme = text_file(NAME, lines, "the settings", secret=secret)
    try:
        printed = DosFile(PRINT, page(lines), "the same as README.TXT, to print", secret)
    except NoPdf:
        return Kit((readme, *others), lacks=NO_PDF)
    return Kit((readme, *others), (printed,))


def _proof(subject: Subject) -> DosFile:
    """A key stands alone in its file, so that all of it can be selected and copied."""
    if subject.psk:
        return DosFile(KEY, subject.psk.encode("ascii"), "the pre-shared key alone", secret=True)
    return DosFile(CERTIFICATE, subject.p12, "certificate and private key", secret=True)
