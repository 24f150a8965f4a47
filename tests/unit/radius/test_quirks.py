"""What is forgiven, and to whom."""

from gateway.radius.disconnect import NAMING
from gateway.radius.numbers import Kind
from gateway.radius.quirks import NEEDS_NO_STAMP


def test_only_what_names_one_session_for_ever_needs_no_time_stamp() -> None:
    assert NEEDS_NO_STAMP is Kind.ACCT_SESSION_ID
    assert NEEDS_NO_STAMP in NAMING
