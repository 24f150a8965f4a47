"""Numbers that other numbers depend on."""

from gateway.ppp import numbers


def test_every_protocol_we_look_into_has_a_name_and_packets() -> None:
    assert set(numbers.Protocol) <= set(numbers.NAMES)
    assert all(
        protocol in numbers.LINK_PACKETS or protocol < numbers.FIRST_LINK
        for protocol in numbers.Protocol
    )


def test_a_duplicate_is_not_a_restart() -> None:
    assert numbers.DUPLICATE_WITHIN < 3.0  # seconds: the restart timer of RFC 1661, 4.6
