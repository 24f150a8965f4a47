"""The gateway with somebody looking on: the same doors, and what goes through them is shown.

The loop drives this in the gateway's place while there is a trace, and the gateway itself again
afterwards; so the road costs what it did when nobody looks.
"""

from typing import Final

from gateway.bridge.censor import censor
from gateway.bridge.classify import Kind
from gateway.bridge.gateway import Gateway
from gateway.bridge.opened import open_esp
from gateway.bridge.owners import Found, Owner, Owners, Seen
from gateway.bridge.trace import Trace
from gateway.control.policy import candidates
from gateway.ike.numbers import COOKIE
from gateway.outputs import Output, SendIp
from gateway.wire.ipv4 import HEADER, PROTOCOL_UDP, build_ipv4, host_text
from gateway.wire.udp import HEADER as UDP_HEADER

MOST_TRACES: Final = 4
MOST_HELD: Final = 24  # packets of a phase 1 that has not said who it is


class Tracer:
    """A core as the loop wants one; all but the looking is the gateway's."""

    def __init__(self, gateway: Gateway) -> None:
        self.gateway = gateway
        self.traces: list[Trace] = []
        self._owners = Owners(gateway)

    def begin(self, trace: Trace) -> None:
        """ValueError if there are too many."""
        if len(self.traces) >= MOST_TRACES:
            raise ValueError(f"{MOST_TRACES} traces are under way")
        if not self.traces:
            self._owners = Owners(self.gateway)
        session = self.gateway.sessions.get(trace.session)
        trace.leg = None if session is None else session.leg
        self.traces.append(trace)

    def forget(self, trace: Trace, now: float) -> None:
        """Whoever fetched it is gone, or has everything."""
        self._end(trace, "it was stopped", now)
        if trace in self.traces:
            self.traces.remove(trace)
        if not self.traces:
            self._owners = Owners(self.gateway)  # and all that was held is gone

    # the doors

    def receive_packet(self, packet: bytes, now: float) -> list[Output]:
        found = self._owners.find(packet, inbound=True)
        outputs = self.gateway.receive_packet(packet, now)
        self._owners.learn(found.owner)
        self._see(packet, found, now, inbound=True)
        return self.look(outputs, now)

    def receive_gre(self, packet: bytes, now: float) -> list[Output]:
        return self.look(self.gateway.receive_gre(packet, now), now)

    def receive_inside(self, packet: bytes, now: float) -> list[Output]:
        return self.look(self.gateway.receive_inside(packet, now), now)

    def tcp_opened(self, key: int, now: float) -> list[Output]:
        return self.look(self.gateway.tcp_opened(key, now), now)

    def receive_tcp(self, key: int, data: bytes, now: float) -> list[Output]:
        return self.look(self.gateway.receive_tcp(key, data, now), now)

    def tcp_closed(self, key: int, reason: str, now: float) -> list[Output]:
        return self.look(self.gateway.tcp_closed(key, reason, now), now)

    def handle_timeout(self, now: float) -> list[Output]:
        due = self.gateway.deadline()
        outputs = self.gateway.handle_timeout(now) if due is not None and due <= now else []
        self.look(outputs, now)
        for trace in self.traces:
            if now >= trace.until:
                self._end(trace, "the time is over", now)
        return outputs

    def deadline(self) -> float | None:
        times = [trace.until for trace in self.traces if not trace.ended]
        own = self.gateway.deadline()
        return min(times if own is None else [*times, own], default=None)

    def stop(self, now: float) -> list[Output]:
        return self.look(self.gateway.stop(now), now)

    def idle(self) -> bool:
        return self.gateway.idle()

    def recover(self) -> None:
        self.gateway.recover()

    def look(self, outputs: list[Output], now: float) -> list[Output]:
        """Show what of these goes outside, and hand all of them on."""
        for output in outputs:
            if isinstance(output, SendIp) and not self._is_inward(output.packet):
                found = self._owners.find(output.packet, inbound=False)
                if found.kind is not Kind.GRE:
                    self._see(output.packet, found, now, inbound=False)
        self._settle()
        return outputs

    # showing

    def _see(self, packet: bytes, found: Found, now: float, *, inbound: bool) -> None:
        owner = found.owner
        opened = self._opened(packet, found, inbound)
        seen = Seen(packet, now, inbound, opened, is_esp=found.keys is not None)
        for trace in self.traces:
            if self._is_of(trace, owner):
                self._show_held(trace, owner)
                _add(trace, seen)
                _hand_out(trace, packet, found)
        if owner.client:
            owner.held.clear()
        elif owner.overheard is not None and len(owner.held) < MOST_HELD:
            owner.held.append(seen)

    def _opened(self, packet: bytes, found: Found, inbound: bool) -> bytes | None:
        if found.kind is Kind.IKE and found.owner.overheard is not None:
            message = packet[found.start : found.end]
            plain = found.owner.overheard.hear(message, inbound=inbound)
            return None if plain is None else _with_message(packet, found.start, plain)
        if found.keys is None:
            return None
        segment = open_esp(found.keys, packet, found.start, found.end)
        if segment is None:
            return None
        return build_ipv4(packet[12:16], packet[16:20], PROTOCOL_UDP, segment)

    def _is_of(self, trace: Trace, owner: Owner) -> bool:
        if trace.host is not None:
            return owner.host == trace.host
        if trace.session:
            return owner.leg is not None and owner.leg is trace.leg
        return bool(owner.client) and owner.client == trace.client

    def _show_held(self, trace: Trace, owner: Owner) -> None:
        if trace.host is None:  # or it was shown as it came
            for seen in owner.held:
                _add(trace, seen)

    def _settle(self) -> None:
        """A phase 1 that ended without proof is shown to whom it may have been."""
        for owner in self._owners.talks.values():
            if owner.held and not owner.client and self._owners.is_over(owner):
                for trace in self.traces:
                    self._show_perhaps(trace, owner)
                owner.held.clear()

    def _show_perhaps(self, trace: Trace, owner: Owner) -> None:
        names = [client.name for client in candidates(self.gateway.config, owner.host)]
        if trace.client and trace.client in names:
            self._show_held(trace, owner)

    def _is_inward(self, packet: bytes) -> bool:
        """Whether it goes to a server, from an address that the gateway has inside."""
        source, config = packet[12:16], self.gateway.config
        pools = (route.pool for route in config.routes)
        return source == config.inside.address or any(source in pool for pool in pools)

    def _end(self, trace: Trace, why: str, now: float) -> None:
        if trace.ended:
            return
        for owner in self._owners.talks.values():
            if not owner.client:
                self._show_perhaps(trace, owner)
        trace.end(why, now)


def _add(trace: Trace, seen: Seen) -> None:
    """As much of a packet as this trace may show."""
    opened, length = seen.opened, 0
    if opened is not None:
        length = len(opened)
        if seen.is_esp and not trace.wanted.passwords:
            opened = opened[:HEADER] + censor(opened[HEADER:])
    trace.add(seen.packet, seen.when, inbound=seen.inbound, opened=opened, length=length)


def _hand_out(trace: Trace, packet: bytes, found: Found) -> None:
    """Keys, where they are asked for, as Wireshark wants them."""
    keys, overheard = found.keys, found.owner.overheard
    if keys is not None:
        key = {
            "kind": "esp",
            "spi": f"{keys.spi:#010x}",
            "source": host_text(packet[12:16]),
            "target": host_text(packet[16:20]),
            "cipher": keys.suite.cipher.name,
            "cipher_key": keys.cipher_key.hex(),
            "hash": keys.suite.hash.name,
            "hash_key": keys.mac_key.hex(),
        }
        trace.hand_out(f"{key['spi']} to {key['target']}", key)
    elif overheard is not None and overheard.keys is not None:
        cookie = found.owner.cookies[:COOKIE].hex()
        key = {"kind": "ike", "cookie": cookie, "key": overheard.keys.cipher_key.hex()}
        trace.hand_out(cookie, key)


def _with_message(packet: bytes, start: int, message: bytes) -> bytes:
    """The packet with another IKE message in it, whatever was before it (the marker) kept."""
    marker = packet[HEADER + UDP_HEADER : start]
    length = UDP_HEADER + len(marker) + len(message)
    head = packet[HEADER : HEADER + 4] + length.to_bytes(2, "big") + bytes(2)
    return build_ipv4(packet[12:16], packet[16:20], PROTOCOL_UDP, head + marker + message)
