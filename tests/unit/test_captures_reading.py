"""The readers of recorded bytes read what other tools read."""

import gzip
from pathlib import Path
from struct import pack

import pytest

from tests.captures import (
    NotACapture,
    charon_dumps,
    ip_packets,
    json_messages,
    messages,
    read_pcap,
    shared_data,
    udp_payloads,
)

# A UDP datagram of RFC 791 and RFC 768 by hand: 192.0.2.1:1701 -> 192.0.2.2:1701, "hi"
PACKET = bytes.fromhex("4500001e000000004011f6cdc0000201c0000202 06a506a5000a0000 6869")


def classic(order: str, magic: int, link: int, frame: bytes) -> bytes:
    head = pack(order + "IHHIIII", magic, 2, 4, 0, 0, 0xFFFF, link)
    return head + pack(order + "IIII", 0, 0, len(frame), len(frame)) + frame


def block(order: str, kind: int, body: bytes) -> bytes:
    body += bytes(-len(body) % 4)
    return pack(order + "II", kind, 12 + len(body)) + body + pack(order + "I", 12 + len(body))


def modern(order: str, link: int, frame: bytes) -> bytes:
    section = block(order, 0x0A0D0D0A, pack(order + "IHHq", 0x1A2B3C4D, 1, 0, -1))
    interface = block(order, 1, pack(order + "HHI", link, 0, 0xFFFF))
    packet = block(order, 6, pack(order + "IIIII", 0, 0, 0, len(frame), len(frame)) + frame)
    simple = block(order, 3, pack(order + "I", len(frame)) + frame)
    return section + interface + packet + simple


@pytest.mark.parametrize("order", ["<", ">"])
@pytest.mark.parametrize("magic", [0xA1B2C3D4, 0xA1B23C4D])
def test_pcap_is_read_in_both_byte_orders_and_both_clocks(
    tmp_path: Path, order: str, magic: int
) -> None:
    path = tmp_path / "one.pcap"
    path.write_bytes(classic(order, magic, 101, PACKET))
    assert read_pcap(path) == [PACKET]
    assert udp_payloads(path, 1701) == [b"hi"]
    assert udp_payloads(path, 500) == []


@pytest.mark.parametrize("order", ["<", ">"])
def test_pcapng_is_read_in_both_byte_orders_and_packed(tmp_path: Path, order: str) -> None:
    path = tmp_path / "one.pcapng.gz"
    path.write_bytes(gzip.compress(modern(order, 101, PACKET)))
    assert read_pcap(path) == [PACKET, PACKET]


@pytest.mark.parametrize(
    ("link", "head"),
    [
        (0, b"\x02\0\0\0"),
        (1, bytes(12) + b"\x08\x00"),
        (1, bytes(12) + b"\x81\x00\x00\x05\x08\x00"),
        (113, bytes(14) + b"\x08\x00"),
        (276, b"\x08\x00" + bytes(18)),
        (228, b""),
    ],
)
def test_the_link_header_and_the_padding_are_taken_off(
    tmp_path: Path, link: int, head: bytes
) -> None:
    path = tmp_path / "one.pcap"
    path.write_bytes(classic("<", 0xA1B2C3D4, link, head + PACKET + bytes(18)))
    assert ip_packets(path) == [PACKET]


def test_what_is_no_ip_packet_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "one.pcap"
    path.write_bytes(classic("<", 0xA1B2C3D4, 1, bytes(12) + b"\x08\x06" + bytes(28)))
    assert ip_packets(path) == []
    path.write_bytes(classic("<", 0xA1B2C3D4, 9, b"\xff\x03\xc0\x21"))
    assert ip_packets(path) == []


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "one.pcap"
    path.write_bytes(b"GIF89a")
    with pytest.raises(NotACapture):
        read_pcap(path)


def test_json_and_raw_files_give_their_messages(tmp_path: Path) -> None:
    path = tmp_path / "one.json"
    path.write_text('{"messages": [["I", "0102"], ["R", "03"]]}')
    assert json_messages(path) == [("I", b"\1\2"), ("R", b"\3")]
    path.write_text('{"packets_hex": ["0a"]}')
    assert messages(path) == [b"\x0a"]
    path.write_text('{"payload_hex": "0b"}')
    assert messages(path) == [b"\x0b"]
    path.write_text("{}")
    with pytest.raises(NotACapture):
        messages(path)
    (tmp_path / "one.dat").write_bytes(b"raw")
    assert messages(tmp_path / "one.dat") == [b"raw"]


def test_a_dump_ends_where_its_length_says_though_the_text_column_looks_like_hex(
    tmp_path: Path,
) -> None:
    log = tmp_path / "charon.log"
    log.write_text(
        "10[IKE] SKEYID => 18 bytes @ 0x1\n"
        "10[IKE]    0: 01 02 03 04 05 06 07 08 09 0A 0B 0C 0D 0E 0F 10  AB CD 12: FF    \n"
        "10[IKE]   16: 11 12                                            ..\n"
        "10[IKE] other => 1 bytes @ 0x1\n"
        "10[IKE]    0: FF  .\n"
    )
    assert charon_dumps(log, "SKEYID") == [bytes(range(1, 19))]


def test_the_number_of_packets_agrees_with_the_manifest() -> None:
    data = shared_data()
    counts = {
        "esp/tcpdump-02-sunrise-sunset-esp.pcap": 8,
        "natt/suricata-ikev2-on-4500.pcap": 66,
        "hostile/tcpdump-ikev2pI2-segfault.pcapng": 1,
        "hostile/tcpdump-l2tp-avp-overflow.pcap": 20,
        "pptp/tcpdump-pptp.pcap": 23,
    }
    assert {name: len(read_pcap(data / name)) for name in counts} == counts
