import pytest

from gateway.l2tp.quirks import (
    CLIENTS,
    CLOSES_WITH_OUR_IDS,
    NO_HOST_NAME,
    STRICT,
    find_quirk,
    forgiven,
)


@pytest.mark.parametrize(
    ("vendor", "firmware", "client"),
    [
        (b"Deterministic Networks Inc.", 0xFF00, "msl2tp"),
        (b"Deterministic Networks Inc.", None, "msl2tp"),
        (b"Microsoft", 0x0500, "windows-2000-xp"),
        (b"Microsoft", 0x0600, ""),
        (b"xelerance.com", 0x0690, "xl2tpd"),
        (b"cisco", 0x1120, ""),
        (None, None, ""),
    ],
)
def test_clients_are_known_by_vendor_and_firmware(
    vendor: bytes | None, firmware: int | None, client: str
) -> None:
    assert find_quirk(vendor, firmware).client == client


def test_only_msl2tp_is_forgiven() -> None:
    forgiven = [each for each in CLIENTS if each.host_name_optional or each.closes_with_our_ids]
    assert [each.client for each in forgiven] == ["msl2tp"]
    assert not STRICT.host_name_optional
    assert not STRICT.closes_with_our_ids


def test_every_entry_says_who_which_and_how_we_know() -> None:
    assert all(each.client and each.version and each.evidence.strip() for each in CLIENTS)


@pytest.mark.parametrize("name", [None, b""], ids=["missing", "empty"])
def test_what_msl2tp_is_forgiven_has_a_name(name: bytes | None) -> None:
    msl2tp = find_quirk(b"Deterministic Networks Inc.", 0xFF00)
    assert forgiven(msl2tp, name) == (NO_HOST_NAME, CLOSES_WITH_OUR_IDS)
    assert forgiven(msl2tp, b"OLDBOX") == (CLOSES_WITH_OUR_IDS,)
    assert forgiven(STRICT, b"OLDBOX") == ()
