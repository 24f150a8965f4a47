"""A PPP end that wants more than its peer has, and does without what is rejected."""

from tests.pair.peers.ppp_end import PppEnd


class Wishful(PppEnd):
    """Asks for more in LCP, and without it once it was rejected."""

    def __init__(self, *args: object, wishes: bytes, **more: object) -> None:
        super().__init__(*args, **more)  # type: ignore[arg-type]
        self.wishes, self.rejected = wishes, b""

    def _lcp_options(self) -> bytes:
        return super()._lcp_options() + self.wishes

    def _hear_lcp(self, code: int, number: int, data: bytes, now: float) -> list[bytes]:
        if code == 4 and number == self._number:
            self.rejected, self.wishes = data, b""
            return self._ask(now)
        return super()._hear_lcp(code, number, data, now)
