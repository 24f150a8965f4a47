"""Reading the values that only a client's entry has: days, and who it says it is."""

import re
from datetime import date
from ipaddress import AddressValueError, IPv4Address
from typing import Final, NamedTuple

from gateway.control.problems import shown
from gateway.control.values import Unfit, kind_of, text

IPV4, FQDN, USER_FQDN = "ipv4", "fqdn", "user-fqdn"  # kinds of identity (RFC 2407, 4.6.2.1)
LONGEST_IDENTITY: Final = 255  # letters
# NetBIOS names have underscores, and old machines tell them as host names.
_HOST: Final = re.compile(r"[A-Za-z0-9_-]{1,63}(\.[A-Za-z0-9_-]{1,63})*", re.ASCII)
_USER: Final = re.compile(r"[!-?A-~]+@[!-?A-~]+", re.ASCII)
_NUMBERS: Final = re.compile(r"[0-9.]+", re.ASCII)  # an address that is none, and no name


class Identity(NamedTuple):
    """What a machine calls itself in IKE; letters mean the same small and large."""

    kind: str
    name: str

    def __str__(self) -> str:
        return self.name


def day(value: object) -> date:
    """A local date of TOML. One with a time of day is no day."""
    if isinstance(value, date) and not hasattr(value, "hour"):
        return value
    raise Unfit(f"is {kind_of(value)}, and should be a day without quotes")


def identity(value: object) -> Identity:
    found = text(value)
    if len(found) > LONGEST_IDENTITY:
        raise Unfit(f"is longer than {LONGEST_IDENTITY} letters")
    if _NUMBERS.fullmatch(found):
        try:
            return Identity(IPV4, str(IPv4Address(found)))
        except AddressValueError:
            raise Unfit(f"is {shown(found)}, which is no IPv4 address") from None
    if _USER.fullmatch(found):
        return Identity(USER_FQDN, found)
    if _HOST.fullmatch(found):
        return Identity(FQDN, found)
    hint = "Write an IPv4 address, a host name, or a name with an @ in it"
    raise Unfit(f"is {shown(found)}, which no client calls itself", hint)
