"""The wanted rules as text. That the tools and the kernel agree is shown in tests/interop."""

from dataclasses import replace

import pytest

from gateway.system.rules import (
    FrontRules,
    InsideRules,
    Rules,
    iptables_probe,
    iptables_removal,
    iptables_text,
    nft_present,
    nft_probe,
    nft_removal,
    nft_text,
)
from gateway.wire.ipv4 import host_bytes

RULES = Rules(("wan0",), (host_bytes("192.0.2.1"),), 7)

# As `iptables-nft-save` (1.8.9) of Debian 12 wrote it with the rules above set, and a rule of
# somebody else's: run for this test, in a network namespace.
SAVED = """\
*mangle
:PREROUTING ACCEPT [0:0]
:INPUT ACCEPT [0:0]
:POSTERN-IN - [0:0]
-A INPUT -j POSTERN-IN
-A INPUT -s 198.51.100.7/32 -j DROP
-A POSTERN-IN -d 192.0.2.1/32 -i wan0 -p udp -m udp --dport 500 -j NFQUEUE --queue-num 7
COMMIT
*raw
:PREROUTING ACCEPT [0:0]
:POSTERN-CLEAR - [0:0]
-A PREROUTING -j POSTERN-CLEAR
-A POSTERN-CLEAR -i wan0 -p udp -m udp --dport 1701 -j DROP
COMMIT
"""
NOT_OURS = """\
*mangle
:INPUT ACCEPT [0:0]
-A INPUT -s 198.51.100.7/32 -j DROP
COMMIT
"""


def test_nftables_get_one_table_in_one_transaction() -> None:
    assert (
        nft_text(RULES)
        == """\
table ip postern
delete table ip postern
table ip postern {
  chain drop_clear {
    type filter hook prerouting priority raw; policy accept;
    iifname { "wan0" } udp dport 1701 drop
  }
  chain to_queue {
    type filter hook input priority mangle; policy accept;
    iifname { "wan0" } ip daddr { 192.0.2.1 } udp dport { 500, 4500 } queue num 7
    iifname { "wan0" } ip daddr { 192.0.2.1 } meta l4proto esp queue num 7
    iifname "lo" ip daddr 127.0.0.1 udp dport 500 queue num 7
  }
}
"""
    )


def test_chains_for_esp_go_after_whoever_calls_them() -> None:
    saved = SAVED.replace(":POSTERN-IN", ":POSTERN-ESP - [0:0]\n:POSTERN-IN").replace(
        "-A POSTERN-IN", "-A POSTERN-IN -p esp -j POSTERN-ESP\n-A POSTERN-IN"
    )
    lines = iptables_removal(saved).splitlines()
    assert lines.index("-F POSTERN-IN") < lines.index("-X POSTERN-ESP")
    again = iptables_text(RULES, saved).splitlines()
    assert again.index(":POSTERN-IN - [0:0]") < again.index("-X POSTERN-ESP")


@pytest.mark.parametrize(
    ("esp", "fault"), [((8, 9, 10), "cannot be told"), ((8, 7), "share"), ((8, 65536), "not all")]
)
def test_queues_of_esp_are_told_by_bits_and_shared_with_nobody(
    esp: tuple[int, ...], fault: str
) -> None:
    with pytest.raises(ValueError, match=fault):
        replace(RULES, esp=esp)


def test_iptables_get_our_chains_and_one_call_of_each() -> None:
    assert (
        iptables_text(RULES, NOT_OURS)
        == """\
*raw
:POSTERN-CLEAR - [0:0]
-A POSTERN-CLEAR -i wan0 -p udp -m udp --dport 1701 -j DROP
-I PREROUTING 1 -j POSTERN-CLEAR
COMMIT
*mangle
:POSTERN-IN - [0:0]
-A POSTERN-IN -i wan0 -d 192.0.2.1 -p udp -m udp --dport 500 -j NFQUEUE --queue-num 7
-A POSTERN-IN -i wan0 -d 192.0.2.1 -p udp -m udp --dport 4500 -j NFQUEUE --queue-num 7
-A POSTERN-IN -i wan0 -d 192.0.2.1 -p esp -j NFQUEUE --queue-num 7
-A POSTERN-IN -i lo -d 127.0.0.1 -p udp -m udp --dport 500 -j NFQUEUE --queue-num 7
-I INPUT 1 -j POSTERN-IN
COMMIT
"""
    )


def test_where_iptables_have_our_call_already_it_moves_to_the_front() -> None:
    lines = iptables_text(RULES, SAVED).splitlines()
    place = lines.index("-D INPUT -j POSTERN-IN")
    assert lines[place + 1] == "-I INPUT 1 -j POSTERN-IN"
    assert lines.count("-D PREROUTING -j POSTERN-CLEAR") == 1


@pytest.mark.parametrize("text", [nft_text(RULES), iptables_text(RULES, "")])
def test_a_queue_without_a_reader_lets_nothing_past(text: str) -> None:
    assert "bypass" not in text


def test_several_interfaces_and_addresses_are_all_meant() -> None:
    rules = Rules(("wan0", "ppp0"), (host_bytes("192.0.2.1"), host_bytes("192.0.2.9")), 7)
    assert 'iifname { "wan0", "ppp0" } ip daddr { 192.0.2.1, 192.0.2.9 } udp' in nft_text(rules)
    assert iptables_text(rules, "").count("--queue-num") == 2 * 2 * 3 + 1  # and loopback
    assert iptables_text(rules, "").count("--dport 1701") == 2


def test_no_address_means_any_of_ours() -> None:
    rules = Rules(("wan0",), (), 7)
    assert 'iifname { "wan0" } udp dport { 500, 4500 } queue num 7' in nft_text(rules)
    assert "-A POSTERN-IN -i wan0 -p esp -j NFQUEUE" in iptables_text(rules, "")


def test_no_interface_means_any() -> None:
    rules = Rules((), (host_bytes("192.0.2.1"),), 7)
    assert "    ip daddr { 192.0.2.1 } udp dport 1701 drop" in nft_text(rules)
    assert "-A POSTERN-CLEAR -d 192.0.2.1 -p udp -m udp --dport 1701" in iptables_text(rules, "")
    assert "-A POSTERN-IN -d 192.0.2.1 -p esp -j NFQUEUE" in iptables_text(rules, "")


@pytest.mark.parametrize(
    ("interfaces", "addresses", "queue"),
    [
        ((), (), 7),
        (("wan0; flush ruleset",), (), 7),
        (('wan"',), (), 7),
        (("",), (), 7),
        (("a-name-too-long-for-it",), (), 7),
        (("wan+",), (), 7),
        (("wan0",), (b"\xc0\0\2",), 7),
        (("wan0",), (), 65536),
        (("wan0",), (), -1),
    ],
)
def test_what_is_no_rule_is_refused(
    interfaces: tuple[str, ...], addresses: tuple[bytes, ...], queue: int
) -> None:
    with pytest.raises(ValueError, match=r"not|no|neither"):
        Rules(interfaces, addresses, queue)


def test_our_table_is_seen_among_others() -> None:
    assert nft_present("table inet filter\ntable ip postern\n")
    assert not nft_present("table ip postern2\ntable inet postern\n")


def test_nft_removal_is_right_whether_or_not_there_is_a_table() -> None:
    assert nft_removal() == "table ip postern\ndelete table ip postern\n"


def test_iptables_removal_takes_ours_and_only_ours() -> None:
    assert (
        iptables_removal(SAVED)
        == """\
*raw
-D PREROUTING -j POSTERN-CLEAR
-F POSTERN-CLEAR
-X POSTERN-CLEAR
COMMIT
*mangle
-D INPUT -j POSTERN-IN
-F POSTERN-IN
-X POSTERN-IN
COMMIT
"""
    )


def test_where_nothing_is_ours_nothing_is_removed() -> None:
    assert iptables_removal(NOT_OURS) == iptables_removal("") == ""


def test_every_call_of_our_chain_goes_whatever_its_conditions() -> None:
    saved = SAVED.replace("-A INPUT -j", "-A INPUT -i lo -j POSTERN-IN\n-A INPUT -j")
    assert "-D INPUT -i lo -j POSTERN-IN\n-D INPUT -j POSTERN-IN" in iptables_removal(saved)


def test_the_probes_ask_for_what_the_rules_need() -> None:
    assert "queue num" in nft_probe()
    assert "-j NFQUEUE" in iptables_probe()


def test_an_abandoned_probe_is_removed_alone_or_with_the_rest() -> None:
    saved = SAVED.replace(":POSTERN-IN", ":POSTERN-PROBE - [0:0]\n:POSTERN-IN")
    alone = "*mangle\n-F POSTERN-PROBE\n-X POSTERN-PROBE\nCOMMIT\n"
    assert iptables_removal(saved, {"POSTERN-PROBE"}) == alone
    assert {"-X POSTERN-PROBE", "-X POSTERN-IN"} <= set(iptables_removal(saved).splitlines())


SERVERS = (host_bytes("10.10.0.3"), host_bytes("10.10.0.4"))
INSIDE = InsideRules("lan0", SERVERS, (host_bytes("10.10.0.1"),), 8)
BOTH = Rules(("wan0",), (host_bytes("192.0.2.1"),), 7, INSIDE)


def test_native_servers_have_a_queue_of_their_own_by_interface_and_both_addresses() -> None:
    text = nft_text(BOTH)
    place = '    iifname "lan0" ip saddr { 10.10.0.3, 10.10.0.4 } ip daddr { 10.10.0.1 } '
    assert place + "udp dport 500 queue num 8\n" in text
    assert place + "meta l4proto esp queue num 8\n" in text
    assert text.count("queue num 8") == 2
    assert text.count("queue num 7") == 3
    assert text.endswith("  }\n}\n")


def test_what_they_say_in_the_clear_is_dropped_without_a_word() -> None:
    clear = '    iifname "lan0" ip saddr { 10.10.0.3, 10.10.0.4 } udp dport 1701 drop\n'
    assert clear in nft_text(BOTH)
    lines = iptables_text(BOTH, "").splitlines()
    assert "-A POSTERN-CLEAR -i lan0 -s 10.10.0.3 -p udp -m udp --dport 1701 -j DROP" in lines


def test_and_in_iptables_too() -> None:
    lines = [line for line in iptables_text(BOTH, "").splitlines() if line.endswith(" 8")]
    assert lines == [
        f"-A POSTERN-IN -i lan0 -s {server} -d 10.10.0.1 {what} -j NFQUEUE --queue-num 8"
        for server in ("10.10.0.3", "10.10.0.4")
        for what in ("-p udp -m udp --dport 500", "-p esp")
    ]


def test_nothing_inside_is_left_open() -> None:
    for servers, addresses in (((), SERVERS), (SERVERS, ()), ((b"abc",), SERVERS)):
        with pytest.raises(ValueError, match="inside"):
            InsideRules("lan0", servers, addresses, 8)
    with pytest.raises(ValueError, match="not the name"):
        InsideRules("lan0; drop", SERVERS, SERVERS, 8)
    with pytest.raises(ValueError, match="no queue"):
        InsideRules("lan0", SERVERS, SERVERS, 1 << 16)


@pytest.mark.parametrize(
    ("interfaces", "queue"), [(("lan0",), 7), (("wan0", "lan0"), 7), ((), 7), (("wan0",), 8)]
)
def test_outside_and_inside_share_neither_interface_nor_queue(
    interfaces: tuple[str, ...], queue: int
) -> None:
    with pytest.raises(ValueError, match="must not share"):
        Rules(interfaces, (host_bytes("192.0.2.1"),), queue, INSIDE)


FRONT = FrontRules("lan0", SERVERS[:1], 9)
STANDING = Rules(("wan0",), (), 7, INSIDE, FRONT)
OPEN = Rules(("wan0",), (), 7, INSIDE, FrontRules("lan0", SERVERS[:1], 9, bypass=True))


def test_in_front_of_a_server_its_packets_are_picked_up_at_forward_and_reassembled() -> None:
    place = (
        '    iifname { "wan0" } oifname "lan0" ip daddr { 10.10.0.3 } '
        "ct state { invalid, established, related, new, untracked } "
    )
    text = nft_text(STANDING)
    assert "type filter hook forward priority mangle; policy accept;\n" + place in text
    assert place + "udp dport { 500, 4500 } queue num 9\n" in text
    assert place + "meta l4proto { esp, ah } queue num 9\n" in text


def test_and_by_iptables() -> None:
    place = "-A POSTERN-FRONT -i wan0 -o lan0 -d 10.10.0.3 "
    state = "-m conntrack --ctstate INVALID,ESTABLISHED,RELATED,NEW,UNTRACKED"
    lines = iptables_text(STANDING, "").splitlines()
    assert [line for line in lines if line.endswith(" 9")] == [
        f"{place}{what} {state} -j NFQUEUE --queue-num 9"
        for what in (
            *("-p udp -m udp --dport 500", "-p udp -m udp --dport 4500"),
            *("-p esp", "-p ah"),
        )
    ]
    assert "-I FORWARD 1 -j POSTERN-FRONT" in lines
    assert "-I OUTPUT 1 -j POSTERN-OUT" in lines


def test_what_is_answered_in_the_servers_name_is_not_tracked_so_nobody_translates_it() -> None:
    assert "    ip saddr { 10.10.0.3 } udp sport { 500, 4500 } notrack\n" in nft_text(STANDING)
    assert "    ip saddr { 10.10.0.3 } meta l4proto esp notrack\n" in nft_text(STANDING)
    assert "-A POSTERN-OUT -s 10.10.0.3 -p esp -j CT --notrack" in iptables_text(STANDING, "")


def test_only_the_queue_in_front_may_be_passed_by_and_only_if_that_is_wanted() -> None:
    assert "bypass" not in nft_text(STANDING) + iptables_text(STANDING, "")
    assert nft_text(OPEN).count(" bypass") == nft_text(OPEN).count("queue num 9 bypass") == 2
    text = iptables_text(OPEN, "")
    assert text.count("--queue-bypass") == text.count("--queue-num 9 --queue-bypass") == 4


def test_who_stands_in_front_no_more_leaves_no_chain_behind() -> None:
    saved = SAVED.replace(":POSTERN-IN", ":POSTERN-FRONT - [0:0]\n:POSTERN-IN").replace(
        "-A INPUT -j", "-A FORWARD -j POSTERN-FRONT\n-A INPUT -j"
    )
    gone = "-D FORWARD -j POSTERN-FRONT\n-F POSTERN-FRONT\n-X POSTERN-FRONT\n"
    assert gone in iptables_text(RULES, saved)
    assert set(gone.splitlines()) <= set(iptables_removal(saved).splitlines())
    assert "FRONT" not in iptables_text(RULES, SAVED)


def test_before_no_server_nobody_stands() -> None:
    for servers, told in (((), "no server"), ((b"abc",), "four bytes")):
        with pytest.raises(ValueError, match=told):
            FrontRules("lan0", servers, 9)
    with pytest.raises(ValueError, match="not the name"):
        FrontRules("lan0; drop", SERVERS, 9)
    with pytest.raises(ValueError, match="no queue"):
        FrontRules("lan0", SERVERS, 1 << 16)


@pytest.mark.parametrize(
    ("interfaces", "queue"), [(("lan0",), 9), ((), 9), (("wan0",), 7), (("wan0",), 8)]
)
def test_the_queue_in_front_is_shared_with_no_other(
    interfaces: tuple[str, ...], queue: int
) -> None:
    with pytest.raises(ValueError, match="must not share"):
        Rules(
            interfaces,
            (host_bytes("192.0.2.1"),),
            7,
            INSIDE,
            FrontRules("lan0", SERVERS, queue),
        )
