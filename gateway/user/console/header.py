"""The lines above every page: what this box is, and how it is."""

from collections.abc import Iterable

from gateway import __version__
from gateway.control.problems import printable
from gateway.user.box_views import BoxStatus, Pending
from gateway.user.cli.show import counted, cut
from gateway.user.console.ends import LONGEST_WORK, Glance

WIDTH = 80  # letters
FELT = 1.0  # seconds
MARK = "SHA256:"
WORDS = {"booted": "in use"}  # of a slot's state


def header(glance: Glance, width: int | None = WIDTH) -> list[str]:
    """At most four lines, each within `width`; without one they are as long as they are."""
    if glance.box is None:
        lines = [
            f"Postern {__version__}",
            glance.box_trouble,
            _gateway(glance),
        ]
    else:
        lines = [_box(glance.box, width), _addresses(glance.box), _gateway(glance)]
        lines += _busy(glance.box) or _fingerprint(glance.box)
    lines = [printable(line) for line in lines if line]
    return lines if width is None else [cut(line, width) for line in lines]


def countdown(pending: Pending | None) -> str:
    """What every page says while a change is not confirmed; nothing otherwise."""
    if pending is None:
        return ""
    left = max(0, int(pending.seconds_left))
    by = f" by {pending.by}" if pending.by else ""
    text = f"NOT CONFIRMED: the change{by} goes back in {left // 60}:{left % 60:02}. C keeps it."
    return printable(text)


def _box(box: BoxStatus, width: int | None) -> str:
    name = f"Postern {box.version or __version__}  {cut(box.hostname or 'no name', 24)}"
    words = [_slots(box), "clock ok" if box.clock_ok else "CLOCK UNSURE", _saved(box)]
    state = "   ".join(word for word in words if word)
    return f"{name}  {state.rjust((width or 0) - len(name) - 2)}"


def _slots(box: BoxStatus) -> str:
    """`A good, B empty`, the running one first."""
    slots = sorted(box.slots, key=lambda slot: slot.name.lower() != box.booted.lower())
    words = [f"{one.name} {WORDS.get(one.state, one.state)}" for one in slots]
    return ("slot " if slots else "") + ", ".join(words)


def _saved(box: BoxStatus) -> str:
    if box.pending is not None:
        return "not confirmed"
    return counted(box.changed, "change") + " not applied" if box.changed else "saved"


def _addresses(box: BoxStatus) -> str:
    parts = [f"{port} {' '.join(found) or 'no address'}" for port, found in box.addresses.items()]
    return "   ".join(parts) or "no port has an address yet"


def _gateway(glance: Glance) -> str:
    gateway = glance.gateway
    if gateway is None:
        return glance.gateway_trouble
    parts = [
        f"{gateway.sessions} in session",
        f"{gateway.half_open} dialling",
        "" if glance.cpu is None else f"CPU {glance.cpu}%",
        f"queue drops {gateway.queue_drops}",
        "" if gateway.rules_ok else "FIREWALL RULES MISSING",
        "LAST RELOAD REFUSED" if gateway.config_problems else "",
    ]
    return "   ".join(part for part in parts if part)


def _busy(box: BoxStatus) -> list[str]:
    """Worth a line once it is felt; then the key that nobody compares just now makes room."""
    if box.busy_s < FELT:
        return []
    work = cut(box.busy_with, LONGEST_WORK)
    return [f"The box agent is busy with {work}, for {box.busy_s:.0f} s now."]


def _fingerprint(box: BoxStatus) -> Iterable[str]:
    """The one that SSH clients show first, if there are several."""
    found = sorted(box.fingerprints, key=lambda one: "25519" not in one)
    return [f"SSH {shorter(one)}" for one in found[:1]]


def shorter(fingerprint: str) -> str:
    """`SHA256:... ED25519` out of a line of ssh-keygen or of the bare words."""
    words = fingerprint.split()
    hashed = next((word for word in words if word.startswith(MARK)), "")
    kind = next((word.strip("()") for word in words if word.strip("()").isupper()), "")
    return f"{hashed} {kind}".strip() if hashed else fingerprint
