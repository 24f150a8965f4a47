"""`postern remote` against Debian's sshd, with the settings and the shell that a box has."""

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from gateway.system.run import run
from gateway.user.cli import exits
from gateway.user.cli.main import main
from gateway.user.remote import connection
from tests.interop.lab.world import until
from tests.interop.netns import Namespace, join, need_root
from tests.interop.sshd import LOOPBACK, SSHD, Sshd, effective, make_key, sshd
from tests.pair.gateway_world import meet
from tests.unit.test_metrics import answering, desk_of

pytestmark = pytest.mark.skipif(not SSHD.exists(), reason="no sshd here: run `make setup` as root")

# `postern` on a box: a script that says what it was given, and does what a test needs.
SAYS = r"""#!/usr/bin/python3
import json, os, pathlib, sys, time
words = sys.argv[1:]
here = pathlib.Path(__file__).parent
match words:
    case ["box", *_]:
        print(json.dumps({"hostname": "gw", "version": "0.1.0", "booted": "a", "uptime_s": 60,
                          "slots": [{"name": "A", "state": "good", "version": "0.1.0"}]}))
    case ["status", *_]:
        print(json.dumps({"rules_ok": True, "sessions": 0}))
    case ["support", *_]:
        (here / "bundle").write_bytes(bytes(range(256)) * 4096)
        print(json.dumps({"path": str(here / "bundle"), "contents": ["box.json"]}))
    case ["upgrade", path, *_]:
        print(json.dumps({"error": "it is no bundle of ours: %d bytes" % os.path.getsize(path),
                          "hint": "Nothing has changed"}))
        sys.exit(1)
    case ["hang"]:
        (here / "hangs").touch()
        time.sleep(300)
    case ["meet", folder]:  # waits until two have come, and notes how many are there meanwhile
        folder = pathlib.Path(folder)
        own = folder / ("there-%d" % os.getpid())
        own.touch()
        (folder / ("came-%d" % os.getpid())).touch()
        until = time.monotonic() + 60
        while len(list(folder.glob("came-*"))) < 2 and time.monotonic() < until:
            time.sleep(0.05)
        print(len(list(folder.glob("there-*"))))
        own.unlink()
        sys.exit(time.monotonic() >= until)
    case ["fails"]:
        print("postern: it cannot be done\n  Do it otherwise", file=sys.stderr)
        sys.exit(1)
    case ["reads"]:
        print(json.dumps(sys.stdin.read()))
    case _:
        print(json.dumps(words))
"""
# The real one, asking a real daemon's desk; from anywhere, as on a box.
REAL = """#!/bin/sh
cd / && POSTERN_SOCKET={socket} PYTHONPATH={checkout} exec {python} -m gateway.user.cli.main "$@"
"""
ODD = [
    "two words", "a 'quote' and \"another\"", "line\nline", "$HOME `id` $(id)", "*", "\\", "", "-x",
    "ä€",
]  # fmt: skip
Out = pytest.CaptureFixture[str]


class Site:
    """The owner's folder: boxes are written into it as they are started."""

    def __init__(self, place: Path, stack: ExitStack) -> None:
        self.place = place
        self.config = place / "postern"
        self.config.mkdir()
        self.key = place / "mine"
        make_key(self.key)
        self._stack = stack

    def box(self, *names: str, postern: str = SAYS, address: str = LOOPBACK) -> Sshd:
        """One sshd, under these names."""
        folder = self.place / names[0]
        folder.mkdir()
        found = self._stack.enter_context(sshd(folder, self.key, postern, address))
        for name in names:
            self.write(name, found.port, address)
        return found

    def write(self, name: str, port: int, address: str = LOOPBACK) -> None:
        with open(self.config / "boxes.toml", "a") as file:
            file.write(f'[{name}]\naddress = "{address}"\nport = {port}\nuser = "ada"\n')
            file.write(f'key = "{self.key}"\n')

    def claimed(self, *names: str, postern: str = SAYS) -> Sshd:
        found = self.box(*names, postern=postern)
        assert main(["remote", "claim", names[0], "--fingerprint", found.fingerprint]) == exits.OK
        return found


@pytest.fixture
def site(monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Not in pytest's own folder, whose name is long."""
    need_root()
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    with TemporaryDirectory(prefix="remote-") as name, ExitStack() as stack:
        monkeypatch.setenv("HOME", name)
        monkeypatch.setenv("XDG_CONFIG_HOME", name)
        yield Site(Path(name), stack)


def test_nobody_is_logged_in_to_who_was_not_claimed(site: Site, capsys: Out) -> None:
    box = site.box("gw-1")
    assert main(["remote", "run", "gw-1", "box"]) == 5
    assert "its key was never claimed, so it was not logged in to" in capsys.readouterr().err
    assert "Accepted" not in box.log
    assert not (site.config / "known_hosts").exists()


def test_a_box_is_claimed_by_the_fingerprint_that_ssh_keygen_has(site: Site, capsys: Out) -> None:
    box = site.box("gw-1")
    assert main(["remote", "claim", "gw-1", "--fingerprint", "SHA256:" + "A" * 43]) == 5
    assert f"another key answers there, {box.fingerprint}" in capsys.readouterr().err
    assert main(["remote", "claim", "gw-1", "--fingerprint", box.fingerprint]) == exits.OK
    assert main(["remote", "status", "gw-1"]) == exits.OK
    assert "gw-1: Postern 0.1.0 in slot A (good)" in capsys.readouterr().out
    assert box.log.count("Accepted publickey for ada") == 1


def test_a_box_whose_key_has_changed_is_refused_until_it_is_claimed_again(
    site: Site, capsys: Out
) -> None:
    box = site.claimed("gw-1")
    other = site.box("other")
    text = (site.config / "boxes.toml").read_text()
    (site.config / "boxes.toml").write_text(text.replace(str(box.port), str(other.port), 1))
    keys = (site.config / "known_hosts").read_text()
    (site.config / "known_hosts").write_text(keys.replace(str(box.port), str(other.port)))
    assert main(["remote", "run", "gw-1", "box"]) == 5
    said = capsys.readouterr().err
    assert f"another key than the one that was claimed, {other.fingerprint}" in said
    assert "Accepted" not in other.log
    assert main(["remote", "claim", "gw-1", "--fingerprint", other.fingerprint]) == exits.OK
    assert main(["remote", "run", "gw-1", "box"]) == exits.OK


def test_nothing_is_forwarded_through_a_box(site: Site) -> None:
    """Neither TCP, an agent, X11, sockets of Unix nor a tunnel."""
    found = effective(site.place)
    assert found["disableforwarding"] == "yes"
    assert found["permittunnel"] == "no"


def test_a_way_through_a_box_is_refused_by_its_sshd(site: Site) -> None:
    box = site.box("gw-1")
    command = ["ssh", "-F", "none", "-p", box.port, "-i", site.key, "-l", "ada"]
    command += ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null"]
    done = subprocess.run(
        [*map(str, command), "-W", f"{LOOPBACK}:{box.port}", LOOPBACK],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert "administratively prohibited" in done.stderr
    assert "SSH-2.0" not in done.stdout


def test_words_arrive_as_they_are(site: Site, capsys: Out) -> None:
    site.claimed("gw-1")
    capsys.readouterr()
    assert main(["remote", "run", "gw-1", "says", *ODD]) == exits.OK
    assert json.loads(capsys.readouterr().out.removeprefix("gw-1: ")) == ["says", *ODD]


def test_a_verb_reads_what_it_is_given_and_otherwise_nothing(site: Site, capsys: Out) -> None:
    site.claimed("gw-1")
    (site.place / "given").write_text("a 'secret'\n")
    capsys.readouterr()
    words = ["remote", "run", "--input", str(site.place / "given"), "gw-1", "reads"]
    assert main(words) == exits.OK
    assert main(["remote", "run", "gw-1", "reads"]) == exits.OK
    assert capsys.readouterr().out.splitlines() == ["gw-1: \"a 'secret'\\n\"", 'gw-1: ""']


def test_each_box_has_its_outcome_and_the_worst_is_the_exit_status(site: Site, capsys: Out) -> None:
    """Well, failed, not there, not known; and a box that hangs holds none of them."""
    box = site.claimed("gw-1", "gw-2")
    site.box("stranger")
    capsys.readouterr()
    assert main(["remote", "run", "gw-1", "fails"]) == exits.PROBLEM
    assert capsys.readouterr().err == (
        "gw-1: postern: it cannot be done\ngw-1:   Do it otherwise\n"
    )
    assert main(["remote", "run", "--timeout", "2", "gw-2", "hang"]) == 4
    assert "gw-2: it has not answered within 2 s" in capsys.readouterr().err
    site.write("gone", 1)
    with open(site.config / "known_hosts", "a") as file:
        key = (site.config / "known_hosts").read_text().split()[2]
        file.write(f"[127.0.0.1]:1 ssh-ed25519 {key}\n")
    assert main(["remote", "status", "--json", "gone,gw-1"]) == 4
    found = json.loads(capsys.readouterr().out)
    assert [one["outcome"] for one in found["boxes"]] == ["unreachable", "well"]
    assert main(["remote", "status", "--json"]) == 5
    found = json.loads(capsys.readouterr().out)
    assert {one["name"]: one["outcome"] for one in found["boxes"]} == {
        "gw-1": "well",
        "gw-2": "well",
        "stranger": "not trusted",
        "gone": "unreachable",
    }
    assert "Accepted publickey for ada" in box.log


def test_a_box_that_does_not_know_us_refuses(site: Site, capsys: Out) -> None:
    box = site.claimed("gw-1")
    (box.place / "authorized_keys").write_text("")
    assert main(["remote", "status", "gw-1"]) == exits.PROBLEM
    assert "gw-1: it does not let you in" in capsys.readouterr().err


def test_two_at_once_are_two_and_never_three(site: Site, capsys: Out) -> None:
    names = ["gw-1", "gw-2", "gw-3", "gw-4"]
    site.claimed(*names)
    (site.place / "meeting").mkdir()
    capsys.readouterr()
    words = ["--at-once", "2", ",".join(names), "meet", str(site.place / "meeting")]
    assert main(["remote", "run", *words]) == exits.OK
    present = [int(line.split(": ")[1]) for line in capsys.readouterr().out.splitlines()]
    assert (len(present), max(present)) == (4, 2)


def test_a_support_bundle_comes_byte_for_byte(site: Site, capsys: Out) -> None:
    site.claimed("gw-1")
    (site.place / "bundles").mkdir()
    assert main(["remote", "support", "gw-1", "--into", str(site.place / "bundles")]) == exits.OK
    [path] = (site.place / "bundles").iterdir()
    assert path.read_bytes() == bytes(range(256)) * 4096
    assert str(path) in capsys.readouterr().out


def test_an_update_is_brought_and_its_refusal_told_and_the_next_box_left_alone(
    site: Site, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rest of its way is the emulator's: what is shown here is the file's, there and away."""
    site.claimed("gw-1", "gw-2")
    upload = site.place / "upload"
    upload.mkdir()
    monkeypatch.setattr("gateway.user.remote.upgrade.UPLOAD", str(upload))
    file = site.place / "postern-0.2.0-amd64.raucb"
    file.write_bytes(b"x" * 3_000_000)
    assert main(["remote", "upgrade", "gw-1,gw-2", str(file)]) == exits.PROBLEM
    said = capsys.readouterr().err
    assert "gw-1: it is no bundle of ours: 3000000 bytes\n" in said
    assert "gw-2: was left alone" in said
    assert list(upload.iterdir()) == []


def test_the_sessions_of_a_gateway_are_listed(site: Site, capsys: Out) -> None:
    world = meet()
    world.call_up()
    command = REAL.format(
        socket=site.place / "c.sock", checkout=Path(__file__).parents[2], python=sys.executable
    )
    with answering(desk_of(world, site.place), site.place):
        site.claimed("gw-1", postern=command)
        capsys.readouterr()
        assert main(["remote", "sessions"]) == exits.OK
        table = capsys.readouterr().out.splitlines()
        assert table[0].split()[:3] == ["gw-1:", "ID", "CLIENT"]
        assert table[1].split()[:3] == ["gw-1:", "1", "old-pc"]
        assert main(["remote", "run", "gw-1", "disconnect", "9"]) == exits.PROBLEM
        assert "gw-1: postern: there is no session 9" in capsys.readouterr().err


def test_a_box_that_loses_its_power_is_noticed_long_before_the_verbs_own_time(
    site: Site, capsys: Out, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its cable goes down in the middle; nobody says so."""
    monkeypatch.setattr(connection, "KEEPALIVE", 1)
    monkeypatch.setattr(connection, "LOST", 10.0)  # much less than the verb has
    here, there = Namespace(), Namespace()
    join(here, "192.0.2.2/24", there, "192.0.2.1/24")
    with there:
        box = site.box("gw-1", address="192.0.2.1")

    def cut() -> None:
        until((box.place / "bin/hangs").exists, 60, "the verb")
        with there:
            run(["ip", "link", "set", "wan0", "down"])

    with here:
        assert main(["remote", "claim", "gw-1", "--fingerprint", box.fingerprint]) == exits.OK
        knife = threading.Thread(target=cut)
        knife.start()
        assert main(["remote", "run", "--timeout", "3600", "gw-1", "hang"]) == 4
    knife.join()
    assert "gw-1: the connection ended in the middle" in capsys.readouterr().err
    here.close()
    there.close()


def test_what_is_flashed_is_known_by_the_same_keys(site: Site) -> None:
    """As far as a machine without such a disk lets it: there, and in the claimed keys' name."""
    box = site.box("rescue")
    (site.place / ".ssh").mkdir()
    (site.place / ".ssh/id_ed25519").write_bytes(site.key.read_bytes())
    (site.place / "postern.img").write_bytes(b"image")
    words = ["flash", "rescue", "/dev/nosuch", "--user", "ada"]
    words += ["--image", str(site.place / "postern.img")]
    command = [sys.executable, "-m", "gateway.user.cli.main", "remote", *words]
    assert "its key was never claimed" in said_by(command, 5)
    assert main(["remote", "claim", "rescue", "--fingerprint", box.fingerprint]) == exits.OK
    assert "127.0.0.1: lsblk: /dev/nosuch: not a block device" in said_by(command, exits.PROBLEM)


def said_by(command: list[str], status: int) -> str:
    """What it says of its failure."""
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == status, done.stderr
    return done.stderr
