"""How much arithmetic may be asked for: exponentiations and signatures, in seconds of CPU.

Anybody whose address we can reach can have us work: a third message costs an exponentiation, a
signed fifth one the checking of certificates. So there are three budgets:

* of each source: a busy NAT, or somebody who floods. What it costs is charged here whoever it was,
  so that one who has a key, and begins again without end, takes no more than this;
* of all sources together: the last quarter of it is for sources that have used less than half of
  their own. What comes to a good end is given back;
* and of each source at which a client was seen before once more, when the others are used up.

First messages have budgets of their own, of each source and of all, since anybody can send them in
the name of anybody: to read one and to answer it takes as long as an exponentiation, and whoever
is connected has to live on what is left.

When nothing is left the message is not looked at; the client sends it again, and the budgets grow.
The costs are those of one core of a small server of today; a box of ten years ago takes four times
as long, so that at its worst a flood takes half of it.
"""

from dataclasses import dataclass, field
from typing import Final

from gateway.ike.bucket import Bucket
from gateway.ike.errors import Exhausted
from gateway.ike.places import Places
from gateway.wire.ipv4 import host_text

# Seconds of CPU: g^x and g^xy, by the length of the prime in bytes; a longer one costs more.
EXPONENTIATIONS: Final = {96: 0.0003, 128: 0.0004, 192: 0.001, 256: 0.0013}
# Certificates of a client that is let in, and at most of one that is not: eight signatures by its
# own keys and sixteen of a path, under exponents that it has chosen (`certificates.py`, x509).
CHECKED, REFUSED = 0.0005, 0.01

QUICK: Final = 0.0006  # a quick mode: of a client, and so charged to its address alone
FIRST: Final = 0.0005  # a first message, for each kilobyte of it that was begun

SOURCE, SOURCE_PER_SECOND = 0.25, 0.05  # of one source: at once, and from then on
USUAL, USUAL_PER_SECOND = 0.1, 0.02  # of one source at which a client was seen, besides
ALL, ALL_PER_SECOND = 2.0, 0.125  # a thousand clients that dial at once after a power cut
RESERVED: Final = ALL / 4  # of this, for sources that have used less than half of theirs
FIRSTS, FIRSTS_PER_SECOND = 1.0, 0.3  # first messages of all: 2000 at once, and 600 a second
OF_SOURCE, OF_SOURCE_PER_SECOND = 0.15, 0.03  # and of one source: 300 at once, and 60 a second
MOST_SOURCES: Final = 4096  # the one that was charged longest ago is forgotten


@dataclass(slots=True, eq=False)
class Source:
    own: Bucket = field(default_factory=lambda: Bucket(SOURCE, SOURCE_PER_SECOND))
    usual: Bucket = field(default_factory=lambda: Bucket(USUAL, USUAL_PER_SECOND))


class Effort:
    """The budgets. Times are seconds on the caller's clock, costs are seconds of CPU."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._sources: dict[bytes, Source] = {}  # by host, the last that was charged at the end
        self._all = Bucket(ALL, ALL_PER_SECOND)
        self._firsts = Bucket(FIRSTS, FIRSTS_PER_SECOND)
        self._firsts_of: dict[bytes, Bucket] = {}  # by host, as above

    def hear(self, length: int, host: bytes, now: float) -> None:
        """A first message of so many bytes says that it is from `host`; Exhausted if it is not to
        be read. Where a client was seen it is read when all others have used up what is theirs."""
        cost = FIRST * (1 + length // 1024)
        own = self._firsts_of.pop(host, None) or Bucket(OF_SOURCE, OF_SOURCE_PER_SECOND)
        self._firsts_of[host] = own
        if len(self._firsts_of) > MOST_SOURCES:
            del self._firsts_of[next(iter(self._firsts_of))]
        there_is = self._firsts.left(now) > 0.0
        if own.left(now) > 0.0 and (there_is or host in self._places):
            own.take(cost, now)
            self._firsts.take(cost if there_is else 0.0, now)
            return
        raise Exhausted(f"too many first messages, from {host_text(host)} or from everywhere")

    def charge(self, cost: float, host: bytes, now: float) -> float:
        """For work to be done now, on behalf of `host`: what may be given back if it was well
        spent. Exhausted if it is not to be done."""
        source = self._sources.pop(host, None) or Source()
        self._sources[host] = source
        if len(self._sources) > MOST_SOURCES:
            del self._sources[next(iter(self._sources))]
        own = source.own.left(now)
        if own > 0.0 and self._all.left(now) > (RESERVED if own < SOURCE / 2 else 0.0):
            source.own.take(cost, now)
            self._all.take(cost, now)
            return cost
        if host in self._places and source.usual.left(now) > 0.0:
            source.usual.take(cost, now)
            return 0.0
        raise Exhausted(f"{host_text(host)}, or all together, have asked for too much work")

    def spend(self, cost: float, host: bytes, now: float) -> None:
        """It was done, and has come to nothing."""
        source = self._sources.get(host)
        if source is not None:
            source.own.take(cost, now)
        self._all.take(cost, now)

    def give_back(self, cost: float) -> None:
        self._all.give(cost)


def exponentiations(length: int) -> float:
    """What a key exchange costs with numbers of so many bytes."""
    return EXPONENTIATIONS.get(length, max(EXPONENTIATIONS.values()))
