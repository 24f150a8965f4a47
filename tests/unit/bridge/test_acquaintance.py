from gateway.bridge.acquaintance import MOST_QUIRKS, Acquaintance
from gateway.ike.events import NatFound, Offered, QuickOffered, Shape
from gateway.l2tp.events import TunnelOpened
from gateway.outputs import What
from gateway.ppp.events import PeerIdentified
from tests.pair.peers.ike_profiles import WIN2000_KB818043, XP_SP2

XP = Offered(1, (), ("draft-02n",), ("3des-sha1-modp1024",), Shape(vendors=XP_SP2.vendors))
W2K = Offered(1, (), ("draft-02n",), (), Shape(vendors=WIN2000_KB818043.vendors))
SPEAKS = TunnelOpened(1, 2, "OLDBOX", "Microsoft", 0x0500, None, quirks=("no host name in L2TP",))


def quick(*quirks: str) -> QuickOffered:
    return QuickOffered(1, (), (1, 1), (1701, 1701), None, False, 0, quirks)


def test_only_news_is_news() -> None:
    who = Acquaintance()
    assert who.hear(XP)
    assert not who.hear(XP)
    assert not who.hear(quick())
    assert who.hear(PeerIdentified(True, "MSRASV5.10"))
    assert (who.name, who.known.confidence) == ("windows-xp-sp2", "certain")


def test_what_a_client_is_not_shown_is_something_it_needed() -> None:
    who = Acquaintance()
    who.hear(NatFound(1, client=True, gateway=True))
    assert not who.quirks
    who.hear(NatFound(1, client=True, gateway=True, hidden=True))
    assert who.quirks == ("the router before us is not shown",)


def test_what_the_server_says_of_itself_is_not_the_clients() -> None:
    who = Acquaintance()
    who.hear(XP)
    assert not who.hear(PeerIdentified(False, "MSRASV5.10"))
    assert who.name == "windows-xp-2003"


def test_nobody_known_is_no_news() -> None:
    who = Acquaintance()
    assert not who.hear(Offered(1, (), (), ()))
    assert who.name == "unknown"


def test_quirks_are_kept_once_in_their_order_and_not_without_end() -> None:
    who = Acquaintance()
    who.hear(quick("commit bit"))
    who.hear(SPEAKS)
    who.hear(quick("commit bit"))
    assert who.quirks == ("commit bit", "no host name in L2TP")
    who.need(*map(str, range(100)))
    assert len(who.quirks) == MOST_QUIRKS


def test_the_owner_knows_better() -> None:
    who = Acquaintance()
    who.hear(XP)
    assert who.tell("msl2tp")
    assert (who.name, who.known.confidence) == ("msl2tp", "told")
    assert not who.hear(PeerIdentified(True, "MSRASV5.10"))
    assert who.tell("auto")
    assert who.name == "windows-xp-sp2"


def test_a_renewed_offer_counts_and_what_came_later_still_holds() -> None:
    who, newer = Acquaintance(), Acquaintance()
    who.hear(XP)
    who.hear(SPEAKS)
    newer.hear(W2K)
    who.renew(newer)
    assert (who.name, who.known.confidence) == ("windows-2000-kb818043", "certain")


def test_the_fact_says_who_how_sure_and_why() -> None:
    who = Acquaintance()
    who.hear(XP)
    fact = who.fact(7, "203.0.113.7:500")
    assert (fact.what, fact.dial, fact.peer) == (What.RECOGNISED, 7, "203.0.113.7:500")
    assert fact.details == {
        "system": "windows-xp-2003",
        "label": "Windows XP SP2 or Server 2003",
        "confidence": "likely",
        "why": "its vendor ID is MS NT5 ISAKMPOAKLEY 00000004",
    }


def test_msl2tp_is_not_asked_for_an_mru_it_cannot_keep() -> None:
    who = Acquaintance()
    assert who.kept_mru(1398) == 1398
    who.tell("msl2tp")
    assert who.kept_mru(1414) == 1414
    assert not who.quirks
    assert who.kept_mru(1398) == 1410
    assert who.quirks == ("MRU not below 1410",)
