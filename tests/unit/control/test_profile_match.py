import pytest

from gateway.control.board import Facts, PciDevice
from gateway.control.profile import Profile
from gateway.control.profile_match import NoProfile, choose_profile, closeness, generic_profile
from tests.unit.control.boards import BOARD, EVIDENCE, NICS, profile_of

BRIDGE = PciDevice("pci0000:00/0000:00:00.0", "8086:461c")


def known(name: str, *matches: str) -> Profile:
    text = BOARD.replace("example", name) + "".join(f"[[match]]\n{one}\n" for one in matches)
    return profile_of(text + EVIDENCE, name)


GENERIC = profile_of(BOARD + "generic = true" + EVIDENCE)
NAMED = known("named", 'sys_vendor = ["Acme"]\nproduct_name = ["Box*"]')
CLOSER = known("closer", 'sys_vendor = ["Acme"]\nproduct_name = ["Box*"]\nnics = 2')
SIGNED = known("signed", 'pci = ["8086:461c"]')
ALL = [GENERIC, NAMED, CLOSER, SIGNED]
ACME = {"sys_vendor": "Acme", "product_name": "Box 3"}


def test_a_name_decides() -> None:
    assert choose_profile(ALL, Facts(ACME)) == NAMED


def test_the_closer_of_two_that_fit_is_taken() -> None:
    assert choose_profile(ALL, Facts(ACME, nics=NICS)) == CLOSER


def test_all_names_must_fit() -> None:
    assert choose_profile(ALL, Facts({**ACME, "sys_vendor": "Other"})) == GENERIC


def test_devices_are_believed_on_a_nameless_board_only() -> None:
    assert choose_profile(ALL, Facts({}, pci=(BRIDGE,))) == SIGNED
    assert choose_profile(ALL, Facts({"product_name": "NUC"}, pci=(BRIDGE,))) == GENERIC


def test_a_name_counts_more_than_devices() -> None:
    many = known("many", 'pci = ["8086:461c", "8086:461c x1", "8086:461c@00.0"]')
    assert choose_profile([*ALL, many], Facts({"sys_vendor": "Acme"}, pci=(BRIDGE,))) == many
    assert choose_profile([*ALL, many], Facts(ACME, pci=(BRIDGE,))) == NAMED


def test_one_way_that_fits_is_enough() -> None:
    either = known("either", 'product_name = ["Nothing"]', 'board_name = ["B1"]')
    assert choose_profile([GENERIC, either], Facts({"board_name": "b1"})) == either


def test_two_that_fit_equally_are_an_error_that_names_them() -> None:
    twin = known("twin", 'sys_vendor = ["Acme"]\nproduct_name = ["*3"]')
    with pytest.raises(NoProfile, match="named and twin fit this board equally"):
        choose_profile([GENERIC, NAMED, twin], Facts(ACME))


def test_without_one_generic_profile_nothing_can_be_promised() -> None:
    with pytest.raises(NoProfile, match="there are 0 generic profiles"):
        generic_profile([NAMED])
    with pytest.raises(NoProfile, match="there are 2 generic profiles"):
        choose_profile([GENERIC, GENERIC], Facts())


def test_the_generic_profile_is_close_to_nothing() -> None:
    assert closeness(GENERIC, Facts(ACME)) is None
