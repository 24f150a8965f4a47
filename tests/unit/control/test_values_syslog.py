"""Where logs are sent: names and certificates."""

import pytest

from gateway.control.values import Unfit
from gateway.control.values_syslog import authority, host
from gateway.x509.pem import CERTIFICATE, build_pem

PEM = build_pem(CERTIFICATE, b"\x30\x03abc")


@pytest.mark.parametrize("found", ["logs", "logs.example.org", "10.10.0.5", "a-b.c", "x" * 63])
def test_names_and_addresses_are_taken(found: str) -> None:
    assert host(found) == found


@pytest.mark.parametrize(
    "found",
    ["", "-a", "a..b", "a.", "lo gs", 'a" target="evil', "a\nb", "x" * 64, "a." * 127 + "aa", 7],
)
def test_what_could_end_a_string_of_rsyslogs_is_no_name(found: object) -> None:
    with pytest.raises(Unfit):
        host(found)


def test_certificates_are_kept_and_what_stands_around_them_is_not() -> None:
    assert authority(PEM) == PEM
    assert authority(f"subject=CN = works\n{PEM}\nmore words\n{PEM}") == PEM + PEM


@pytest.mark.parametrize(
    "found",
    ["words", PEM[:40], PEM.replace("MA", "??"), PEM.replace("CERTIFICATE", "PRIVATE KEY")],
)
def test_what_holds_no_certificate_is_refused(found: str) -> None:
    with pytest.raises(Unfit, match="no certificate"):
        authority(found)
