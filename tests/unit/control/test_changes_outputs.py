from gateway.control.changes_outputs import Activate, Refused, Who, Write
from gateway.control.parts import EVERY


def test_nobody_is_somebody_in_a_sentence() -> None:
    assert str(Who("ada", "ssh")) == "ada (ssh)"
    assert str(Who("", "console")) == "somebody (console)"


def test_what_is_written_is_not_in_what_is_printed() -> None:
    secret = "psk = 'hunter2'"
    assert "hunter2" not in repr([Write("saved.toml", secret), Activate(secret, secret, EVERY)])


def test_a_refusal_has_a_hint() -> None:
    assert Refused("no", "Do this").hint == "Do this"
