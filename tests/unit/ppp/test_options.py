"""Lists of options."""

import pytest

from gateway.ppp.errors import BadOption
from gateway.ppp.options import Option, build_options, find_option, parse_options

NT = bytes.fromhex("0506021952cf070208020d03061104064e13170129f76a9077")  # tcpdump's pptp.pcap, 16


def test_an_nt_clients_options_start_with_its_magic_number() -> None:
    options = parse_options(NT[:13])
    assert options == (
        Option(5, bytes.fromhex("021952cf")), Option(7, b""), Option(8, b""), Option(13, b"\x06"),
    )  # fmt: skip
    assert build_options(options) == NT[:13]


@pytest.mark.parametrize("data", ["01", "0100", "0101", "0105 0578", "0702 01"])
def test_a_false_length_is_refused(data: str) -> None:
    with pytest.raises(BadOption):
        parse_options(bytes.fromhex(data))


def test_an_option_too_long_for_its_length_is_our_fault() -> None:
    with pytest.raises(ValueError, match="256"):
        build_options([Option(1, bytes(254))])


def test_an_option_is_found_or_not() -> None:
    options = parse_options(bytes.fromhex("01040578 0702"))
    assert (find_option(options, 1), find_option(options, 7)) == (b"\x05\x78", b"")
    assert find_option(options, 3) is None
