"""`postern trace`, and what a trace says in words; scapy reads what our own peers have sent."""

import sys
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.control.trace import Kind, Report, build_end, build_frame
from gateway.ike.header import Header, build_message
from gateway.ike.numbers import Exchange
from gateway.ike.numbers import Kind as Ike
from gateway.ike.payloads import Payload, build_chain
from gateway.user.cli import exits
from gateway.user.cli.main import main
from gateway.user.cli.trace import explain_file
from gateway.user.client import DaemonError
from gateway.wire.ipv4 import PROTOCOL_UDP, build_ipv4, host_bytes
from gateway.wire.pcapng import (
    INBOUND,
    OUTBOUND,
    Recorded,
    build_interface,
    build_packet,
    build_section,
)
from tests.pair.explain_world import MACHINE, join, world_of
from tests.pair.peers.ppp_end import IP, PppEnd
from tests.pair.test_explain_certificates import joined
from tests.pair.trace_world import fetch, finish, watch
from tests.unit.user.daemon import answering_bytes, refusing

ANSWER = b'{"ok": true, "result": {"seconds": 60}}\n'
CLIENT, GATEWAY = host_bytes("203.0.113.7"), host_bytes("198.51.100.1")
TCP = bytes.fromhex(
    "4500003100010000400600000a0100020a01000104d2001500000000000000005002200000000000"
)
Out = pytest.CaptureFixture[str]


def world_file(*, wrong: bool = False) -> bytes:
    """A dial with a login and one data packet; or one with a wrong key."""
    world = world_of()
    world.server.ppp = lambda _: PppEnd(
        b"serv", bytes((10, 1, 0, 1)), gives=bytes((10, 1, 0, 2)), asks_pap=True
    )
    trace = watch(world, MACHINE, seconds=300)
    ppp = PppEnd(magic=b"ours", user="operator", password="hunter2")
    world.dial(join(world, ppp=ppp, psk="not the key") if wrong else join(world, ppp=ppp), 20.0)
    data = fetch(trace).file
    said = IP.to_bytes(2, "big") + TCP + b"USER anna"
    world.net.send([] if wrong else world.clients[0].send_frame(said))
    world.net.run_for(1.0)
    world.net.send([] if wrong else world.clients[0].hang_up(world.net.now))
    world.net.run_for(10.0)
    return data + finish(world, trace).file


WHOLE = world_file()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "press-3.pcapng"
    path.write_bytes(WHOLE)
    return path


def told(file: Path) -> str:
    return "\n".join(explain_file(file))


def lines_with(text: str, *words: str) -> list[str]:
    return [line for line in text.splitlines() if all(word in line for word in words)]


# Explaining


def test_every_layer_of_a_dial_is_told_with_who_said_it(file: Path) -> None:
    text = told(file)
    for words in (
        ("client", "IKE", "main mode: suites: "),
        ("gateway", "IKE", "main mode: key exchange, and where a NAT is"),
        ("client", "IKE", "main mode: names itself 192.168.1.2, and proves its key"),
        ("client", "IKE", "keys for the data: 3des-sha1, transport in UDP (draft)"),
        ("client", "L2TP", "SCCRQ: asks for a tunnel, calls itself"),
        ("gateway", "L2TP", "SCCRP: grants the tunnel"),
        ("client", "L2TP", "ICRQ: asks for a call"),
        ("client", "PPP", "LCP Configure-Request"),
        ("server", "PPP", "LCP Configure-Ack"),
        ("client", "PPP", "PAP Authenticate-Request: operator"),
        ("server", "PPP", "IPCP"),
        ("client", "data", "10.1.0.2", "9 bytes cut"),
        ("client", "L2TP", "StopCCN"),
    ):
        assert lines_with(text, *words), words


def test_each_packet_is_one_line(file: Path) -> None:
    lines = explain_file(file)
    world_packets = lines[-1].split()[0]
    assert lines[-1].endswith("of them unusual.")
    assert len(lines) - 2 == int(world_packets)


def test_a_dial_by_certificate_in_pieces_is_told_as_one(tmp_path: Path) -> None:
    world = joined()
    trace = watch(world, MACHINE)
    world.dial(world.clients[0], 5.0)
    path = tmp_path / "cut.pcapng"
    path.write_bytes(finish(world, trace).file)
    text = told(path)
    assert lines_with(text, "suites: ", "3des-sha1-modp1024 by certificate")
    assert lines_with(text, "client", "main mode: piece 1 of a message")
    assert lines_with(text, "client", "names itself press-3, and shows its certificate")
    assert lines_with(text, "gateway", "names itself gateway, and shows its certificate")


def test_no_password_is_told(file: Path) -> None:
    assert "hunter2" not in told(file)


def test_a_login_the_server_refuses_is_unusual(tmp_path: Path) -> None:
    frame = bytes.fromhex("0002000700010000ff03c0230301000a05776f6e67")[:-1]
    path = one_packet(tmp_path, udp(1701, bytes.fromhex("000200070001") + frame[8:]), opened=True)
    [line] = lines_with(told(path), "PAP Authenticate-Nak")
    assert "<-- refuses or ends something" in line


def test_what_was_not_opened_and_what_came_again_is_unusual(tmp_path: Path) -> None:
    path = tmp_path / "wrong.pcapng"
    path.write_bytes(world_file(wrong=True))
    text = told(path)
    assert lines_with(text, "client", "main mode, encrypted   <-- it could not be opened")
    assert lines_with(text, "the same as at")
    assert lines_with(text, "nothing for")


def ike(kind: Ike, body: bytes) -> bytes:
    """An informational exchange in the clear."""
    header = Header(b"cookie_i", b"cookie_r", kind, Exchange.INFORMATIONAL)
    return udp(500, build_message(header, build_chain([Payload(kind, body)])))


def udp(port: int, payload: bytes) -> bytes:
    head = port.to_bytes(2, "big") * 2 + (8 + len(payload)).to_bytes(2, "big") + bytes(2)
    return build_ipv4(CLIENT, GATEWAY, PROTOCOL_UDP, head + payload)


def one_packet(folder: Path, packet: bytes, *, opened: bool = False) -> Path:
    """A file of one packet as it came; or of one that was opened, behind an ESP packet."""
    data = build_section() + build_interface("outside") + build_interface("decrypted")
    outer = udp(4500, b"\0\0\x10\0" + bytes(60)) if opened else packet
    data += build_packet(Recorded(0, 1, outer, len(outer), INBOUND))
    if opened:
        data += build_packet(Recorded(1, 1, packet, len(packet), OUTBOUND))
    path = folder / "one.pcapng"
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("packet", "words"),
    [
        (
            ike(Ike.DELETE, bytes.fromhex("00000001 01 10 0001") + b"cookie_icookie_r"),
            "deletes the IKE",
        ),
        (ike(Ike.DELETE, bytes.fromhex("00000001 03 04 0001 00001000")), "deletes ESP keys"),
        (ike(Ike.NOTIFICATION, bytes.fromhex("00000001 01 00 000e")), "NO-PROPOSAL-CHOSEN   <-- "),
        (udp(500, b"\xff"), "keeps its place in the NAT open"),
        (udp(500, bytes(8) + b"\0\0\x10\0" + bytes(60)), "its keys are not known here"),
        (udp(4500, b"\xff"), "keeps its place in the NAT open"),
        (udp(4500, b"\0\0\x10\0" + bytes(60)), "its keys are not known here"),
        (udp(500, b"i" * 16 + b"\x21\x20\x22\x08" + bytes(4) + b"\0\0\0\x1c"), "version 2"),
        (b"", "they cannot be read"),
    ],
)
def test_other_packets_are_told_too(tmp_path: Path, packet: bytes, words: str) -> None:
    assert words in told(one_packet(tmp_path, packet))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=100), st.sampled_from((500, 1701, 4500)), st.booleans())
def test_any_packet_is_told_in_a_line(
    tmp_path: Path, payload: bytes, port: int, opened: bool
) -> None:
    lines = explain_file(one_packet(tmp_path, udp(port, payload), opened=opened))
    assert lines[-1].startswith("1 message, ")
    assert lines[0].isprintable()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.binary(max_size=100), st.integers(0, len(WHOLE)))
def test_a_file_that_is_none_or_is_cut_is_refused_or_told_as_far_as_it_goes(
    tmp_path: Path, rest: bytes, kept: int
) -> None:
    path = tmp_path / "broken.pcapng"
    path.write_bytes(WHOLE[:kept] + rest)
    with suppress(DaemonError):
        assert explain_file(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DaemonError, match="cannot be read"):
        explain_file(tmp_path / "none")


def test_without_scapy_it_says_what_to_do(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in sys.modules if name.split(".")[0] == "scapy"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "scapy", None)
    with pytest.raises(DaemonError, match="is not installed") as missing:
        explain_file(file)
    assert "python3-scapy" in missing.value.hint


# The command


def test_a_trace_is_written_and_then_told(tmp_path: Path, capsys: Out) -> None:
    sent = ANSWER + build_frame(Kind.PACKETS, WHOLE) + build_end(Report(9, 0, "the time is over"))
    path = tmp_path / "x.pcapng"
    with answering_bytes(tmp_path, sent) as daemon:
        arguments = ["trace", "press-3", str(path), "--seconds", "5", "--explain"]
        assert main([*arguments, "--socket", daemon.path]) == exits.OK
    assert daemon.asked[0]["seconds"] == 5
    out = capsys.readouterr().out
    assert out.startswith("9 packets in ")
    assert "SCCRQ: asks for a tunnel" in out


def test_a_trace_can_go_to_standard_output(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    sent = ANSWER + build_frame(Kind.PACKETS, WHOLE) + build_end(Report(9, 0, "over"))
    with answering_bytes(tmp_path, sent) as daemon:
        assert main(["trace", "press-3", "-", "--socket", daemon.path]) == exits.OK
    assert capfdbinary.readouterr().out == WHOLE


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["x.pcapng", "--with-keys"], "--with-passwords"),
        (["x.pcapng", "--seconds", "0"], "seconds is not from 1 to 3600"),
        (["x.pcapng", "--packets", "9999999"], "packets is not from 1 to 200000"),
        (["-", "--explain"], "want a file"),
        (["-", "--with-keys", "--with-passwords"], "want a file"),
    ],
)
def test_what_makes_no_sense_is_refused_before_anybody_is_asked(
    capsys: Out, arguments: list[str], words: str
) -> None:
    assert main(["trace", "press-3", *arguments, "--socket", "/nowhere"]) == exits.PROBLEM
    assert words in capsys.readouterr().err


def test_the_daemons_no_is_passed_on(tmp_path: Path, capsys: Out) -> None:
    with refusing(tmp_path, "'x' is nobody", "Name a client") as daemon:
        path = str(tmp_path / "x.pcapng")
        assert main(["trace", "x", path, "--socket", daemon.path]) == exits.PROBLEM
    assert "Name a client" in capsys.readouterr().err


def test_a_file_is_explained_without_a_gateway(file: Path, capsys: Out) -> None:
    assert main(["explain", "--trace", str(file), "--socket", "/nowhere"]) == exits.OK
    assert "PAP Authenticate-Request: operator" in capsys.readouterr().out
