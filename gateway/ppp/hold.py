"""Configure-Requests of LCP that are under way are not let through a second time (RFC 1661, 4).

Windows NT 4 before SP5 starts LCP again with every Configure-Request that comes: with a round trip
of a second the client's repetitions keep it from ever opening (error 718, Q219353). And whoever
repeats under a new identifier takes no answer to the old one. So, for either side:

    asker              here                     the other side
    Request 1    ->    Request 1          ->
    Request 2    ->    (held: the same is under way)
                       Ack 1              <-    one request, one answer
    Ack 2        <-    under the identifier that the asker waits for now

If the server's acknowledgement was lost on its way to the client, what the client repeats is
answered from here, as long as neither has gone on: to the server it would be a new beginning.
"""

from dataclasses import dataclass

from gateway.ppp.frame import Packet
from gateway.ppp.numbers import CLIENT_WAITS, REMEMBERED_FOR, SERVER_WAITS, Code

WAITS = {True: CLIENT_WAITS, False: SERVER_WAITS}  # by whether the client asks


@dataclass(slots=True)
class Asked:
    """One side's newest request that was let through, and what became of it."""

    request: Packet
    when: float  # it was let through
    awaited: int  # the identifier under which the asker waits for the answer
    ack: Packet | None = None  # what the other side said, if it was an acknowledgement
    answered: bool = False


class Hold:
    """Both directions of one link. Times are the caller's seconds."""

    def __init__(self) -> None:
        self.held = 0  # requests that were not let through
        self._asked: dict[bool, Asked] = {}  # by whether the client asks

    def request(self, packet: Packet, from_client: bool, now: float) -> tuple[bool, Packet | None]:
        """Whether a Configure-Request goes on; if not, what its asker is told instead, if
        anything."""
        asked = self._asked.get(from_client)
        if asked is not None and asked.request.data == packet.data:
            if not asked.answered and now - asked.when < WAITS[from_client]:
                asked.awaited = packet.identifier
                self.held += 1
                return False, None
            if from_client and asked.ack is not None and now - asked.when < REMEMBERED_FOR:
                self.held += 1
                return False, Packet(asked.ack.code, packet.identifier, asked.ack.data)
        if not from_client and asked is not None and asked.ack is not None:
            self._asked.pop(True, None)  # a server that had its answer has begun anew
        return self._let_through(packet, from_client, now)

    def _let_through(
        self, packet: Packet, from_client: bool, now: float
    ) -> tuple[bool, Packet | None]:
        self._asked[from_client] = Asked(packet, now, packet.identifier)
        return True, None

    def answer(self, packet: Packet, from_client: bool) -> Packet:
        """An answer as its asker waits for it; `packet` is as the asker is to see it."""
        asked = self._asked.get(not from_client)
        if asked is None or packet.identifier != asked.request.identifier or asked.answered:
            return packet
        asked.answered = True
        asked.ack = packet if packet.code == Code.CONFIGURE_ACK else None
        if packet.identifier == asked.awaited:
            return packet
        return Packet(packet.code, asked.awaited, packet.data)

    def went_on(self, from_client: bool) -> None:
        """This side has said something that it says only when LCP is open, or is ended."""
        self._asked.pop(from_client, None)
