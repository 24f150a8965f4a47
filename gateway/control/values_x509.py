"""Reading single values where certificates are concerned; texts as in `values.py`."""

from gateway.control.problems import shown
from gateway.control.values import Unfit, text
from gateway.x509.rule import Rule, parse_rule


def rule(value: object) -> Rule:
    """Which certificate is a client's: CN=press-3, a fingerprint, or any."""
    found = text(value)
    try:
        return parse_rule(found)
    except ValueError as error:
        hint = 'Write "CN=press-3" as in its certificate, its fingerprint, or "any"'
        raise Unfit(f"is {shown(found)}, which {error}", hint) from None
