"""The clients that can be told apart, as a table: what shows each of them, and how that is known.

The sources' short names: LS libreswan, OSW Openswan, SS strongSwan, XL xl2tpd, IS ike-scan, RC
racoon, VE VPNease, KB Microsoft's knowledge base, MS-... Microsoft's open specifications. Rows of
the same certainty are in order: the first one wins.
"""

from typing import Final

from gateway.bridge.recognise import Fingerprint, Mark, Seen, Sure
from gateway.ike.numbers import IdType
from gateway.ike.vendors import DPD, SAFENET, WINDOWS

RELEASE: Final = slice(16, 20)  # of Windows' vendor ID
SAFENET_BUILD: Final = slice(25, 41)  # of SafeNet's: its version as text
SAFENET_THIRD: Final = bytes.fromhex("3025dbd21062b9e53dc441c6aab52936")
RACOON: Final = bytes.fromhex("7003cbc1097dbe9c2600ba6983bc8b35")
STRONGSWAN: Final = bytes.fromhex("882fe56d6fd20dbc2251613b2ebe5beb")
LATER: Final = bytes.fromhex("01528bbbc00696121849ab9a1c5b2a51")
XAUTH: Final = bytes.fromhex("09002689dfd6b712")
KEY_LENGTH: Final = 14  # the attribute, of AES alone
OPENSWAN: Final = b"OE"  # and ten letters of a hash of its version


def vendor(start: bytes, says: str) -> Mark:
    """A vendor ID that begins so."""
    return Mark(says, lambda seen: any(each.startswith(start) for each in seen.vendors))


def release(number: int) -> Mark:
    says = f"its vendor ID is MS NT5 ISAKMPOAKLEY {number:08x}"
    return Mark(says, lambda seen: number in _releases(seen))


def l2tp(maker: str, firmware: int) -> Mark:
    says = f"its L2TP calls itself {maker}, firmware 0x{firmware:04X}"
    return Mark(says, lambda seen: seen.l2tp_vendor == maker and seen.firmware == firmware)


def other_l2tp(*makers: str) -> Mark:
    """L2TP has spoken, and it is made by none of these."""
    says = "its L2TP is of another maker"
    return Mark(says, lambda seen: seen.l2tp_vendor is not None and seen.l2tp_vendor not in makers)


def identified(text: str) -> Mark:
    return Mark(f"its PPP identifies itself as {text}", lambda seen: text in seen.identified)


def _releases(seen: Seen) -> list[int]:
    return [
        int.from_bytes(each[RELEASE], "big")
        for each in seen.vendors
        if each.startswith(WINDOWS) and len(each) >= RELEASE.stop
    ]


def _safenet(build: bytes) -> Mark:
    says = f"its SafeNet vendor ID says {build.decode()}"
    return Mark(
        says, lambda seen: any(each[SAFENET_BUILD].startswith(build) for each in _safenets(seen))
    )


def _safenets(seen: Seen) -> list[bytes]:
    return [each for each in seen.vendors if each.startswith(SAFENET[0])]


def _only(suite: str) -> Mark:
    return Mark(f"it offers {suite} and nothing else", lambda seen: seen.suites == (suite,))


def _begins_with(says: str, *starts: bytes) -> Mark:
    """Its first vendor IDs are these."""

    def met(seen: Seen) -> bool:
        return len(seen.vendors) >= len(starts) and all(
            each.startswith(start) for each, start in zip(seen.vendors, starts, strict=False)
        )

    return Mark(says, met)


def _attributes(says: str, *order: int) -> Mark:
    """The first transform has these attributes in this order, and perhaps a key's length."""

    def met(seen: Seen) -> bool:
        return tuple(each for each in seen.attributes if each != KEY_LENGTH) == order

    return Mark(says, met)


MSL2TP_SPEAKS: Final = l2tp("Deterministic Networks Inc.", 0xFF00)
MICROSOFT_SPEAKS: Final = l2tp("Microsoft", 0x0500)
NO_NATT: Final = Mark("it offers no NAT traversal", lambda seen: not seen.natt)
APPLES_NATT: Final = Mark(
    "it offers NAT traversal in Apple's form", lambda seen: "apple" in seen.natt
)
DRAFT_02N: Final = Mark(
    "it offers NAT traversal by draft 02 with a newline", lambda seen: "draft-02n" in seen.natt
)
NAMES_ITSELF: Final = Mark(
    "it names itself in quick mode, as KB818043 makes it",
    lambda seen: seen.quick_ids is not None and IdType.FQDN in seen.quick_ids,
)
MODP2048_FIRST: Final = Mark(
    "it offers MODP2048 first",
    lambda seen: bool(seen.suites) and seen.suites[0].startswith("3des-sha1-modp2048"),
)
SAYS_XP: Final = identified("MSRASV5.10")
SAYS_2003: Final = identified("MSRASV5.20")
SAFENET_SPEAKS: Final = vendor(SAFENET[0], "its vendor ID is SafeNet's")
XAUTH_AND_DPD_FIRST: Final = _begins_with(
    "its vendor IDs begin with XAUTH and DPD, as strongSwan's do", XAUTH, DPD
)
DPD_FIRST: Final = _begins_with("its vendor IDs begin with DPD, as libreswan's do", DPD)
SUITE_FIRST: Final = _attributes(
    "its attributes come in strongSwan's order, the lifetime last", 1, 2, 4, 3, 11, 12
)
LIFE_FIRST: Final = _attributes(
    "its attributes come in pluto's order, the lifetime first", 11, 12, 1, 2, 3, 4
)
NO_OE: Final = Mark(
    "it sends no vendor ID of its own",
    lambda seen: not any(v[:2] == OPENSWAN for v in seen.vendors),
)
NOT_MICROSOFT: Final = (other_l2tp("Microsoft"),)

FINGERPRINTS: Final[tuple[Fingerprint, ...]] = (
    Fingerprint(
        name="msl2tp",
        evidence="XL control.c, where its StopCCN and CDN are worked round; no recording is known",
        needs=(MSL2TP_SPEAKS,),
        sure=Sure.CERTAIN,
    ),
    Fingerprint(
        name="msl2tp",
        evidence="LS, OSW vendor.c: these three vendor IDs could be the MSL2TP client, a stripped "
        "SafeNet; KB325158: 3DES, SHA1 and group 2 are hard-coded",
        needs=(_safenet(b"8.1.0 (Build 10)"),),
        sure=Sure.GUESS,
        more=(vendor(SAFENET_THIRD, "a vendor ID beside it was seen with MSL2TP"),),
        against=(other_l2tp("Deterministic Networks Inc."),),
    ),
    Fingerprint(
        name="windows-2000-kb818043",
        evidence="IS, MS NT5 2 is Windows 2000; MS-IKEE 58d4d766: a draft-only host sends only 02",
        needs=(release(2), DRAFT_02N),
        sure=Sure.LIKELY,
        more=(NAMES_ITSELF, MICROSOFT_SPEAKS),
        against=NOT_MICROSOFT,
    ),
    Fingerprint(
        name="windows-2000",
        evidence="IS, MS NT5 2 is Windows 2000; before KB818043 it has no NAT traversal",
        needs=(release(2), NO_NATT),
        sure=Sure.LIKELY,
        more=(MICROSOFT_SPEAKS,),
        against=(NAMES_ITSELF, *NOT_MICROSOFT),
    ),
    Fingerprint(
        name="windows-xp-kb818043",
        evidence="IS, MS NT5 3 is XP before SP2; MS-RNAP 2.2.1.2: XP says MSRASV5.10",
        needs=(release(3), DRAFT_02N),
        sure=Sure.LIKELY,
        more=(NAMES_ITSELF, SAYS_XP),
        against=NOT_MICROSOFT,
    ),
    Fingerprint(
        name="windows-xp",
        evidence="IS, MS NT5 3 is XP before SP2; before KB818043 it has no NAT traversal",
        needs=(release(3), NO_NATT),
        sure=Sure.LIKELY,
        more=(SAYS_XP,),
        against=(NAMES_ITSELF, *NOT_MICROSOFT),
    ),
    Fingerprint(
        name="windows-xp-sp2",
        evidence="IS, MS NT5 4 is XP SP2 and 2003; MS-RNAP 2.2.1.2: XP says MSRASV5.10",
        needs=(release(4), SAYS_XP),
        sure=Sure.CERTAIN,
        against=NOT_MICROSOFT,
    ),
    Fingerprint(
        name="windows-2003",
        evidence="IS, MS NT5 4 is XP SP2 and 2003; MS-RNAP 2.2.1.2: all but 2000 and XP say 5.20",
        needs=(release(4), SAYS_2003),
        sure=Sure.LIKELY,
        against=NOT_MICROSOFT,
    ),
    Fingerprint(
        name="windows-xp-sp2",
        evidence="VE encryption-and-standards and a log at linogate.de: XP SP2 asks for MODP2048 "
        "first; what Server 2003 asks for as a client is not known",
        needs=(release(4), MODP2048_FIRST),
        sure=Sure.LIKELY,
        against=(SAYS_2003, *NOT_MICROSOFT),
    ),
    Fingerprint(
        name="windows-xp-2003",
        evidence="IS, MS NT5 4 is XP SP2 and Server 2003; logs at linogate.de",
        needs=(release(4),),
        sure=Sure.LIKELY,
        against=NOT_MICROSOFT,
    ),
    *(
        Fingerprint(
            name="windows-later",
            evidence="IS, MS NT5 5 is Vista and so on; a log in pfSense's documentation",
            needs=(release(number),),
            sure=Sure.CERTAIN,
        )
        for number in range(5, 10)
    ),
    Fingerprint(
        name="windows-later",
        evidence="a log in pfSense's documentation: the first vendor ID of a later Windows",
        needs=(vendor(LATER, "its vendor ID is that of a later Windows"),),
        sure=Sure.LIKELY,
    ),
    Fingerprint(
        name="safenet",
        evidence="LS vendor.c: SoftRemote says 8.0.0 (Build 10) or 9.0.1 (Build 12); Intra2net's "
        "manual has a log",
        needs=(SAFENET_SPEAKS,),
        sure=Sure.GUESS,
        more=(
            _safenet(b"8.0.0 (Build 10)"),
            _safenet(b"9.0.1 (Build 12)"),
            vendor(XAUTH, "it offers XAUTH, which SoftRemote does"),
        ),
    ),
    Fingerprint(
        name="safenet",
        evidence="LS vendor.c: SafeNet, WatchGuard, SonicWall and 3Com have it; alone not MSL2TP",
        needs=(vendor(SAFENET[1], "its vendor ID is of SafeNet's family"),),
        sure=Sure.GUESS,
    ),
    Fingerprint(
        name="mac-os-x",
        evidence="SE and RC: Apple's racoon offers NAT traversal by a draft without a number",
        needs=(APPLES_NATT,),
        sure=Sure.LIKELY,
    ),
    Fingerprint(
        name="racoon",
        evidence="IS, KAME/racoon",
        needs=(vendor(RACOON, "its vendor ID is KAME's racoon's"),),
        sure=Sure.CERTAIN,
    ),
    Fingerprint(
        name="strongswan",
        evidence="IS, strongSwan; it is only sent if charon.send_vendor_id is set",
        needs=(vendor(STRONGSWAN, "its vendor ID is strongSwan's"),),
        sure=Sure.CERTAIN,
    ),
    Fingerprint(
        name="strongswan",
        evidence="tests/vectors/captures/natt/gen-l2tp-ipsec-natt-3des.pcap, strongSwan 5.9.8, and "
        "the recordings in tests/vectors/recorded",
        needs=(XAUTH_AND_DPD_FIRST, SUITE_FIRST),
        sure=Sure.LIKELY,
    ),
    Fingerprint(
        name="libreswan",
        evidence="tests/vectors/recorded/libreswan-*.toml, libreswan 4.10 of Debian 12",
        needs=(DPD_FIRST, LIFE_FIRST, NO_OE),
        sure=Sure.LIKELY,
    ),
    Fingerprint(
        name="openswan",
        evidence="captures of Openswan's tests: OE and ten letters of a hash",
        needs=(vendor(OPENSWAN, "its vendor ID begins with OE, as Openswan's does"),),
        sure=Sure.LIKELY,
    ),
    Fingerprint(
        name="windows-2000-xp",
        evidence="an SCCRQ seen by a Huawei Quidway and by a Cisco router",
        needs=(MICROSOFT_SPEAKS,),
        sure=Sure.GUESS,
    ),
)
