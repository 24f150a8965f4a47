"""The part of `advice.py` that is about certificates."""

from typing import Final

from gateway.control.causes import Advice, Cause, Shown

BAD_CERTIFICATE: Final = Shown((678,), (789, 792, 790, 787), (789, 790, 810))

ADVICE_X509: Final[dict[Cause, Advice]] = {
    Cause.ONLY_CERTIFICATES: Advice(
        "{Client} proves itself by a certificate and by nothing else, and none of its is known",
        "Give it a pre-shared key there, or a `certificate` in its [[client]] in postern.toml",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_MISSING: Advice(
        "{Client} has no certificate of its own to show{why}",
        "Import its certificate with its key into the store of the computer, not that of a user",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATES_NOT_TAKEN: Advice(
        "The gateway takes no certificates, and {client} has shown one",
        "Add a [[certificate]] and a [[ca]] to postern.toml, or use a key",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_NOT_TRUSTED: Advice(
        "The certificate of {client} comes from an authority that the gateway does not know{why}",
        "Give the gateway that authority's certificate as a [[ca]], or import one at the client "
        "that an authority known here has issued",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_FORGED: Advice(
        "The authority that the certificate of {client} names has not signed it{why}",
        "Issue it again with the authority there is now: it was made anew, or somebody uses its "
        "name",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_TIME: Advice(
        "The certificate of {client} is not valid now: it has expired, or a clock is wrong{why}",
        "Compare the gateway's clock with the day first (`date`), then issue a new certificate "
        "(`postern ca issue`) and import it at the client",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_REVOKED: Advice(
        "The certificate of {client} was revoked, which was done on purpose{why}",
        "Issue it a new one (`postern ca issue`) if this machine may dial again",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_HASH: Advice(
        "The certificate of {client} is made with a hash that its authority's entry forbids{why}",
        "Add that hash to `allow` of this [[ca]] in postern.toml, if it must be",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_KEY: Advice(
        "The key in the certificate of {client} is none that can be used{why}",
        "Issue a certificate with an RSA key of 2048 bits (1024 for the oldest)",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_PURPOSE: Advice(
        "The certificate of {client} is for something else{why}",
        "Issue one for IPsec or client authentication: `postern ca issue` does",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_IDENTITY: Advice(
        "{Client} calls itself by a name that is not in its certificate{why}",
        "Issue a certificate with that name in it, or set the client to its certificate's",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_OF_NOBODY: Advice(
        "The certificate of {client} is good, and no [[client]] means it{why}",
        "Write its name or fingerprint as `certificate` of that machine's [[client]] in "
        "postern.toml",
        BAD_CERTIFICATE,
    ),
    Cause.WRONG_SIGNATURE: Advice(
        "{Client} shows a certificate without having its key{why}",
        "Import it at the client again, with its key (a .p12 file has both), and find out who "
        "else shows it",
        BAD_CERTIFICATE,
    ),
    Cause.CERTIFICATE_REFUSED: Advice(
        "The certificate of {client} is not accepted{why}",
        "Look at the client's certificate, and at each [[ca]] in postern.toml",
        BAD_CERTIFICATE,
    ),
}
