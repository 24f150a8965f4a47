"""A key for 256 frames, and a cable that loses one of two hundred: both ends ask for resets."""

from typing import Any

from tests.interop.lab.encrypted import Kind, encrypted_road, route
from tests.interop.lab.stage import Lab


def run(lab: Lab) -> dict[str, Any]:
    kind = Kind("require-mppe-128\nmppe-stateful\n", route("128-stateful"))
    return encrypted_road(lab, kind, "loss 0.5%")
