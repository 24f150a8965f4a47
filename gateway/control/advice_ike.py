"""The part of `advice.py` that is about IKE: what is wrong, what to do, what Windows shows."""

from typing import Final

from gateway.control.causes import Advice, Cause, Shown

NO_ANSWER: Final = Shown((678,), (678, 792, 800), (809, 800))
NO_IKE: Final = Shown((678,), (788, 789, 792), (788, 789))

ADVICE_IKE: Final[dict[Cause, Advice]] = {
    Cause.ADDRESS_NOT_ALLOWED: Advice(
        "No client may dial from {place}",
        "Look at each client's `address` in postern.toml, or leave it out so that any may dial",
        NO_IKE,
    ),
    Cause.AGGRESSIVE_MODE: Advice(
        "{Client} dials in aggressive mode, which gives its key to listeners",
        "Set the client to main mode",
        NO_IKE,
    ),
    Cause.HALF_OPEN: Advice(
        "Too many dials were half open at once, and this one made room",
        "Raise `half_open` and `half_open_per_source` in postern.toml if these are your own "
        "clients; if not, look where they come from with `postern status`",
        NO_ANSWER,
    ),
    Cause.NO_PROPOSAL: Advice(
        "{Client} offered only suites that no client may use{offered}",
        "Add one of these to that client's `ike` or `esp` list in postern.toml, "
        "or update the client",
        NO_IKE,
        "{remedy}",
    ),
    Cause.NOT_ALLOWED_PROPOSAL: Advice(
        "{Client} offered only suites that others may use, and it may not{offered}",
        "Add one to the client's `ike` or `esp` list in postern.toml, or set the client to a "
        "better",
        NO_IKE,
        "{remedy}",
    ),
    Cause.QUARANTINE_EXPIRED: Advice(
        "The time for which {client} might use a weak suite is over{why}",
        "Set the client to a better suite, or give it a later `weak_until` in postern.toml if it "
        "knows none",
        NO_IKE,
    ),
    Cause.SECOND_UNANSWERED: Advice(
        "The first message of {client} arrives, and nothing comes after the gateway's answer",
        "Let UDP 500 pass back to it at the firewall and NAT on its way, and look whether it was "
        "switched off",
        NO_ANSWER,
    ),
    Cause.BAD_PUBLIC_VALUE: Advice(
        "{Client} sent a key exchange that no working client sends",
        "Look for a faulty client, or somebody trying, at that address",
        NO_IKE,
    ),
    Cause.GATEWAY_BEHIND_NAT: Advice(
        "The gateway itself is behind a NAT, where XP SP2 and later stop answering",
        'Set `nat_d` of [outside] to "auto" in postern.toml, which hides that from it, or set '
        "AssumeUDPEncapsulationContextOnSendRule to 2 at the client (KB885407)",
        Shown((), (678, 792), (809,)),
    ),
    Cause.NAT_WITHOUT_TRAVERSAL: Advice(
        "{Client} comes through a NAT and knows no NAT traversal, so its data is lost on the way",
        "Install KB818043 at Windows 2000 or XP before SP2, or Microsoft's L2TP/IPsec client "
        "anew at 98, ME and NT 4; without it, give the machine a way without a NAT",
        NO_ANSWER,
    ),
    Cause.FOURTH_UNANSWERED: Advice(
        "Nothing of {client} comes after the gateway's fourth message, as where UDP 4500 is shut",
        "Let UDP 4500 pass in both directions at the firewall and NAT on its way",
        NO_ANSWER,
    ),
    Cause.WRONG_KEY: Advice(
        "{Client} has another pre-shared key than its `psk` in postern.toml",
        "Enter the same key at both ends again: look for spaces, capitals and a keyboard of "
        "another language",
        Shown((678,), (789, 792), (789,)),
    ),
    Cause.CLIENT_REVOKED: Advice(
        "{Client} is revoked",
        "Take `revoked` out of its entry in postern.toml if it may dial again, and else look for "
        "the machine that still has its key",
        NO_IKE,
    ),
    Cause.WRONG_KEYS_FLOOD: Advice(
        "The key of {client} was not looked at, since too many dials with wrong keys came",
        "Dial again in a minute, and look with `postern status` which machines there have a wrong "
        "key, or who is guessing",
        NO_IKE,
    ),
    Cause.OTHER_IDENTITY: Advice(
        "{Client} has its key and calls itself otherwise than its entry wants{why}",
        "Set the client to that name, or correct `identity` in its entry in postern.toml, or "
        "leave it out; if it is another machine, give each its own key",
        NO_IKE,
    ),
    Cause.BAD_IDENTITY: Advice(
        "{Client} names itself in a way that makes no sense",
        "Remove the old IPsec policy at the client, then dial again",
        NO_IKE,
    ),
    Cause.SIXTH_UNANSWERED: Advice(
        "{Client} has proved its key, and nothing comes after the gateway's last answer",
        "Let UDP 4500 pass back to it at the firewall and NAT on its way",
        Shown((678,), (792, 789), (789, 809)),
    ),
    Cause.QUICK_MODE_REFUSED: Advice(
        "{Client} asks for keys for something else than L2TP/IPsec{offered}",
        "Set the client to L2TP/IPsec in transport mode, UDP port 1701: a plain IPsec tunnel "
        "policy does not fit",
        NO_IKE,
    ),
}
