"""Who has sent the fifth message of main mode, whatever the method, and our answer."""

from collections import Counter

from gateway.crypto.rsa import Random
from gateway.ike.errors import Held, Refusal
from gateway.ike.events import Reason
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
from gateway.ike.policy import IkePolicy
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
    trials: Trials,
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
        try:
            return answer_signed(phase, header, body, credentials, policy.signing, random)
        except Unsigned as error:
            last = next_iv(error.keys, body)
            nobody = Secured(error.keys, last, "", frozenset(), "")
            raise Unproved(error, nobody) from error
    trial = trials.choose([one for one in credentials if one.psk], phase.opened_from.host, now)
    fit = find_credential(phase, header, body, trial.credentials)
    if fit is None:
        trials.fail(trial, phase.opened_from.host, now)
        counters["key tried in vain"] += len(trial.credentials)
        if not trial.whole:
            phase.held = True
            raise Held(f"too many wrong keys came from {host_text(phase.opened_from.host)}")
        detail = f"none of {len(trial.credentials)} keys fits; {phase.suite.name} was agreed on"
        wrong = Refusal(Reason.WRONG_KEY, detail, Notify.PAYLOAD_MALFORMED)
        raise Unproved(wrong, None)
    try:
        check_fit(phase, fit)
    except Refusal as error:
        raise Unproved(error, secure(phase, fit, next_iv(fit.keys, body))) from error
    return fit, answer_auth(phase, fit, body, datagram.target)
