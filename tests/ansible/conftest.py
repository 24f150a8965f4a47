"""The image that is configured: the same as the stories of tests/image play."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.ansible.site import Site, site_from_the_example
from tests.image.conftest import image, place, places, settled

__all__ = ["image", "place", "places", "settled", "site"]


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site of one's own, copied from the example. Its path is short, for sockets are below it."""
    with site_from_the_example() as found:
        yield found


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """The box in the emulator is for `make fleet-test`, which names this folder."""
    if any("tests/ansible" in word for word in config.args):
        return
    left_out = [one for one in items if _of_the_fleet(one)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [one for one in items if not _of_the_fleet(one)]


def _of_the_fleet(item: pytest.Item) -> bool:
    return Path(item.path).is_relative_to(Path(__file__).parent) and (
        item.get_closest_marker("image") is not None
    )
