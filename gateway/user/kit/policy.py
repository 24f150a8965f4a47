"""POLICY.TXT: the IPsec policy that Windows 2000 needs for a pre-shared key, step by step.

Typed steps and no command file. Windows 2000's own `ipsecpol` is not on every machine, nobody here
could try what it makes of a command, and a filter that fits nothing would, with PSKON.REG merged,
let the machine send L2TP in the clear. What is to be typed is in KB240262, and its filter is that
of Windows' own policy (KB248750): from the machine's port 1701 to any port of the server.
"""

from typing import Final

from gateway.user.kit.dos import DosFile, text_file
from gateway.user.kit.layout import numbered, wrapped
from gateway.user.kit.subject import Subject, is_address

NAME: Final = "POLICY.TXT"


def policy_steps(subject: Subject) -> DosFile | None:
    """None for a machine that needs none."""
    if subject.kind.name != "2000" or not subject.psk:
        return None
    there = subject.dialled[0]
    steps = [
        "Log in as an administrator. Start, Run, mmc. Add the snap-in for IP security policies, "
        "for the local computer.",
        "Make a new policy, called Postern, without the default response rule.",
        "Add a rule to it: no tunnel, all network connections.",
        "Its authentication is a pre-shared key: the text of PSK.TXT, with nothing before or "
        "behind it. Take every other way of authentication out.",
        "Its filter list has one filter, mirrored: from this computer's own address to the one "
        f"address {there}, protocol UDP, from port 1701, to any port."
        f"{'' if is_address(there) else f' (The address which {there} has now.)'}",
        "Its filter action negotiates security: ESP with 3DES and SHA1, no AH. Do not let it "
        "accept, or fall back to, what is not secured.",
        "Close all, and assign the policy: only one can be assigned at a time.",
        "Only now merge PSKON.REG by a double click, and start the machine anew.",
        "Dial as README.TXT says.",
    ]
    lines = [
        f"How {subject.machine} gets its IPsec policy: Windows 2000 with a pre-shared key",
        "",
        *wrapped(
            "By itself Windows 2000 takes certificates for L2TP. For a key it needs a policy made "
            "by hand, and must be told to make none of its own. [KB240262]"
        ),
        "",
        *numbered(steps),
        "",
        *wrapped(
            "PSKON.REG without the policy would let L2TP go without IPsec; the gateway drops that, "
            "so nothing connects. PSKOFF.REG takes it back, which a machine needs that dials "
            "with a certificate, or dials another server."
        ),
        "",
        *wrapped(
            "If it does not connect from behind a router that translates addresses (NAT) though "
            "KB818043 is there, then ask for a kit with a certificate: nobody has told yet whether "
            "a policy made by hand gets through. These steps were not tried on a Windows 2000 by "
            "those who wrote them down."
        ),
    ]
    return text_file(NAME, lines, "the IPsec policy, step by step")
