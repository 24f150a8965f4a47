"""What a Windows server's last word means."""

import pytest

from gateway.control.systems import SYSTEMS
from gateway.ppp.quirks import MANNERS, OPTIONS_DECLINED, PLAIN, manners_of, ras_error


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("01020304003ccd74000002e6", "error 742: the other side has not the encryption"),
        ("01020304003ccd7400000001", "error 1"),
    ],
)
def test_a_ras_error_is_read(data: str, text: str) -> None:
    assert (ras_error(bytes.fromhex(data)) or "").startswith(text)


@pytest.mark.parametrize("data", ["", "01020304003ccd75000002e6", "01020304003ccd74000002e600"])
def test_other_reasons_are_texts(data: str) -> None:
    assert ras_error(bytes.fromhex(data)) is None


def test_every_quirk_says_whose_it_is_and_how_we_know() -> None:
    known = [(each.client, each.version, each.evidence) for each in MANNERS.values()]
    known += [(each.client, each.version, each.evidence) for each in OPTIONS_DECLINED.values()]
    assert all(all(words) for words in known)


def test_only_clients_that_have_a_name_have_manners() -> None:
    assert set(MANNERS) <= set(SYSTEMS)
    assert manners_of("msl2tp").lowest_mru == 1410
    assert manners_of("windows-2000") is PLAIN
    assert manners_of("unknown") is PLAIN
