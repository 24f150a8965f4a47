"""The one judge of a configuration: command, menu and daemon all ask here."""

from datetime import date

from gateway.control.certificates import resolve_certificates
from gateway.control.days import check_days, moment_of
from gateway.control.document import File, ReadFile, read_document
from gateway.control.findings import Document, Findings
from gateway.control.problems import Problem
from gateway.control.psk import resolve_psks
from gateway.control.relations import check_relations
from gateway.control.relations_x509 import check_certificates
from gateway.control.users import check_users

NAME = "postern.toml"


def check(
    file: File, read_file: ReadFile, name: str = NAME, today: date | None = None
) -> list[Problem]:
    """All problems of a configuration at once, in the order of its lines; warnings among them.

    `read_file` gives the files named in it; `name` is what problems call the file itself. With
    `today` the days in it are looked at too.
    """
    return judge(file, read_file, name, today)[1]


def judge(
    file: File, read_file: ReadFile, name: str = NAME, today: date | None = None
) -> tuple[Document, list[Problem]]:
    """What could be read of it, and its problems. Usable if all of them are warnings."""
    findings = Findings(name, {})
    document = read_document(file, findings)
    if document:
        resolve_psks(document, file, read_file, findings)
        resolve_certificates(document, file, read_file, findings)
        check_relations(document, findings)
        check_users(document, read_file, findings)
        check_certificates(document, findings, None if today is None else moment_of(today))
        if today is not None:
            check_days(document, today, findings)
    return document, sorted(findings.problems, key=lambda problem: problem.line or 0)
