"""Somebody without a key: main mode up to the fifth message, which is rubbish under any key.

It costs him one exponentiation in all, since what he sends never has to make sense; so it is the
cheapest way to have a gateway make exponentiations of its own, and try all its keys.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers import isakmp
from tests.pair.peers.ike_offers import ike_offer
from tests.pair.peers.ike_profiles import TRIPLE_SHA_1024, TRIPLE_SHA_2048, offering
from tests.pair.peers.isakmp import Message

Deliver = Callable[[Datagram, float], Iterable[Datagram]]
SUITES = {2: TRIPLE_SHA_1024, 14: TRIPLE_SHA_2048}


class Guesser:
    """`deliver` hands a datagram to the gateway and gives what it answers."""

    def __init__(
        self,
        deliver: Deliver,
        gateway: Endpoint,
        random: Callable[[int], bytes],
        group: int = 2,
    ) -> None:
        self._deliver = deliver
        self._gateway = gateway
        self._random = random
        self._offer = ike_offer(replace(offering("draft-02n"), suites=(SUITES[group],)))
        self._public = isakmp.public_value(group, 77)

    def begin(self, source: Endpoint, now: float) -> list[bytes]:
        """A first message, which needs no answer; the cookies of what it has begun."""
        cookie = self._random(8)
        first = self._message(cookie, bytes(8), [(isakmp.SA, self._offer)])
        answers = list(self._deliver(Datagram(source, self._gateway, first), now))
        return [cookie + isakmp.parse(answer.payload).cookie_r for answer in answers]

    def exchange(self, source: Endpoint, now: float) -> list[bytes]:
        """A first and a third message; the cookies if the third was answered as well."""
        return [both for both in self.begin(source, now) if self.third(source, both, now)]

    def third(self, source: Endpoint, both: bytes, now: float) -> list[Datagram]:
        """The key exchange, as if it came from there; what is answered."""
        key = [(isakmp.KE, self._public), (isakmp.NONCE, self._random(20))]
        third = self._message(both[:8], both[8:], key)
        return list(self._deliver(Datagram(source, self._gateway, third), now))

    def guess(self, source: Endpoint, now: float, fifth_from: Endpoint | None = None) -> None:
        """One whole guess from `source`; the fifth message may say that it comes from elsewhere."""
        for both in self.begin(source, now):
            self.third(source, both, now)
            body = self._random(64)
            fifth = Message(both[:8], both[8:], isakmp.ID, isakmp.MAIN, isakmp.ENCRYPTED, 0, body)
            whence = fifth_from or source
            list(self._deliver(Datagram(whence, self._gateway, isakmp.build(fifth)), now))

    def _message(self, cookie_i: bytes, cookie_r: bytes, payloads: list[isakmp.Payload]) -> bytes:
        first, body = isakmp.chain(payloads)
        return isakmp.build(Message(cookie_i, cookie_r, first, isakmp.MAIN, 0, 0, body))
