"""Which cause stands behind a refusal, by its reason and detail, and so what to do about it.

The words are those of `ike`'s reasons, of the bridge and of PPTP's; a reason that is not here is
known by the words in it, so that a new one still gets advice. The advice itself is in `advice.py`.
"""

from typing import Final

from gateway.control.advice import step
from gateway.control.causes import Cause

BY_CERTIFICATE: Final = " (by certificate)"  # behind the name of a suite in an offer
# The first whose words are in the reason counts, so the narrower stand before the wider.
REASONS: Final[dict[str, Cause]] = {
    "time of the weak suite": Cause.QUARANTINE_EXPIRED,
    "no common suite": Cause.NO_PROPOSAL,
    "suite not allowed": Cause.NOT_ALLOWED_PROPOSAL,
    "no client may dial": Cause.ADDRESS_NOT_ALLOWED,
    "too many wrong keys": Cause.WRONG_KEYS_FLOOD,
    "wrong key": Cause.WRONG_KEY,
    "bad hash": Cause.WRONG_KEY,
    "client is revoked": Cause.CLIENT_REVOKED,
    "certificate of no client": Cause.CERTIFICATE_OF_NOBODY,
    "wrong signature": Cause.WRONG_SIGNATURE,
    "certificate": Cause.CERTIFICATE_REFUSED,
    "another identity": Cause.OTHER_IDENTITY,
    "identity": Cause.BAD_IDENTITY,
    "unsuitable quick mode": Cause.QUICK_MODE_REFUSED,
    "tunnel mode": Cause.QUICK_MODE_REFUSED,
    "aggressive mode": Cause.AGGRESSIVE_MODE,
    "too many half-open": Cause.HALF_OPEN,
    "bad public value": Cause.BAD_PUBLIC_VALUE,
    "l2tp tunnel refused": Cause.TUNNEL_REFUSED,
    "l2tp tunnel unanswered": Cause.TUNNEL_UNANSWERED,
    "deleted its keys": Cause.KEYS_DELETED,
    "no route": Cause.NO_ROUTE,
    "limit of sessions": Cause.SESSION_LIMIT,
    "being stopped": Cause.STOPPING,
    "server refused": Cause.SERVER_REFUSES,
    "server down": Cause.SERVER_DOWN,
    "address of the pool": Cause.NO_POOL,
    "no address inside": Cause.NO_INSIDE_ADDRESS,
    "server unreachable": Cause.SERVER_SILENT,
    "server did not answer": Cause.SERVER_SILENT,
    "too many calls wait": Cause.SERVER_CROWDED,
    "no password is stored": Cause.PASSWORD_NOT_STORED,
    "stored password": Cause.STORED_PASSWORD_WRONG,
    "check the user by ms-chap": Cause.NO_MS_CHAP,
    "short keys": Cause.LM_HASH_NOT_STORED,
    "decrypt": Cause.ENCRYPTION_BROKE,
    "demands encryption": Cause.SERVER_DEMANDS_ENCRYPTION,
    "not know ccp": Cause.SERVER_NO_MPPE,
    "not answer ccp": Cause.SERVER_NO_MPPE,
    "ended ccp": Cause.SERVER_NO_MPPE,
    "no mppe": Cause.SERVER_NO_MPPE,
    "encryption": Cause.ENCRYPTION_NOT_AGREED,
    "ppp authentication failed": Cause.USER_REFUSED,
    "kind of authentication": Cause.AUTHENTICATION_KIND,
    "timed out": Cause.SECOND_UNANSWERED,
    "ppp": Cause.LINK_NOT_AGREED,
}

# What a server says of a call, or what it is silent about; native servers before PPTP's.
OF_SERVER: Final[dict[str, Cause]] = {
    "address of the pool": Cause.NO_POOL,
    "start pppd": Cause.NO_PPPD,
    "pppd is not installed": Cause.NO_PPPD,
    "pppd could not": Cause.NO_PPPD,
    "pppd has ended": Cause.NO_PPPD,
    "pppd had no interface": Cause.NO_PPPD,
    "pre-shared key": Cause.SERVER_KEY,
    "suites offered for ike": Cause.SERVER_IKE_SUITES,
    "security associations for l2tp": Cause.SERVER_ESP_SUITES,
    "does not answer ike": Cause.SERVER_NO_IKE,
    "speak ike": Cause.SERVER_IKE_REFUSES,
    "no answer to l2tp": Cause.SERVER_NO_L2TP,
    "tunnel authentication": Cause.SERVER_TUNNEL_SECRET,
    "acknowledge l2tp": Cause.SERVER_LOST,
    "busy": Cause.SERVER_BUSY,
    "connection refused": Cause.SERVER_PORT_SHUT,
    "no route to host": Cause.SERVER_OFF,
    "network unreachable": Cause.NO_WAY_INSIDE,
    "source address": Cause.NO_WAY_INSIDE,
    "firewall rule": Cause.NO_WAY_INSIDE,
    "descriptor": Cause.NO_WAY_INSIDE,
    "connection reset": Cause.SERVER_NOT_PPTP,
    "malformed": Cause.SERVER_NOT_PPTP,
    "version": Cause.SERVER_NOT_PPTP,
    "did not answer": Cause.SERVER_NOT_PPTP,
    "closed the": Cause.SERVER_NOT_PPTP,
    "no answer": Cause.SERVER_SILENT,
    "cannot be reached": Cause.SERVER_SILENT,
    "timed out": Cause.SERVER_SILENT,
    "let this address": Cause.SERVER_FORBIDS,
    "forbid": Cause.SERVER_FORBIDS,
}
# What the detail says more exactly than the reason, by the cause that the reason alone gives.
DETAILS: Final[dict[Cause, dict[str, Cause]]] = {
    Cause.SECOND_UNANSWERED: {"fourth message": Cause.FOURTH_UNANSWERED},
    Cause.SERVER_REFUSES: OF_SERVER,
    Cause.SERVER_DOWN: OF_SERVER,
    Cause.CERTIFICATE_REFUSED: {
        "expired": Cause.CERTIFICATE_TIME,
        "not valid before": Cause.CERTIFICATE_TIME,
        "is revoked": Cause.CERTIFICATE_REVOKED,
        "whom no [[ca]] names": Cause.CERTIFICATE_NOT_TRUSTED,
        "is not signed by": Cause.CERTIFICATE_FORGED,
        "does not allow": Cause.CERTIFICATE_HASH,
        "none that can be read": Cause.CERTIFICATE_MISSING,
        "cannot be used": Cause.CERTIFICATE_KEY,
        "are not taken": Cause.CERTIFICATES_NOT_TAKEN,
        "for something else": Cause.CERTIFICATE_PURPOSE,
    },
    Cause.BAD_IDENTITY: {"shows the certificate": Cause.CERTIFICATE_IDENTITY},
    Cause.LINK_NOT_AGREED: {
        "ipcp": Cause.NO_NETWORK_PROTOCOL,
        "ccp": Cause.ENCRYPTION_DEMANDED,
    },
}


def cause_of(reason: str, detail: str = "") -> Cause:
    """What stands behind a refusal; UNKNOWN if nothing is known of such a reason."""
    found = _first(REASONS, reason.lower()) or Cause.UNKNOWN
    if found is Cause.NO_PROPOSAL and _by_certificate_alone(detail):
        return Cause.ONLY_CERTIFICATES
    return _first(DETAILS.get(found, {}), detail.lower()) or found


def hint(reason: str, detail: str = "") -> str:
    """What to do about a refusal for this reason; never empty."""
    return step(cause_of(reason, detail))


def _by_certificate_alone(offer: str) -> bool:
    """Whether all that was offered wants a certificate."""
    suites = offer.partition(";")[0].split(", ")
    return all(BY_CERTIFICATE in suite for suite in suites)


def _first(words: dict[str, Cause], text: str) -> Cause | None:
    return next((cause for key, cause in words.items() if key in text), None)
