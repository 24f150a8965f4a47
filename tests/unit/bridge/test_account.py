from gateway.bridge.account import MOST_DIALS, MOST_FACTS, MOST_STRANGERS, Accounts
from gateway.outputs import Fact, What


def test_an_account_is_told_in_order() -> None:
    accounts = Accounts()
    accounts.add(Fact(What.DIAL_STARTED, 1), 10.0)
    accounts.add(Fact(What.DIAL_STARTED, 2), 10.5)
    accounts.add(Fact(What.CHOSEN, 1), 11.0)
    assert [(when, fact.what) for when, fact in accounts.of(1)] == [
        (10.0, What.DIAL_STARTED),
        (11.0, What.CHOSEN),
    ]
    assert accounts.of(3) == []


def test_a_long_account_keeps_how_it_began_and_how_it_ended() -> None:
    accounts = Accounts()
    for number in range(10 * MOST_FACTS):
        accounts.add(Fact(What.SA_READY, 1), float(number))
    times = [when for when, _ in accounts.of(1)]
    assert len(times) == MOST_FACTS
    assert times[0] == 0.0
    assert times[-1] == 10 * MOST_FACTS - 1


def test_strangers_cannot_make_the_book_grow() -> None:
    accounts = Accounts()
    for dial in range(3 * MOST_STRANGERS):
        accounts.add(Fact(What.DIAL_STARTED, dial), 0.0)
    assert accounts.of(2 * MOST_STRANGERS - 1) == []
    assert accounts.of(2 * MOST_STRANGERS) != []


def test_strangers_cannot_push_out_the_account_of_a_client() -> None:
    accounts = Accounts()
    accounts.add(Fact(What.DIAL_STARTED, 1), 0.0)
    accounts.add(Fact(What.AUTHENTICATED, 1), 0.5)
    for dial in range(2, 10 * MOST_DIALS):
        accounts.add(Fact(What.DIAL_STARTED, dial), 1.0)
    accounts.add(Fact(What.PPP_UP, 1), 2.0)
    assert [when for when, _ in accounts.of(1)] == [0.0, 0.5, 2.0]


def test_the_oldest_client_gives_way_to_the_newest() -> None:
    accounts = Accounts()
    for dial in range(2 * MOST_DIALS):
        accounts.add(Fact(What.DIAL_STARTED, dial), 0.0)
        accounts.add(Fact(What.AUTHENTICATED, dial), 0.0)
    kept = [dial for dial in range(2 * MOST_DIALS) if accounts.of(dial)]
    assert kept == list(range(MOST_DIALS + MOST_STRANGERS, 2 * MOST_DIALS))


def test_every_account_is_listed_with_its_dial() -> None:
    accounts = Accounts()
    accounts.add(Fact(What.DIAL_STARTED, 1), 1.0)
    accounts.add(Fact(What.AUTHENTICATED, 2), 2.0)
    assert {dial: len(entries) for dial, entries in accounts.dials()} == {1: 1, 2: 1}


def test_the_newest_refusals_come_first() -> None:
    accounts = Accounts()
    for dial in (1, 2, 3):
        accounts.add(Fact(What.DIAL_STARTED, dial), float(dial))
        accounts.add(Fact(What.REFUSED, dial), dial + 0.5)
    assert [fact.dial for _, fact in accounts.failures(2)] == [3, 2]


def test_a_dial_that_renewed_a_known_one_is_told_in_its_account() -> None:
    accounts = Accounts()
    accounts.add(Fact(What.AUTHENTICATED, 1), 10.0)
    accounts.add(Fact(What.DIAL_STARTED, 2), 20.0)
    accounts.join(2, 1)
    accounts.add(Fact(What.AUTHENTICATED, 1), 21.0)
    assert accounts.of(2) == []
    assert [(when, fact.what, fact.dial) for when, fact in accounts.of(1)] == [
        (10.0, What.AUTHENTICATED, 1),
        (20.0, What.DIAL_STARTED, 1),
        (21.0, What.AUTHENTICATED, 1),
    ]
