"""Where a client is to be found. IKE and ESP may come by ways of their own, and are answered so.

Most NATs give both one mapping, and a new one to both. Some keep them apart for good: ESP in UDP
leaves by another port than IKE, or port 4500 by another address than port 500. What is heard tells
which it is: who moves takes the other along, unless that has shown to be elsewhere.
"""

from dataclasses import dataclass, replace

from gateway.wire.udp import Endpoint


@dataclass(frozen=True, slots=True)
class Place:
    """`ike` and `esp` are where to send each; only what is authentic and newest may change them."""

    ike: Endpoint
    esp: Endpoint
    heard: bool = False  # ESP has come from `esp`, or from where both were before
    left: Endpoint | None = None  # where both were before they moved together
    separate: bool = False  # IKE comes to our port 500, and ESP to 4500
    doubtful: bool = False  # IKE has moved alone, and no ESP has come since

    @property
    def apart(self) -> bool:
        return self.separate or self.ike != self.esp

    def hear_ike(self, there: Endpoint) -> "Place":
        """IKE came from there."""
        if there == self.ike:
            return self
        if self.apart or there == self.left:
            return replace(self, ike=there, doubtful=True)
        return replace(self, ike=there, esp=there, left=self.ike)

    def hear_floated(self, there: Endpoint) -> "Place":
        """IKE came from there, and to port 4500 for the first time."""
        return replace(self.hear_ike(there), separate=False)

    def hear_esp(self, there: Endpoint) -> "Place":
        """ESP came from there. If it is the first, IKE was heard elsewhere just before."""
        if there == self.esp:
            settled = self.heard and not self.doubtful
            return self if settled else replace(self, heard=True, doubtful=False)
        if self.apart or there == self.left or not self.heard:
            return replace(self, esp=there, heard=True, doubtful=False)
        return replace(self, ike=there, esp=there, left=self.esp)
