"""A kit for one machine: what is put together is the agent's to decide, as of `postern kit`."""

from gateway.control.kits import FLOPPY, FORMS, WINDOWS
from gateway.user.cli.kit import recognised
from gateway.user.console.ends import Ends
from gateway.user.console.model import Field, Form, Instead, Step, Values
from gateway.user.console.working import Working

ABOUT = (
    "All that is needed at the machine: a sheet, its key or certificate, files for its",
    "registry, the updates it must have. It is of the configuration in force, and secret.",
)
AS_SEEN = ""


def kit_form(ends: Ends, machine: str) -> Form:
    def make(values: Values) -> Step:
        wanted: dict[str, object] = {name: value.strip() for name, value in values.items()}
        wanted |= {"name": machine, "dialled": values["dialled"].replace(",", " ").split()}
        return Instead(Working("Kit", lambda: _made(ends, machine, wanted)))

    fields = (
        Field("form", "As", FLOPPY, "floppy and iso are images; a folder is for usb", FORMS),
        Field("windows", "Windows", AS_SEEN, "empty: what it was seen to be", (AS_SEEN, *WINDOWS)),
        Field("dialled", "It dials", "", "empty: the address in the configuration"),
        Field(
            "p12", "Certificate", "", "empty: its key; else the file that 'Certificates' has made"
        ),
        Field("path", "Where to", "", "usb is a stick labelled POSTERN; empty: in memory, for scp"),
    )
    return Form(f"A kit for {machine}", fields, make, text=ABOUT, button="Make it")


def _made(ends: Ends, machine: str, wanted: dict[str, object]) -> list[str]:
    seen = recognised(ends.daemon, machine)
    path, told = ends.box.kit({**wanted, "recognised": seen})
    return [*told, "", f"It is in {path}."]
