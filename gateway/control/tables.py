"""What a key and a table of a TOML file are, for those who read the schema."""

from collections.abc import Mapping
from dataclasses import dataclass

from gateway.control.defaults import DEFAULTS
from gateway.control.values import OneOf, Read, truth


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `example` is what stands behind the equals sign, as TOML."""

    name: str
    read: Read
    doc: str
    example: str
    required: bool = False
    listed: bool = False  # the value is a list, and `read` is for one of its members
    secret: bool = False
    instead: bool = False  # stands in the place of another key: not in the example
    kinds: tuple[str, ...] = ()  # of routes: the kinds that have it, if not all
    pem: bool = False  # the value is PEM, of many lines

    @property
    def words(self) -> tuple[str, ...]:
        """Where the value is one of a few words, these."""
        if self.listed:
            return ()
        if self.read is truth:
            return ("true", "false")
        return self.read.words if isinstance(self.read, OneOf) else ()

    def hint(self) -> str:
        """What to write, for a message."""
        return f"Write for example {self.name} = {self.example}"


@dataclass(frozen=True, slots=True)
class Table:
    """One table, or with `most` above one an array of tables."""

    name: str
    doc: str
    keys: tuple[Key, ...]
    required: bool = False
    most: int = 1
    named: str = ""  # the key by which one entry is told from another
    examples: tuple[Mapping[str, str], ...] = ({},)  # entries, with what differs from the keys' own

    @property
    def heading(self) -> str:
        return f"[[{self.name}]]" if self.most > 1 else f"[{self.name}]"

    def key(self, name: str) -> Key | None:
        return next((key for key in self.keys if key.name == name), None)

    def default(self, name: str) -> object:
        """What TOML would have there, or None where nothing holds instead."""
        return DEFAULTS.get(self.name, {}).get(name)
