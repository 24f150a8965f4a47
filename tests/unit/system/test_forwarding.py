"""Whether the machine is a router, by the kernel's own file."""

from pathlib import Path

import pytest

from gateway.system.forwarding import forwards


@pytest.mark.parametrize(("text", "expected"), [("1\n", True), ("0\n", False)])
def test_the_switch_is_read(tmp_path: Path, text: str, expected: bool) -> None:
    switch = tmp_path / "ip_forward"
    switch.write_text(text)
    assert forwards(switch) is expected


def test_of_what_cannot_be_read_nothing_bad_is_believed(tmp_path: Path) -> None:
    assert forwards(tmp_path / "nowhere")
