from gateway.bridge.writing_down import counting, describe
from tests.pair.restart_world import MortalWorld


def test_whoever_counts_on_the_road_is_named_once() -> None:
    mortal = MortalWorld()
    mortal.world.call_up()
    (session,) = mortal.world.core.sessions.values()
    uses = counting(session.leg, [session])
    assert sorted(name for _, name in uses) == ["heard", "sent", "word", "word", "word"]
    assert len({(id(owner), name) for owner, name in uses}) == 5
    assert len(counting(session.leg, [])) == 2


def test_everything_of_a_client_is_described_with_the_places_of_its_words() -> None:
    mortal = MortalWorld()
    mortal.world.call_up()
    core = mortal.world.core
    (session,) = core.sessions.values()
    places = iter(range(100, 200))
    value = describe(core.clients, session.leg, [session], lambda owner, name: next(places))
    (pair,), (told,) = value.pairs, value.sessions
    assert (pair.heard, pair.sent, told.road, told.sent, told.heard) == (100, 101, 102, 103, 104)
    assert (value.leg.client, value.leg.current) == ("old-pc", pair.sa.spi_in)
    assert (told.number, told.inside, told.encrypts) == (session.number, "PPTP", False)
    assert told.called is not None
    assert told.called.server == session.inside.server
