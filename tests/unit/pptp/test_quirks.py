"""What real servers announce, and what we make of it."""

import pytest

from gateway.pptp.quirks import window_to_honour


@pytest.mark.parametrize(
    ("vendor", "offered", "honoured"),
    [
        ("Microsoft", 2, 2),  # NT 4: Q162230
        ("Microsoft", 16, 16),  # with the update of Q167040
        ("Microsoft", 0, 2),
        ("linux", 3, 32),  # PoPToP: gen-pptp-mppe128.pcap, frame 17
        ("linux", 64, 64),
    ],
)
def test_a_window_is_honoured_as_far_as_it_means_something(
    vendor: str, offered: int, honoured: int
) -> None:
    assert window_to_honour(vendor, offered) == honoured
