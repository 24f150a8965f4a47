"""The .reg files: in the form REGEDIT4, which all of them read, 98 and NT 4 as well as XP.

What each value does, and where it is: KB240262 (ProhibitIpSec), KB885407 and KB926179 (the other).
"""

from typing import Final

from gateway.user.kit.dos import DosFile, text_file
from gateway.user.kit.kinds import LATER
from gateway.user.kit.subject import Subject

HEAD: Final = "REGEDIT4"
SERVICES: Final = "HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\"
OWN_POLICY: Final = ("Rasman\\Parameters", "ProhibitIpSec")
BEHIND_NAT: Final = "AssumeUDPEncapsulationContextOnSendRule"


def registry_files(subject: Subject) -> tuple[DosFile, ...]:
    """Those this machine may need. 98, ME and NT 4 need none: their client has settings."""
    if subject.kind.name == "2000":
        return _for_2000(subject)
    if subject.kind.family == "old":
        return ()
    found = [_file("IPSECON.REG", *OWN_POLICY, 0, "only if it shows 791: IPsec for L2TP again")]
    if subject.nat_d == "honest":
        service = "PolicyAgent" if subject.kind.family == LATER else "IPSec"
        about = "only if the gateway is behind a router: dial it all the same"
        found.append(_file("NATT.REG", service, BEHIND_NAT, 2, about))
    return tuple(found)


def _for_2000(subject: Subject) -> tuple[DosFile, ...]:
    about = "takes PSKON.REG back" if subject.psk else "only where a key was used before"
    off = _file("PSKOFF.REG", *OWN_POLICY, 0, about)
    if not subject.psk:
        return (off,)
    return (_file("PSKON.REG", *OWN_POLICY, 1, "only behind POLICY.TXT: no policy of its own"), off)


def _file(name: str, service: str, value: str, number: int, about: str) -> DosFile:
    lines = (HEAD, "", f"[{SERVICES}{service}]", f'"{value}"=dword:{number:08x}', "")
    return text_file(name, lines, about)
