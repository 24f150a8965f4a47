"""Runs once inside the new root, at the end: Debian's Python and its standard library alone."""

import compileall
import configparser
import json
import os
import py_compile
import shutil
import subprocess
import zipfile
from itertools import chain
from pathlib import Path
from typing import Final

from image.inside.initrd import make_initrd
from image.inside.modules import trim
from image.inside.units import enable

HERE: Final = Path(__file__).parent
ROOT: Final = Path("/")
PACKAGES: Final = Path("/usr/lib/python3/dist-packages")
LIBRARY: Final = Path("/usr/lib/python3.13")
# What only made the image, or nobody on a router uses.
PURGED: Final = """
initramfs-tools initramfs-tools-core initramfs-tools-bin klibc-utils libklibc linux-base cpio 3cpio
dracut-install gettext-base grub-common
""".split()
REMOVED: Final = """
usr/lib/udev/hwdb.bin usr/lib/udev/hwdb.d etc/initramfs-tools usr/lib/x86_64-linux-gnu/gconv
usr/lib/python3.13/idlelib usr/lib/python3.13/ensurepip usr/lib/python3.13/pydoc_data
usr/lib/python3.13/turtledemo usr/lib/python3.13/turtle.py usr/lib/python3.13/tkinter
usr/share/doc-base usr/share/menu usr/share/pixmaps usr/share/perl5 usr/share/bash-completion
usr/share/zsh usr/share/perl usr/share/snmp usr/share/misc/pci.ids etc/sensors3.conf
etc/keepalived/keepalived.conf.sample
usr/share/zoneinfo/right usr/share/grub var/lib/systemd/random-seed
var/lib/dbus/machine-id etc/resolv.conf etc/hostname etc/.pwd.lock var/lib/dpkg/info
usr/lib/systemd/system-generators/systemd-gpt-auto-generator
usr/lib/systemd/system-generators/systemd-ssh-generator
usr/lib/systemd/system-generators/systemd-getty-generator
var/lib/systemd/catalog/database var/cache/ldconfig/aux-cache
usr/bin/plog usr/bin/poff usr/bin/pon usr/sbin/chat usr/sbin/pppdump usr/sbin/pppoe-discovery
usr/sbin/pppstats usr/lib/systemd/system/ppp@.service etc/chatscripts etc/logrotate.d/ppp
etc/ppp/chap-secrets etc/ppp/pap-secrets etc/ppp/peers etc/ppp/ip-up etc/ppp/ip-up.d etc/ppp/ip-down
etc/ppp/ip-down.d etc/ppp/ip-pre-up etc/ppp/ipv6-up etc/ppp/ipv6-up.d etc/ppp/ipv6-down
etc/ppp/ipv6-down.d usr/share/ppp
""".split()


def main() -> None:
    facts = json.loads((HERE / "facts.json").read_text())
    kernel = next(Path("/usr/lib/modules").iterdir())
    print("modules kept, removed:", trim(kernel, (HERE / "modules.txt").read_text()))
    subprocess.run(["depmod", kernel.name], check=True)
    out = HERE / "out"
    out.mkdir()
    print(make_initrd(kernel, HERE / "init", out / "initrd.img", facts["epoch"]))
    shutil.copyfile(next(Path("/boot").glob("vmlinuz-*")), out / "vmlinuz")
    (out / "packages.txt").write_text(_packages())
    _install_wheel(next(HERE.glob("*.whl")))
    _write_facts(facts)
    subprocess.run(["systemd-sysusers"], check=True)
    enable(ROOT)
    _remove_what_made_it()
    _remove_identity()
    _compile()


def _packages() -> str:
    command = ["dpkg-query", "-W", "-f", "${Package} ${Version}\\n"]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return "".join(sorted(told.splitlines(keepends=True)))


def _install_wheel(wheel: Path) -> None:
    """As Debian's pip would, without pip: unpack, and write the commands."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(PACKAGES)
        entries = next(name for name in archive.namelist() if name.endswith("entry_points.txt"))
        commands = configparser.ConfigParser()
        commands.read_string(archive.read(entries).decode())
    for name, target in commands["console_scripts"].items():
        module, function = target.split(":")
        command = Path("/usr/bin") / name
        command.write_text(
            f"#!/usr/bin/python3 -P\nimport sys\nfrom {module} import {function}\n"
            f"sys.exit({function}())\n"
        )
        command.chmod(0o755)


def _write_facts(facts: dict[str, str]) -> None:
    place = Path("/usr/lib/postern")
    for name in ("version", "commit", "schema"):
        (place / name).write_text(f"{facts[name]}\n")
    # systemd and timesyncd never let the clock be before this file's date.
    Path("/usr/lib/clock-epoch").touch()
    text = (
        f'NAME="Postern"\nID=postern\nID_LIKE=debian\nVERSION_ID="{facts["version"]}"\n'
        f'PRETTY_NAME="Postern {facts["version"]}"\n'
    )
    Path("/usr/lib/os-release").write_text(text)


def _remove_what_made_it() -> None:
    editenv = Path("/usr/bin/grub-editenv")
    kept = editenv.read_bytes()
    command = ["dpkg", "--purge", "--force-depends", "--force-remove-essential", *PURGED]
    subprocess.run(command, check=False, capture_output=True)
    editenv.write_bytes(kept)
    editenv.chmod(0o755)
    perl = [*Path("/usr/bin").glob("perl*"), *Path("/usr/lib/x86_64-linux-gnu").glob("perl*")]
    locales = [one for one in Path("/usr/lib/locale").glob("*") if one.name != "C.utf8"]
    boot = list(Path("/boot").iterdir())
    links = [Path("/vmlinuz"), Path("/initrd.img"), Path("/vmlinuz.old"), Path("/initrd.img.old")]
    tests = list(PACKAGES.glob("*/test*")) + list(PACKAGES.glob("*/*/tests"))
    others = [one for one in Path("/usr/lib/pppd").glob("*/*.so") if one.name != "radius.so"]
    lists = [perl, locales, boot, links, tests, others]
    for place in [*(ROOT / one for one in REMOVED), *chain(*lists)]:
        _remove(place)
    Path("/usr/sbin/pppd").chmod(0o755)  # it is for root, so there is no root to become


def _remove_identity() -> None:
    """What makes one box another than its neighbour is made on the box."""
    for key in Path("/etc/ssh").glob("ssh_host_*"):
        key.unlink()
    for spare in [*Path("/etc").glob("*-"), *Path("/var/lib/dpkg").glob("*-old")]:
        spare.unlink()
    Path("/etc/machine-id").write_text("")
    Path("/etc/hostname").write_text("postern\n")
    Path("/etc/hosts").write_text("127.0.0.1 localhost\n127.0.1.1 postern\n::1 localhost\n")
    Path("/etc/resolv.conf").symlink_to("../run/systemd/resolve/stub-resolv.conf")
    for stamp in ("/etc/.updated", "/var/.updated"):
        Path(stamp).touch()
    for folder in ("/data", "/boot/efi"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    for line in ("root",):
        subprocess.run(["usermod", "--lock", "--shell", "/usr/sbin/nologin", line], check=True)


def _remove(place: Path) -> None:
    if place.is_dir() and not place.is_symlink():
        shutil.rmtree(place)
    else:
        place.unlink(missing_ok=True)


def _compile() -> None:
    """Byte code that is taken as it is: no source is looked at when a program starts."""
    mode = py_compile.PycInvalidationMode.UNCHECKED_HASH
    for tree in (PACKAGES, LIBRARY):
        for cache in sorted(tree.rglob("__pycache__")):
            shutil.rmtree(cache)
        compileall.compile_dir(tree, quiet=2, force=True, invalidation_mode=mode, workers=1)


if __name__ == "__main__":
    os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    main()
