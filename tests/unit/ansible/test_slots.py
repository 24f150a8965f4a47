"""Which update is needed, by what `postern box` says of the slots."""

from ansible_collections.postern.gateway.plugins.module_utils.slots import (
    booted,
    other,
    to_install,
)

BOX = {
    "booted": "a",
    "slots": [
        {"name": "A", "state": "good", "version": "0.1.0"},
        {"name": "B", "state": "new", "version": "0.2.0"},
    ],
}


def test_a_version_that_runs_or_waits_is_not_installed_again() -> None:
    assert not to_install(BOX, "0.1.0")
    assert not to_install(BOX, "0.2.0")
    assert to_install(BOX, "0.3.0")


def test_a_box_that_tells_nothing_yet_has_empty_slots() -> None:
    nothing = {"booted": "", "slots": []}
    assert booted(nothing) == other(nothing)
    assert to_install(nothing, "0.1.0")
