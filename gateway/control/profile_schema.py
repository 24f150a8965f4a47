"""Every key of a hardware profile, once: place, meaning, reader. The tables are those of
`schema.py`, and so are their readings in `document.py`; only what may stand in them is different.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from gateway.control import profile_values as values
from gateway.control.board import DMI_NAMES
from gateway.control.button import KEYS
from gateway.control.tables import Key, Table
from gateway.control.values import one_of, text, whole

ROLES = ("outside", "inside", "unused")  # of a port
LED_ROLES = ("status", "sessions", "fault")
FIRMWARE = ("bios", "uefi")
MEDIA = ("sata", "msata", "m2-sata", "nvme", "emmc", "sd", "cf", "usb", "virtual")
OCCASIONS = ("install", "upgrade", "always")
DOCUMENTS, EMULATED, BOOTED = "from documents", "booted in an emulator", "booted on the board"
STATES = (DOCUMENTS, EMULATED, BOOTED)


@dataclass(frozen=True, slots=True)
class ProfileTable(Table):
    """A table whose defaults are its own: those of `defaults.toml` are of the configuration."""

    defaults: Mapping[str, object] = field(default_factory=dict)

    def default(self, name: str) -> object:
        return self.defaults.get(name)


BOARD = ProfileTable(
    "board",
    "Which board this is.",
    (
        Key("id", values.profile_id, "The name of the file.", '"pcengines-apu2"', required=True),
        Key("name", values.sentence, "What people call it.", '"PC Engines APU2"', required=True),
        Key("generic", values.yes_or_no, "Whether it serves where no other fits.", "true"),
    ),
    required=True,
    defaults={"generic": False},
)

MATCH = ProfileTable(
    "match",
    "How to know it. All keys of one entry must fit; one entry that fits is enough.",
    (
        *(
            Key(name, values.pattern, f"DMI says one of these as {name}.", '["APU2*"]', listed=True)
            for name in DMI_NAMES
        ),
        Key("pci", values.sign, "These devices are in it.", '["8086:125c x4"]', listed=True),
        Key("nics", whole(1, 32), "It has at least so many network cards.", "6"),
    ),
    most=20,
)

FIRMWARE_TABLE = ProfileTable(
    "firmware",
    "What starts the board.",
    (
        Key("kinds", one_of("firmware", FIRMWARE), "What there is.", '["bios"]', listed=True),
        Key("good_from", values.version, "An older version has a fault.", '"4.14.0.1"'),
        Key("says_old", values.sentence, "Which fault, for a person.", '"Boost is unstable"'),
    ),
    defaults={"kinds": ["bios", "uefi"]},
)

CONSOLE = ProfileTable(
    "console",
    "Where a person sits.",
    (
        Key(
            "devices",
            values.serial,
            "Serial lines; the kernel talks on the first.",
            '["ttyS0,115200"]',
            listed=True,
        ),
        Key("vga", values.yes_or_no, "Whether a screen can be attached.", "false"),
    ),
    defaults={"devices": ["ttyS0,115200"], "vga": True},
)

PORT = ProfileTable(
    "port",
    "One network plug, in the order of the case.",
    (
        Key("label", values.sentence, "What is printed at it.", '"WAN"', required=True),
        Key("role", one_of("role of a port", ROLES[:2]), "What it is proposed for.", '"outside"'),
        Key(
            "paths",
            values.device_path,
            "Where its card is, under each setting of the firmware.",
            '["pci0000:00/0000:00:02.2/0000:01:00.0"]',
            listed=True,
        ),
        Key("place", whole(1, 32), "Which one it is by PCI path, counted from 1.", "1"),
        Key("driver", values.module, "Only cards of this driver are counted.", '"igb"'),
    ),
    most=32,
)

LED = ProfileTable(
    "led",
    "One lamp that may be used.",
    (
        Key("role", one_of("role", LED_ROLES), "What it shows.", '"status"', required=True),
        Key(
            "names",
            values.led,
            "What Linux calls it; the first that is there.",
            '["apu:green:1"]',
            required=True,
            listed=True,
        ),
    ),
    most=3,
)

BUTTON = ProfileTable(
    "button",
    "The button at the case.",
    (
        Key("inputs", values.sentence, "Names of its input device.", '["apu2-keys"]', listed=True),
        Key(
            "codes",
            one_of("key known here", tuple(KEYS)),
            "Names of its key.",
            '["KEY_RESTART"]',
            listed=True,
        ),
    ),
)

WATCHDOG = ProfileTable(
    "watchdog",
    "What resets a board that hangs.",
    (
        Key("module", values.module, "Its driver.", '"sp5100_tco"'),
        Key("timeout", whole(10, 600), "Seconds without a sign of life.", "30"),
    ),
    defaults={"timeout": 30},
)

MODULES = ProfileTable(
    "modules",
    "Kernel modules, perhaps for some versions of the firmware only.",
    (
        Key("load", values.module, "To load.", '["leds-gpio"]', listed=True),
        Key("refuse", values.module, "Never to load.", '["pcengines-apuv2"]', listed=True),
        Key("bios_from", values.version, "With this firmware and later.", '"4.10.0.1"'),
        Key("bios_before", values.version, "With firmware before this.", '"4.10.0.1"'),
    ),
    most=8,
)

KERNEL = ProfileTable(
    "kernel",
    "Kernel arguments beside those of every image.",
    (Key("arguments", values.kernel_argument, "Them.", '["pcie_aspm=off"]', listed=True),),
)

NIC = ProfileTable(
    "nic",
    "How its network cards are set.",
    (Key("eee", values.yes_or_no, "Whether a link may sleep.", "false"),),
    defaults={"eee": True},
)

LIMITS = ProfileTable(
    "limits",
    "What it can bear, as documented or measured on it, never guessed.",
    (
        Key("ram_mb", whole(64, 1 << 20), "Least memory it is sold with, in MB.", "2048"),
        Key("sessions", whole(1, 100_000), "Sessions at a time.", "200"),
    ),
)

STORAGE = ProfileTable(
    "storage",
    "Where the image can be.",
    (
        Key("media", one_of("medium", MEDIA), "What can be in it.", '["msata"]', listed=True),
        Key("wears", values.yes_or_no, "Whether writing wears it out soon.", "true"),
        Key("note", values.sentence, "What the owner should know.", '"No boot from USB"'),
    ),
    defaults={"wears": False},
)

NOTE = ProfileTable(
    "note",
    "A thing that the owner is told.",
    (
        Key("when", one_of("occasion", OCCASIONS), "When.", '"upgrade"', required=True),
        Key("text", values.sentence, "The sentence.", '"It may not come back"', required=True),
    ),
    most=12,
)

EVIDENCE = ProfileTable(
    "evidence",
    "How far all of this can be believed.",
    (
        Key("state", one_of("state", STATES), "How far.", '"from documents"', required=True),
        Key("sources", text, "Where it is from.", '["its manual"]', required=True, listed=True),
        Key("unconfirmed", values.sentence, "What may be wrong.", '["LED names"]', listed=True),
        Key("by", values.sentence, "Who booted it.", '"a name"'),
        Key("on", values.date, "When.", '"2026-11-22"'),
        Key("kernel", values.sentence, "With which kernel.", '"6.12.107"'),
    ),
    required=True,
)

PROFILE_SCHEMA = (
    BOARD, MATCH, FIRMWARE_TABLE, CONSOLE, PORT, LED, BUTTON, WATCHDOG, MODULES, KERNEL, NIC,
    LIMITS, STORAGE, NOTE, EVIDENCE,
)  # fmt: skip
