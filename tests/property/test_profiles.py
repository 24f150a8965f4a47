"""Any text as a profile gives problems or a profile; any cards and pins never give a guess."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gateway.control.board import Facts, Nic
from gateway.control.ports import Pin, Unsettled, find_ports, interface_of, pin_ports
from gateway.control.problems import Problem, printable
from gateway.control.profile import Profile, check_profile, load_profile
from gateway.control.profile_match import NoProfile, choose_profile
from gateway.control.profile_schema import PROFILE_SCHEMA
from tests.boards import PROFILES
from tests.unit.control.boards import GOOD, OTHER, PATHS, profile_of

WORDS = st.sampled_from(
    [key.name for table in PROFILE_SCHEMA for key in table.keys]
    + [key.example for table in PROFILE_SCHEMA for key in table.keys]
    + [table.heading for table in PROFILE_SCHEMA]
    + [" = ", "\n", '"', "[", "]", "{", "}", ",", "'''", "\\", "-1", "1e9", "1979-05-27"]
)
TEXTS = st.one_of(st.text(max_size=200), st.lists(WORDS, max_size=60).map("".join))
PROFILE = profile_of()
PLACES = st.sampled_from([*PATHS, OTHER, "pci0000:00/0000:00:1c.0/0000:05:00.0"])
ADDRESSES = st.sampled_from(["", *(f"00:00:5e:00:53:0{digit}" for digit in range(5))])
CARDS = st.lists(
    st.builds(Nic, st.just("eth0"), PLACES, ADDRESSES, st.sampled_from(["igb", "igc"])),
    max_size=4,
    unique_by=lambda nic: nic.path,
).map(lambda nics: [replace(nic, name=f"eth{i}") for i, nic in enumerate(nics)])
SAYINGS = st.dictionaries(
    st.sampled_from(["sys_vendor", "product_name", "board_name", "product_version"]),
    st.sampled_from(["PC Engines", "apu2", "Sophos", "SG", "105r1", "RCC-VE", "QEMU", "HP t730"]),
)
SHIPPED = [
    found
    for path in sorted(PROFILES.glob("*.toml"))
    if isinstance(found := load_profile(path.read_bytes(), path.stem), Profile)
]


@given(TEXTS)
def test_any_text_gives_problems_or_a_profile(text: str) -> None:
    problems = check_profile(text.encode(), "example")
    assert all(one.where and one.what and one.hint for one in problems)
    assert all(printable(str(one)) == str(one) for one in problems)


@given(st.binary(max_size=300))
def test_any_bytes_give_problems_or_a_profile(data: bytes) -> None:
    assert isinstance(load_profile(data, "example"), (Profile, list))


@given(st.lists(st.tuples(st.integers(0, 30), TEXTS), max_size=4))
def test_a_good_profile_with_anything_in_it_does_not_break_the_check(
    more: list[tuple[int, str]],
) -> None:
    lines = GOOD.split("\n")
    for where, text in more:
        lines.insert(where, text)
    assert isinstance(load_profile("\n".join(lines).encode(), "example"), (Profile, list))


@given(SAYINGS, CARDS)
def test_any_board_gets_one_of_the_profiles_or_a_reason(
    names: dict[str, str], nics: list[Nic]
) -> None:
    facts = Facts(names, nics=tuple(nics))
    try:
        found = choose_profile(SHIPPED, facts).id
    except NoProfile as error:
        found = str(error)
    assert found


@given(CARDS, CARDS, st.integers(0, 3), st.integers(0, 3))
def test_a_pinned_port_is_the_same_card_or_nobody_answers(
    before: list[Nic], after: list[Nic], outside: int, inside: int
) -> None:
    ports = find_ports(PROFILE, before, [])
    paths = [port.path for port in ports] or [""]
    roles = {paths[inside % len(paths)]: "inside", paths[outside % len(paths)]: "outside"}
    pins = pin_ports(ports, roles)
    found = find_ports(PROFILE, after, [pin for pin in pins if isinstance(pin, Pin)])
    try:
        name = interface_of("outside", found)
    except Unsettled:
        return
    pin = next(pin for pin in pins if isinstance(pin, Pin) and pin.role == "outside")
    card = next(port for port in found if port.name == name)
    assert pin.mac == card.mac or (pin.path == card.path and not (pin.mac and card.mac))


@given(CARDS, st.dictionaries(PLACES, st.sampled_from(["outside", "inside", "unused", "wan"])))
def test_an_assignment_gives_a_pin_for_each_port_or_says_why_not(
    nics: list[Nic], roles: dict[str, str]
) -> None:
    found = pin_ports(find_ports(PROFILE, nics, []), roles)
    assert len(found) == len(nics) or all(isinstance(one, Problem) for one in found)
