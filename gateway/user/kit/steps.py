"""What to do at the machine, in the order in which it is done, by its kind of Windows."""

from typing import Final

from gateway.user.kit.subject import Subject

UPDATES: Final = "Go through UPDATES.TXT first."
NO_MPPE: Final = (
    'In its settings tick TCP/IP, and take the tick from "Require data encryption": IPsec encrypts '
    "already."
)
DIAL: Final = "Dial, with the name and password named above."
PATIENCE: Final = (
    "Dial, with the name and password named above. IPsec may take up to two minutes, and a first "
    "try may end after one (678): then dial again."  # KB325034
)
LOGS: Final = (
    "If it fails, then keep Isakmp.log and Ppplog.txt, in C:\\Program Files\\Microsoft IPSec VPN: "
    "they tell more than the screen."  # KB325034
)
IMPORT: Final = (
    "Import CLIENT.P12 for the computer, not for a user: mmc, snap-in Certificates, computer "
    "account. See that the authority in it lands under the trusted roots. Its password is not on "
    "this disk; you get it on another way. Then destroy CLIENT.P12."
)
IMPORT_OLD: Final = (
    "Import CLIENT.P12 and choose it in the settings of the L2TP/IPsec client. How that is done on "
    "this Windows nobody could tell us: if it does not work, then ask for a kit with a key. Its "
    "password is not on this disk; you get it on another way. Then destroy CLIENT.P12."
)


def steps_of(subject: Subject) -> list[str]:
    if subject.kind.family == "old":
        return _old(subject)
    if subject.kind.name == "2000":
        return _2000(subject)
    return _later(subject)


def _old(subject: Subject) -> list[str]:
    key = (
        "In the settings of the L2TP/IPsec client choose a pre-shared key and type it; or copy it "
        "out of PSK.TXT."
    )
    return [
        UPDATES,
        key if subject.psk else IMPORT_OLD,
        "Make a new connection to a private network (VPN). If it asks for a device, then take that "
        "of the L2TP/IPsec client, not that of PPTP.",
        NO_MPPE,
        PATIENCE,
        LOGS,
    ]


def _2000(subject: Subject) -> list[str]:
    proof = "Make the IPsec policy of POLICY.TXT; its last step merges PSKON.REG."
    back = "If it has dialled with a key before, then merge PSKOFF.REG and start the machine anew."
    return [
        UPDATES,
        *([proof] if subject.psk else [IMPORT, back]),
        "Make a new connection to a private network (VPN), and choose L2TP as the type of server.",
        NO_MPPE,
        DIAL,
    ]


def _later(subject: Subject) -> list[str]:
    key = (
        "In the connection's security choose IPsec by a pre-shared key and type it; or copy it out "
        "of PSK.TXT."
    )
    server = "Make a new connection to a private network (VPN), and choose L2TP as its type."
    proof = [server, key] if subject.psk else [IMPORT, server]
    honest = (
        "Only if the gateway is behind a router: merge NATT.REG by a double click and start the "
        "machine anew. Windows dials no server behind a NAT without it."
    )
    return [UPDATES, *proof, NO_MPPE, *([honest] if subject.nat_d == "honest" else []), DIAL]
