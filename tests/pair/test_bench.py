"""The benches measure the gateway that the packets go through, and not one beside it."""

from tests.bench.handshake import SUITES, dial, guess


def test_a_dial_and_a_guess_cost_something() -> None:
    suite, profile = next(iter(SUITES.items()))
    assert dial(profile, suite, whole=True) > 0.1  # milliseconds; a dial is a good deal more
    assert guess(1) > 0.01
