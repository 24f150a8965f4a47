"""Addresses at which clients have shown by their keys that they are there.

A budget or a table that strangers have used up is still open to who dials from one of these.
"""

from typing import Final

MOST_PLACES: Final = 4096  # addresses at which a client was seen
MOST_SEEN: Final = 32  # clients remembered for one of them


class Places:
    def __init__(self) -> None:
        self._places: dict[bytes, dict[str, None]] = {}  # by host; names, the last seen at the end

    def __contains__(self, host: bytes) -> bool:
        return host in self._places

    def see(self, name: str, host: bytes) -> None:
        """The client of this name has shown by its keys that it is there."""
        names = self._places.pop(host, {})
        names.pop(name, None)
        names[name] = None
        if len(names) > MOST_SEEN:
            del names[next(iter(names))]
        self._places[host] = names
        if len(self._places) > MOST_PLACES:
            del self._places[next(iter(self._places))]

    def order(self, host: bytes) -> dict[str, int]:
        """The names of those seen there, the newest first, each with its place."""
        return {name: place for place, name in enumerate(reversed(self._places.get(host, {})))}
