"""Which profile is a board's: the one that fits most closely, and never one of two.

A name from DMI counts more than any number of devices. Devices alone are believed only where the
maker named neither the product nor the board: otherwise another maker's box would be taken for it.
"""

from collections.abc import Sequence

from gateway.control.board import Facts
from gateway.control.profile import Match, Profile
from gateway.control.profile_values import like

Closeness = tuple[int, int]  # names that fit, signs that fit


class NoProfile(ValueError):
    """None fits, or two fit equally; the text is for a person."""


def choose_profile(profiles: Sequence[Profile], facts: Facts) -> Profile:
    """The closest profile, the generic one where no other fits; `NoProfile` rather than a guess."""
    found = [(closeness(profile, facts), profile) for profile in profiles]
    best = max((close for close, _ in found if close), default=None)
    closest = [profile for close, profile in found if close and close == best]
    if len(closest) > 1:
        names = " and ".join(sorted(profile.id for profile in closest))
        raise NoProfile(f"the profiles {names} fit this board equally: their [[match]] must differ")
    if closest:
        return closest[0]
    return generic_profile(profiles)


def generic_profile(profiles: Sequence[Profile]) -> Profile:
    """The one that serves where no other fits."""
    generic = [profile for profile in profiles if profile.generic]
    if len(generic) != 1:
        raise NoProfile(f"there are {len(generic)} generic profiles, and there must be one")
    return generic[0]


def closeness(profile: Profile, facts: Facts) -> Closeness | None:
    """How closely it fits by its best way, or None if by none."""
    return max(
        (_close(match, facts) for match in profile.matches if _fits(match, facts)), default=None
    )


def _close(match: Match, facts: Facts) -> Closeness:
    return len(match.names), len(match.pci) + bool(match.nics)


def _fits(match: Match, facts: Facts) -> bool:
    named = all(
        name in facts.names and any(like(pattern, facts.names[name]) for pattern in patterns)
        for name, patterns in match.names
    )
    return (
        named
        and (bool(match.names) or facts.nameless)
        and all(sign.fits(facts.pci) for sign in match.pci)
        and len(facts.nics) >= match.nics
    )
