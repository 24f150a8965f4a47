from gateway.esp.quirks import GRACE, life_bytes


def test_a_kilobyte_is_read_as_the_more_generous_number() -> None:
    # CLIENTS.md, 2: Windows offers 250000 kilobytes, which strongSwan takes for 250000000 bytes.
    assert life_bytes(250_000) == 256_000_000 > 250_000_000


def test_the_time_of_grace_outlasts_a_slow_road_but_not_a_minute() -> None:
    assert 4.0 < GRACE < 60.0
