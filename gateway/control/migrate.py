"""Bringing a configuration that another version has written to the schema of this one.

Two slots share one configuration: the newer one may have saved it before the owner went back.
"""

import tomllib
from collections.abc import Callable, Mapping
from typing import Final

from gateway.control.schema import SCHEMA_VERSION, VERSION_KEY

Step = Callable[[str], str]
"""The text of one version -> the text of the next, with the new number in it."""

STEPS: Final[Mapping[int, Step]] = {}
"""By the version they start from. Schema 1 is the first there is."""


class Unmigratable(ValueError):
    """One sentence why this text cannot be used here."""


def schema_version_of(text: str) -> int:
    """The schema it was written for, 1 where it does not say; `Unmigratable` if unreadable."""
    try:
        version = tomllib.loads(text).get(VERSION_KEY, 1)
    except (tomllib.TOMLDecodeError, RecursionError, ValueError):
        raise Unmigratable("the configuration is no TOML") from None
    if type(version) is not int or version < 1:
        raise Unmigratable(f"its {VERSION_KEY} is no version there has been")
    return version


def migrate(text: str, steps: Mapping[int, Step] = STEPS, to: int = SCHEMA_VERSION) -> str:
    """The text as the schema `to` wants it; as it is if it does so already."""
    version = schema_version_of(text)
    if version > to:
        raise Unmigratable(
            f"the configuration was written for schema {version}, and this Postern knows {to}"
        )
    while version < to:
        step = steps.get(version)
        if step is None:
            raise Unmigratable(f"this Postern cannot read schema {version} any more")
        text = step(text)
        if schema_version_of(text) != version + 1:
            raise ValueError(f"the step from schema {version} does not lead to the next")
        version += 1
    return text
