from string import Formatter

import pytest

from gateway.control.explain import LONGEST_DETAIL, SENTENCES, Told, account, sentence
from gateway.control.hints import hint
from gateway.outputs import Fact, What

PEER = "203.0.113.10:61001"

CASES = [
    (
        What.DIAL_STARTED,
        {"local": "203.0.113.1:500"},
        f"Client {PEER} began to dial 203.0.113.1:500.",
    ),
    (
        What.OFFERED,
        {"vendors": "MS NT5", "natt": "draft-02n", "suites": "3des-sha1-modp1024"},
        f"Client {PEER} made its offer: 3des-sha1-modp1024; NAT traversal by draft-02n; "
        "it calls itself MS NT5.",
    ),
    (
        What.CHOSEN,
        {"suite": "3des-sha1-modp1024", "natt": "draft-02n"},
        "The gateway chose how to protect the talk about keys (IKE): 3des-sha1-modp1024, "
        "NAT traversal draft-02n.",
    ),
    (
        What.CHOSEN,
        {"suite": "3des-sha1-modp1024", "natt": "none"},
        "The gateway chose how to protect the talk about keys (IKE): 3des-sha1-modp1024, "
        "without NAT traversal.",
    ),
    (
        What.NAT_FOUND,
        {"where": "client"},
        "The client is behind a NAT: its packets are carried inside UDP.",
    ),
    (
        What.NAT_FOUND,
        {"where": "gateway"},
        "The gateway is behind a NAT: packets are carried inside UDP.",
    ),
    (
        What.NAT_FOUND,
        {"where": "both"},
        "Client and gateway are both behind a NAT: packets are carried inside UDP.",
    ),
    (
        What.NAT_FOUND,
        {"where": "gateway", "hidden": "yes"},
        "The gateway is behind a NAT: packets are carried inside UDP. "
        "The client does not see the one before the gateway: it might refuse it.",
    ),
    (
        What.NAT_FOUND,
        {"where": "nowhere"},
        "There is no NAT on the way: packets go as plain ESP.",
    ),
    (
        What.FLOATED,
        {"port": "61001"},
        f"Client {PEER} went over to our port 61001, as NAT traversal wants it.",
    ),
    (
        What.AUTHENTICATED,
        {"client": "press-3", "identity": "192.168.1.7"},
        f"Client {PEER} has proved that it knows the key of 'press-3'; "
        "it names itself 192.168.1.7.",
    ),
    (
        What.KEY_USED,
        {"client": "press-3", "key": "old", "until": "2026-10-31"},
        "It was the old key of 'press-3', which holds until 2026-10-31: type the new one in at the "
        "machine.",
    ),
    (
        What.KEY_USED,
        {"client": "press-3", "key": "new", "until": "2026-10-31"},
        "It was the new key of 'press-3'; the old one is not needed any more.",
    ),
    (
        What.WEAK_SUITE,
        {
            "client": "lathe-2",
            "suite": "des-md5-modp768",
            "where": "IKE",
            "weakness": "MD5 is broken",
            "because": "it knows no other",
            "until": "2026-12-31",
            "days_left": "88",
        },
        "Audit: a weak suite is used by 'lathe-2': des-md5-modp768 for IKE (MD5 is broken); it may "
        "do so because it knows no other, and until 2026-12-31, which is 88 days from now.",
    ),
    (
        What.PUT_OUT,
        {"client": "press-3", "reason": "it is revoked"},
        "A client was put out at once, 'press-3': it is revoked.",
    ),
    (
        What.PHASE1_CLOSED,
        {"reason": "deleted by the client"},
        f"The IKE association with Client {PEER} has ended: deleted by the client.",
    ),
    (
        What.SA_READY,
        {
            "suite": "3des-sha1",
            "spi_in": "c0ffee01",
            "spi_out": "0badcafe",
            "encapsulation": "udp",
            "life_seconds": "3600",
            "life_kilobytes": "250000",
        },
        "The encryption of the data is agreed: 3des-sha1, inside UDP, "
        "SPI c0ffee01 in and 0badcafe out, for 3600 s or 250000 kB.",
    ),
    (
        What.SA_READY,
        {"suite": "aes128-sha1", "encapsulation": "esp", "life_kilobytes": ""},
        "The encryption of the data is agreed: aes128-sha1, as plain ESP.",
    ),
    (
        What.SA_CLOSED,
        {"spi_in": "c0ffee01", "reason": "replaced"},
        "The security association c0ffee01 has ended: replaced.",
    ),
    (
        What.PEER_MOVED,
        {"to": "203.0.113.10:62000"},
        f"Client {PEER} is found elsewhere than before, now at 203.0.113.10:62000: "
        "its NAT has given it another place.",
    ),
    (
        What.PEER_MOVED,
        {"esp": "203.0.113.10:62000"},
        f"Client {PEER} is found elsewhere than before: its data comes from 203.0.113.10:62000, "
        "apart from its talk about keys, and each is answered where it comes from.",
    ),
    (
        What.TUNNEL_OPENED,
        {"tunnel": "11", "peer_tunnel": "1", "host_name": "PRESS3", "vendor": "Microsoft"},
        "L2TP: a tunnel is open, 11 here and 1 at the client; the client's name is PRESS3, "
        "its maker Microsoft.",
    ),
    (
        What.CALL_REQUESTED,
        {"call": "12", "peer_call": "1", "server": "10.10.0.2:1723"},
        "L2TP: the client asks for a call, 12 here and 1 there, which is for 10.10.0.2:1723.",
    ),
    (
        What.SERVER_CALLED,
        {"server": "10.10.0.2:1723", "call_id": "13"},
        "PPTP: the gateway calls the server 10.10.0.2:1723 with call id 13.",
    ),
    (
        What.SERVER_ANSWERED,
        {"server": "10.10.0.2:1723", "call_id": "13", "peer_call_id": "0", "vendor": "linux"},
        "PPTP: the server 10.10.0.2:1723 has taken the call, its call id is 0; its maker is linux.",
    ),
    (
        What.SERVER_CALLED,
        {"server": "10.10.0.3:1701", "call_id": "9", "kind": "L2TP/IPsec"},
        "L2TP/IPsec: the gateway calls the server 10.10.0.3:1701 with call id 9.",
    ),
    (
        What.SERVER_KEYED,
        {
            "server": "10.10.0.3:1701",
            "suite": "3des-sha1",
            "spi_in": "0000a001",
            "spi_out": "0000b002",
            "life_seconds": "3600",
            "life_kilobytes": "250000",
        },
        "The encryption towards the server 10.10.0.3:1701 is agreed: 3des-sha1, SPI 0000a001 in "
        "and 0000b002 out, for 3600 s or 250000 kB.",
    ),
    (
        What.DIVERTED,
        {"user": "night-7", "route": "old-w2k", "server": "10.10.0.3:1701"},
        "PPP: the user night-7 belongs to another server, 10.10.0.3:1701, by the route old-w2k; "
        "it is called now, and asks for the name again.",
    ),
    (
        What.RESUMED,
        {"route": "old-nt4", "server": "10.10.0.2:1723"},
        "Postern was restarted, and the session goes on with the server 10.10.0.2:1723, by the "
        "route old-nt4.",
    ),
    (
        What.SERVER_DOWN,
        {"server": "10.10.0.2:1723", "reason": "server down", "detail": "connection refused"},
        "The server 10.10.0.2:1723 is down: connection refused. "
        f"{hint('server down', 'connection refused')}.",
    ),
    (
        What.SERVER_UP,
        {"server": "10.10.0.2:1723"},
        "The server 10.10.0.2:1723 is there again.",
    ),
    (
        What.SESSION_OPENED,
        {"route": "old-nt4", "server": "10.10.0.2:1723"},
        "Client and server 10.10.0.2:1723 are joined by the route old-nt4: "
        "from here on they talk PPP to each other.",
    ),
    (
        What.LCP_OPENED,
        {"mru_client": "1392", "mru_server": "1400", "auth": "MS-CHAPv2"},
        "PPP: the link is agreed, frames of 1392 bytes towards the client and 1400 towards "
        "the server, authentication by MS-CHAPv2.",
    ),
    (
        What.USER_ACCEPTED,
        {"user": "anna", "method": "MS-CHAPv2"},
        "PPP: the server has accepted the user anna, by MS-CHAPv2.",
    ),
    (
        What.ENCRYPTED,
        {"sent": "128", "received": "128-stateful"},
        "The leg to the server is encrypted: MPPE 128 towards it, 128-stateful back.",
    ),
    (
        What.OUT_OF_REACH,
        {"place": "10.10.0.3 tcp/445"},
        f'Client {PEER} was kept from a place inside, "10.10.0.3 tcp/445", which is not in its '
        "`reach`; "
        "if it belongs there, add it in postern.toml.",
    ),
    (
        What.PPP_UP,
        {"client_ip": "10.10.0.50", "server_ip": "10.10.0.2", "milliseconds": "812"},
        "PPP is up: the client has 10.10.0.50, the server 10.10.0.2; the dial took 812 ms.",
    ),
    (
        What.SESSION_CLOSED,
        {"reason": "the client hung up", "seconds": "60", "bytes_in": "9", "bytes_out": "8"},
        "The session has ended: the client hung up; after 60 s, 9 bytes from the client "
        "and 8 to it.",
    ),
    (
        What.REFUSED,
        {"reason": "no common suite", "detail": "offered only des-md5-modp768"},
        f"Client {PEER} was not let through: no common suite (offered only des-md5-modp768). "
        f"{hint('no common suite')}.",
    ),
    (
        What.CCP_REFUSED,
        {"by": "the client", "why": "protocol rejected"},
        "PPP: the client does not compress or encrypt (CCP), protocol rejected.",
    ),
    (
        What.PPP_ENDED,
        {"by": "the server", "reason": "error 742"},
        "PPP: the link was ended by the server: error 742.",
    ),
    (
        What.SILENCE,
        {"where": "gre", "seconds": "8"},
        "PPTP: the server has taken the call and sent no GRE for 8 s.",
    ),
    (
        What.SILENCE,
        {"where": "l2tp", "seconds": "10", "detail": "3 packets came under them"},
        "L2TP: the client has its keys and began no tunnel for 10 s: 3 packets came under them.",
    ),
    (
        What.TRACED,
        {"by": "ada", "target": "press-3", "opened": "passwords"},
        "Audit: packets were recorded by ada, those of press-3, with passwords in it.",
    ),
    (
        What.IDLE,
        {},
        f"Client {PEER} has no keys for its data at the moment: it is idle, and makes new ones "
        "when it has something to send; its session waits.",
    ),
    (
        What.RECOGNISED,
        {
            "system": "windows-xp-sp2",
            "label": "Windows XP SP2 or SP3",
            "confidence": "likely",
            "why": "it offers MODP2048 first",
        },
        f"Client {PEER} is recognised as Windows XP SP2 or SP3, probably: it offers MODP2048 "
        "first.",
    ),
    (What.RELOADED, {}, "The configuration was loaded again: new dials follow it."),
    (
        What.RELOADED,
        {"problems": "line 3, client[1].psk: is missing."},
        "The new configuration is wrong, so the old one stays in force: line 3, client[1].psk: "
        "is missing. Run `postern check` to see every problem.",
    ),
    (
        What.TROUBLE,
        {"what": "a packet could not be handled"},
        "Trouble: a packet could not be handled.",
    ),
]


@pytest.mark.parametrize(("what", "details", "text"), CASES)
def test_a_fact_is_a_sentence(what: What, details: dict[str, str], text: str) -> None:
    assert sentence(Fact(what, 1, PEER, details)) == text


def test_every_kind_of_fact_is_among_the_sentences_and_the_tests() -> None:
    assert set(SENTENCES) == set(What)
    assert {what for what, _, _ in CASES} == set(What)


@pytest.mark.parametrize("what", What)
def test_without_its_details_a_fact_is_still_a_sentence(what: What) -> None:
    text = sentence(Fact(what))
    assert text[0].isupper()
    assert text.endswith(".")
    assert "{" not in text


@pytest.mark.parametrize("what", What)
def test_one_missing_detail_takes_only_its_own_piece_away(what: What) -> None:
    names = {
        name for piece in SENTENCES[what] for _, name, _, _ in Formatter().parse(piece) if name
    }
    for missing in names:
        text = sentence(Fact(what, 1, PEER, {name: "17" for name in names - {missing}}))
        assert text.endswith(".")


def test_without_advice_a_refusal_only_says_what_happened() -> None:
    fact = Fact(What.REFUSED, 1, PEER, {"reason": "wrong key", "detail": "none of 1 keys fits"})
    told = f"Client {PEER} was not let through: wrong key (none of 1 keys fits)."
    assert sentence(fact, advice=False) == told
    assert sentence(fact) == f"{told} {hint('wrong key')}."


def test_names_of_a_client_cannot_steer_a_terminal() -> None:
    text = sentence(Fact(What.TUNNEL_OPENED, 1, PEER, {"host_name": "\x1b]0;root\x07{peer}"}))
    assert text == r"L2TP: a tunnel is open; the client's name is \x1b]0;root\x07{peer}."


def test_a_detail_without_end_is_cut() -> None:
    text = sentence(Fact(What.TROUBLE, details={"what": "x" * 10_000}))
    assert len(text) < LONGEST_DETAIL + 100


def test_what_a_client_says_does_not_take_the_place_of_our_words() -> None:
    text = sentence(Fact(What.REFUSED, 1, PEER, {"who": "root", "hint": "Pay"}))
    assert "root" not in text
    assert "Pay" not in text


def test_an_account_counts_milliseconds_from_its_first_fact() -> None:
    entries = [(100.0, Fact(What.RELOADED)), (100.0625, Fact(What.TROUBLE))]
    assert [line.ms for line in account(entries)] == [0, 62]
    assert account(entries)[0] == Told(
        0, "The configuration was loaded again: new dials follow it."
    )
    assert account([]) == []
