from gateway.user.box_lines import cable, called, finding_lines, new_roles, port_lines, slot_lines
from gateway.user.box_views import BoxStatus, Finding, Port, Slot

PORT = Port("eth0", "1", "outside", "pci0", "00:0d:b9:00:00:01", "igb", True, "1000", True)


def test_ports_are_called_as_on_the_case() -> None:
    assert [called(one) for one in (PORT, Port(name="eth9"), Port(path="pci9"))] == [
        "port 1",
        "eth9",
        "pci9",
    ]
    assert [cable(one) for one in (PORT, Port(link=True, speed="0"), Port())] == [
        "up 1000",
        "up",
        "no cable",
    ]


def test_a_port_with_a_problem_is_marked() -> None:
    lines = port_lines([PORT, Port(name="eth1", problem="another card is there")])
    assert lines[1] == "port 1  outside  up 1000   00:0d:b9:00:00:01  igb"
    assert lines[2].endswith("!")


def test_a_new_role_is_told_with_whoever_gives_way() -> None:
    ports = [
        Port(label="1", path="a", role="outside"),
        Port(label="2", path="b", role="inside"),
        Port(label="3", path="c"),
    ]
    same = {"a": "outside", "b": "inside", "c": "unused"}
    assert new_roles(ports, {"b"}, same) == "port 2 is for inside"
    swapped = same | {"a": "inside", "b": "outside"}
    assert new_roles(ports, {"a"}, swapped) == "port 1 is for inside, port 2 is for outside"


def test_the_slot_in_use_is_marked() -> None:
    status = BoxStatus(booted="b", slots=(Slot("A", "good", "1.1"), Slot("B", "booted", "1.2")))
    assert slot_lines(status) == ["  slot A  good  1.1", "  slot B  booted  1.2  <- runs now"]
    assert slot_lines(BoxStatus(notes=("rescue",))) == ["This system has no slots.", "rescue"]


def test_findings_end_with_a_verdict() -> None:
    good = Finding("clock", True, "runs")
    assert finding_lines([good]) == ["ok   clock: runs", "", "Nothing is wrong."]
    assert finding_lines([Finding("disk", False, "worn")])[-1] == "1 thing to look at."
