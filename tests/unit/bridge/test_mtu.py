import pytest

from gateway.bridge.mtu import MPPE_HEADER, SMALLEST, largest_mru
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES
from gateway.wire.udp import build_udp

IP = 20


@pytest.mark.parametrize("suite", ["3des-sha1", "aes128-sha1", "des-md5", "aes256-sha1"])
@pytest.mark.parametrize("before_esp", [0, 8, 16], ids=["plain", "UDP 4500", "UDP 500"])
@pytest.mark.parametrize("mtu", [1500, 1492, 1400, 1280])
def test_the_largest_frame_just_fits_and_the_next_block_would_not(
    suite: str, before_esp: int, mtu: int
) -> None:
    chosen = SUITES[suite]
    outbound = Outbound(1000, chosen, bytes(range(chosen.keymat_length)), bytes)
    mru = largest_mru(mtu, chosen.cipher.block, before_esp)

    def size(information: int) -> int:
        sealed = outbound.seal(build_udp(1701, 1701, bytes(12 + 4 + information)))
        assert isinstance(sealed, bytes)
        return IP + before_esp + len(sealed)

    assert size(mru) <= mtu < size(mru + chosen.cipher.block)


def test_msl2tp_gets_its_1410_bytes_with_3des_behind_a_nat() -> None:
    # CLIENTS.md, section 5: MTU/MRU 1410 is the lowest that MSL2TP lives with
    assert largest_mru(1500, 8, 8) >= 1410


def test_the_inside_leg_bounds_it_too() -> None:
    assert largest_mru(9000, 8, 0) == 1500 - 20 - 16 - 4


def test_a_tiny_link_still_carries_what_ip_needs() -> None:
    assert largest_mru(576, 16, 8) == SMALLEST


def test_encryption_inside_takes_its_bytes_from_the_inside_leg_alone() -> None:
    assert largest_mru(9000, 8, 0, False, MPPE_HEADER) == largest_mru(9000, 8, 0) - 4
    assert largest_mru(1500, 8, 8, False, MPPE_HEADER) == largest_mru(1500, 8, 8)
