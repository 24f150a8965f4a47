"""The kernel's rules of all local calls: set whole once, and from then on call by call.

What is there is remembered, and not believed: if nft refuses a step, because somebody has emptied
the firewall meanwhile, everything is set anew.
"""

from collections.abc import Mapping
from typing import Final

from gateway.system.pppd_rules import Allowed, begin_text, end_text, removal_text, whole_text
from gateway.system.run import Run, ToolFailed

NFT: Final = ("nft", "-f", "-")


class Table:
    """`tool` runs nft; with None the firewall is left alone. What nft refuses is `ToolFailed`."""

    def __init__(self, tool: Run | None) -> None:
        self.calls: dict[str, Allowed] = {}  # by interface
        self._tool = tool
        self._place: tuple[str, tuple[str, ...]] | None = None  # what the table there is made for

    @property
    def is_set(self) -> bool:
        """Whether there is a firewall that holds anybody back."""
        return self._tool is not None

    def begin(self, name: str, allowed: Allowed, inside: str, closed: tuple[str, ...]) -> None:
        """One call more, whose packets come out at `inside`. `closed`: see `whole_text`."""
        self._make_so({name: allowed}, (inside, closed))

    def change(self, changes: Mapping[str, Allowed | None]) -> None:
        """These calls may do something else now; None is for one that has ended."""
        if changes and self._place is not None:
            self._make_so(changes, self._place)

    def remove(self) -> None:
        """Nothing of ours is left, whoever has set it."""
        if self._tool is not None:
            self._tool(NFT, removal_text())
        self.calls, self._place = {}, None

    def _make_so(
        self, changes: Mapping[str, Allowed | None], place: tuple[str, tuple[str, ...]]
    ) -> None:
        after = {name: one for name, one in {**self.calls, **changes}.items() if one is not None}
        if self._tool is not None and not (place == self._place and self._step(changes)):
            self._tool(NFT, whole_text(after, *place))
        self.calls, self._place = after, place

    def _step(self, changes: Mapping[str, Allowed | None]) -> bool:
        """Whether nft took the changes alone."""
        text = ""
        for name, allowed in changes.items():
            text += end_text(name, self.calls[name]) if name in self.calls else ""
            text += "" if allowed is None else begin_text(name, allowed)
        try:
            if self._tool is not None and text:
                self._tool(NFT, text)
        except ToolFailed:
            return False
        return True
