import pytest

from gateway.esp.errors import BadSpi, Drop
from gateway.esp.inbound import Inbound
from gateway.esp.sa import ENDLESS, Counters
from gateway.esp.suites import SUITES

SUITE = SUITES["aes128-sha1"]
KEYMAT = bytes(range(36))


@pytest.mark.parametrize("spi", [-1, 0, 1, 255, 1 << 32])
def test_a_reserved_or_impossible_spi_is_refused(spi: int) -> None:
    with pytest.raises(BadSpi, match="RFC 2406, 2.1"):
        Inbound(spi, SUITE, KEYMAT)


@pytest.mark.parametrize("spi", [256, 0xFFFFFFFF])
def test_the_outermost_good_spis_are_taken(spi: int) -> None:
    assert Inbound(spi, SUITE, KEYMAT).spi == spi


def test_without_a_lifetime_in_bytes_nothing_is_ever_used_up() -> None:
    half = Inbound(256, SUITE, KEYMAT)
    assert half.limit == ENDLESS
    assert half.used == 0.0


def test_what_is_used_is_a_share_of_the_lifetime() -> None:
    half = Inbound(256, SUITE, KEYMAT, life_bytes=1000)
    half.payload_bytes = 250
    assert half.used == 0.25


def test_an_expired_half_is_used_up() -> None:
    half = Inbound(256, SUITE, KEYMAT)
    half.expire()
    assert half.used == 1.0
    assert half.open(bytes(100)) is Drop.EXPIRED


def test_counters_name_the_reasons_that_occurred_and_hold_no_secret() -> None:
    half = Inbound(0xC0FFEE, SUITE, KEYMAT)
    half.open(b"")
    half.open(bytes(68))
    half.open(bytes(67))
    assert half.counters() == Counters(
        0xC0FFEE, "inbound", "aes128-sha1", 0, 0, 0, {"SHORT": 2, "REPLAY": 1}
    )


def test_an_sa_in_print_shows_no_key() -> None:
    half = Inbound(256, SUITE, b"secretsecretsecretsecretsecretsecret")
    assert "secret" not in repr(half)
