"""Stopping things: the gateway, the box, and everything on it. Each asks for the box's name."""

from collections.abc import Callable

from gateway.user.console.ends import Ends
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Home,
    Menu,
    Open,
    Step,
    Values,
    typed_word,
)

KEEP, WIPE = "keep one sealed copy", "wipe everything"


def power(ends: Ends) -> Menu:
    choices = (
        ("Restart the gateway", lambda: _restart(ends), "postern restart"),
        ("Reboot the box", lambda: _reboot(ends), "postern reboot"),
        ("Power off", lambda: _poweroff(ends), "postern poweroff"),
        ("Factory reset", lambda: _reset(ends), "postern reset"),
        ("Restart into the rescue system", lambda: _rescue(ends), "postern reboot --rescue"),
    )
    box = ends.latest.box
    text = (box.button,) if box and box.button else ()
    return Menu("Restart, reboot, power off, factory reset", choices, text)


def _restart(ends: Ends) -> Step:
    def restart(values: Values) -> Step:
        ends.box.restart_gateway()
        return Back("The gateway starts again.")

    return _ask(ends, "Restart the gateway", _OTHERS, restart)


def _reboot(ends: Ends) -> Step:
    def reboot(values: Values) -> Step:
        ends.box.reboot(values["reason"].strip())
        return Home()

    return _ask(ends, "Reboot the box", "All sessions end, and the box starts anew.", reboot, _WHY)


def _rescue(ends: Ends) -> Step:
    def rescue(values: Values) -> Step:
        ends.box.reboot(values["reason"].strip(), rescue=True)
        return Home()

    what = (
        "All sessions end. The rescue system has this menu as plain text and no network; it ends "
        "after half an hour, or by a reboot from its menu."
    )
    return _ask(ends, "Restart into the rescue system", what, rescue, _WHY)


def _poweroff(ends: Ends) -> Step:
    def poweroff(values: Values) -> Step:
        ends.box.poweroff(values["reason"].strip())
        return Home()

    what = "Somebody has to press its button to start it again."
    return _ask(ends, "Power off", what, poweroff, _WHY)


def _reset(ends: Ends) -> Step:
    def reset(values: Values) -> Step:
        wipe = values["how"] == WIPE
        ends.box.factory_reset(values["typed"].strip(), wipe=wipe)
        return Home()

    how = Field(
        "how",
        "How",
        KEEP,
        "The copy is sealed for the administrators' SSH keys (Ed25519, RSA): no other can open it",
        (KEEP, WIPE),
    )
    what = (
        "Configuration, users, keys and history go. The box starts as new, and whoever is at its "
        "console can claim it. What was deleted is not overwritten: before you give the box away, "
        "write the image anew."
    )
    return _ask(ends, "Factory reset", what, reset, how)


_OTHERS = "Sessions to PPTP servers go on; others end, and their clients dial again."
_WHY = Field("reason", "Reason", hint="For the journal; may be empty")


def _ask(ends: Ends, title: str, what: str, do: Callable[[Values], Step], *more: Field) -> Step:
    name = ends.hostname()
    typed = Field("typed", "Name of this box", hint=f"Type {name} to show that you mean this box")
    text = (what, f"To go on, type the name of this box: {name}")
    return Open(Form(title, (*more, typed), do, typed_word("name", name), text, title))
