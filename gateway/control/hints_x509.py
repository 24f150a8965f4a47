"""What to do about a refused certificate, by words in what was wrong with it."""

from typing import Final

HINTS: Final[dict[str, str]] = {
    "expired": (
        "Issue a new one (`postern ca issue`) and import it at the client, or set the gateway's "
        "clock if it is that which is wrong"
    ),
    "not valid before": "Look at the gateway's clock: `postern status` and `date` show it",
    "is revoked": "It was revoked on purpose: issue a new one if this machine may dial again",
    "whom no [[ca]] names": (
        "Give the gateway that authority's certificate as a [[ca]], or import one at the client "
        "that an authority known here has issued"
    ),
    "is not signed by": (
        "The authority was made anew, or somebody uses its name: issue the client's certificate "
        "again with the authority there is now"
    ),
    "does not allow": "Add that hash to `allow` of this [[ca]] in postern.toml, if it must be",
    "none that can be read": (
        "Import the client's certificate with its key into the store of the computer, not that "
        "of a user"
    ),
    "cannot be used": "Issue a certificate with an RSA key of 2048 bits (1024 for the oldest)",
    "are not taken": "Add a [[certificate]] and a [[ca]] to postern.toml, or use a key",
    "for something else": "Issue one for IPsec or client authentication: `postern ca issue` does",
}
BY_REASON: Final[dict[str, str]] = {
    "certificate not accepted": "Look at the client's certificate, and at each [[ca]] here",
    "certificate of no client": (
        "Write its name or fingerprint as `certificate` of that machine's [[client]] in "
        "postern.toml"
    ),
    "wrong signature": (
        "Somebody shows a certificate without having its key: import it at the client again, "
        "with its key (a .p12 file has both)"
    ),
}


BY_CERTIFICATE: Final = " (by certificate)"  # behind the name of a suite in an offer
ONLY_CERTIFICATES: Final = (
    "This client proves itself by a certificate and nothing else: give it a pre-shared key there, "
    "or a `certificate` in its [[client]] here"
)


def certificate_hint(reason: str, detail: str) -> str:
    """Empty where the reason has nothing to do with certificates."""
    if reason == "no common suite" and detail:
        offered = detail.partition(";")[0].split(", ")
        return ONLY_CERTIFICATES if all(BY_CERTIFICATE in one for one in offered) else ""
    if reason not in BY_REASON:
        return ""
    exact = (text for words, text in HINTS.items() if words in detail)
    return next(exact, BY_REASON[reason])
