"""The part of `advice.py` that is about encryption of the inside leg (MPPE) by the gateway."""

from typing import Final

from gateway.control.causes import Advice, Cause, Shown

# The gateway hangs up when the user is accepted, or later; Windows has no other words for it.
HUNG_UP: Final = Shown((629,), (629, 628, 719), (628, 629))

ADVICE_MPPE: Final[dict[Cause, Advice]] = {
    Cause.SERVER_DEMANDS_ENCRYPTION: Advice(
        "{Server} demands encryption (MPPE), and the leg to it is clear",
        'Let the gateway encrypt: write encryption = "mppe" in that route and run '
        "`postern users add NAME`, or permit unencrypted links at the server",
        Shown((720, 629, 733, 742), (742, 741, 733, 734), (742, 741)),
    ),
    Cause.NO_MS_CHAP: Advice(
        "{Server} does not check {user} by MS-CHAP, and nothing else gives keys for encryption",
        "Set the server to MS-CHAP or MS-CHAPv2",
        HUNG_UP,
    ),
    Cause.PASSWORD_NOT_STORED: Advice(
        "No password is stored for {user}, and its route asks for encryption by the gateway",
        "Store it with `postern users add NAME`, the name as it is typed at the client",
        HUNG_UP,
    ),
    Cause.STORED_PASSWORD_WRONG: Advice(
        "The stored password of {user} is not the one the server knows",
        "Store the present one: `postern users add NAME`",
        HUNG_UP,
    ),
    Cause.LM_HASH_NOT_STORED: Advice(
        "MS-CHAP takes short keys from the LM hash of {user}, which is not stored",
        "Set the server to MS-CHAPv2 or to 128 bit, or store the password with "
        "`postern users add NAME --lm`",
        HUNG_UP,
    ),
    Cause.SERVER_NO_MPPE: Advice(
        "{Server} does not encrypt, and its route asks for MPPE{why}",
        'Switch encryption on at the server, or write encryption = "clear" in that route',
        HUNG_UP,
    ),
    Cause.ENCRYPTION_NOT_AGREED: Advice(
        "Gateway and server do not agree on encryption (MPPE){why}",
        "Compare `encryption` and `mppe` of that route in postern.toml with what the server is set "
        "to",
        HUNG_UP,
    ),
    Cause.ENCRYPTION_BROKE: Advice(
        "Gateway and server have lost step with their keys (MPPE){why}",
        "Leave the stateful kinds out of `mppe` in that route: the others mend themselves",
        HUNG_UP,
    ),
}
