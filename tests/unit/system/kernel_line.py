"""A kernel at the other end of `Line`: it keeps associations, policies, routes and flows.

Bodies are kept as they were sent, since the kernel tells of things in the same form.
"""

import errno
from typing import Any, ClassVar

from gateway.system.netlink.line import NETFILTER, ROUTE, XFRM, KernelRefused
from gateway.wire import conntrack, route, xfrm
from gateway.wire.netlink import EXCLUSIVE, NESTED, Message, attribute, parse_attributes

NAMED = 24  # bytes that name an association: address, SPI, family and protocol
REPLY, SOURCE_NAT, LOWEST = 2, 6, 1  # attributes of a flow


class KernelLine:
    """One socket of one family; what is kept belongs to all of them."""

    associations: ClassVar[dict[bytes, bytes]] = {}  # bodies by name
    policies: ClassVar[list[bytes]] = []
    routes: ClassVar[list[bytes]] = []
    flows: ClassVar[list[bytes]] = []
    did: ClassVar[list[tuple[int, str]]] = []
    refuses: ClassVar[list[int]] = []  # errno of the next requests

    def __init__(self, family: int) -> None:
        self.family = family
        self.next_number = 1

    def close(self) -> None:
        pass

    def do(self, kind: int, body: bytes, what: str, flags: int = 0) -> None:
        self.did.append((kind, what))
        if self.refuses:
            raise KernelRefused(self.refuses.pop(0), what)
        steps: dict[int, Any] = {XFRM: self._xfrm, ROUTE: self._route, NETFILTER: self._flow}
        steps[self.family](kind, body, what, flags)

    def ask(self, kind: int, body: bytes, what: str) -> Message:
        if body[:NAMED] not in self.associations:
            raise KernelRefused(errno.ESRCH, what)
        return Message(xfrm.NEW_SA, 0, 1, self.associations[body[:NAMED]])

    def dump(self, kind: int, body: bytes, what: str) -> list[Message]:
        kept = {
            (XFRM, xfrm.GET_SA): list(self.associations.values()),
            (XFRM, xfrm.GET_POLICY): self.policies,
            (ROUTE, route.GET_ROUTE): self.routes,
            (NETFILTER, conntrack.GET): self.flows,
        }
        return [Message(kind, 0, 1, each) for each in kept[self.family, kind]]

    def transact(self, built: bytes, count: int, what: str) -> None:
        self.did.append((count, what))

    def _xfrm(self, kind: int, body: bytes, what: str, flags: int) -> None:
        if kind == xfrm.NEW_POLICY:
            self.policies.append(body)
            return
        if kind == xfrm.DELETE_POLICY:
            self.policies[:] = [each for each in self.policies if each[:56] != body[:56]]
            return
        if kind == xfrm.DELETE_SA:
            if self.associations.pop(body[:NAMED], None) is None:
                raise KernelRefused(errno.ESRCH, what)
            return
        known = xfrm.parse_association(body)
        name = xfrm.name_association(known.target, known.spi)[:NAMED]
        if (kind == xfrm.UPDATE_SA) is (name not in self.associations):
            raise KernelRefused(errno.ESRCH if kind == xfrm.UPDATE_SA else errno.EEXIST, what)
        self.associations[name] = body

    def _route(self, kind: int, body: bytes, what: str, flags: int) -> None:
        if kind == route.DELETE_ROUTE:
            self.routes.remove(body)
        else:
            self.routes.append(body)

    def _flow(self, kind: int, body: bytes, what: str, flags: int) -> None:
        first, _ = conntrack.parse_flows(body)
        there = [each for each in self.flows if conntrack.parse_flows(each)[0] == first]
        if kind == conntrack.DELETE and not there:
            raise KernelRefused(errno.ENOENT, what)
        if kind == conntrack.NEW and there and flags & EXCLUSIVE:
            raise KernelRefused(errno.EEXIST, what)
        if kind == conntrack.DELETE:
            self.flows.remove(there[0])
        else:
            self.flows.append(as_told(body))


def as_told(body: bytes) -> bytes:
    """A translated flow as the kernel tells of it: what comes back is for the virtual address."""
    flow, back = conntrack.parse_flows(body)
    virtual = parse_attributes(parse_attributes(body[4:])[SOURCE_NAT])[LOWEST]
    if flow is None or back is None:
        raise ValueError("no flow")
    answered = conntrack.name_flow(back._replace(target=virtual))[4:]
    reply = attribute(REPLY | NESTED, answered[4:])
    return conntrack.name_flow(flow) + reply + attribute(SOURCE_NAT, attribute(LOWEST, virtual))


def fresh() -> type[KernelLine]:
    """A kernel in which there is nothing yet."""
    kept: dict[str, Any] = {"associations": {}, "policies": [], "routes": [], "flows": []}
    return type("FreshLine", (KernelLine,), {**kept, "did": [], "refuses": []})
