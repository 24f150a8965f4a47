"""Routes whose sessions the kernel is to carry, and nobody else."""

import pytest

from tests.unit.control.test_relations_local import BEFORE, POOL
from tests.unit.control.test_relations_routes import WHOLE as NATIVE
from tests.unit.control.written import CLIENT, GOOD, OUTSIDE, ROUTE, told

BARE = ROUTE + "shield = false\n"
FOR_KERNEL = OUTSIDE + CLIENT + BARE
LAN = BEFORE + POOL + "shield = false\n"
CONFINED = OUTSIDE + CLIENT + 'reach = ["10.10.0.2"]\n' + BARE


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (GOOD, "and the shield, which is the daemon, reads every frame"),
        (
            FOR_KERNEL + 'encryption = "mppe"\n',
            'and with encryption = "mppe" the daemon encrypts every frame',
        ),
        (NATIVE, "and the shield, which is the daemon, reads every frame"),
        (BEFORE + POOL, "and the shield, which is the daemon, reads every frame"),
        (LAN, "and what 'press-3' sends is held against its reach by the daemon"),
        (CONFINED, "and what 'press-3' sends is held against its reach by the daemon"),
    ],
    ids=["shield", "mppe", "native", "local", "reach of nothing", "reach"],
)
def test_the_kernel_alone_cannot_carry_what_the_daemon_has_to_do_with(text: str, why: str) -> None:
    before = told(text)
    found = told(text + 'carrier = "kernel"\n')
    assert [one for one in found if one not in before] == [
        f"route[1].carrier: is the kernel alone, {why}"
    ]
    assert told(text + 'carrier = "auto"\n') == told(text + 'carrier = "user"\n') == before


def test_the_kernel_alone_may_carry_to_a_native_server() -> None:
    bare = NATIVE + "shield = false\n"
    assert told(bare + 'carrier = "kernel"\n') == told(bare)


def test_the_kernel_alone_may_carry_into_the_lan_who_may_reach_all_of_it() -> None:
    everywhere = LAN.replace('route = "lan"\n', 'route = "lan"\nreach = ["everything"]\n')
    assert told(everywhere + 'carrier = "kernel"\n') == told(everywhere)


@pytest.mark.parametrize("reach", ["", 'reach = ["everything"]\n'])
def test_the_kernel_alone_may_carry_where_nothing_is_done_to_a_frame(reach: str) -> None:
    assert told(OUTSIDE + CLIENT + reach + BARE + 'carrier = "kernel"\n') == []
