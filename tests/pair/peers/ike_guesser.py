"""Somebody without a key: main mode up to the fifth message, which is rubbish under any key.

It costs him one exponentiation in all, since what he sends never has to make sense; so it is the
cheapest way to have a gateway try all its keys.
"""

from collections.abc import Callable, Iterable

from gateway.wire.udp import Datagram, Endpoint
from tests.pair.peers import isakmp
from tests.pair.peers.ike_offers import ike_offer
from tests.pair.peers.ike_profiles import offering
from tests.pair.peers.isakmp import Message

Deliver = Callable[[Datagram, float], Iterable[Datagram]]


class Guesser:
    """`deliver` hands a datagram to the gateway and gives what it answers."""

    def __init__(self, deliver: Deliver, gateway: Endpoint, random: Callable[[int], bytes]) -> None:
        self._deliver = deliver
        self._gateway = gateway
        self._random = random
        self._offer = ike_offer(offering("draft-02n"))
        self._public = isakmp.public_value(2, 77)

    def guess(self, source: Endpoint, now: float, fifth_from: Endpoint | None = None) -> None:
        """One whole guess from `source`; the fifth message may say that it comes from elsewhere."""
        cookie = self._random(8)
        first = self._message(cookie, bytes(8), [(isakmp.SA, self._offer)])
        for answer in self._deliver(Datagram(source, self._gateway, first), now):
            cookie_r = isakmp.parse(answer.payload).cookie_r
            key = [(isakmp.KE, self._public), (isakmp.NONCE, self._random(20))]
            third = self._message(cookie, cookie_r, key)
            list(self._deliver(Datagram(source, self._gateway, third), now))
            body = self._random(64)
            fifth = Message(cookie, cookie_r, isakmp.ID, isakmp.MAIN, isakmp.ENCRYPTED, 0, body)
            whence = fifth_from or source
            list(self._deliver(Datagram(whence, self._gateway, isakmp.build(fifth)), now))

    def _message(self, cookie_i: bytes, cookie_r: bytes, payloads: list[isakmp.Payload]) -> bytes:
        first, body = isakmp.chain(payloads)
        return isakmp.build(Message(cookie_i, cookie_r, first, isakmp.MAIN, 0, 0, body))
