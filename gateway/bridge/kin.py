"""Legs that may be one client's, until something shows whether they are.

A client whose NAT has given it another port may renew its phase 1 from there before any ESP has
come, and a cloned machine behind a further NAT looks just the same. So what comes of that phase 1
is a leg of its own: the heir of those with the same name and identity, its elders. One of these
turns out to be it once something authentic shows that the two share what no other machine has: a
message of the elder's phase 1 or ESP by its keys from the heir's place, or a message of its tunnel
by the heir's keys. An SCCRQ by these shows that a machine has begun to live there.
"""

from collections.abc import Iterable

from gateway.bridge.client_leg import ClientLeg


def link(heir: ClientLeg, legs: Iterable[ClientLeg]) -> None:
    """Remember whose continuation a new leg may be."""
    heir.elders = [
        leg
        for leg in legs
        if (leg.client, leg.identity) == (heir.client, heir.identity)
        and leg is not heir
        and not leg.lns.idle
    ]
    if len(heir.elders) == 1:  # what is said to one machine is not to be heard by another
        heir.elders[0].heir = heir


def unlink(leg: ClientLeg) -> None:
    """It is known whose it is, or it is gone."""
    for elder in leg.elders:
        if elder.heir is leg:
            elder.heir = None
    leg.elders = []
    if leg.heir is not None:
        leg.heir.elders = [elder for elder in leg.heir.elders if elder is not leg]
        leg.heir = None


def elder_meant(leg: ClientLeg, message: bytes) -> ClientLeg | None:
    """The elder in whose tunnel an L2TP message is that has come by this leg."""
    return next((elder for elder in leg.elders if elder.lns.knows(message)), None)


def take_over(leg: ClientLeg, other: ClientLeg) -> None:
    """All that `other` has is `leg`'s from now on; the newest keys send."""
    leg.pairs |= other.pairs
    leg.phases |= other.phases
    if other.current is not None and (other.current.confirmed or leg.current is None):
        leg.current = other.current
        leg.client_port, leg.local = other.client_port, other.local
        leg.ike_suite, leg.natt, leg.old_key = other.ike_suite, other.natt, other.old_key
    leg.contact = other.contact or leg.contact
    leg.who.renew(other.who)
    other.pairs, other.phases, other.current = {}, set(), None
    unlink(other)
