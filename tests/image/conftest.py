"""The image that is tested: the newest in build/, or in the folder that POSTERN_BUILD names."""

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from image.places import PROJECT, Places
from tests.image.appliance import Appliance, make_box
from tests.image.figures import Figures


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """All stories are for `make image-test`, which names this folder; `make test` does not."""
    if any("tests/image" in word for word in config.args):
        return
    left_out = [item for item in items if _is_long(item)]
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not _is_long(item)]


def _is_long(item: pytest.Item) -> bool:
    marks = {mark.name for mark in item.iter_markers()}
    return "image" in marks and "quick" not in marks


@pytest.fixture(scope="session")
def places() -> Places:
    """Where the build put everything; skips where none was made."""
    build = Path(os.environ.get("POSTERN_BUILD", PROJECT / "build"))
    if not list(build.glob("postern-*-amd64.img")):
        pytest.skip("plays a built image, and there is none: `make test` builds it (root)")
    return Places(build)


@pytest.fixture(scope="session")
def image(places: Places) -> Path:
    return max(places.build.glob("postern-*-amd64.img"), key=lambda path: path.stat().st_mtime)


@pytest.fixture(scope="session")
def settled(places: Places, image: Path) -> Path:
    """The disk of a box that belongs to nobody and has its first boot behind it.

    The first boot makes partitions, keys and the rescue copy: most stories need not wait for it.
    """
    folder = places.build / "image-test" / "settled"
    disk = folder / "disk.qcow2"
    with locked(places.build / "image-test.lock"):
        if disk.exists() and disk.stat().st_mtime > image.stat().st_mtime:
            return disk
        shutil.rmtree(folder, ignore_errors=True)
        with Appliance(make_box(image, folder / "first")) as box:
            box.confirmed()
            box.off()
        (folder / "first" / "disk.qcow2").rename(disk)
        disk.touch()
    return disk


@pytest.fixture
def place(places: Places, request: pytest.FixtureRequest) -> Path:
    """A folder of this test, new; consoles, logs and the disk stay there to be looked at.

    Its name is short: the path of a Unix socket has at most 107 bytes.
    """
    words = str(request.node.name).removeprefix("test_").replace(" ", "-")
    name = words[:24] + words[words.find("[") :] if "[" in words else words[:40]
    folder = places.build / "image-test" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def figures(places: Places, image: Path) -> Iterator[Figures]:
    """Printed and written to build/image.json at the end."""
    found = Figures()
    found.size(image)
    yield found
    with locked(places.build / "image.json.lock"):
        found.write(places.build / "image.json")


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Alone among the processes that run the stories side by side."""
    with open(path, "w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
