"""Every cause is provoked with the whole gateway, and the sentence on it is read."""

from collections.abc import Callable

import pytest

from gateway.bridge.cases import MOST_TOLD, case_of, overview
from gateway.control.causes import Cause
from gateway.control.diagnose import MOST, diagnose
from tests.pair import explain_world as play
from tests.pair.explain_world import MACHINE, ask
from tests.pair.gateway_world import NAT, OUTSIDE, SERVER, World, client_entry, meet
from tests.pair.nat import Nat

CASES: list[tuple[Callable[[], World], Cause, int | None, str]] = [
    (play.nothing_comes, Cause.NOTHING_ARRIVES, 678, f"Nothing has come from client {MACHINE}"),
    (play.nothing_comes, Cause.NOTHING_ARRIVES, 809, f"dials {OUTSIDE}"),
    (play.dials_ikev2, Cause.NOTHING_ARRIVES, 792, "UDP 500 and 4500"),
    (play.not_from_there, Cause.NOTHING_ARRIVES, 678, "Nothing has come"),
    (play.answer_lost, Cause.SECOND_UNANSWERED, 792, "nothing comes after the gateway's answer"),
    (play.port_4500_shut, Cause.FOURTH_UNANSWERED, 809, "Let UDP 4500 pass"),
    (play.gateway_behind_a_nat, Cause.GATEWAY_BEHIND_NAT, 678, "AssumeUDPEncapsulation"),
    (play.last_answer_lost, Cause.SIXTH_UNANSWERED, 789, "has proved its key"),
    (
        play.weak_suite,
        Cause.NO_PROPOSAL,
        789,
        'Add "des-md5-modp768" to `ike` of [[client]] press-3',
    ),
    (play.others_may, Cause.NOT_ALLOWED_PROPOSAL, 789, 'Add "des-md5-modp768" to `ike`'),
    (play.weak_esp, Cause.NO_PROPOSAL, 789, 'Add "des-md5" to `esp` of [[client]] press-3'),
    (play.wrong_key, Cause.WRONG_KEY, 789, "has another pre-shared key than its `psk`"),
    (play.wrong_key, Cause.WRONG_KEY, 678, "spaces, capitals"),
    (play.revoked, Cause.CLIENT_REVOKED, 789, f"Client {MACHINE} is revoked; take `revoked`"),
    (play.calls_itself_otherwise, Cause.OTHER_IDENTITY, 789, "must call itself 192.168.1.20"),
    (
        play.after_the_last_day,
        Cause.QUARANTINE_EXPIRED,
        789,
        f"{MACHINE} might use des-md5-modp768 until 2026-10-03",
    ),
    (play.guessed_at, Cause.WRONG_KEYS_FLOOD, 789, "Dial again in a minute"),
    (play.revoked_while_up, Cause.PUT_OUT, 789, "was put out: it is revoked; take `revoked`"),
    (play.key_replaced, Cause.PUT_OUT, 789, "enter its new key at the machine"),
    (play.day_passes, Cause.PUT_OUT, 789, "give it a later `weak_until`"),
    (play.tunnel_mode, Cause.QUICK_MODE_REFUSED, 789, "transport mode"),
    (play.esp_shut, Cause.ESP_BLOCKED, 678, "no packet under them arrives"),
    (play.other_traffic, Cause.L2TP_NEVER_STARTS, 678, "begins no L2TP"),
    (play.nameless, Cause.TUNNEL_REFUSED, 629, "SCCRQ without host name"),
    (
        play.no_confirmation,
        Cause.TUNNEL_UNANSWERED,
        678,
        "does not go on after the gateway's answer",
    ),
    (play.full, Cause.SESSION_LIMIT, 629, "Raise `sessions`"),
    (play.serving(play.port_shut), Cause.SERVER_PORT_SHUT, 629, f"The server {SERVER} is on"),
    (
        play.serving(play.off),
        Cause.SERVER_SILENT,
        678,
        f"The server {SERVER} does not answer on TCP 1723",
    ),
    (play.serving(play.deaf), Cause.SERVER_NOT_PPTP, 629, "does not speak PPTP"),
    (play.serving(play.busy), Cause.SERVER_BUSY, 676, "no free line"),
    (
        play.serving(play.forbidding),
        Cause.SERVER_FORBIDS,
        629,
        "Permit the gateway's inside address",
    ),
    (play.serving(play.without_gre), Cause.GRE_SILENT, 718, "GRE"),
    (play.silent_client, Cause.PPP_SILENT, 718, "sends no PPP"),
    (play.no_agreement, Cause.LINK_NOT_AGREED, 720, "do not agree on how to talk PPP"),
    (play.wrong_password, Cause.USER_REFUSED, 691, "refused user operator"),
    (play.wrong_password_by_chap, Cause.USER_REFUSED, 691, "refused user operator"),
    (play.no_permission, Cause.ACCOUNT_REFUSED, 649, "no permission to dial in"),
    (play.encryption, Cause.ENCRYPTION_DEMANDED, 742, "demands PPP encryption"),
    (play.encryption, Cause.ENCRYPTION_DEMANDED, 733, "IPsec encrypts already"),
    (play.no_ip, Cause.NO_NETWORK_PROTOCOL, 733, "no network protocol in common"),
    (play.one_way, Cause.NO_TRAFFIC, None, "4 data frames came from the client and 0 went to it"),
    (play.up, Cause.CONNECTED, None, f"Client {MACHINE} is connected"),
    (play.hangs_up, Cause.ENDED_BY_CLIENT, None, "hung up"),
    (play.vanishes, Cause.CLIENT_VANISHED, 629, "does not answer any more"),
    (play.server_hangs_up, Cause.ENDED_BY_SERVER, 719, f"The server {SERVER} ended the call"),
    (play.server_dies, Cause.SERVER_LOST, 629, f"The server {SERVER} was lost"),
    (play.owner_ends, Cause.ENDED_BY_OWNER, 629, "Somebody at the gateway ended the session"),
    (play.gateway_stops, Cause.ENDED_BY_GATEWAY, 629, "the gateway is being stopped"),
]


@pytest.mark.parametrize(
    ("played", "cause", "number", "words"),
    CASES,
    ids=[f"{cause.value}-{number}" for _, cause, number, _ in CASES],
)
def test_what_is_the_matter_is_told_first_in_one_sentence(
    played: Callable[[], World], cause: Cause, number: int | None, words: str
) -> None:
    first = ask(played())[0]
    assert first.cause == cause.value, first.sentence
    assert words.lower() in first.sentence.lower()
    assert first.sentence.endswith(".")
    assert first.step[1:] in first.sentence
    assert number is None or number in first.shown.all


def test_a_dial_of_ikev2_is_told_to_whoever_asks_about_its_address() -> None:
    first = ask(play.dials_ikev2(), NAT)[0]
    assert first.cause == Cause.OTHER_PROTOCOL.value
    assert f"Something at {NAT} speaks IKEv2" in first.sentence
    assert "set its type of VPN to L2TP/IPsec" in first.sentence
    assert first.evidence == (f"From {NAT} came 3 of IKE version 2.",)


def test_whoever_speaks_another_protocol_stands_in_the_overview() -> None:
    world = play.dials_ikev2()
    told = {name: one.cause for name, one in overview(world.core, world.net.now)}
    assert told == {NAT: Cause.OTHER_PROTOCOL.value}


def test_keys_from_before_a_restart_are_told_as_such() -> None:
    first = ask(play.gateway_restarts(), NAT)[0]
    assert first.cause == Cause.FORGOTTEN_KEYS.value
    assert first.evidence == (f"From {NAT} came 1 of ESP under keys that are over.",)


def test_an_address_that_may_not_dial_is_told_by_the_address() -> None:
    first = ask(play.not_from_there(), NAT)[0]
    assert first.cause == Cause.ADDRESS_NOT_ALLOWED.value
    assert f"No client may dial from {NAT}" in first.sentence


def test_what_shows_a_cause_are_lines_of_the_account() -> None:
    first = ask(play.port_4500_shut())[0]
    assert first.evidence == (
        "The client is behind a NAT: its packets are carried inside UDP.",
        "Client 203.0.113.7:62000 was not let through: timed out waiting for the client (nothing "
        "came after our fourth message; it may be that UDP 4500 is blocked).",
    )


def test_a_stranger_from_where_others_dial_too_is_only_perhaps_the_machine() -> None:
    world = meet(client_entry(MACHINE), client_entry("scale-7", psk="another key that is long"))
    world.dial(play.join(world, psk="neither of the two"), 20.0)
    first = ask(world)[0]
    assert first.cause == Cause.WRONG_KEY.value
    assert not first.sure
    assert first.sentence.startswith(f"The client at {NAT} has another pre-shared key")
    assert Cause.NOTHING_ARRIVES.value in [one.cause for one in ask(world)]


def test_a_stranger_from_where_the_machine_has_dialled_before_is_likely_it() -> None:
    world = meet(client_entry(MACHINE), client_entry("scale-7", psk="another key that is long"))
    nat = Nat(NAT)
    client = play.join(world, nat=nat)
    world.dial(client)
    world.net.send(client.hang_up(world.net.now))
    world.net.send(client.drop_keys())
    world.net.run_for(5.0)
    world.dial(play.join(world, host="192.168.1.9", nat=nat, psk="mistyped since"), 20.0)
    first = ask(world)[0]
    assert (first.cause, first.sure) == (Cause.WRONG_KEY.value, True)
    assert ask(world, "scale-7")[0].sure is False


def test_the_dial_of_another_machine_is_never_told_as_this_ones() -> None:
    world = meet(client_entry(MACHINE), client_entry("scale-7", psk="another key that is long"))
    world.dial(play.join(world, psk="another key that is long"))
    assert world.clients[0].up
    assert ask(world)[0].cause == Cause.NOTHING_ARRIVES.value
    assert ask(world, "scale-7")[0].cause == Cause.CONNECTED.value


def test_an_old_failure_stands_below_what_is_so_now() -> None:
    world, nat = play.world_of(), Nat(NAT)
    world.dial(play.join(world, nat=nat, psk="mistyped"), 20.0)
    world.dial(play.join(world, nat=nat, host="192.168.1.9"))
    causes = [one.cause for one in ask(world)]
    assert causes == [Cause.CONNECTED.value, Cause.WRONG_KEY.value]


def test_a_server_that_is_back_is_not_told_as_down() -> None:
    world = play.serving(play.port_shut)()
    world.server.tcp = "open"
    world.net.send(world.clients[0].redial_l2tp(world.net.now))
    world.net.run_for(5.0)
    assert ask(world)[0].cause == Cause.CONNECTED.value


def test_weights_go_down_and_the_list_is_bounded() -> None:
    world = play.world_of()
    for number in range(20):
        stranger = play.join(world, nat=Nat(f"203.0.113.{number}"), psk="not the key")
        world.dial(stranger, 1.0)
    found = ask(world)
    weights = [one.weight for one in found]
    assert weights == sorted(weights, reverse=True)
    assert len(found) <= MOST
    assert len(overview(world.core, world.net.now)) <= MOST_TOLD


def test_the_overview_has_a_line_for_each_machine_that_was_heard_of() -> None:
    world = play.up()
    world.dial(play.join(world, nat=Nat("203.0.113.8"), psk="not the key"), 20.0)
    told = {name: one.cause for name, one in overview(world.core, world.net.now)}
    assert told == {MACHINE: Cause.CONNECTED.value, "203.0.113.8": Cause.WRONG_KEY.value}


def test_a_word_that_is_neither_client_nor_address_has_no_case() -> None:
    world = play.world_of()
    for word in ("nobody", "", "1.2.3", "300.1.1.1", "press-3 "):
        assert case_of(world.core, word, world.net.now) is None


def test_nothing_of_a_key_is_in_any_diagnosis() -> None:
    world = play.wrong_key()
    case = case_of(world.core, MACHINE, world.net.now)
    assert case is not None
    assert "only the two of us" not in repr(case) + repr(diagnose(case))
