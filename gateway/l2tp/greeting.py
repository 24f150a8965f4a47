"""How a tunnel begins: who the peer says it is, and whether it knows the secret (RFC 2661, 5.1)."""

from gateway.crypto.mac import equal
from gateway.l2tp.errors import BadValue, BadVersion, NoResources, NotAuthorized
from gateway.l2tp.events import TunnelOpened
from gateway.l2tp.exchange import Exchange
from gateway.l2tp.hidden import challenge_response
from gateway.l2tp.messages import Scccn, Sccrp, Sccrq, readable
from gateway.l2tp.numbers import (
    CHALLENGE_LENGTH,
    FIRMWARE,
    FRAMING_BOTH,
    PROTOCOL_VERSION,
    VENDOR,
    MessageType,
)
from gateway.l2tp.quirks import STRICT, find_quirk, forgiven


class Greeting:
    """The three messages of one tunnel. `quirk` is right once the SCCRQ is checked."""

    def __init__(self, exchange: Exchange, welcome: bool) -> None:
        """`welcome`: there is room for one tunnel more."""
        self.quirk = STRICT
        self.pairs: tuple[int, ...] = ()  # kinds of the SCCRQ's pairs, as they stood
        self._exchange = exchange
        self._welcome = welcome
        self._request: Sccrq | None = None
        self._challenge = b""  # ours, if the peer has to answer one

    def check_request(self, request: Sccrq) -> None:
        """What the RFC wants beyond form; raises what the StopCCN shall say."""
        self.quirk = find_quirk(request.vendor_name, request.firmware_revision)
        self._request = request
        if request.protocol_version >> 8 != PROTOCOL_VERSION >> 8:
            raise BadVersion(f"protocol version {request.protocol_version:#06x}")
        if not request.host_name and not self.quirk.host_name_optional:
            raise BadValue("SCCRQ without host name")
        if request.challenge is not None and self._exchange.secret is None:
            raise NotAuthorized("tunnel authentication is asked for and there is no secret")
        if not self._welcome:
            raise NoResources("too many tunnels")

    def reply(self, tunnel: int) -> Sccrp:
        """Who asks us to prove the secret has it, and has to prove it too; others are not asked."""
        asked = self._request.challenge if self._request else None
        response = None
        if asked is not None and self._exchange.secret is not None:
            response = challenge_response(MessageType.SCCRP, self._exchange.secret, asked)
            self._challenge = self._exchange.random(CHALLENGE_LENGTH)
        return Sccrp(
            protocol_version=PROTOCOL_VERSION,
            framing_capabilities=FRAMING_BOTH,
            bearer_capabilities=0,
            firmware_revision=FIRMWARE,
            host_name=self._exchange.host_name.encode("ascii", "replace"),
            vendor_name=VENDOR,
            assigned_tunnel=tunnel,
            receive_window=self._exchange.window,
            challenge_response=response,
            challenge=self._challenge or None,
        )

    def check_connected(self, message: Scccn) -> None:
        """NotAuthorized unless the peer has answered our challenge, if there was one."""
        if not self._challenge:
            return
        secret = self._exchange.secret or b""
        expected = challenge_response(MessageType.SCCCN, secret, self._challenge)
        if not equal(message.challenge_response or b"", expected):
            raise NotAuthorized("wrong response to the challenge")

    def opened(self, tunnel: int, peer_tunnel: int) -> TunnelOpened:
        request = self._request
        return TunnelOpened(
            tunnel,
            peer_tunnel,
            readable(request.host_name if request else None),
            readable(request.vendor_name if request else None),
            (request.firmware_revision if request else None) or 0,
            self.quirk.client or None,
            (request.receive_window if request else None) or 0,
            self.pairs,
            forgiven(self.quirk, request.host_name if request else None),
        )
