"""The certificates of the configuration as IKE needs them."""

from collections.abc import Iterator

from gateway.control.config import Config
from gateway.ike.certificates import Identity, Signing


def signing(config: Config, date: float) -> Signing | None:
    """None where nobody can dial by certificate; `date` is today, in seconds since 1970.

    A box without a clock believes the latest day that must have passed.
    """
    if not config.certificates or not config.authorities:
        return None
    return Signing(
        identities=tuple(Identity(one.chain, one.key, one.always) for one in config.certificates),
        authorities=config.authorities,
        date=max(date, *_past(config)),
    )


def _past(config: Config) -> Iterator[float]:
    """Days that have certainly passed: on them these were made. A box may have lost its clock."""
    for own in config.certificates:
        yield from (float(one.not_before) for one in own.chain)
    for authority in config.authorities:
        yield float(authority.certificate.not_before)
        if authority.crl is not None:
            yield float(authority.crl.this_update)
