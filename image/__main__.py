"""`python -m image VERB`: check, lock, build, bundle, boot, flash."""

import argparse
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from image.board import read_board, read_profile
from image.boot import boot
from image.build import build, bundle_again, lock
from image.flash import LocalDisk, flash
from image.host import set_up
from image.places import PROJECT, Places
from image.programs import Failed
from image.provision import with_provision
from image.qemu import Firmware
from image.release import read_release
from image.remote import RemoteDisk, connect

ABOUT = {
    "check": "say everything that is wrong with a hardware profile (at once)",
    "lock": "take today's Debian packages of the mirror into packages.lock (half a minute)",
    "build": "make image and update bundle for a profile (2 to 8 minutes)",
    "bundle": "make the update bundle again from the last build, say with other keys (seconds)",
    "boot": "start the image in QEMU, its serial console in this terminal (a minute to the menu)",
    "flash": "write the image to a disk, here or over SSH, and read it back (minutes)",
}


def main(argv: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(argv)
    began = time.monotonic()
    try:
        code = _VERBS[options.verb](options)
    except Failed as failure:
        print(f"image {options.verb}: {failure}", file=sys.stderr)
        if failure.hint:
            print(f"  {failure.hint}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    if options.verb not in ("check", "boot"):
        print(f"image {options.verb}: done in {time.monotonic() - began:.0f} s")
    return code


def _check(options: argparse.Namespace) -> int:
    found = read_profile(options.name)
    if isinstance(found, list):
        for problem in found:
            print(problem)
        return 1
    print(f"{found.id}: {found.name}; {found.evidence}")
    return 0


def _lock(options: argparse.Namespace) -> int:
    set_up()
    lock(_places(options), options.mirror)
    return 0


def _build(options: argparse.Namespace) -> int:
    set_up()
    board = read_board(options.profile)
    release = read_release(PROJECT, options.version)
    given = (options.key, options.cert)
    places = _places(options)
    with places.alone():
        build(places, release, board, given, options.mirror)
    return 0


def _bundle(options: argparse.Namespace) -> int:
    release = read_release(PROJECT, options.version)
    given = (options.key, options.cert)
    places = _places(options)
    with places.alone():
        bundle_again(places, release, given, options.arguments, options.out)
    return 0


def _boot(options: argparse.Namespace) -> int:
    set_up()
    firmware: Firmware = "uefi" if options.uefi else "bios"
    places = _places(options)
    boot(places, _image(options), firmware, options.memory, options.forward, fresh=options.fresh)
    return 0


def _flash(options: argparse.Namespace) -> int:
    image = _image(options)
    if not image.is_file():
        raise Failed(f"there is no {image.name}", "Make it: make image PROFILE=NAME")
    target = (
        RemoteDisk(connect(options.ssh, options.known_hosts), options.disk)
        if options.ssh
        else LocalDisk(Path(options.disk))
    )
    if options.provision:
        image = with_provision(image, options.provision, _places(options))
    try:
        digest = flash(image, target, input)
    finally:
        if options.provision:
            image.unlink()
    print(f"written and read back: SHA-256 {digest[:16]}...")
    return 0


_VERBS = {
    "check": _check,
    "lock": _lock,
    "build": _build,
    "bundle": _bundle,
    "boot": _boot,
    "flash": _flash,
}


def _places(options: argparse.Namespace) -> Places:
    return Places(options.build.resolve())


def _image(options: argparse.Namespace) -> Path:
    given: Path | None = options.image
    return given or _places(options).image(read_release(PROJECT, options.version).version)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m image", description=__doc__)
    parser.add_argument("--build", type=Path, default=PROJECT / "build", help="where things go")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    made = {name: verbs.add_parser(name, help=about) for name, about in ABOUT.items()}
    made["check"].add_argument("name", help="of the profile, as in hw-profiles/NAME.toml")
    for name in ("lock", "build"):
        made[name].add_argument("--mirror", help="a Debian mirror in place of apt's own")
    for name in ("build", "bundle", "boot", "flash"):
        made[name].add_argument("--version", help="in place of pyproject.toml's")
    for name in ("build", "bundle"):
        made[name].add_argument("--key", type=Path, help="PEM: signs the bundle")
        made[name].add_argument("--cert", type=Path, help="PEM: whose bundles the box takes")
    for name in ("boot", "flash"):
        made[name].add_argument("--image", type=Path, help="in place of the last one built")
    _one_verb_only(made)
    return parser


def _one_verb_only(made: dict[str, argparse.ArgumentParser]) -> None:
    made["build"].add_argument("--profile", default="qemu", help="of hw-profiles/")
    made["bundle"].add_argument("--out", type=Path, help="in place of build/postern-VERSION...")
    made["bundle"].add_argument(
        "--arguments", default="", help="kernel arguments of this slot alone (for tests)"
    )
    made["boot"].add_argument("--uefi", action="store_true", help="OVMF in place of SeaBIOS")
    made["boot"].add_argument("--memory", type=int, default=512, help="MiB")
    made["boot"].add_argument("--fresh", action="store_true", help="a new disk")
    made["boot"].add_argument(
        "--forward", default="", metavar="RULE", help="say tcp:127.0.0.1:2222-:22"
    )
    made["flash"].add_argument("disk", help="/dev/NAME, of the whole disk")
    made["flash"].add_argument("--ssh", metavar="USER@HOST", help="a disk of another machine")
    made["flash"].add_argument(
        "--known-hosts", type=Path, metavar="FILE", help="where its key must be, for --ssh"
    )
    made["flash"].add_argument(
        "--provision", type=Path, metavar="FILE", help="what the box is to take up by itself"
    )


if __name__ == "__main__":
    sys.exit(main())
