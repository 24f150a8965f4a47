import pytest

from gateway.control.board import Facts, said, version_of


@pytest.mark.parametrize(
    "left", ["", "Default string", "To be filled by O.E.M.", "To Be Filled By O.E.M. ", "Aptio CRB"]
)
def test_what_a_maker_left_in_a_field_is_no_name(left: str) -> None:
    assert said(left) == ""


def test_a_name_is_taken_without_spaces_around_it() -> None:
    assert said("  Standard PC  (Q35 + ICH9, 2009) \n") == "Standard PC (Q35 + ICH9, 2009)"


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ("v4.14.0.1", (4, 14, 0, 1)),
        ("Dasharo (coreboot+SeaBIOS) v24.05.00.01", (24, 5, 0, 1)),
        ("4.0.7", (4, 0, 7)),
        ("BIOS", ()),
        ("", ()),
    ],
)
def test_versions_compare_as_numbers(text: str, version: tuple[int, ...]) -> None:
    assert version_of(text) == version


def test_a_board_is_nameless_if_neither_it_nor_the_product_has_a_name() -> None:
    assert Facts(names={"sys_vendor": "Somebody"}).nameless
    assert not Facts(names={"board_name": "MB-7580"}).nameless
