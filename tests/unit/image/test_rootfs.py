"""The overlay: what is laid over Debian says what the issue asks for, and its scripts do."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from gateway.l2tp.numbers import FIRST_WAIT, LONGEST_WAIT
from gateway.system.box.pairing import UNIT as PAIR
from gateway.system.box.sending import CA, WORK
from gateway.system.kept import NAMES
from gateway.system.loop import HAND_OVER
from gateway.system.run import PATIENCE
from gateway.system.service import FEEDS
from gateway.system.tcp import PPPD as SOCKET
from image.inside.setup import REMOVED
from image.inside.units import ENABLED, MASKED
from image.places import IMAGE
from image.steps.loaders import FIRST, environment_block

ROOT = IMAGE / "rootfs"
SCRIPTS = sorted(
    path for path in ROOT.rglob("*") if path.is_file() and path.read_bytes().startswith(b"#!/bin/")
)


def unit(name: str) -> str:
    return (ROOT / "usr/lib/systemd/system" / name).read_text()


@pytest.mark.parametrize("path", SCRIPTS, ids=lambda path: path.name)
def test_every_script_can_be_read_by_sh(path: Path) -> None:
    assert subprocess.run(["sh", "-n", path], check=False).returncode == 0
    assert os.access(path, os.X_OK)


def test_the_gateway_has_two_powers_and_a_user_of_its_own() -> None:
    text = unit("postern.service")
    assert "User=postern\n" in text
    for key in ("AmbientCapabilities", "CapabilityBoundingSet"):
        assert f"{key}=CAP_NET_ADMIN CAP_NET_RAW\n" in text
    assert "NoNewPrivileges=yes" in text


def test_a_gateway_that_hangs_is_ended_while_its_clients_still_ask() -> None:
    """A client asks five times, then hangs up (RFC 2661, 5.8); whoever comes must have answered."""
    found = re.search(r"^WatchdogSec=([0-9]+)$", unit("postern.service"), re.M)
    assert found is not None
    waits = [min(FIRST_WAIT * 2**number, LONGEST_WAIT) for number in range(5)]
    assert sum(waits) == 23.0
    assert PATIENCE + int(found[1]) / FEEDS < int(found[1]) <= sum(waits[:-1])


def test_a_restart_of_the_gateway_hands_its_sessions_over() -> None:
    text = unit("postern.service")
    assert f"RestartKillSignal={HAND_OVER.name}\n" in text
    most = re.search(r"^FileDescriptorStoreMax=([0-9]+)$", text, re.M)
    assert most is not None
    files = re.search(r"^LimitNOFILE=([0-9]+)$", text, re.M)
    assert files is not None
    assert len(NAMES) + 1000 < int(most[1]) < int(files[1])  # 1000 sessions, a connection each
    assert re.search(r"^RestartSec=100ms$", text, re.M)


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"),
    reason="no systemd here: the booted image is asked the same (tests/image/test_boot.py)",
)
@pytest.mark.parametrize(
    ("name", "most"), [("postern", 2.0), ("postern-pppd", 2.2), ("postern-pair", 2.6)]
)
def test_the_sandboxes_leave_little_open(name: str, most: float) -> None:
    """The gateway's goal is 2.0; systemd's own judgement, of the units as they are shipped."""
    command = ["systemd-analyze", "security", "--offline=yes", f"--root={ROOT}", "--no-pager"]
    done = subprocess.run(
        [*command, f"{name}.service"], capture_output=True, text=True, check=False
    )
    found = re.search(rf"exposure level for {name}.service: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= most


def test_who_starts_pppd_is_root_with_one_power_and_is_not_started_by_the_boot() -> None:
    text = unit("postern-pppd.service")
    assert "CapabilityBoundingSet=CAP_NET_ADMIN\n" in text
    assert "[Install]" not in text
    assert "postern-pppd.service" not in ENABLED
    assert f"--socket {SOCKET}\n" in text
    assert f"RuntimeDirectory={SOCKET.parent.name}\n" in text
    assert "Wants=modprobe@ppp_async.service\n" in text


def test_pppd_finds_the_users_on_the_data_partition_and_no_options_but_ours() -> None:
    made = (ROOT / "usr/lib/tmpfiles.d/postern.conf").read_text()
    assert "--prefix=/etc/ppp\n" in (ROOT / "usr/lib/postern/data-setup").read_text()
    for name in ("chap-secrets", "pap-secrets"):
        assert re.search(rf"^f /data/postern/ppp/{name} +0600 root root", made, re.MULTILINE)
        assert re.search(rf"^L\+ /etc/ppp/{name} .* /data/postern/ppp/{name}$", made, re.MULTILINE)
    options = (ROOT / "etc/ppp/options").read_text().splitlines()
    assert [line for line in options if not line.startswith("#")] == []


def test_who_gives_figures_out_has_no_power_and_no_secret_but_the_token() -> None:
    text = unit("postern-metrics.service")
    assert "User=postern-metrics\n" in text
    assert "CapabilityBoundingSet=\n" in text
    assert "LoadCredential=postern.toml:/run/postern-config/metrics.toml\n" in text
    assert "ConditionPathExists=/run/postern-config/metrics.toml\n" in text
    users = (ROOT / "usr/lib/sysusers.d/postern.conf").read_text()
    assert "m postern-metrics postern-ask\n" in users
    assert "postern-metrics postern-admin" not in users


def test_figures_are_given_out_only_when_the_agent_says_so() -> None:
    text = unit("postern-metrics.service")
    assert "[Install]" not in text
    assert "postern-metrics.service" not in ENABLED


def test_accounts_are_kept_by_a_user_that_may_do_nothing_else() -> None:
    text = unit("postern-accounting.service")
    assert "User=postern-accounting\n" in text
    assert "CapabilityBoundingSet=\n" in text
    assert "LoadCredential=postern.toml:/run/postern-config/accounting.toml\n" in text
    assert "BindPaths=/data/accounting\n" in text
    assert "Before=postern.service\n" in text  # and so it stops behind the gateway
    assert "[Install]" not in text
    assert "postern-accounting.service" not in ENABLED
    users = (ROOT / "usr/lib/sysusers.d/postern.conf").read_text()
    assert "m postern-accounting postern-ask\n" in users
    folders = (ROOT / "usr/lib/tmpfiles.d/postern.conf").read_text()
    assert "d /data/accounting      0700 postern-accounting postern-accounting -\n" in folders


def test_a_radius_server_comes_in_from_inside_alone_and_only_the_one_that_is_named() -> None:
    lines = (ROOT / "etc/nftables.conf").read_text().splitlines()
    assert [line.strip() for line in lines if "@disconnect_servers" in line] == [
        "iifname @inside_ports ip saddr . udp dport @disconnect_servers accept"
    ]


def test_prometheus_comes_in_from_inside_alone() -> None:
    lines = (ROOT / "etc/nftables.conf").read_text().splitlines()
    assert [line.strip() for line in lines if "@metrics_ports" in line] == [
        "iifname @inside_ports tcp dport @metrics_ports accept"
    ]


def test_the_gateway_has_what_the_kernel_carries_by_and_no_other_device() -> None:
    lines = unit("postern.service").splitlines()
    assert [line for line in lines if line.startswith(("DeviceAllow=", "BindPaths="))] == [
        "BindPaths=-/dev/ppp",
        "DeviceAllow=/dev/char/108:0 rw",
    ]
    assert "RestrictAddressFamilies=AF_INET AF_UNIX AF_NETLINK AF_PPPOX" in lines


def test_l2tp_comes_in_by_ipsec_alone() -> None:
    lines = (ROOT / "etc/nftables.conf").read_text().splitlines()
    assert [line.strip() for line in lines if "dport 1701" in line] == [
        "udp dport 1701 meta ipsec exists accept"
    ]


def test_esp_reaches_the_kernel_from_both_sides() -> None:
    """Inside are native servers, for which the kernel may carry."""
    lines = (ROOT / "etc/nftables.conf").read_text().splitlines()
    found = [line.strip() for line in lines if line.strip().endswith("meta l4proto esp accept")]
    assert found == [
        "iifname @outside_ports meta l4proto esp accept",
        "iifname @inside_ports meta l4proto esp accept",
    ]


def test_logs_are_sent_by_our_unit_alone_and_only_when_the_agent_says_so() -> None:
    text = unit("postern-syslog.service")
    assert "[Install]" not in text
    assert "User=postern-syslog\n" in text
    assert "CapabilityBoundingSet=\n" in text
    assert "rsyslog.service" in MASKED
    assert f"/run/credentials/postern-syslog.service/{CA.rpartition('/')[2]}" == CA
    assert "LoadCredential=ca.pem:/run/postern-config/syslog-ca.pem\n" in text
    assert f"RuntimeDirectory={WORK.rpartition('/')[2]}\n" in text


def test_an_address_is_shared_by_our_unit_alone_and_only_when_the_agent_says_so() -> None:
    text = unit(PAIR)
    assert "[Install]" not in text
    assert PAIR not in ENABLED
    assert "keepalived.service" in MASKED
    assert "--use-file=/run/postern-config/keepalived.conf\n" in text
    assert "CapabilityBoundingSet=CAP_NET_ADMIN CAP_NET_RAW CAP_NET_BROADCAST\n" in text


def test_vrrp_comes_from_the_other_box_alone_and_through_no_router() -> None:
    lines = (ROOT / "etc/nftables.conf").read_text().splitlines()
    assert [line.strip() for line in lines if "@pair_peers" in line] == [
        "iifname @outside_ports ip saddr @pair_peers ip ttl 255 meta l4proto 112 accept"
    ]


@pytest.mark.skipif(
    not shutil.which("systemd-analyze"),
    reason="no systemd here, whose judgement it is",
)
@pytest.mark.parametrize(
    "name", ["postern-metrics.service", "postern-accounting.service", "postern-syslog.service"]
)
def test_the_sandbox_of_what_only_tells_leaves_less_open(name: str) -> None:
    command = ["systemd-analyze", "security", "--offline=yes", f"--root={ROOT}", "--no-pager"]
    done = subprocess.run([*command, name], capture_output=True, text=True, check=False)
    found = re.search(rf"exposure level for {name}: ([0-9.]+)", done.stdout)
    assert found, done.stderr
    assert float(found[1]) <= 1.5


def test_a_menu_knows_that_it_keeps_a_console_where_anybody_may_stand() -> None:
    assert " POSTERN_CONSOLE=1\n" in unit("postern-console@.service")


def test_every_console_has_a_menu_and_no_setting_takes_it_away(tmp_path: Path) -> None:
    """The generator is run on a machine that knows two consoles, one of them without a port."""
    tty = tmp_path / "sys/class/tty"
    for name, kind in (("tty1", ""), ("ttyS0", "4\n"), ("ttyS1", "0\n"), ("ttyS2", "4\n")):
        (tty / name).mkdir(parents=True)
        (tty / name / "type").write_text(kind)
    (tty / "console").mkdir()
    (tty / "console/active").write_text("tty0 ttyS1 ttyS2\n")
    script = (ROOT / "usr/lib/systemd/system-generators/postern-consoles").read_text()
    script = script.replace("/sys/class/tty", str(tty))
    subprocess.run(["sh", "-c", script, "generator", tmp_path / "out"], check=True)
    for target in ("postern-confirmed", "postern-rescue"):
        text = (tmp_path / f"out/{target}.target.d/consoles.conf").read_text()
        assert text.splitlines()[0] == "[Unit]"
        assert text.splitlines()[1].removeprefix("Wants=").split() == [
            "postern-console@tty1.service",
            "postern-console@ttyS0.service",
            "postern-console@ttyS2.service",
        ]


def test_what_is_not_looked_at_before_dials_are_taken_is_looked_at_afterwards() -> None:
    first = re.findall(
        r"--subsystem-match=(\S+)", unit("systemd-udev-trigger.service.d/postern.conf")
    )
    rest = unit("postern-coldplug.service")
    assert re.findall(r"--subsystem-nomatch=(\S+)", rest) == first
    assert {"block", "net", "pci", "input"} <= set(first)
    assert "After=postern.service" in rest
    assert "postern-coldplug.service" in ENABLED
    assert "postern-coldplug.service" in unit("postern-rescue.target")


def test_there_is_no_way_in_by_password() -> None:
    text = (ROOT / "etc/ssh/sshd_config.d/postern.conf").read_text()
    assert "PasswordAuthentication no\n" in text
    assert "KbdInteractiveAuthentication no\n" in text
    assert "PermitRootLogin no\n" in text


def test_what_is_not_allowed_in_is_dropped() -> None:
    text = (ROOT / "etc/nftables.conf").read_text()
    assert text.count("policy drop;") == 2


def test_the_journal_is_bounded_and_in_memory() -> None:
    text = (ROOT / "etc/systemd/journald.conf.d/postern.conf").read_text()
    assert "Storage=volatile\nRuntimeMaxUse=16M\n" in text


def test_a_slot_is_good_only_when_it_has_answered() -> None:
    text = unit("postern-health.service")
    assert "ExecStart=/usr/bin/postern health --keep --mark-good\n" in text
    assert "FailureAction=reboot-force\n" in text


def boot_environment(folder: Path, verb: str) -> int:
    script = ROOT / "usr/lib/postern/boot-environment"
    env = {"PATH": f"{folder}/bin:/usr/bin:/bin", "POSTERN_GRUB": str(folder)}
    return subprocess.run([script, verb], env=env, check=False, capture_output=True).returncode


def grub_folder(folder: Path) -> Path:
    """With a grub-editenv that knows a whole environment by its first line and its size."""
    tool = folder / "bin/grub-editenv"
    tool.parent.mkdir()
    tool.write_text(
        '#!/bin/sh\n[ "$(head -c 24 "$1")" = "# GRUB Environment Block" ] || exit 1\n'
        '[ "$(wc -c <"$1")" = 1024 ]\n'
    )
    tool.chmod(0o755)
    for name in ("grubenv", "grubenv.bak"):
        (folder / name).write_bytes(environment_block(FIRST))
    return folder


def test_a_damaged_environment_is_mended_from_its_copy(tmp_path: Path) -> None:
    folder = grub_folder(tmp_path)
    (folder / "grubenv").write_bytes(b"# GRUB Env")
    assert boot_environment(folder, "mend") == 0
    assert (folder / "grubenv").read_bytes() == environment_block(FIRST)


def test_a_good_environment_is_left_alone_and_then_copied(tmp_path: Path) -> None:
    folder = grub_folder(tmp_path)
    good = environment_block({**FIRST, "A_TRY": "2"})
    (folder / "grubenv").write_bytes(good)
    assert boot_environment(folder, "mend") == 0
    assert (folder / "grubenv").read_bytes() == good
    assert boot_environment(folder, "keep") == 0
    assert (folder / "grubenv.bak").read_bytes() == good


def test_a_damaged_environment_never_becomes_the_copy(tmp_path: Path) -> None:
    folder = grub_folder(tmp_path)
    (folder / "grubenv").write_bytes(b"")
    assert boot_environment(folder, "keep") != 0
    assert (folder / "grubenv.bak").read_bytes() == environment_block(FIRST)


def may_install(folder: Path, offered: str, room: int) -> subprocess.CompletedProcess[str]:
    """RAUC's question, on a box of schema 1 with so many kB left on its data partition."""
    (folder / "manifest.raucm").write_text(f"[meta.postern]\n{offered}\n")
    (folder / "schema").write_text("1\n")
    (folder / "bin").mkdir()
    (folder / "bin/df").write_text(f"#!/bin/sh\necho Avail\necho '  {room}'\n")
    (folder / "bin/df").chmod(0o755)
    script = (ROOT / "usr/lib/postern/may-install").read_text()
    script = script.replace("/usr/lib/postern/schema", str(folder / "schema"))
    env = {"PATH": f"{folder}/bin:/usr/bin:/bin", "RAUC_BUNDLE_MOUNT_POINT": str(folder)}
    return subprocess.run(
        ["sh", "-c", script], env=env, check=False, capture_output=True, text=True
    )


@pytest.mark.parametrize(("offered", "status"), [("schema=1", 0), ("schema=0", 10), ("", 10)])
def test_an_update_that_reads_only_older_configurations_is_refused(
    tmp_path: Path, offered: str, status: int
) -> None:
    done = may_install(tmp_path, offered, 90_000)
    assert done.returncode == status
    assert ("refused" in done.stderr) == bool(status)


def test_an_update_is_refused_where_it_could_not_be_noted(tmp_path: Path) -> None:
    done = may_install(tmp_path, "schema=1", 512)
    assert done.returncode == 11
    assert "the data partition is full (512 kB left)" in done.stderr


def test_what_keepalived_was_built_with_stays_for_it_reads_that() -> None:
    removed = {*(Path("/") / one for one in REMOVED)}
    needed = Path("/etc/keepalived/keepalived.config-opts")
    assert not {needed, *needed.parents} & removed
