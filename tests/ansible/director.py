"""A plain Debian 12 in QEMU, as it is given to `directors.yml`: systemd, SSH with a key, an address
outside, and nothing of ours.

Its packages come from the mirror that apt on this machine is set to; it is made once, in
build/director, and each story has a disk of its own on it.
"""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from image.mirror import KEYRING, find_mirrors
from image.programs import run
from image.qemu import copy_on_write
from tests.image.conftest import locked
from tests.image.files import make_key

SUITE = "bookworm"
# What the role would fetch is there, for the emulated machine has no way out; apt's lists, too.
PACKAGES = (
    "linux-image-cloud-amd64,initramfs-tools,systemd-sysv,udev,dbus,kmod,iproute2,procps,"
    "openssh-server,python3,python3-apt,apt,keepalived,ipvsadm,iptables"
)
DISK_MIB = 1600
NETWORK = "[Match]\nName=eth0\n[Network]\nAddress={}/24\n"
KERNEL = "root=/dev/vda rw quiet net.ifnames=0 console=ttyS0"


def make_director(build: Path, address: str) -> Path:
    """The folder with kernel, initrd, root and the key that it lets in."""
    done = build / "director"
    with locked(build / "director.lock"):
        if not (done / "root.img").exists():
            work = build / "director.work"
            shutil.rmtree(work, ignore_errors=True)
            work.mkdir()
            _disk(work, _debian(work), address)
            shutil.rmtree(done, ignore_errors=True)
            work.rename(done)
    return done


def _debian(work: Path) -> Path:
    debian = work / "debian"
    sources = work / "sources.list"
    sources.write_text(f"deb [signed-by={KEYRING}] {find_mirrors().main} {SUITE} main\n")
    options = ["--variant=essential", "--mode=root", f"--include={PACKAGES}"]
    options += ["--skip=cleanup/apt/lists"]
    run(["mmdebstrap", *options, SUITE, debian, sources], log=work / "debian.log")
    return debian


def _disk(work: Path, debian: Path, address: str) -> None:
    """Of that tree, which is then gone."""
    key = make_key(work / "key")
    for name, text, mode in (
        ("root/.ssh/authorized_keys", key + "\n", 0o600),
        ("etc/systemd/network/eth0.network", NETWORK.format(address), 0o644),
        ("etc/fstab", "/dev/vda / ext4 noatime 0 1\n", 0o644),
        ("etc/hostname", "director-1\n", 0o644),
    ):
        path = debian / name
        path.parent.mkdir(mode=0o700, exist_ok=True)
        path.write_text(text)
        path.chmod(mode)
    (debian / "etc/systemd/network").chmod(0o755)
    run(["systemctl", f"--root={debian}", "enable", "systemd-networkd.service", "ssh.service"])
    for name in ("vmlinuz", "initrd.img"):
        shutil.copyfile(next((debian / "boot").glob(f"{name}-*")), work / name)
    root = work / "root.img"
    root.touch()
    run(["mkfs.ext4", "-q", "-d", debian, root, f"{DISK_MIB}M"])
    shutil.rmtree(debian)


@contextmanager
def started(made: Path, place: Path, tap: str) -> Iterator[None]:
    """Switched on, with its card on this tap; all that its console says is in director.log."""
    disk = copy_on_write(made / "root.img", place / "director.qcow2")
    words = ["qemu-system-x86_64", "-nodefaults", "-no-user-config", "-name", "director"]
    words += ["-machine", "q35,accel=tcg", "-cpu", "max", "-m", "384", "-display", "none"]
    words += ["-kernel", str(made / "vmlinuz"), "-initrd", str(made / "initrd.img")]
    words += ["-append", KERNEL, "-serial", f"file:{place / 'director.log'}"]
    words += ["-drive", f"if=virtio,format=qcow2,file={disk}"]
    words += ["-object", "rng-random,id=rng,filename=/dev/urandom", "-device", "virtio-rng-pci"]
    words += ["-netdev", f"tap,id=net,ifname={tap},script=no,downscript=no"]
    words += ["-device", "virtio-net-pci,netdev=net,mac=52:54:00:70:73:11"]
    with open(place / "director.qemu.log", "wb") as log:
        process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        yield
    finally:
        process.kill()
        process.wait()
