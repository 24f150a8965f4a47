"""Which units the image starts: all that are named here, and no other."""

from pathlib import Path
from typing import Final

ENABLED: Final = """
data.mount boot-efi.automount postern-data.service postern-box.service postern.service
ssh.service nftables.service systemd-networkd.service postern-health.service
postern-rescue-copy.service postern-coldplug.service
""".split()
# Debian's own that would be in the way: other consoles, other clocks, other makers of slots.
MASKED: Final = """
rauc-mark-good.service getty@tty1.service serial-getty@ttyS0.service getty-static.service
getty.target apt-daily.timer apt-daily-upgrade.timer dpkg-db-backup.timer fstrim.timer
e2scrub_all.timer e2scrub_reap.service systemd-pstore.service ldconfig.service
systemd-journal-catalog-update.service systemd-update-done.service systemd-hwdb-update.service
systemd-machine-id-commit.service systemd-firstboot.service systemd-tpm2-setup.service
systemd-tpm2-setup-early.service systemd-pcrphase.service systemd-repart.service
systemd-binfmt.service proc-sys-fs-binfmt_misc.automount proc-sys-fs-binfmt_misc.mount
sys-kernel-debug.mount sys-kernel-tracing.mount dev-mqueue.mount dev-hugepages.mount
modprobe@drm.service modprobe@configfs.service systemd-networkd-wait-online.service
sys-fs-fuse-connections.mount modprobe@fuse.service sshd-keygen.service
systemd-networkd-persistent-storage.service systemd-journal-flush.service
systemd-random-seed.service systemd-udev-load-credentials.service systemd-remount-fs.service
rsyslog.service keepalived.service
""".split()
# Debian has the start of everything wait for these. Here they come in their own time: the agent
# keeps the clock from going back, and no dial needs a name.
LATE: Final = "systemd-timesyncd.service systemd-resolved.service".split()
WAITING: Final = frozenset(
    "sysinit.target time-set.target network.target nss-lookup.target".split()
)


def enable(root: Path) -> None:
    """Links as `systemctl enable` and `mask` would make them."""
    place = root / "etc/systemd/system"
    for unit in ENABLED:
        _install(root, unit, place)
    for unit in LATE:
        _install(root, unit, place, late=True)
        (place / unit).write_text(late(_source(root, unit).read_text()))
    for unit in MASKED:
        (place / unit).unlink(missing_ok=True)
        (place / unit).symlink_to("/dev/null")
    (place / "default.target").unlink(missing_ok=True)
    (place / "default.target").symlink_to("/usr/lib/systemd/system/postern-confirmed.target")


def late(text: str) -> str:
    """The unit, and nothing of the start waits for it."""
    lines = []
    for line in text.splitlines():
        key, _, value = line.partition("=")
        kept = [word for word in value.split() if word not in WAITING]
        if key == "Before":
            line = f"Before={' '.join(kept)}"
        if key != "Wants" or kept:
            lines.append(line)
    return "\n".join(lines) + "\n"


def _source(root: Path, unit: str) -> Path:
    return root / "usr/lib/systemd/system" / unit


def _install(root: Path, unit: str, place: Path, *, late: bool = False) -> None:
    source = Path("usr/lib/systemd/system") / unit
    if late:
        source = Path("etc/systemd/system") / unit
    for line in _source(root, unit).read_text().splitlines():
        key, _, value = line.partition("=")
        if late and key == "WantedBy":
            value = "multi-user.target"
        for target in value.split() if key in ("WantedBy", "RequiredBy") else ():
            folder = place / f"{target}.{'wants' if key == 'WantedBy' else 'requires'}"
            folder.mkdir(parents=True, exist_ok=True)
            (folder / unit).unlink(missing_ok=True)
            (folder / unit).symlink_to(f"/{source}")
        for alias in value.split() if key == "Alias" else ():
            (place / alias).unlink(missing_ok=True)
            (place / alias).symlink_to(f"/{source}")
