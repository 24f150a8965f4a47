"""A box that belongs to nobody yet: all it offers is to be claimed."""

from gateway.control.problems import Problem
from gateway.control.schema import table_named
from gateway.control.values import Unfit
from gateway.user.box_views import BoxStatus
from gateway.user.console.ends import Ends
from gateway.user.console.header import shorter
from gateway.user.console.model import (
    Back,
    Field,
    Form,
    Leave,
    Open,
    Stay,
    Step,
    Told,
    Values,
    View,
    numbered,
)

FRESH = 2.0  # seconds: a provisioning file may claim the box meanwhile


def claim_view(ends: Ends, box: BoxStatus) -> View:
    text = (
        "This box belongs to nobody yet. There is no password: a key lets you in by SSH.",
        "",
        "Give your name and public SSH key here; or put a file provision.toml on a "
        "USB stick labelled POSTERN and plug it in: this page notices by itself.",
        "",
        "At your first login your SSH program shows one of these; compare them:",
        *(f"  {shorter(one)}" for one in box.fingerprints),
        *_at(box),
    )
    choices = (
        ("Claim this box", lambda: Open(claim_form(ends)), "postern claim NAME --key FILE"),
        ("Look again", Stay, ""),
        ("What to know of this box first", lambda: _about(box), "postern board"),
        ("Leave", Leave, ""),
    )
    return View("Welcome to Postern", text, rows=numbered(choices), refresh=FRESH)


def _at(box: BoxStatus) -> list[str]:
    found = [address for addresses in box.addresses.values() for address in addresses]
    return ["", "It can be reached at " + ", ".join(dict.fromkeys(found))] if found else []


def _about(box: BoxStatus) -> Step:
    """What box it was taken for, how far that can be believed, and what its owner must know."""
    known = [f"It is taken for: {box.board}.", f"How far that is known: {box.evidence}."]
    return Open(Told("This box", (*known, "", *(f"{one}." for one in box.install))))


def claim_form(ends: Ends, *, again: bool = False) -> Form:
    """`again` is for somebody at the box whose key is lost: it leaves a mark."""

    def claim(values: Values) -> Step:
        ends.box.claim(values["name"].strip(), values["ssh_key"].strip())
        return Back(f"This box is yours. Log in by SSH as {values['name'].strip()}.")

    fields = (
        Field("name", "Your name", "admin", "The name you will log in with"),
        Field("ssh_key", "Public SSH key", hint="Paste the line of your .pub file"),
    )
    text = ["Never type a private key here: the public one is the file that ends in .pub."]
    if again:
        text.append("This holds at once, and every console shows that it was done.")
    title = "Get me back in" if again else "Claim this box"
    return Form(title, fields, claim, check_claim, tuple(text), "Claim")


def check_claim(values: Values) -> list[Problem]:
    """What the judge says of a first administrator."""
    admin = table_named("admin")
    found = []
    for name in ("name", "ssh_key"):
        key = admin.key(name) if admin else None
        if key is None:
            continue
        try:
            key.read(values[name].strip())
        except Unfit as unfit:
            found.append(Problem(key.name, str(unfit), unfit.hint or key.hint()))
    return found
