"""The manual's first page, followed word for word on a new box, until an old machine dials.

Rows, keys, names and addresses are read from the page; so are the commands that are given.
"""

import re
from contextlib import ExitStack
from pathlib import Path

import pytest

from image.places import Places
from tests.image.appliance import Appliance, make_box
from tests.image.cables import cables
from tests.image.dialling import Told, dial
from tests.image.files import make_key, stick, tools
from tests.image.first_page import Section, Shell, section
from tests.interop.netns import need_root

pytestmark = pytest.mark.image
SLOW = 120.0  # seconds for a page or a change, in emulation
START = 600.0
ROUTER = "203.0.113.254"
CABLES = "test $(grep -lx 1 /sys/class/net/*/carrier 2>/dev/null | wc -l) = 3"  # and loopback


def choose(box: Appliance, row: str, then: str) -> str:
    """A row by its words, as they stand on the page."""
    found = re.search(rf"^ *(\d+) +{re.escape(row)}", box.console.text, re.MULTILINE)
    assert found, f"there is no {row!r} on the screen:\n{box.console.text}"
    return box.console.choose(found[1], then, SLOW)


def to_the_menu(box: Appliance) -> None:
    box.console.choose("0", "-- Main menu", SLOW)


def it_is_yours(box: Appliance, page: Section, key: str) -> str:
    """The fingerprint that is to be written down."""
    welcome, row, button, menu = page.bold
    name = page.typed[0]
    box.console.wait(welcome, START)
    choose(box, row, "Your name")
    answers = {"Your name": name, "Public SSH key": key}
    screen = box.console.form(answers, button, f"-- {menu}", SLOW)
    written = re.search(r"SSH (SHA256:\S+)", screen)
    assert written, screen
    return written[1]


def which_port_is_which(box: Appliance, page: Section) -> None:
    ports, find, outside, inside, addresses, *_ = page.bold
    _, plug, to_addresses, *_ = page.typed
    choose(box, ports, find)
    for number, role in enumerate((outside, inside)):
        box.console.letter(plug, "Waiting for a cable", SLOW)
        box.machine.link(number, up=False)
        box.console.wait("has lost its cable", SLOW)
        choose(box, role, "once you apply it")
        box.machine.link(number, up=True)
        box.probe.until(CABLES, SLOW)
    box.console.letter(to_addresses, f"-- {addresses}", SLOW)


def the_addresses(box: Appliance, page: Section) -> None:
    *_, outside, save, inside, _ = page.bold
    network, static, addresses, one, prefix, length, gateway, again, address, own = page.typed[3:13]
    assert again == network
    choose(box, outside, "Change outside")
    answers = {network: static, addresses: one, prefix: length, gateway: ROUTER}
    box.console.form(answers, save, "Not applied yet", SLOW)
    choose(box, inside, "Change inside")
    answers = {network: static, address: own, prefix: length}
    box.console.form(answers, save, "Not applied yet", SLOW)
    to_the_menu(box)


def the_way_and_the_machine(box: Appliance, way: Section, machine: Section) -> None:
    routes, save = way.bold
    letter, name, route, server, address = way.line("a PPTP server").typed
    choose(box, routes, "-- Routes")
    box.console.letter(letter, "-- New route", SLOW)
    box.console.form({name: route, server: address}, save, "Not applied yet", SLOW)
    to_the_menu(box)
    clients, save = machine.bold
    letter, name, client, which, same, reach, places = machine.typed
    choose(box, clients, f"-- {clients}")
    box.console.letter(letter, "-- New client", SLOW)
    answers = {name: client, which: same, reach: places}
    box.console.form(answers, save, "It is shown only now", SLOW)
    to_the_menu(box)


def put_in_force(box: Appliance, page: Section) -> None:
    review, row, button, keep = page.bold
    choose(box, review, row)
    choose(box, row, "What for")
    box.console.form({"What for": "first set-up"}, button, keep, SLOW)
    choose(box, keep, "Nothing waits to be confirmed")
    to_the_menu(box)
    box.probe.until("systemctl -q is-active ssh.service postern.service", SLOW)


def the_kit_by_the_menu(box: Appliance, page: Section) -> None:
    """Onto the stick."""
    clients, kit, *labels = page.bold
    client, *answers = page.typed[: 1 + len(labels)]
    choose(box, clients, f"-- {clients}")
    choose(box, client, kit)
    choose(box, kit, "Make it")
    form = dict(zip(labels, answers, strict=True))
    box.console.form(form, "Make it", f"It is in usb/kit-{client}", SLOW)
    to_the_menu(box)


def why(box: Appliance, page: Section, client: str) -> str:
    """What the menu says of it, by the number on its screen."""
    diagnostics, row = page.bold
    choose(box, diagnostics, row)
    choose(box, row, "Number on its screen")
    answers = {"Client": client, "Number on its screen": "678"}
    return box.console.form(answers, "Look", f"Client {client}", SLOW)


def names(places: Places, floppy: Path) -> list[str]:
    return tools(places)(["mdir", "-b", "-i", floppy, "::"]).split()


def the_sheet(places: Places, floppy: Path) -> Told:
    """What is on the disk, shown; and what the person at the old machine types."""
    tool = tools(places)
    print(tool(["mdir", "-i", floppy, "::"]), flush=True)
    sheet = tool(["mtype", "-i", floppy, "::README.TXT"])
    print(sheet.replace("\r", ""), flush=True)
    dialled = re.search(r"Address to dial +(\S+)", sheet)
    assert dialled, sheet
    psk = tool(["mtype", "-i", floppy, "::PSK.TXT"])
    assert psk in sheet
    return Told(psk, dialled[1])


def test_whoever_follows_the_first_page_has_an_old_machine_dial(
    places: Places, image: Path, place: Path
) -> None:
    need_root()
    key = make_key(place / "mine")
    shell = Shell(place, place / "mine")
    usb = stick(places, place / "stick.img", {})
    with ExitStack() as stack:
        wires = stack.enter_context(cables())
        wires.stand("inside", "10.10.0.5/24")
        stack.enter_context(wires.space)
        box = stack.enter_context(Appliance(make_box(image, place, nets=wires.nets, sticks=(usb,))))
        written = it_is_yours(box, section("2."), key)
        box.confirmed(START)
        which_port_is_which(box, section("3."))
        the_addresses(box, section("3."))
        the_way_and_the_machine(box, section("4."), section("5."))
        put_in_force(box, section("6."))

        menu, status = section("6.").commands
        assert shell.first_login(menu, section("2.").bold[-1]) == written
        shell(status)
        the_kit_by_the_menu(box, section("7."))
        by_menu, by_ssh = place / "by-menu.img", place / "kit-press-3.img"
        tools(places)(["mcopy", "-i", usb, f"::{by_ssh.name}", by_menu])
        make, fetch = section("7.").commands
        assert "SECRET" in shell(make)
        shell(fetch)
        assert names(places, by_menu) == names(places, by_ssh)
        told = the_sheet(places, by_menu)

        menu, *_ = section("8.").bold
        client, state, sessions, one = section("8.").typed
        login = status.removesuffix("postern status")

        def look() -> str:
            choose(box, menu, client)
            assert state in shell(login + sessions)
            return shell(login + one)

        dialled = dial(wires, box, told, look)
        assert (dialled.session["client"], dialled.session["state"]) == (client, state)
        assert dialled.reached == [True, False]
        assert client in str(dialled.seen)
        assert "no such session" not in str(dialled.seen)
        to_the_menu(box)
        trouble = section("When it does not work")
        print(why(box, trouble, client), flush=True)
        (explain,) = trouble.commands
        assert "678" in shell(explain)
