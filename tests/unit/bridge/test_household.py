from gateway.bridge.household import COUNTED, REMEMBERED, VERSION, remember, shape
from tests.pair.restart_world import MortalWorld, household_of


def test_the_shape_has_the_version_and_every_field() -> None:
    assert shape().startswith(f"{VERSION} Household(leg: LegValue(dial: int, ")
    for field in ("keymat_in: bytes", "skeyid_d: bytes", "called: Called(", "nr: int"):
        assert field in shape()


def test_what_people_are_shown_is_remembered() -> None:
    mortal = MortalWorld()
    mortal.world.call_up()
    (session,) = mortal.world.core.sessions.values()
    (value,) = household_of(mortal.node).sessions
    before = [getattr(session, name) for name in REMEMBERED]
    for name in COUNTED:
        setattr(session, name, 0)
    remember(session, value)
    assert [getattr(session, name) for name in REMEMBERED] == before


def test_nothing_secret_is_shown() -> None:
    mortal = MortalWorld()
    mortal.world.call_up()
    value = household_of(mortal.node)
    (pair,) = value.pairs
    shown = repr(value)
    for secret in (pair.sa.keymat_in, pair.sa.keymat_out, value.peers[0].psk):
        assert repr(secret) not in shown
