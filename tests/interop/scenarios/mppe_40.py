"""pptpd has short keys only, 40 bit."""

from typing import Any

from tests.interop.lab.encrypted import Kind, encrypted_road, route
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    kind = Kind("require-mppe-40\nnomppe-128\n", route("40"))
    return encrypted_road(lab, kind, "loss 1% delay 2ms reorder 25% 50%")
