"""A kit by the menu."""

from gateway.user.console.ends import Ends
from gateway.user.console.pages.kit import kit_form
from tests.unit.user.console.agents import FakeBox, FakeDaemon, session, talk


def test_it_is_an_item_of_a_client(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "3", "1", "5", "", "", "vpn.works, 203.0.113.1", "", "usb", "yes")
    assert "Make a kit for who is at it" in told
    assert "A kit for press-3" in told
    assert "It has the pre-shared key." in told
    assert "It is in /run/kit.img." in told
    asked = next(one for one in box.asked if one["verb"] == "kit")
    assert (asked["form"], asked["windows"], asked["path"]) == ("floppy", "", "usb")
    assert asked["dialled"] == ["vpn.works", "203.0.113.1"]


def test_what_a_connected_machine_was_seen_to_be_is_told_along(
    ends: Ends, box: FakeBox, daemon: FakeDaemon
) -> None:
    daemon.sessions = [session(3, system="msl2tp")]
    talk(ends, "3", "1", "5", "", "", "", "", "", "yes")
    asked = next(one for one in box.asked if one["verb"] == "kit")
    assert asked["recognised"] == "msl2tp"


def test_why_there_is_none_is_told(ends: Ends, box: FakeBox) -> None:
    box.refuses["kit"] = ("nobody has said what Windows press-3 has", "Say which")
    assert "Nobody has said what Windows press-3 has." in talk(
        ends, "3", "1", "5", "", "", "", "", "", "yes"
    )


def test_a_form_asks_for_what_the_command_can_be_told(ends: Ends) -> None:
    form = kit_form(ends, "press-3")
    assert [one.name for one in form.fields] == ["form", "windows", "dialled", "p12", "path"]
    assert form.start()["form"] == "floppy"
