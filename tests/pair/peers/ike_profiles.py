"""What old clients say when they dial: data for the scripted initiator, source by source.

Vendor ids are given as the text their MD5 is made of, where one is known.
"""

import hashlib
from dataclasses import dataclass, replace
from typing import NamedTuple

from tests.pair.peers import isakmp
from tests.pair.peers.isakmp import Suite


def md5(text: str) -> bytes:
    return hashlib.md5(text.encode(), usedforsecurity=False).digest()


class Esp(NamedTuple):
    """One ESP transform: RFC 2407 4.4.4 and 4.5."""

    cipher: int  # 2 DES, 3 3DES, 12 AES
    key_bits: int | None
    auth: int  # 1 MD5, 2 SHA1

    @property
    def keymat_length(self) -> int:
        cipher = {2: 8, 3: 24}.get(self.cipher) or (self.key_bits or 128) // 8
        return cipher + {1: 16, 2: 20}[self.auth]


class Natt(NamedTuple):
    """One way of NAT traversal, as its document has it."""

    vendor: bytes
    nat_d: int
    nat_oa: int
    transport: int  # the encapsulation mode
    floats: bool = True  # to port 4500; else ESP is on 500, behind eight zero bytes


NATT = {
    "rfc3947": Natt(md5("RFC 3947"), isakmp.NAT_D_RFC, isakmp.NAT_OA_RFC, 4),
    "draft-03": Natt(md5("draft-ietf-ipsec-nat-t-ike-03"), 130, 131, 61444),
    "draft-02n": Natt(md5("draft-ietf-ipsec-nat-t-ike-02\n"), 130, 131, 61444),
    "draft-02": Natt(md5("draft-ietf-ipsec-nat-t-ike-02"), 130, 131, 61444),
    **{
        f"draft-0{number}": Natt(md5(f"draft-ietf-ipsec-nat-t-ike-0{number}"), 15, 16, 4)
        for number in (8, 7, 6, 5, 4)
    },
    "apple": Natt(md5("draft-ietf-ipsec-nat-t-ike"), 15, 16, 4),
    "draft-01": Natt(md5("draft-ietf-ipsec-nat-t-ike-01"), 130, 131, 61444, False),
    "draft-00": Natt(md5("draft-ietf-ipsec-nat-t-ike-00"), 130, 131, 61444, False),
}
TRANSPORT = 2  # without a NAT (RFC 2407, 4.5)

DES_MD5_768 = Suite(1, None, 1, 1)
DES_SHA_768 = Suite(1, None, 2, 1)
TRIPLE_MD5_1024 = Suite(5, None, 1, 2)
TRIPLE_SHA_1024 = Suite(5, None, 2, 2)
TRIPLE_SHA_1536 = Suite(5, None, 2, 5)
TRIPLE_SHA_2048 = Suite(5, None, 2, 14)
AES128_SHA_1024 = Suite(7, 128, 2, 2)
AES256_SHA_2048 = Suite(7, 256, 2, 14)

ESP_3DES_SHA, ESP_3DES_MD5 = Esp(3, None, 2), Esp(3, None, 1)
ESP_DES_MD5 = Esp(2, None, 1)
ESP_AES128_SHA, ESP_AES256_SHA = Esp(12, 128, 2), Esp(12, 256, 2)

MS_NT5 = md5("MS NT5 ISAKMPOAKLEY")
FRAGMENTATION = md5("FRAGMENTATION")
DRAFT_00 = md5("draft-ietf-ipsec-nat-t-ike-00")
SAFENET = bytes.fromhex("47bbe7c993f1fc13b4e6d0db565c68e5010201010201010310") + (
    b"8.1.0 (Build 10)" + bytes(3)
)
SAFENET_FAMILY = bytes.fromhex("da8e937880010000")
DPD = bytes.fromhex("afcad71368a1f1c96b8696fc77570100")
XAUTH = bytes.fromhex("09002689dfd6b712")


@dataclass(frozen=True, slots=True)
class Profile:
    """The knobs of one client. Lives are in seconds and kilobytes."""

    vendors: tuple[bytes, ...]
    suites: tuple[Suite, ...] = (TRIPLE_SHA_1024,)
    esp: tuple[Esp, ...] = (ESP_3DES_SHA,)
    phase1_life: int = 28800
    pair_life: int = 3600
    pair_kilobytes: int = 250_000
    one_proposal_each: bool = False  # ESP transforms as proposals of their own
    with_ah: bool = False  # a bundle of AH and ESP is offered first, which nobody may take
    fqdn: str = ""  # in quick mode instead of addresses (KB818043)
    quick_ids: bool = True
    lone_selector: bool = False  # the server's alone (SS a889cfe5e1)
    server_port: int = 1701  # or 0, which is any
    nat_oa: bool = True
    pfs: int | None = None
    mode: int | None = None  # an encapsulation that does not fit, on purpose
    initial_contact: str = ""  # or "mm5", "informational"
    delete_old: bool = True  # the old pair at once when the new one stands
    commit: bool = False
    odd_attribute: bool = False  # one nobody knows, in both phases
    floats_at: str = "mm5"  # or "mm3", "quick", "esp" (IKE stays on 500)
    nat_d_port: int | None = None  # hashed in place of the one it comes from
    nat_d_kind: int | None = None  # another payload type than the variant's
    nat_oa_kind: int | None = None
    both_nat_oa: bool = False  # in the drafts' variants, too
    both_modes: bool = False  # plain ESP is offered as well as ESP in UDP
    identity: str = ""  # an address in place of its own: a clone behind a NAT behind the NAT
    refuses_natted_server: bool = False  # XP SP2 and later, unless the registry says otherwise
    method: int = 1  # or 3: certificates (RFC 2409, appendix A)

    @property
    def natt(self) -> tuple[str, ...]:
        return tuple(name for name, way in NATT.items() if way.vendor in self.vendors)


def offering(*names: str) -> Profile:
    """A plain client that offers exactly these ways of NAT traversal."""
    return Profile(vendors=tuple(NATT[name].vendor for name in names))


# Order from a log of the real thing (CLIENTS.md section 1); groups and lives from section 2.
XP_SP2 = Profile(
    vendors=(MS_NT5 + bytes([0, 0, 0, 4]), FRAGMENTATION, NATT["draft-02n"].vendor),
    suites=(TRIPLE_SHA_2048, TRIPLE_SHA_1024, TRIPLE_MD5_1024, DES_SHA_768, DES_MD5_768),
    esp=(ESP_3DES_MD5, ESP_3DES_SHA, ESP_DES_MD5),
    one_proposal_each=True,
    with_ah=True,
)

# SP2 and later will not have a server behind a NAT (KB885407).
XP_SP2_AS_SHIPPED = replace(XP_SP2, refuses_natted_server=True)

# All that racoon of Mac OS X announces, newest first; Apple's own name comes after the RFC.
MAC = offering(
    "rfc3947",
    "apple",
    *(f"draft-0{number}" for number in (8, 7, 6, 5, 4)),
    "draft-03",
    "draft-02",
    "draft-02n",
)

# Version 2 is Windows 2000; with KB818043 it offers draft-02\n and names itself in quick mode.
WIN2000_KB818043 = Profile(
    vendors=(MS_NT5 + bytes([0, 0, 0, 2]), FRAGMENTATION, NATT["draft-02n"].vendor),
    suites=(TRIPLE_SHA_1024, TRIPLE_MD5_1024, DES_SHA_768, DES_MD5_768),
    esp=(ESP_3DES_MD5, ESP_3DES_SHA),
    one_proposal_each=True,
    fqdn="old-w2k",
    server_port=0,
)

# The order SoftRemote was logged with; the MSL2TP of Windows 98, ME and NT 4 is of this family.
SAFENET_98 = Profile(
    vendors=(DRAFT_00, NATT["draft-02n"].vendor, SAFENET, SAFENET_FAMILY, DPD, XAUTH),
    nat_oa=False,
    initial_contact="informational",
)

LATER_WINDOWS = replace(
    XP_SP2,
    vendors=(
        MS_NT5 + bytes([0, 0, 0, 8]),
        NATT["rfc3947"].vendor,
        NATT["draft-02n"].vendor,
        FRAGMENTATION,
    ),
    suites=(AES256_SHA_2048, TRIPLE_SHA_2048, TRIPLE_SHA_1024),
    esp=(ESP_AES256_SHA, ESP_AES128_SHA, ESP_3DES_SHA),
)
