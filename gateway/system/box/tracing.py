"""A trace of one machine as a file for people: by the daemon's socket, into RAM or on a stick.

Passwords and keys are not to be had this way; for them there is `postern trace` in a shell.
"""

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from gateway.control.changes_outputs import Refused
from gateway.control.trace import Wanted, read_wanted
from gateway.system.box.outlet import STICK, Outlet

LONGEST: Final = 300  # seconds
MOST: Final = 20_000  # packets
LARGEST: Final = 16 << 20  # bytes, in RAM until they are written
TakeTrace = Callable[[Wanted, str, int], bytes]
"""Takes a trace for somebody, of so many bytes at most; `Refused` if the daemon will not."""


def begin_trace(
    request: Mapping[str, Any], context: Mapping[str, Any], outlet: Outlet, take: TakeTrace
) -> Callable[[], object]:
    """What is left to do after the request was judged."""
    wanted = _wanted(request)
    path = request.get("path", "")
    place = path if isinstance(path, str) else ""
    name = f"trace-{_plain(wanted.target)}-{int(context['wall'])}.pcapng"
    if place not in STICK:
        outlet.place(place, name)  # or it would be refused only afterwards
    behalf = str(context["who"])

    def work() -> object:
        data = take(wanted, behalf, LARGEST)
        return {"path": str(outlet.put(place, name, data)), "bytes": len(data)}

    return work


def _wanted(request: Mapping[str, Any]) -> Wanted:
    """Only what is bounded more narrowly here, and never what is secret."""
    asked = {name: request.get(name) for name in ("target", "seconds", "packets")}
    for name, most in (("seconds", LONGEST), ("packets", MOST)):
        value = asked[name]
        if value is not None and (type(value) is not int or not 1 <= value <= most):
            raise Refused(f"a trace has at most {most} {name}", "Choose another number")
    found = read_wanted(asked)
    if isinstance(found, Wanted):
        return found
    raise Refused(f"{found.where} {found.what}", found.hint)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9-]", "-", name)[:32]
