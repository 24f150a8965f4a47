"""MS-CHAP version 1, whose key is the same in both directions."""

from typing import Any

from tests.interop.lab.encrypted import Kind, encrypted_road, route
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    kind = Kind("require-mppe-128\n", route("128"), chap="mschap")
    return encrypted_road(lab, kind)
