"""What may be asked of the maker of kits."""

from typing import Any

import pytest

from gateway.control.changes_outputs import Refused
from gateway.control.kits import ENDINGS, FORMS, Order, Product, read_order


def test_an_order_needs_no_more_than_a_machine() -> None:
    assert read_order({"name": "press-3"}) == Order("press-3", form="zip")


def test_all_of_an_order_is_read() -> None:
    request = {
        "name": "press-3",
        "form": "floppy",
        "windows": "98",
        "recognised": "msl2tp",
        "dialled": ["vpn.works.example", "203.0.113.1"],
        "p12": "press-3.p12",
        "path": "usb",
    }
    dialled = ("vpn.works.example", "203.0.113.1")
    assert read_order(request) == Order("press-3", "floppy", "98", "msl2tp", dialled, "press-3.p12")


@pytest.mark.parametrize(
    ("wanted", "what"),
    [
        ({"form": "tape"}, "a kit is no 'tape'"),
        ({"windows": "3.11"}, "there is no kit for Windows '3.11'"),
        ({"dialled": ["a", "b", "c", "d"]}, "4 addresses to dial are too many"),
        ({"dialled": ["a b"]}, "'a b' is nothing that can be dialled"),
        ({"dialled": ["-w"]}, "'-w' is nothing that can be dialled"),
        ({"dialled": "vpn"}, "dialled is no list of names"),
        ({"dialled": [7]}, "dialled is no list of names"),
        ({"p12": 7}, "p12 is no text"),
    ],
)
def test_what_cannot_be_made_is_refused_with_a_hint(wanted: dict[str, Any], what: str) -> None:
    with pytest.raises(Refused) as told:
        read_order({"name": "press-3", **wanted})
    assert str(told.value) == what
    assert told.value.hint


def test_every_form_has_an_ending() -> None:
    assert set(ENDINGS) == set(FORMS)


def test_a_kit_is_not_shown_by_accident() -> None:
    product = Product("kit-x", (("PSK.TXT", b"the key itself"),), b"the key itself")
    assert "the key itself" not in repr(product)
