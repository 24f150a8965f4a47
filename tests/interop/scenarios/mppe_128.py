"""pptpd demands MPPE of 128 bit; the cable to it loses and reorders."""

from typing import Any

from tests.interop.lab.encrypted import Kind, encrypted_road, route
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    kind = Kind("require-mppe-128\n", route("128", "128-stateful"))
    return encrypted_road(lab, kind, "loss 1% delay 2ms reorder 25% 50%")
