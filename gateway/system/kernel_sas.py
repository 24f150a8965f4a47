"""Security associations and policies of ours in the kernel, by raw netlink.

All of ours have one mark, `REQID`: what has another is somebody else's and never touched.
"""

import errno
from collections.abc import Iterator
from typing import Final

from gateway.paths import LegPath, Sa
from gateway.system.netlink.line import XFRM, KernelRefused, Line
from gateway.system.virtual import Pool
from gateway.wire.ipv4 import PROTOCOL_UDP
from gateway.wire.netlink import CREATE, EXCLUSIVE
from gateway.wire.xfrm import (
    DELETE_POLICY,
    DELETE_SA,
    GET_POLICY,
    GET_SA,
    IN,
    NEW_POLICY,
    NEW_SA,
    OUT,
    UPDATE_SA,
    Association,
    Known,
    Replay,
    Selector,
    build_association,
    build_policy,
    name_association,
    name_policy,
    parse_association,
    parse_policy,
)

REQID: Final = 0x706F7374  # "post"
PRIORITY: Final = 1000  # of our policies
PORT_NATT, PORT_L2TP = 4500, 1701
CIPHERS: Final = {"des": "cbc(des)", "3des": "cbc(des3_ede)", "aes": "cbc(aes)"}
DIGESTS: Final = {"md5": "hmac(md5)", "sha1": "hmac(sha1)"}
_GONE: Final = (errno.ESRCH, errno.ENOENT)


class KernelSas:
    """Nothing is remembered here; `KernelRefused` (an OSError) where the kernel says no."""

    def __init__(self) -> None:
        self._line = Line(XFRM)

    def close(self) -> None:
        self._line.close()

    def add(self, path: LegPath, sa: Sa, inbound: bool) -> None:
        self._set(NEW_SA, path, sa, inbound)

    def update(self, path: LegPath, sa: Sa, inbound: bool) -> None:
        """New ports and limits; window and counters stay as they are."""
        self._set(UPDATE_SA, path, sa, inbound)

    def remove(self, path: LegPath, sa: Sa, inbound: bool) -> Known | None:
        """How it was in its last moment, if it was still there."""
        known = self.look(path, sa, inbound)
        try:
            body = name_association(path.near if inbound else path.virtual, sa.spi)
            self._line.do(DELETE_SA, body, "to forget a security association")
        except KernelRefused as refused:
            if refused.errno not in _GONE:
                raise
        return known

    def look(self, path: LegPath, sa: Sa, inbound: bool) -> Known | None:
        body = name_association(path.near if inbound else path.virtual, sa.spi)
        try:
            answer = self._line.ask(GET_SA, body, "to show a security association")
        except KernelRefused as refused:
            if refused.errno not in _GONE:
                raise
            return None
        return parse_association(answer.body)

    def every(self) -> Iterator[Known]:
        """All of ours."""
        for message in self._line.dump(GET_SA, b"", "to show its security associations"):
            known = parse_association(message.body)
            if known.reqid == REQID:
                yield known

    def check(self, cipher: str, digest: str, key_length: int) -> None:
        """`KernelRefused` unless the kernel has this suite; nothing comes to be.

        To change an association that there is not fails, but only after it was understood.
        """
        nowhere = bytes((192, 0, 2, 1))
        sizes = {"md5": 16, "sha1": 20}
        body = build_association(
            Association(
                source=nowhere,
                target=nowhere,
                spi=0xFFFFFFFF,
                reqid=REQID,
                cipher=CIPHERS[cipher],
                # Eight times the same byte would be a weak key of DES.
                cipher_key=bytes(range(1, key_length + 1)),
                digest=DIGESTS[digest],
                digest_key=bytes(sizes[digest]),
                ports=(PORT_NATT, PORT_NATT),
            )
        )
        try:
            self._line.do(UPDATE_SA, body, f"{cipher} with {digest}")
        except KernelRefused as refused:
            if refused.errno != errno.ESRCH:
                raise

    def flush(self) -> int:
        """Forget all of ours; how many associations that were."""
        found = list(self.every())
        for known in found:
            self.drop(known)
        for message in self._line.dump(GET_POLICY, b"", "to show its policies"):
            policy = parse_policy(message.body)
            if policy.reqid == REQID:
                body = name_policy(policy.selector, policy.direction)
                self._line.do(DELETE_POLICY, body, "to forget a policy")
        return len(found)

    def has_policies(self, pool: Pool) -> bool:
        """Whether those of ours that are there are those of `pool`."""
        found = [
            parse_policy(each.body) for each in self._line.dump(GET_POLICY, b"", "its policies")
        ]
        ours = {(each.selector, each.direction) for each in found if each.reqid == REQID}
        return ours == set(policies(pool))

    def drop(self, known: Known) -> None:
        """Forget one that `every` has named."""
        body = name_association(known.target, known.spi)
        self._line.do(DELETE_SA, body, "to forget a security association")

    def add_policies(self, pool: Pool) -> None:
        """What goes to a virtual address is ESP, and L2TP that comes from one was."""
        for selector, direction in policies(pool):
            body = build_policy(selector, direction, REQID, PRIORITY)
            self._line.do(NEW_POLICY, body, "a policy", CREATE | EXCLUSIVE)

    def _set(self, kind: int, path: LegPath, sa: Sa, inbound: bool) -> None:
        body = build_association(association(path, sa, inbound))
        flags = CREATE | EXCLUSIVE if kind == NEW_SA else 0
        self._line.do(kind, body, f"security association {sa.spi:08x}", flags)


def association(path: LegPath, sa: Sa, inbound: bool) -> Association:
    """One direction as the kernel takes it: only L2TP between these two addresses."""
    virtual, near, port = path.virtual, path.near, path.peer.port
    if inbound:
        selector = Selector(virtual, 32, near, 32, PROTOCOL_UDP, 0, PORT_L2TP)
    else:
        selector = Selector(near, 32, virtual, 32, PROTOCOL_UDP, PORT_L2TP, 0)
    ports = (port, PORT_NATT) if inbound else (PORT_NATT, port)
    return Association(
        source=virtual if inbound else near,
        target=near if inbound else virtual,
        spi=sa.spi,
        reqid=REQID,
        cipher=CIPHERS[sa.cipher],
        cipher_key=sa.cipher_key,
        digest=DIGESTS[sa.digest],
        digest_key=sa.digest_key,
        selector=selector,
        ports=ports if port else None,
        replay=Replay(0, sa.sequence, sa.seen) if inbound else Replay(sa.sequence),
        soft_bytes=sa.soft_bytes,
        hard_bytes=sa.hard_bytes,
        soft_packets=sa.soft_packets,
        seconds=sa.seconds,
    )


def policies(pool: Pool) -> tuple[tuple[Selector, int], ...]:
    return (
        (Selector(target=pool.first, target_bits=pool.bits), OUT),
        (Selector(pool.first, pool.bits, protocol=PROTOCOL_UDP, target_port=PORT_L2TP), IN),
    )
