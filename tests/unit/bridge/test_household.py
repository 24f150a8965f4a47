from dataclasses import replace

from gateway.bridge.household import COUNTED, REMEMBERED, VERSION, is_sound, remember, shape
from gateway.wire.udp import Endpoint
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


def test_what_fits_no_packet_is_not_sound() -> None:
    mortal = MortalWorld()
    mortal.world.call_up()
    value = household_of(mortal.node)
    (tunnel,), (session,), (peer,) = value.tunnels, value.sessions, value.peers
    assert is_sound(value)
    assert session.called is not None
    far = Endpoint(bytes(4), 1 << 16)
    for changed in (
        replace(value, leg=replace(value.leg, client_port=-1)),
        replace(value, leg=replace(value.leg, local=Endpoint(bytes(5), 0))),
        replace(value, peers=(replace(peer, esp=far),)),
        replace(value, tunnels=(replace(tunnel, nr=1 << 16),)),
        replace(value, tunnels=(replace(tunnel, unacknowledged=((1 << 16, b""),)),)),
        replace(value, sessions=(replace(session, called=replace(session.called, server=far)),)),
    ):
        assert not is_sound(changed)
