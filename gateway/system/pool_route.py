"""The route of the virtual addresses: out of the outside interface, so that they can be sent to."""

import errno
import socket
from typing import Final

from gateway.system.netlink.line import ROUTE, KernelRefused, Line
from gateway.system.virtual import Pool
from gateway.wire.netlink import CREATE, EXCLUSIVE
from gateway.wire.route import (
    DELETE_ROUTE,
    GET_ROUTE,
    NEW_ROUTE,
    Route,
    build_route,
    list_routes,
    parse_route,
)

PROTOCOL: Final = 171  # of routes of ours; nobody's in iproute2's rt_protos


class PoolRoute:
    """Routes that do not have our `PROTOCOL` are never touched; `OSError` if the kernel says no."""

    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    def apply(self) -> None:
        """The one route, and no other of ours."""
        number = socket.if_nametoindex(self._pool.interface)
        self._change(Route(self._pool.first, self._pool.bits, number, PROTOCOL))

    def remove(self) -> None:
        self._change(None)

    def _change(self, wanted: Route | None) -> None:
        line = Line(ROUTE)
        try:
            there = _ours(line)
            for route in there - {wanted}:
                _delete(line, route)
            if wanted is not None and wanted not in there:
                what = f"a route for {self._pool.text}"
                line.do(NEW_ROUTE, build_route(wanted), what, CREATE | EXCLUSIVE)
        finally:
            line.close()


def _ours(line: Line) -> set[Route]:
    found = (parse_route(each.body) for each in line.dump(GET_ROUTE, list_routes(), "its routes"))
    return {route for route in found if route is not None and route.protocol == PROTOCOL}


def _delete(line: Line, route: Route) -> None:
    try:
        line.do(DELETE_ROUTE, build_route(route), "to forget a route")
    except KernelRefused as refused:
        if refused.errno != errno.ESRCH:
            raise
