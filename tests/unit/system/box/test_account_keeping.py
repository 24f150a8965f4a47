"""A RADIUS server is told of sessions on a box where the configuration says so, and not else."""

import stat
from pathlib import Path

from gateway.control.companions import Accounting
from gateway.control.config import Config, load
from gateway.control.document import File
from gateway.system.box.account_keeping import UNIT, AccountKeeping, nft_set
from gateway.system.box.places import Places
from tests.unit.control.test_schema_accounting import SECRET as SHARED
from tests.unit.control.test_schema_accounting import SOME
from tests.unit.system.box.machine import CONFIG, SECRET, Tools

WANTED = CONFIG + SOME
NOBODY = Accounting()


def accounting_of(text: str) -> Accounting:
    config = load(File(text.encode()), lambda name: "no file")
    assert isinstance(config, Config)
    return config.accounting


def test_the_accountant_gets_its_own_part_of_the_configuration_alone(tmp_path: Path) -> None:
    tools, places = Tools(), Places(tmp_path)
    AccountKeeping(places, tools).apply(accounting_of(WANTED), WANTED)
    text = places.accountant.read_text()
    assert SHARED in text
    assert SECRET not in text
    assert stat.S_IMODE(places.accountant.stat().st_mode) == 0o600
    assert tools.asked == ["nft -f -", f"systemctl restart --no-block {UNIT}"]


def test_when_it_is_not_wanted_any_more_it_ends_and_its_secret_is_gone(tmp_path: Path) -> None:
    tools, places = Tools(), Places(tmp_path)
    keeping = AccountKeeping(places, tools)
    keeping.apply(accounting_of(WANTED), WANTED)
    tools.asked.clear()
    keeping.apply(NOBODY, CONFIG)
    assert not places.accountant.exists()
    assert tools.asked == ["nft -f -", f"systemctl stop --no-block {UNIT}"]


def test_where_it_was_never_wanted_nothing_is_started_or_stopped(tmp_path: Path) -> None:
    tools = Tools()
    AccountKeeping(Places(tmp_path), tools).apply(NOBODY, CONFIG)
    assert tools.asked == ["nft -f -"]


def test_the_port_is_open_for_that_server_alone_and_only_where_it_may_end_sessions() -> None:
    closed = "flush set inet box disconnect_servers\n"
    assert nft_set(NOBODY) == nft_set(accounting_of(WANTED)) == closed
    assert nft_set(accounting_of(WANTED + "disconnect = true\n")) == (
        closed + "add element inet box disconnect_servers { 10.10.0.5 . 3799 }\n"
    )
