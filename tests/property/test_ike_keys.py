"""Whatever the keys are: the right one is found; whenever strangers guess: no budget is passed."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.ike.events import Authenticated
from gateway.ike.places import Places
from gateway.ike.trials import (
    GUESSES,
    GUESSES_PER_SECOND,
    KEYS,
    KEYS_PER_SECOND,
    USUAL,
    USUAL_PER_SECOND,
    Trials,
)
from tests.unit.ike.asker import Asker, credential, meet, policy


def padded(key: bytes) -> bytes:
    """To HMAC a key and the same with zeros behind it are one, up to a block (RFC 2104, 2)."""
    return key.rstrip(b"\0")


keys = st.lists(st.binary(min_size=1, max_size=80), min_size=1, max_size=8, unique_by=padded)
hosts = st.integers(0, 5).map(lambda number: number.to_bytes(4, "big"))
# Guesses: from where, how long after the one before, how many keys there are.
guesses = st.lists(st.tuples(hosts, st.sampled_from((0.0, 0.01, 3.0)), st.integers(1, 256)))
MANY = [credential(f"pc-{number}") for number in range(256)]


@given(keys, st.data())
def test_the_key_that_was_used_is_found_and_none_other(
    known: list[bytes], data: st.DataObject
) -> None:
    used = data.draw(st.sampled_from(known))
    rules = policy(*(credential(psk.hex(), psk) for psk in known))
    meeting = meet(rules, Asker(psk=used))
    meeting.main_mode()
    assert meeting.of(Authenticated) == [Authenticated(1, used.hex(), "192.168.1.2")]


@given(keys, st.binary(min_size=1, max_size=80))
def test_a_key_that_nobody_has_opens_nothing(known: list[bytes], used: bytes) -> None:
    rules = policy(*(credential(psk.hex(), psk) for psk in known if padded(psk) != padded(used)))
    meeting = meet(rules, Asker(psk=used))
    asker = meeting.asker
    asker.take_second(meeting.give_for(asker.first()))
    asker.take_fourth(meeting.give_for(asker.third()))
    meeting.give(asker.fifth())
    assert meeting.of(Authenticated) == []


@given(guesses, hosts)
def test_no_budget_is_passed_whenever_and_from_wherever_strangers_guess(
    made: list[tuple[bytes, float, int]], usual: bytes
) -> None:
    trials, now, tried = Trials(Places()), 100.0, 0
    messages = {host: [0, 0] for host, _, _ in made}
    trials.places.see("pc-0", usual)
    for host, wait, count in made * 20:
        now += wait
        trial = trials.choose(MANY[:count], host, now)
        trials.fail(trial, host, now)
        tried += len(trial.credentials) * trial.whole
        messages[host][0] += trial.whole
        messages[host][1] += bool(trial.credentials) and not trial.whole
    seconds = now - 100.0
    assert tried <= KEYS + KEYS_PER_SECOND * seconds + 256
    for whole, known in messages.values():
        assert whole <= GUESSES + GUESSES_PER_SECOND * seconds + 1
        assert known <= USUAL + USUAL_PER_SECOND * seconds + 1
