"""Whose keys are tried when a fifth message comes, and how often strangers may guess.

A message that no key opens has cost a trial of every key that may be used from there, and has been
a guess. So there are three budgets, and only what failed is charged to them:

* of each source, in messages: a machine with a wrong key, or somebody who guesses;
* of all sources together, in keys tried, which is CPU time: the last quarter of it is for sources
  that have not failed before, so that whoever guesses from many places leaves it to others;
* and of each source once more, for the keys of machines that were seen there before: these are
  tried even when the other two are used up, so that nobody who guesses, from the same NAT or from
  anywhere, keeps out a machine that dials from its usual place.

When nothing is left no key is tried; the client sends the message again, and the budget grows.

A source is the address from which the first message came: an answer has reached it, since the third
message has our cookie. Where the fifth says it comes from anybody can write.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from gateway.ike.bucket import Bucket
from gateway.ike.places import Places
from gateway.ike.policy import MOST_CREDENTIALS, Credential

GUESSES, GUESSES_PER_SECOND = 32.0, 0.5  # messages of one source
USUAL, USUAL_PER_SECOND = 32.0, 1.0  # messages of one source, tried with the keys seen there
KEYS, KEYS_PER_SECOND = 8192.0, 2000.0  # tried in vain, in all; `make bench` says what it costs
RESERVED: Final = KEYS / 4  # of these, for sources that have not failed
MOST_SOURCES: Final = 4096  # that have failed; the one that did so longest ago is forgotten


@dataclass(slots=True, eq=False)
class Source:
    """An address from which messages came that no key opened."""

    guesses: Bucket = field(default_factory=lambda: Bucket(GUESSES, GUESSES_PER_SECOND))
    usual: Bucket = field(default_factory=lambda: Bucket(USUAL, USUAL_PER_SECOND))


class Trial(NamedTuple):
    """Whose keys to try, in this order; not `whole` if there are others that had to be left out."""

    credentials: Sequence[Credential]
    whole: bool


class Trials:
    """The budgets. Times are seconds on the caller's clock."""

    def __init__(self, places: Places) -> None:
        self._sources: dict[bytes, Source] = {}  # by host, who failed last at the end
        self.places = places
        self._keys = Bucket(KEYS, KEYS_PER_SECOND)

    def choose(self, credentials: Sequence[Credential], host: bytes, now: float) -> Trial:
        """Those that may be used from `host`: first who was seen there, the newest before all."""
        order = self.places.order(host)
        usual = [credential for credential in credentials if credential.name in order]
        usual.sort(key=lambda credential: order[credential.name])
        source = self._sources.get(host)
        if self._has_guesses(source, now):
            others = [credential for credential in credentials if credential.name not in order]
            return Trial([*usual, *others][:MOST_CREDENTIALS], True)
        if source is None or source.usual.left(now) >= 1.0:
            return Trial(usual, False)
        return Trial((), False)

    def _has_guesses(self, source: Source | None, now: float) -> bool:
        if source is None:
            return self._keys.left(now) > 0.0
        return source.guesses.left(now) >= 1.0 and self._keys.left(now) > RESERVED

    def fail(self, trial: Trial, host: bytes, now: float) -> None:
        """None of these keys has opened it. Where none was tried, nothing was spent."""
        if not trial.credentials:
            return
        source = self._sources.pop(host, None) or Source()
        self._sources[host] = source
        if len(self._sources) > MOST_SOURCES:
            del self._sources[next(iter(self._sources))]
        if trial.whole:
            source.guesses.take(1.0, now)
            self._keys.take(float(len(trial.credentials)), now)
        else:
            source.usual.take(1.0, now)
