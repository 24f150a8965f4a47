"""Who asks the daemon: by the kernel's word alone, but root may say for whom."""

import os
import pwd
from typing import Any

import pytest

from gateway.system.callers import ACCOUNTANT, EXPORTER, LONGEST, may_ask, who
from gateway.system.control_socket import Peer

ROOT = Peer(1, 0, 0)
NOBODY = Peer(1, 65534, 65534)


def test_a_user_has_the_systems_name_for_it() -> None:
    assert who(ROOT, {}) == "root"
    assert who(Peer(1, os.getuid(), 0), {}) == pwd.getpwuid(os.getuid()).pw_name


def test_a_user_the_system_has_no_name_for_is_a_number() -> None:
    assert who(Peer(1, 4_000_000_000, 0), {}) == "user 4000000000"


def test_root_may_say_for_whom_and_nobody_else_may() -> None:
    assert who(ROOT, {"for": "ada (ssh)"}) == "ada (ssh) (asked by root)"
    assert who(NOBODY, {"for": "ada (ssh)"}) == "nobody"


@pytest.mark.parametrize("behalf", [None, "", 7, ["ada"]])
def test_a_name_that_is_none_is_not_told(behalf: Any) -> None:
    assert who(ROOT, {"for": behalf}) == "root"


def test_a_name_is_short_and_for_a_terminal() -> None:
    name = who(ROOT, {"for": "\x1b[2J" + "x" * 500})
    assert "\x1b" not in name
    assert len(name) <= LONGEST + len(" (asked by root)")


def test_without_a_process_it_is_somebody() -> None:
    assert who(None, {"for": "ada"}) == "somebody"


def test_who_gives_out_figures_may_ask_for_those_and_for_nothing_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    entry = pwd.struct_passwd((EXPORTER, "x", 990, 990, "", "/", "/usr/sbin/nologin"))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry)
    exporter = Peer(1, 990, 990)
    assert may_ask(exporter, "metrics")
    for verb in ("status", "sessions", "disconnect", "trace", "record", "probe", None, ["metrics"]):
        assert not may_ask(exporter, verb)


def test_who_keeps_accounts_may_end_sessions_besides(monkeypatch: pytest.MonkeyPatch) -> None:
    entry = pwd.struct_passwd((ACCOUNTANT, "x", 991, 991, "", "/", "/usr/sbin/nologin"))
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: entry)
    accountant = Peer(1, 991, 991)
    assert may_ask(accountant, "accounting")
    assert may_ask(accountant, "disconnect")
    for verb in ("status", "sessions", "metrics", "trace", "probe", None, ["disconnect"]):
        assert not may_ask(accountant, verb)


@pytest.mark.parametrize("peer", [None, ROOT, NOBODY])
def test_everybody_else_who_comes_so_far_may_ask_everything(peer: Peer | None) -> None:
    assert may_ask(peer, "trace")
    assert may_ask(peer, "metrics")
