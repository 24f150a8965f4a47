"""Who has sent the fifth message of main mode, whatever the method, and our answer."""

from collections import Counter
from collections.abc import Sequence

from gateway.crypto.rsa import Random
from gateway.ike.effort import CHECKED, REFUSED
from gateway.ike.errors import Held, Refusal
from gateway.ike.events import Reason
from gateway.ike.guards import Guards
from gateway.ike.header import Header
from gateway.ike.numbers import RSA_SIGNATURES, Notify
from gateway.ike.phase1 import (
    Fit,
    Phase1,
    Secured,
    answer_auth,
    check_fit,
    find_credential,
    secure,
)
from gateway.ike.policy import Credential, IkePolicy
from gateway.ike.protect import next_iv
from gateway.ike.signature import Unsigned, answer_signed
from gateway.ike.trials import Trials
from gateway.wire.ipv4 import host_text
from gateway.wire.udp import Datagram


class Unproved(Refusal):
    """A Refusal, with the keys by which the client can be told if it has them, too."""

    def __init__(self, refusal: Refusal, secured: Secured | None) -> None:
        super().__init__(refusal.reason, str(refusal), refusal.answer)
        self.secured = secured


def prove(
    phase: Phase1,
    header: Header,
    body: bytes,
    datagram: Datagram,
    policy: IkePolicy,
    guards: Guards,
    counters: Counter[str],
    random: Random,
    now: float,
) -> tuple[Fit, bytes]:
    """The client, and the sixth message; the phase is secured by it. `Unproved` if it is nobody.

    Another WireError if the exchange goes on: the message may come again, or was anybody's.
    """
    # An answer has reached that one, and port 4500 may have another address at its NAT.
    credentials = policy.credentials(phase.opened_from)
    if phase.method == RSA_SIGNATURES:
        return _prove_signed(phase, header, body, credentials, policy, guards, random, now)
    fit = _find(phase, header, body, credentials, guards.trials, counters, now)
    try:
        check_fit(phase, fit)
    except Refusal as error:
        raise Unproved(error, secure(phase, fit, next_iv(fit.keys, body))) from error
    return fit, answer_auth(phase, fit, body, datagram.target)


def _prove_signed(
    phase: Phase1,
    header: Header,
    body: bytes,
    credentials: Sequence[Credential],
    policy: IkePolicy,
    guards: Guards,
    random: Random,
    now: float,
) -> tuple[Fit, bytes]:
    guards.charge(phase, CHECKED, now)
    try:
        return answer_signed(phase, header, body, credentials, policy.signing, random)
    except Unsigned as error:
        guards.effort.spend(REFUSED, phase.opened_from.host, now)
        last = next_iv(error.keys, body)
        nobody = Secured(error.keys, last, "", frozenset(), "")
        raise Unproved(error, nobody) from error


def _find(
    phase: Phase1,
    header: Header,
    body: bytes,
    credentials: Sequence[Credential],
    trials: Trials,
    counters: Counter[str],
    now: float,
) -> Fit:
    """Whose key opens it; Held if not all were tried."""
    host = phase.opened_from.host
    trial = trials.choose([one for one in credentials if one.psk], host, now)
    fit = find_credential(phase, header, body, trial.credentials)
    if fit is not None:
        return fit
    trials.fail(trial, host, now)
    counters["key tried in vain"] += len(trial.credentials)
    if not trial.whole:
        phase.held = Reason.TOO_MANY_GUESSES
        raise Held(f"too many wrong keys came from {host_text(host)}")
    detail = f"none of {len(trial.credentials)} keys fits; {phase.suite.name} was agreed on"
    raise Unproved(Refusal(Reason.WRONG_KEY, detail, Notify.PAYLOAD_MALFORMED), None)
