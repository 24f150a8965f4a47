"""Which queue a packet with ESP goes to, as text. Real packets: tests/interop/test_system_queue."""

from gateway.system.rules import Rules, iptables_text, nft_text
from gateway.system.rules_esp import nft_by_spi, nft_esp, spi_rules
from gateway.wire.ipv4 import host_bytes

SHARED = Rules(("wan0",), (host_bytes("192.0.2.1"),), 7, esp=(8, 9))


def test_nftables_find_the_queue_of_esp_by_the_low_bits_of_its_spi() -> None:
    text = nft_text(SHARED)
    assert "chain by_spi_4500 {\n    @th,95,1 0 queue num 8\n    @th,95,1 1 queue num 9\n" in text
    assert "chain by_spi_500 {\n    @th,159,1 0 queue num 8\n    @th,159,1 1 queue num 9\n" in text
    assert "chain by_spi {\n    @th,31,1 0 queue num 8\n    @th,31,1 1 queue num 9\n" in text
    place = '    iifname { "wan0" } ip daddr { 192.0.2.1 } '
    told = text.index(f"{place}udp dport 4500 @th,64,32 != 0 jump by_spi_4500\n")
    assert f"{place}udp dport 500 @th,64,32 0 @th,96,32 0 jump by_spi_500\n" in text
    assert f"{place}meta l4proto esp jump by_spi\n" in text
    assert told < text.index("queue num 7")  # what is no ESP comes back, and goes there


def test_iptables_find_the_queue_of_esp_by_the_low_bits_of_its_spi() -> None:
    lines = iptables_text(SHARED, "").splitlines()
    match = '-m u32 --u32 "0>>22&0x3C@8&0x1=1" -j NFQUEUE --queue-num 9'
    assert f"-A POSTERN-ESP-4500 {match}" in lines
    place = "-A POSTERN-IN -i wan0 -d 192.0.2.1 "
    told = lines.index(f"{place}-p esp -j POSTERN-ESP")
    assert told < lines.index(f"{place}-p esp -j NFQUEUE --queue-num 7")
    assert lines.index(":POSTERN-ESP - [0:0]") < told  # a chain is there before it is called


def test_where_esp_has_one_queue_no_bit_is_looked_at() -> None:
    assert "chain by_spi_500 {\n    queue num 8\n  }\n" in nft_by_spi((8,))
    [rule] = spi_rules((8,), 0)
    assert rule == '-m u32 --u32 "0>>22&0x3C@0&0x0=0" -j NFQUEUE --queue-num 8'


def test_where_esp_has_no_queue_of_its_own_there_are_no_rules_for_it() -> None:
    assert nft_by_spi(()) == nft_esp((), "") == ""
    assert list(spi_rules((), 0)) == []
