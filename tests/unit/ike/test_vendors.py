"""Vendor IDs by their texts; the list is CLIENTS, 1."""

from hashlib import md5

import pytest

from gateway.ike.nat import VARIANTS
from gateway.ike.vendors import DPD, IDS, WINDOWS, announces_dpd, name_vendor


@pytest.mark.parametrize(("vendor", "text"), IDS.items(), ids=IDS.values())
def test_an_id_is_the_hash_of_its_text(vendor: bytes, text: str) -> None:
    assert vendor in (md5(text.encode()).digest(), md5(text.encode() + b"\n").digest())


def test_windows_is_the_hash_of_its_text() -> None:
    assert md5(b"MS NT5 ISAKMPOAKLEY").digest() == WINDOWS


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        (WINDOWS + b"\0\0\0\2", "Windows 2000"),
        (WINDOWS + b"\0\0\0\4", "Windows XP SP2 or Server 2003"),
        (WINDOWS + b"\0\0\0\xff", "Windows, release 255"),
        (DPD, "DPD"),
        (bytes.fromhex("4048b7d56ebce88525e7de7f00d6c2d380000000"), "FRAGMENTATION"),
        (bytes.fromhex("47bbe7c993f1fc13b4e6d0db565c68e50102010102010103"), "SafeNet"),
        (bytes.fromhex("da8e937880010000"), "SafeNet"),
        (b"\1\2", "unknown 0102"),
        (bytes(1000), "unknown " + "00" * 24),
        (b"", "unknown "),
    ],
)
def test_a_vendor_has_a_name_or_is_shown_as_it_came(vendor: bytes, name: str) -> None:
    assert name_vendor(vendor) == name


def test_nat_traversal_has_the_names_of_its_table() -> None:
    assert [name_vendor(variant.vendor_id) for variant in VARIANTS] == [
        variant.name for variant in VARIANTS
    ]


def test_dead_peer_detection_is_announced_in_any_version() -> None:
    assert announces_dpd(DPD)
    assert announces_dpd(DPD[:14] + b"\2\1")
    assert not announces_dpd(DPD[:14])
    assert not announces_dpd(bytes(16))
