"""LCP echoes seen in passing: who asks, and who has stopped answering (RFC 1661, 5.8)."""

from gateway.ppp.events import EchoUnanswered, PppEvent
from gateway.ppp.numbers import SILENT_ECHOES, Code


class Echo:
    """Both sides' echoes. The other side's own patience decides, not ours: we only tell."""

    def __init__(self) -> None:
        self._unanswered = {True: 0, False: 0}  # by whether the client asks

    def see(self, code: int, from_client: bool) -> list[PppEvent]:
        if code == Code.ECHO_REPLY:
            self._unanswered[not from_client] = 0
            return []
        self._unanswered[from_client] += 1
        if self._unanswered[from_client] != SILENT_ECHOES:
            return []
        return [EchoUnanswered(not from_client, SILENT_ECHOES)]
