"""A kit for an old machine as a file for people: into RAM, or on a stick, as a bundle goes.

It is made of the configuration in force. What has the machine's key or certificate in it never
leaves by the socket: the answer tells where it is, and what of it is secret.
"""

from collections.abc import Callable, Mapping
from typing import Any

from gateway.control.changes_outputs import Refused
from gateway.control.config import Config
from gateway.control.kits import ENDINGS, FOLDER, Order, Product, read_order
from gateway.system.box.disk import write_file
from gateway.system.box.outlet import STICK, Outlet

MakeKit = Callable[[Config, Order, bytes], Product]
"""The configuration, the order, and the .p12 file that it names (or nothing) -> the kit."""


def begin_kit(
    request: Mapping[str, Any], context: Mapping[str, Any], outlet: Outlet, make: MakeKit
) -> Callable[[], object]:
    """What is left to do after the request was judged."""
    order = read_order(request)
    config = context["config"]
    if not isinstance(config, Config):
        raise Refused("no configuration is in force", "See `postern config check`")
    path = request.get("path", "")
    place = path if isinstance(path, str) else ""
    name = f"kit-{order.machine}{ENDINGS[order.form]}"
    if place not in STICK:
        if order.form == FOLDER:
            raise Refused("a folder is for a USB stick", "Say usb, or take the kit as a ZIP")
        outlet.place(place, name)  # or it would be refused only afterwards
    p12 = _certificate(order, outlet)

    def work() -> object:
        product = make(config, order, p12)
        where = _put(outlet, place, name, product, order.form)
        return {"path": where, "told": list(product.told)}

    return work


def _certificate(order: Order, outlet: Outlet) -> bytes:
    """`postern ca issue` has put it where files for people are."""
    if not order.p12:
        return b""
    path = outlet.place(order.p12, order.p12)
    try:
        return path.read_bytes()
    except OSError:
        hint = f"Make it: postern ca issue {order.machine}"
        raise Refused(f"there is no {path.name} in {path.parent}", hint) from None


def _put(outlet: Outlet, place: str, name: str, product: Product, form: str) -> str:
    if form != FOLDER:
        return str(outlet.put(place, name, product.data))
    with outlet.stick(writable=True) as stick:
        for each, data in product.pieces:
            write_file(stick / product.name / each, data)
    return f"usb/{product.name}"
