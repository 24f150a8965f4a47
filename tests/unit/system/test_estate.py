import os
import socket
from pathlib import Path

from gateway.system.estate import CONNECTION, PLACE, Estate, Nobody, estate_of
from gateway.system.keeper import Process
from gateway.system.service import Service


class Keeper(Nobody):
    def __init__(self) -> None:
        self.dropped: list[str] = []

    def drop(self, name: str) -> None:
        self.dropped.append(name)


def opened() -> int:
    return os.memfd_create("something")


def is_open(descriptor: int) -> bool:
    try:
        os.fstat(descriptor)
    except OSError:
        return False
    return True


def test_connections_are_found_by_their_keys() -> None:
    estate = Estate(Nobody(), {f"{CONNECTION}7": 50, f"{CONNECTION}x": 51, "kept-0": 52})
    assert estate.connections() == {7: 50}
    assert set(estate.found) == {f"{CONNECTION}x", "kept-0"}


def test_what_nobody_has_taken_is_closed_and_kept_no_longer() -> None:
    keeper, descriptor = Keeper(), opened()
    estate = Estate(keeper, {"encap": descriptor})
    estate.settle()
    assert (keeper.dropped, estate.found) == (["encap"], {})
    assert not is_open(descriptor)


def test_systemds_store_is_taken_where_there_is_one(tmp_path: Path) -> None:
    place = tmp_path / "notify"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
        manager.bind(str(place))
        environment = {"NOTIFY_SOCKET": str(place), "FDSTORE": "10"}
        service = Service(environment)
        estate = estate_of(service, tmp_path, environment)
        assert estate.keeper is service
        estate.end()
    assert not (tmp_path / PLACE).exists()


def test_elsewhere_a_process_of_our_own_keeps_them(tmp_path: Path) -> None:
    first = estate_of(Service({}), tmp_path, {})
    assert isinstance(first.keeper, Process)
    descriptor = opened()
    os.pwrite(descriptor, b"left", 0)
    first.keeper.keep("kept-0", descriptor)
    first.keeper._line.close()  # as the end of the process does
    second = estate_of(Service({}), tmp_path, {})
    assert os.pread(second.found["kept-0"], 10, 0) == b"left"
    second.end()
    second.settle()


def test_where_no_process_can_be_made_nobody_keeps_anything(tmp_path: Path) -> None:
    estate = estate_of(Service({}), tmp_path / "nowhere", {})
    assert isinstance(estate.keeper, Nobody)
    estate.keeper.keep("kept-0", 0)
    estate.end()
