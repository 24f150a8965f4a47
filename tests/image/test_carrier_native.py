"""The kernel of the real image carries a client to a native server, by its nftables."""

from pathlib import Path

import pytest

from image.places import Places
from tests.image.files import provision
from tests.image.wired import carried, wired_box
from tests.interop.lab import native
from tests.interop.scenarios.two_through_the_box import COUNT

pytestmark = [pytest.mark.image, pytest.mark.alone]


def configuration() -> str:
    """As the lab's usual box, with its one route to the native server."""
    text = provision().partition("[[route]]")[0].replace('"old-nt4"', '"old-w2k"')
    return text + native.routes(more='carrier = "kernel"\nshield = false\n')


def test_a_native_servers_calls_are_the_kernels_on_the_box_too(
    places: Places, settled: Path, place: Path
) -> None:
    with wired_box(places, settled, place, configuration()) as (box, wires):
        facts, session = carried(box, wires, "native_through_the_box")
        assert session["inside_kind"] == "L2TP/IPsec"
        assert facts == {"received": [COUNT, COUNT], "tunnels": 1}
        assert min(session["frames_in"], session["frames_out"]) >= 2 * COUNT
