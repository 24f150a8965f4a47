"""What a person types reaches the box agent, and the agent does what the menu promises."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.system.box import capture, view
from gateway.user.console.pages import diagnose
from tests.pair.box_world import Person, person_at
from tests.unit.system.box.machine import KEY
from tests.unit.system.box.whole import Whole


@pytest.fixture
def person(tmp_path: Path) -> Iterator[Person]:
    """At the console of their own box."""
    box = Whole(tmp_path).start()
    box.result("claim", name="ada", ssh_key=KEY)
    box.tools.asked.clear()
    with person_at(box, tmp_path) as found:
        yield found


def test_a_recording_may_be_as_long_as_the_menu_says() -> None:
    assert diagnose.LONGEST_S == capture.LONGEST
    assert diagnose.MOST_PACKETS == capture.MOST


@pytest.mark.long
def test_a_recording_goes_onto_the_stick(
    person: Person, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capture, "open_tap", lambda name: None)
    monkeypatch.setattr(capture, "capture", lambda tap, seconds, packets: b"pcap")
    (tmp_path / "dev/disk/by-label").mkdir(parents=True)
    (tmp_path / "dev/disk/by-label/POSTERN").touch()
    told = person.types("8", "4", "1", "120", "20000", "usb", "yes")
    assert "The packets are in usb/capture-outside-" in told
    assert "Take the stick along" in told
    code, said = person.commands("capture outside --seconds 5 --to usb")
    assert (code, said.startswith("the packets are in usb/capture-outside-")) == (0, True)
    kept = list((tmp_path / "run/postern-box/stick").glob("*.pcap"))
    assert [path.read_bytes() for path in kept] == [b"pcap"] * len(kept)
    assert kept


def test_a_reason_may_be_left_out(person: Person) -> None:
    name = view.hostname()
    assert person.commands(f"poweroff --name {name}") == (0, "the box goes off\n")
    person.types("13", "2", "", name, "yes")
    assert person.box.tools.asked == [
        "systemctl poweroff --no-block",
        "systemctl reboot --no-block",
    ]
