from gateway.l2tp.errors import UnknownMandatory
from gateway.l2tp.reasons import LONGEST_TEXT, Reason, reason_for, reason_of
from gateway.l2tp.values import ResultCode


def test_a_peers_reason_is_shown_as_it_came() -> None:
    assert reason_of(ResultCode(1, None, b"bye\n")) == Reason(True, 1, 0, "bye\\x0a")


def test_a_fault_becomes_a_reason_with_its_codes() -> None:
    assert reason_for(UnknownMandatory("AVP 99")) == Reason(False, 2, 8, "AVP 99")


def test_our_words_fit_on_the_wire() -> None:
    code = Reason(False, 3, 0, "\u00e4" + "x" * 2000).code()
    assert code.message.startswith(b"?xxx")
    assert len(code.message) == LONGEST_TEXT
