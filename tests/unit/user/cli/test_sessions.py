import json
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.control.sessions import SessionView, to_json
from gateway.user.cli import exits
from gateway.user.cli.main import main
from gateway.user.cli.sessions import lines
from tests.unit.user.daemon import answering

SESSION = SessionView(
    id=7,
    carrier_why="the route says so",
    client="press-3",
    peer="203.0.113.10:61001",
    identity="192.168.1.7",
    system="msl2tp",
    confidence="certain",
    why=("its L2TP calls itself so", "it offers one suite"),
    quirks=("no host name in L2TP", "lifetime by volume"),
    since=125.0,
    state="up",
    natt="draft-02n",
    ike_suite="3des-sha1-modp1024",
    esp_suite="3des-sha1",
    spi_in="c0ffee01",
    spi_out="0badcafe",
    l2tp_tunnel=11,
    l2tp_peer_tunnel=1,
    l2tp_call=12,
    l2tp_peer_call=1,
    inside_kind="PPTP",
    inside_call=13,
    route="old-nt4",
    server="10.10.0.2:1723",
    user="anna",
    client_ip="10.10.0.50",
    server_ip="10.10.0.2",
    frames_in=10,
    frames_out=1,
    bytes_in=1200,
    bytes_out=90,
    drops={"replay": 2},
)
LONGEST = replace(
    SESSION,
    id=99999,
    client="c" * 32,
    peer="203.203.203.203:65535",
    state="dialling",
    since=86400.0 * 99,
    client_ip="203.203.203.203",
)


def test_the_table_has_a_line_a_session_and_says_how_the_inside_is_encrypted() -> None:
    assert lines([SESSION], wide=False) == [
        "ID  CLIENT   SYSTEM  FROM                STATE  FOR  ADDRESS     INSIDE",
        " 7  press-3  MSL2TP  203.0.113.10:61001  up      2m  10.10.0.50  clear",
    ]


def test_the_table_fits_eighty_letters_whatever_is_in_it() -> None:
    table = lines([SESSION, LONGEST, replace(LONGEST, encryption="e" * 50)], wide=False)
    assert max(map(len, table)) <= 80
    assert all(line.split()[0] for line in table)


@pytest.mark.parametrize("encryption", ["clear", "end to end", "mppe 128-stateful"])
def test_what_the_inside_is_encrypted_by_is_cut_after_all_others(encryption: str) -> None:
    longer = replace(SESSION, client="c" * 32, peer=LONGEST.peer, encryption=encryption)
    [_, line] = lines([longer], wide=False)
    assert line.endswith(f"  {encryption}")
    assert len(line) <= 80


def test_the_wide_table_cuts_nothing() -> None:
    table = lines([LONGEST], wide=True)
    assert "c" * 32 in table[1]
    assert "3des-sha1-modp1024" in table[1]
    assert "DROPS" in table[0]


def test_a_session_that_has_no_address_yet_keeps_its_columns() -> None:
    table = lines([replace(SESSION, client_ip="", state="dialling")], wide=False)
    words = ["7", "press-3", "MSL2TP", SESSION.peer, "dialling", "2m", "-", "clear"]
    assert table[1].split() == words


def test_a_session_of_an_older_daemon_says_nothing_of_the_system() -> None:
    table = lines([replace(SESSION, system="", confidence="")], wide=False)
    assert table[1].split()[:4] == ["7", "press-3", "-", SESSION.peer]


def test_names_of_a_client_cannot_steer_the_terminal() -> None:
    table = lines([replace(SESSION, user="\x1b[2J\n")], wide=True)
    assert len(table) == 2
    assert r"\x1b[2J\n" in table[1]


def test_the_command_prints_the_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path, [to_json(SESSION)]) as daemon:
        assert main(["sessions", "--socket", daemon.path]) == exits.OK
    assert capsys.readouterr().out.splitlines() == lines([SESSION], wide=False)


def test_without_sessions_it_says_where_refused_dials_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with answering(tmp_path, []) as daemon:
        assert main(["sessions", "--socket", daemon.path]) == exits.OK
    assert "postern status" in capsys.readouterr().out


def test_one_session_is_told_in_full_with_its_dial(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    account = [{"ms": 0, "text": "It began."}, {"ms": 1234, "text": "A name: \x1b[2J."}]
    with answering(tmp_path, {"session": to_json(SESSION), "account": account}) as daemon:
        assert main(["sessions", "7", "--socket", daemon.path]) == exits.OK
    assert capsys.readouterr().out.splitlines() == [
        "session 7, client press-3",
        "  state          up, for 2m",
        "  from           203.0.113.10:61001",
        "  identity       192.168.1.7",
        "  recognised     Microsoft L2TP/IPsec VPN Client (Windows 98, ME or NT 4), certain",
        "  because        its L2TP calls itself so; it offers one suite",
        "  quirks         no host name in L2TP, lifetime by volume",
        "  user           anna",
        "  addresses      10.10.0.50 of the client, 10.10.0.2 of the server",
        "  route          old-nt4, 10.10.0.2:1723",
        "  inside         clear",
        "  carrier        the daemon: the route says so",
        "  IKE            3des-sha1-modp1024",
        "  ESP            3des-sha1",
        "  NAT traversal  draft-02n",
        "  SPI            c0ffee01 in, 0badcafe out",
        "  L2TP tunnel    11 here, 1 at the client",
        "  L2TP call      12 here, 1 at the client",
        "  PPTP call      13 here, 0 at the server",
        "  from client    10 frames, 1.2 kB",
        "  to client      1 frame, 90 B",
        "  drops          replay 2",
        "how it came up:",
        "     0.000 s  It began.",
        r"     1.234 s  A name: \x1b[2J.",
    ]


def test_a_dial_that_failed_has_its_account_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"session": None, "account": [{"ms": 5, "text": "It was refused."}]}
    with answering(tmp_path, answer) as daemon:
        assert main(["sessions", "7", "--socket", daemon.path]) == exits.OK
    assert capsys.readouterr().out.endswith("0.005 s  It was refused.\n")


def test_json_is_a_list_of_views(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with answering(tmp_path, [to_json(SESSION)]) as daemon:
        assert main(["sessions", "--json", "--socket", daemon.path]) == exits.OK
    assert json.loads(capsys.readouterr().out) == [to_json(SESSION)]


def test_json_of_one_session_has_its_account(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = {"session": to_json(SESSION), "account": [{"ms": 5, "text": "It began."}]}
    with answering(tmp_path, answer) as daemon:
        assert main(["sessions", "7", "--json", "--socket", daemon.path]) == exits.OK
    assert json.loads(capsys.readouterr().out) == answer


@pytest.mark.parametrize(("carrier", "words"), [("kernel", "the kernel"), ("worker", "a worker")])
def test_who_carries_but_the_daemon_is_named(
    carrier: str, words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    session = to_json(replace(SESSION, carrier=carrier, carrier_why=""))
    with answering(tmp_path, {"session": session, "account": []}) as daemon:
        assert main(["sessions", "7", "--socket", daemon.path]) == exits.OK
    assert f"  carrier        {words}\n" in capsys.readouterr().out
