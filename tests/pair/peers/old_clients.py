"""The old machines, one by one: every field with where it comes from, in CLIENTS.md's short names.

What is open there ([?]) has both its answers in OPEN; a story takes each of them.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from tests.pair.peers import l2tp_lac
from tests.pair.peers.ike_profiles import (
    DES_MD5_768,
    DES_SHA_768,
    DPD,
    DRAFT_00,
    ESP_3DES_MD5,
    ESP_3DES_SHA,
    ESP_AES128_SHA,
    FRAGMENTATION,
    MS_NT5,
    NATT,
    SAFENET,
    SAFENET_FAMILY,
    TRIPLE_MD5_1024,
    TRIPLE_SHA_1024,
    TRIPLE_SHA_2048,
    XAUTH,
    Profile,
)
from tests.pair.peers.old_box import Kind
from tests.pair.peers.ppp_windows import DIALUP_98, WINDOWS_2000, WINDOWS_2003, WINDOWS_XP

DRAFT_02N = NATT["draft-02n"].vendor
# Beside it in LS, OSW and old SS vendor.c: "could be the MSL2TP client".
SAFENET_THIRD = bytes.fromhex("3025dbd21062b9e53dc441c6aab5293600000000")
SOFT_REMOTE_9 = SAFENET[:25] + b"9.0.1 (Build 12)" + bytes(3)  # LS vendor.c
INITIAL_CONTACT = bytes.fromhex("26244d38eddb61b3172a36e3d0cfb819")  # XP SP2 and 2003 (linogate)
RACOON = bytes.fromhex("7003cbc1097dbe9c2600ba6983bc8b35")  # IS, KAME/racoon

# The lists of XP and 2003 from an oakley.log (CLIENTS, 2), put behind what VE saw agreed on.
WINDOWS_SUITES = (TRIPLE_SHA_1024, TRIPLE_MD5_1024, DES_SHA_768, DES_MD5_768)

MSL2TP_IKE = Profile(
    # Expected to offer 00 and 02n, as SoftRemote's log does (CLIENTS, 1); nobody has a recording.
    vendors=(DRAFT_00, DRAFT_02N, SAFENET, SAFENET_FAMILY, SAFENET_THIRD),
    suites=(TRIPLE_SHA_1024,),  # KB325158: hard-coded
    esp=(ESP_3DES_SHA,),  # KB325158: no AH, no tunnel
    phase1_life=28800,  # OSW l2tp-psk.conf: 8 h and 1 h, "same defaults windows has"
    pair_life=3600,
    pair_kilobytes=250_000,  # known of Windows only
    server_port=1701,  # J. de Leeuw's changelog 2003-02: 17/1701 from the start
    nat_oa=False,
    initial_contact="informational",  # Intra2net's log of SoftRemote
)
WIN98_MSL2TP = Kind(
    name="msl2tp",
    certain="certain",
    ike=MSL2TP_IKE,
    lac=l2tp_lac.MSL2TP,  # XL control.c; no host name: l2tpd 0.69-8jdl
    ppp=DIALUP_98,
    keepalive=False,  # OSW README.NAT-Traversal: SafeNet sends none
    falls_idle=False,  # known of Windows 2000 and later only
)
WINME_MSL2TP = replace(WIN98_MSL2TP, lac=replace(l2tp_lac.MSL2TP, host_name=b""))  # VE patch 06
NT4_MSL2TP = replace(
    WIN98_MSL2TP,
    # Q182281: NT 4 calls back by CBCP; Q167040: it has an MRU of 1400 over NdisWan.
    ppp=replace(DIALUP_98, mru=1500),
)

WIN2000_IKE = Profile(
    vendors=(MS_NT5 + bytes([0, 0, 0, 2]), FRAGMENTATION),  # IS: 2 is Windows 2000
    suites=WINDOWS_SUITES,
    esp=(ESP_3DES_MD5, ESP_3DES_SHA),  # VE: 3DES-HMAC-MD5
    one_proposal_each=True,
    server_port=0,  # KB248750, and 17/0 before the update of 2003-07
)
WIN2000 = Kind("windows-2000", WIN2000_IKE, l2tp_lac.WINDOWS_2000, WINDOWS_2000,
               certain="certain", natt=False)  # fmt: skip
WIN2000_KB818043 = replace(
    WIN2000,
    name="windows-2000-kb818043",
    natt=True,
    ike=replace(
        WIN2000_IKE,
        vendors=(*WIN2000_IKE.vendors, DRAFT_02N),  # MS-IKEE 58d4d766
        fqdn="old-w2k",  # KB818043; hack in LS, OSW, SS
        server_port=1701,  # "the updated client now also uses 17/1701"
    ),
)

XP_IKE = replace(
    WIN2000_IKE,
    vendors=(MS_NT5 + bytes([0, 0, 0, 3]), FRAGMENTATION),  # IS: 3 is XP before SP2
)
XP = Kind("windows-xp", XP_IKE, l2tp_lac.WINDOWS_2000, WINDOWS_XP, certain="certain", natt=False)
XP_KB818043 = replace(
    XP,
    name="windows-xp-kb818043",
    natt=True,
    ike=replace(XP_IKE, vendors=(*XP_IKE.vendors, DRAFT_02N), fqdn="old-xp", server_port=1701),
)
XP_SP2 = Kind(
    name="windows-xp-sp2",
    certain="certain",
    ike=Profile(
        # Order from support.linogate.com's log, pre-shared key.
        vendors=(MS_NT5 + bytes([0, 0, 0, 4]), FRAGMENTATION, DRAFT_02N),
        suites=(TRIPLE_SHA_2048, *WINDOWS_SUITES),  # VE: MODP2048 first
        esp=(ESP_3DES_SHA, ESP_3DES_MD5),  # VE: 3DES-HMAC-SHA1
        one_proposal_each=True,
        with_ah=True,
        refuses_natted_server=True,  # KB885407: unless its registry says 2
    ),
    lac=l2tp_lac.WINDOWS_2000,
    ppp=WINDOWS_XP,
)
WIN2003 = replace(
    XP_SP2,
    name="windows-2003",
    certain="likely",
    ike=replace(
        XP_SP2.ike,
        vendors=(MS_NT5 + bytes([0, 0, 0, 4]), FRAGMENTATION, DRAFT_02N, INITIAL_CONTACT),
        suites=WINDOWS_SUITES,
        pair_kilobytes=100_000,  # KB2790970: 1 h and 100 MB by default
    ),
    ppp=WINDOWS_2003,
)

SAFENET_SOFTREMOTE = Kind(
    name="safenet",
    certain="certain",
    ike=Profile(
        # Intra2net's log: -00, -02n, 47bbe7.., da8e.., DPD, XAUTH.
        vendors=(DRAFT_00, DRAFT_02N, SOFT_REMOTE_9, SAFENET_FAMILY, DPD, XAUTH),
        nat_oa=False,
        initial_contact="informational",
    ),
    lac=l2tp_lac.XL2TPD,  # it has no L2TP of its own
    ppp=DIALUP_98,
    keepalive=False,
    falls_idle=False,
)
RACOON_LIKE = Kind(
    name="racoon",
    certain="certain",
    ike=Profile(
        vendors=(NATT["rfc3947"].vendor, DRAFT_02N, NATT["draft-02"].vendor, RACOON, DPD),
        suites=(TRIPLE_SHA_1024,),
        esp=(ESP_AES128_SHA, ESP_3DES_SHA),
        pair_kilobytes=250_000,
        nat_oa=False,  # RC refuses those it has not sent itself
        initial_contact="informational",
        delete_old=False,
    ),
    lac=l2tp_lac.XL2TPD,
    ppp=WINDOWS_XP,
    falls_idle=False,
)

CLIENTS: dict[str, Kind] = {
    "win98-msl2tp": WIN98_MSL2TP,
    "winme-msl2tp": WINME_MSL2TP,
    "nt4-msl2tp": NT4_MSL2TP,
    "win2000": WIN2000,
    "win2000-kb818043": WIN2000_KB818043,
    "xp": XP,
    "xp-kb818043": XP_KB818043,
    "xp-sp2": XP_SP2,
    "win2003": WIN2003,
    "safenet": SAFENET_SOFTREMOTE,
    "racoon": RACOON_LIKE,
}
THROUGH_NAT = {name: kind for name, kind in CLIENTS.items() if kind.natt}


def _ike(**changes: Any) -> Callable[[Kind], Kind]:
    return lambda kind: replace(kind, ike=replace(kind.ike, **changes))


def _ppp(**changes: Any) -> Callable[[Kind], Kind]:
    return lambda kind: replace(kind, ppp=replace(kind.ppp, **changes))


# What is open: the client, the question, and each answer there could be.
OPEN: dict[str, tuple[str, Callable[[Kind], Kind]]] = {
    "msl2tp offers only 02n": (
        "win98-msl2tp",
        _ike(vendors=(DRAFT_02N, SAFENET, SAFENET_FAMILY, SAFENET_THIRD)),
    ),
    "msl2tp offers only 00": (
        "win98-msl2tp",
        _ike(vendors=(DRAFT_00, SAFENET, SAFENET_FAMILY, SAFENET_THIRD)),
    ),
    "msl2tp has no vendor ID of SafeNet's": ("win98-msl2tp", _ike(vendors=(DRAFT_00, DRAFT_02N))),
    "msl2tp speaks dpd": ("win98-msl2tp", _ike(vendors=(*MSL2TP_IKE.vendors, DPD))),
    "msl2tp is silent about contact": ("win98-msl2tp", _ike(initial_contact="")),
    "msl2tp tells of contact in mm5": ("win98-msl2tp", _ike(initial_contact="mm5")),
    "msl2tp has an empty host name": (
        "win98-msl2tp",
        lambda kind: replace(kind, lac=replace(kind.lac, host_name=b"")),
    ),
    "msl2tp has a host name": (
        "win98-msl2tp",
        lambda kind: replace(kind, lac=replace(kind.lac, host_name=b"OLD98")),
    ),
    "msl2tp sends nat-oa": ("win98-msl2tp", _ike(nat_oa=True)),
    "msl2tp leaves the old pair": ("win98-msl2tp", _ike(delete_old=False)),
    "msl2tp sends no checksum": ("win98-msl2tp", lambda kind: replace(kind, checksum=0)),
    "msl2tp knows no volume": ("win98-msl2tp", _ike(pair_kilobytes=0xFFFFFFFF)),
    "msl2tp takes eap": ("win98-msl2tp", _ppp(eap="naks")),
    "msl2tp stumbles over eap": ("win98-msl2tp", _ppp(eap="stumbles")),
    "2000 sends no checksum": ("win2000-kb818043", lambda kind: replace(kind, checksum=0)),
    "2000 asks for port 0 behind a nat": ("win2000-kb818043", _ike(server_port=0)),
    "xp sets the commit bit": ("xp-sp2", _ike(commit=True)),
    "xp omits its own selector": ("xp-sp2", _ike(lone_selector=True)),
    "xp leaves the old pair": ("xp-sp2", _ike(delete_old=False)),
    "2003 sets the commit bit": ("win2003", _ike(commit=True)),
}


def open_kind(question: str) -> Kind:
    """The client with this answer to what is open."""
    client, change = OPEN[question]
    return change(CLIENTS[client])
