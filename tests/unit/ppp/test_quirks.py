"""What a Windows server's last word means."""

import pytest

from gateway.ppp.quirks import ras_error


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
