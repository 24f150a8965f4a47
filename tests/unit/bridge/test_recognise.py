"""How rows are weighed against one another; the rows themselves are in test_fingerprints.py."""

from gateway.bridge.recognise import MOST_REASONS, Fingerprint, Mark, Seen, Sure, recognise
from gateway.ike.events import Offered, QuickOffered, Shape
from gateway.l2tp.events import TunnelOpened

ALWAYS, NEVER = Mark("it is so", lambda _: True), Mark("it is not so", lambda _: False)
MODP2048 = Mark("it likes MODP2048", lambda seen: "modp2048" in seen.suites)


def row(name: str, sure: Sure, *needs: Mark, **more: tuple[Mark, ...]) -> Fingerprint:
    return Fingerprint(name, "made up for this test", needs or (ALWAYS,), sure, **more)


def test_nothing_known_is_unknown() -> None:
    assert recognise(Seen(), ()).name == "unknown"
    assert recognise(Seen(), (row("racoon", Sure.CERTAIN, NEVER),)).confidence == ""


def test_the_surest_row_wins_and_of_two_the_first() -> None:
    rows = (row("a", Sure.GUESS), row("b", Sure.LIKELY), row("c", Sure.LIKELY))
    found = recognise(Seen(), rows)
    assert (found.name, found.confidence, found.why) == ("b", "likely", ("it is so",))


def test_all_needs_must_be_met() -> None:
    assert recognise(Seen(), (row("a", Sure.CERTAIN, ALWAYS, NEVER),)).name == "unknown"


def test_more_makes_surer_but_never_surer_than_certain() -> None:
    rows = (row("a", Sure.LIKELY, more=(ALWAYS, ALWAYS, NEVER)),)
    assert recognise(Seen(), rows).confidence == "certain"


def test_what_speaks_against_it_is_told_and_may_rule_it_out() -> None:
    likely = recognise(Seen(), (row("a", Sure.CERTAIN, against=(ALWAYS,)),))
    assert (likely.confidence, likely.why) == ("likely", ("it is so", "but it is so"))
    assert recognise(Seen(), (row("a", Sure.GUESS, against=(ALWAYS,)),)).name == "unknown"


def test_no_more_reasons_than_a_person_reads() -> None:
    rows = (row("a", Sure.GUESS, *[ALWAYS] * 20),)
    assert len(recognise(Seen(), rows).why) == MOST_REASONS


def test_what_is_seen_is_kept_as_it_comes() -> None:
    seen = Seen()
    shape = Shape((b"vendor",), (1, 13), (1, 2, 3), long_life=True)
    seen.offered(Offered(1, ("vendor",), ("draft-02n",), ("modp2048",), shape))
    assert (seen.vendors, seen.order, seen.attributes) == ((b"vendor",), (1, 13), (1, 2, 3))
    assert seen.long_life
    assert recognise(seen, (row("a", Sure.LIKELY, MODP2048),)).name == "a"
    seen.tunnel_opened(TunnelOpened(1, 2, "OLDBOX", "Microsoft", 0x0500, None))
    assert (seen.l2tp_vendor, seen.firmware) == ("Microsoft", 0x0500)


def test_a_name_in_any_quick_mode_is_remembered() -> None:
    seen = Seen()
    for ids in ((1, 1), (2, 1), (1, 1)):
        seen.quick_offered(QuickOffered(1, (), ids, (), None, False, 0, ()))
    assert seen.quick_ids == (1, 2)


def test_who_identifies_itself_without_end_is_not_kept() -> None:
    seen = Seen()
    for number in range(9):
        seen.says(f"name {number}")
    assert len(seen.identified) == 3
