"""The plain menu from end to end: what is typed, what is read, what the agents are asked."""

from dataclasses import replace
from pathlib import Path

import pytest

from gateway.user.box_client import Who
from gateway.user.console.ends import Ends
from tests.unit.user.console.agents import FakeBox, FakeDaemon, ends_of, session, talk


def test_the_first_thing_is_what_this_box_is_and_the_whole_menu(ends: Ends) -> None:
    told = talk(ends)
    assert "gw-lab-1  slot A good, B empty   clock ok   saved" in told
    assert "SSH SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE ED25519" in told
    assert "1) Status and live sessions" in told
    assert told.endswith("0) Log out\nChoice: \n")


def test_zero_logs_out(ends: Ends) -> None:
    assert talk(ends, "0", "1").endswith("Choice: ")


def test_the_header_comes_again_only_when_it_is_asked_for(ends: Ends) -> None:
    assert talk(ends, "?", "9", "b").count("SSH SHA256") == 1
    assert talk(ends, "").count("SSH SHA256") == 2


def test_what_is_not_there_is_told(ends: Ends) -> None:
    assert "There is no choice '77' here; ? helps." in talk(ends, "77")
    assert "There is no full screen here." in talk(ends, "!")


def test_help_tells_the_command_of_every_choice(ends: Ends) -> None:
    assert "  9: postern slots" in talk(ends, "?")


def test_a_session_is_looked_at_and_ended(ends: Ends, daemon: FakeDaemon) -> None:
    told = talk(ends, "1", "7", "k", "1")
    assert "how it came up:\n     0.000 s  Client 203.0.113.10:500 began to dial." in told
    assert "Session 7 is being ended." in told
    assert [one.id for one in daemon.sessions] == [8]


def test_who_says_no_ends_nothing(ends: Ends, daemon: FakeDaemon) -> None:
    talk(ends, "1", "7", "k", "2")
    assert [one.id for one in daemon.sessions] == [7, 8]


def test_five_hundred_sessions_come_twenty_at_a_time(ends: Ends, daemon: FakeDaemon) -> None:
    daemon.sessions = [session(number) for number in range(1, 501)]
    told = talk(ends, "1", "m", "437")
    assert "m) 480 more" in told
    assert "m) 460 more" in told
    assert "session 437, client press-437" in told


def test_what_a_peer_chose_cannot_steer_the_terminal(ends: Ends, daemon: FakeDaemon) -> None:
    evil = "\x1b[2Jgone\x9b31m\u202e"
    daemon.sessions = [session(7, client=evil, identity=evil, user=evil, last_error=evil)]
    daemon.account = [{"ms": 1, "text": evil}]
    told = talk(ends, "1", "7")
    assert "\\x1b[2Jgone\\x9b31m\\u202e" in told
    assert not {"\x1b", "\x9b", "\u202e"} & set(told)


def test_why_a_client_does_not_connect_is_asked_with_the_number_on_its_screen(
    ends: Ends, daemon: FakeDaemon
) -> None:
    told = talk(ends, "8", "1", "press-3", "789", "yes")
    assert "Client press-3 has another pre-shared key" in told
    assert {"verb": "explain", "word": "press-3"} in daemon.asked


def test_a_number_alone_is_looked_up(ends: Ends, daemon: FakeDaemon) -> None:
    told = talk(ends, "8", "1", "", "691", "yes")
    assert "Access denied because the user name" in told
    assert not any(one["verb"] == "explain" for one in daemon.asked)


def test_neither_name_nor_number_tells_of_every_machine(ends: Ends) -> None:
    assert "press-3  Client press-3 has another" in talk(ends, "8", "1", "", "", "yes")


def test_a_number_windows_does_not_have_is_not_taken(ends: Ends) -> None:
    assert "Type three digits, or nothing." in talk(ends, "8", "1", "press-3", "12", "yes")


def test_a_session_is_traced_into_ram_and_is_told_where_that_is(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "1", "7", "t", "20", "", "1", "yes")
    assert "The trace is in /run/trace-7-1800000000.pcapng, in RAM" in told
    assert "postern explain --trace trace-7-1800000000.pcapng" in told
    bounds = {"target": "7", "seconds": 20, "packets": 5000, "path": ""}
    assert {"verb": "trace"} | bounds in box.asked


def test_a_machine_is_traced_onto_a_stick_by_its_name(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "8", "5", "press-3", "", "", "2", "yes")
    assert "The trace is on the stick as trace-7-1800000000.pcapng" in told
    assert [one["path"] for one in box.asked if one["verb"] == "trace"] == ["usb"]


def test_why_a_trace_was_refused_is_told(ends: Ends, box: FakeBox) -> None:
    box.refuses["trace"] = ("'press-9' is nobody", "Name a client as in postern.toml")
    told = talk(ends, "8", "5", "press-9", "", "", "1", "yes")
    assert "'press-9' is nobody" in told


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        (("press-3", "301", "", "1"), "seconds: is out of bounds"),
        (("press-3", "", "20001", "1"), "packets: is out of bounds"),
        (("press-3", "", "many", "1"), "packets: is out of bounds"),
        ((" ", "", "", "1"), "machine: is empty"),
    ],
)
def test_a_trace_is_bounded_before_anybody_is_asked(
    ends: Ends, box: FakeBox, typed: tuple[str, ...], words: str
) -> None:
    assert words in talk(ends, "8", "5", *typed)
    assert "trace" not in box.verbs()


def test_only_ascii_is_written_for_a_terminal_that_has_no_more(
    ends: Ends, daemon: FakeDaemon
) -> None:
    daemon.sessions = [session(7, user="zoë")]
    told = talk(ends, "1", "7")
    assert "zo\\xeb" in told
    assert told.isascii()


def test_a_new_client_is_asked_for_judged_saved_and_its_key_shown_once(
    ends: Ends, box: FakeBox
) -> None:
    rest = ("msl2tp", "", "", "", "")  # its system, its identity, weak suites, what it may reach
    answers = ("till 4", "-", "-", "-", "-", "1", *rest)  # a name with a space, and no key
    again = ("till-4", "a long random text of mine", "-", "-", "203.0.113.77", "1", *rest)
    told = talk(ends, "3", "n", *answers, *again, "yes")
    assert "name: is 'till 4', which is no name." in told
    assert "    a long random text of mine\n" in told
    assert 'name = "till-4"' in box.desk.changes.candidate
    assert box.desk.changes.candidate.startswith("# The owner's own words stay where they are.")


def test_a_full_stop_leaves_a_form_and_so_does_no(ends: Ends, box: FakeBox) -> None:
    talk(ends, "4", "n", ".", "n", "other", "1", "10.10.0.3", "no")
    assert "config.set" not in box.verbs()


ETH1 = ("2", "a", "2", "eth1", *[""] * 5, "yes", "0")  # the interface inside
POOL = "10.10.0.150-10.10.0.199"


def test_a_new_route_into_the_lan_is_asked_for_what_it_needs(ends: Ends, box: FakeBox) -> None:
    into = ("lan", "1", "", "", "mschap-v2, pap", "10.10.0.53", *[""] * 4)  # and no pool at first
    again = ("lan", "1", "", POOL, "mschap-v2, pap", "10.10.0.53", *[""] * 4)
    told = talk(ends, *ETH1, "4", "l", *into, *again, "yes")
    assert "pool: is missing, and clients need addresses." in told
    assert not any(f"{key} [" in told for key in ("server", "psk", "mppe", "tunnels"))
    after = box.desk.changes.candidate.partition('name = "lan"\n')[2]
    assert after.splitlines()[:4] == [
        'kind = "local"',
        'pool = "10.10.0.150-10.10.0.199"',
        'auth = ["mschap-v2", "pap"]',
        'dns = ["10.10.0.53"]',
    ]
    assert "radius" not in after
    assert "lan      local  the LAN, as 10.10.0.150-10.10.0.199" in talk(ends, "4")


def test_radius_and_its_secret_come_and_go_together(ends: Ends, box: FakeBox) -> None:
    into = ("lan", "1", "", POOL, "", "", "", "10.10.0.5", "our-secret", "")
    talk(ends, *ETH1, "4", "l", *into, "yes")
    told = talk(ends, "4", "2", "1", *[""] * 7, "-", "", "", "yes")
    assert "our-secret" not in told
    _, *changes = [one["changes"] for one in box.asked if one["verb"] == "config.set"]
    assert changes[0][0]["value"]["radius_secret"] == "our-secret"
    assert [(one["op"], one["key"]) for one in changes[1]] == [
        ("unset", "radius"),
        ("unset", "radius_secret"),
    ]


def test_the_servers_to_stand_in_front_of_are_asked_for(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, *ETH1, "4", "f", "10.10.0.2", "", "3", "yes")
    assert "with Postern as the router before them" in told
    assert '[front]\nservers = ["10.10.0.2"]\nfail = "open"' in box.desk.changes.candidate


def test_a_key_that_is_left_empty_stays_as_it_is(ends: Ends, box: FakeBox) -> None:
    talk(ends, "3", "1", "1", "", "", "", "", "203.0.113.5", "", "", "", "", "", "", "yes")
    wanted = next(one for one in box.asked if one["verb"] == "config.set")["changes"]
    assert [(one["op"], one["key"], one["value"]) for one in wanted] == [
        ("set", "address", "203.0.113.5")
    ]


def test_a_change_is_looked_over_applied_and_kept(ends: Ends, box: FakeBox) -> None:
    rest = ("", "", "", "", "", "", "yes", "b", "b")
    edit = ("3", "1", "1", "", "", "", "", "203.0.113.5", *rest)
    told = talk(ends, *edit, "6", "1", "moved house", "5", "yes", "1")
    assert '+ address = "203.0.113.5"' in told
    assert "NOT CONFIRMED: the change by ada goes back in 5:00. C keeps it." in told
    assert "The change is kept" in told
    assert 'address = "203.0.113.5"' in box.desk.changes.state.saved
    assert box.desk.changes.state.history[-1].comment == "moved house"


def test_c_keeps_a_change_from_anywhere(ends: Ends, box: FakeBox) -> None:
    edit = ("3", "2", "2", "1", "0", "6", "1", "", "", "yes", "0")
    told = talk(ends, *edit, "c")
    assert "The change is kept" in told
    assert "scale-7" not in box.desk.changes.state.saved


def test_a_change_is_taken_back(ends: Ends, box: FakeBox) -> None:
    edit = ("3", "2", "2", "1", "0", "6", "1", "", "", "yes")
    assert "The configuration from before runs again." in talk(ends, *edit, "2")
    assert "scale-7" in box.desk.changes.state.running


def test_a_change_with_problems_cannot_be_applied(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "4", "1", "2", "1", "0", "6")
    assert "2 problems to put right before this can be applied:" in told
    assert "Apply these changes" not in told


def test_edits_are_forgotten_on_request(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "3", "2", "2", "1", "0", "6", "2", "1")
    assert "The changes are forgotten." in told
    assert "scale-7" in box.desk.changes.candidate


def test_an_earlier_configuration_is_shown_against_the_running_one_and_loaded(
    ends: Ends, box: FakeBox
) -> None:
    first = ("3", "2", "2", "1", "0", "6", "1", "one", "5", "yes", "1", "0")
    second = ("12", "2", "gw-2", "", "", "yes", "0", "6", "1", "two", "5", "yes", "1", "0")
    told = talk(ends, *first, *second, "7", "1", "1")
    assert "two" in told
    assert '- hostname = "gw-2"' in told
    assert told.count("This would change; nothing of it runs yet.") >= 3
    assert 'hostname = "gw-lab-1"' in box.desk.changes.candidate


def test_the_saved_configuration_is_shown_without_secrets(ends: Ends) -> None:
    told = talk(ends, "7", "s")
    assert "press-3" in told
    assert "it is long" not in told


def test_two_who_edit_at_once_are_told_of_each_other(ends: Ends, box: FakeBox) -> None:
    box.refuses["config.set"] = ("bob (ssh) has changed it meanwhile", "Look it over again")
    told = talk(ends, "3", "2", "2", "1")
    assert "Bob (ssh) has changed it meanwhile." in told
    assert "Look it over again." in told


def test_a_port_is_given_its_role(ends: Ends, box: FakeBox) -> None:
    talk(ends, "2", "3", "1")
    assert {
        "verb": "ports.assign",
        "assignments": {"pci0000:00/0000:00:03.0": "outside"},
    } in box.asked


def test_a_port_is_found_by_plugging_a_cable(ends: Ends, box: FakeBox) -> None:
    box.plugged_at_look = 4
    told = talk(ends, "2", "p", "", "", "2")
    assert "Waiting for a cable ..." in told
    assert "This one: port 3 has a cable now." in told
    assert "Port 3 is for inside, once you apply it" in told


@pytest.mark.parametrize(
    ("choice", "request_there"),
    [
        ("1", {"verb": "restart-gateway"}),
        ("2", {"verb": "reboot", "reason": "new fan"}),
        ("3", {"verb": "poweroff", "reason": "new fan"}),
        ("5", {"verb": "reboot", "reason": "new fan", "rescue": True}),
    ],
)
def test_the_box_is_stopped_only_by_its_name(
    ends: Ends, box: FakeBox, choice: str, request_there: dict[str, str]
) -> None:
    reason = ("new fan",) * (choice != "1")
    told = talk(ends, "13", choice, *reason, "y", *reason, "gw-lab-1", "yes")
    assert "name: is not gw-lab-1." in told
    assert request_there in box.asked


def test_a_button_at_the_case_is_explained_where_there_is_one(ends: Ends, box: FakeBox) -> None:
    assert "The button on the case" not in talk(ends, "13")
    box.status = {"board": {"button": "The button on the case: hold it."}}
    assert "The button on the case: hold it." in talk(ends, "13")


def test_a_factory_reset_says_what_is_kept(ends: Ends, box: FakeBox) -> None:
    talk(ends, "13", "4", "2", "gw-lab-1", "yes")
    assert box.asked[-1] == {"verb": "factory-reset", "typed": "gw-lab-1", "wipe": True}


def test_a_box_that_belongs_to_nobody_can_only_be_claimed(tmp_path: Path) -> None:
    box = FakeBox(claimed=False)
    key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIMmsZQVHFCxFfOSiCDC048uH1f8XaDZzDpgFtvjED4tj ada"
    with ends_of(tmp_path, box, FakeDaemon()) as ends:
        told = talk(ends, "1", "ada", "not a key", "ada", key, "yes", "")
    before, _, after = told.partition("Claim? (yes or no)")
    assert "Welcome to Postern" in before
    assert "SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE ED25519" in before
    assert "Clients and keys" not in before
    assert box.asked == [{"verb": "claim", "name": "ada", "ssh_key": key}]
    assert "Clients and keys" in after


def test_without_the_box_agent_and_the_daemon_the_menu_says_so(tmp_path: Path) -> None:
    who = Who("ada", "console")
    ends = Ends(str(tmp_path / "no-box"), str(tmp_path / "no-daemon"), who, again=0.0)
    told = talk(ends, "1", "b", "2")
    assert "The box agent is not running: see `systemctl status postern-box`." in told
    assert "The gateway is not running: see `systemctl status postern`." in told
    assert "systemctl start postern-box" in told


@pytest.mark.parametrize(
    ("typed", "answer"),
    [
        (("8", "2", "10.10.0.2", "yes"), "3 of 3 answers, 0.4 ms"),
        (("8", "3"), "3 of 3 answers, 0.4 ms"),
        (("8", "4", "2", "10", "100", "", "yes"), "The packets are in /run/capture.pcap"),
        (("8", "4", "2", "0", "100", ""), "seconds: is out of bounds"),
        (("8", "6"), "nftables, rules in place"),
        (("8", "1", "press-3", "", "yes"), "Client press-3 has another pre-shared key"),
        (("9",), "slot A  good  0.1.0  <- runs now"),
        (("9", "1", "/mnt/x.raucb", "yes"), "Version 0.2.0 is installed."),
        (("9", "3", "gw-lab-1", "yes"), "The next start uses the other system"),
        (("10", "1"), "BAD  watchdog: there is none"),
        (("11",), "In it would be:\n  journal.txt"),
        (("11", "1", "", "yes"), "Written to /run/bundle.tar.gz"),
        (("9", "2"), "No update is being written."),
        (("5", "g", "."), "every console shows that it was done"),
        (("7", "u"), "ssh NAME@BOX postern config sealed | age -d -i ~/.ssh/id_ed25519"),
        (("12", "1"), "unconfirmed:\n  leds"),
        (("12", "1", "w"), "The report is in /data/report.txt"),
        (("5",), "1) ada   ssh-ed25519"),
        (("2", "a", "1"), "Change outside"),
    ],
)
def test_every_item_answers(ends: Ends, typed: tuple[str, ...], answer: str) -> None:
    assert answer in talk(ends, *typed)


def test_a_new_key_can_leave_the_old_one_for_a_while(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "3", "1", "3", "1")
    after = box.desk.changes.candidate
    assert 'psk_old = "one key for press-3, and it is long"' in after
    assert "psk_old_until = " in after
    assert "Type this key at the client press-3" in told
    assert "one key for press-3" not in told


def test_a_new_key_can_let_the_old_one_go(ends: Ends, box: FakeBox) -> None:
    talk(ends, "3", "1", "3", "2")
    after = box.desk.changes.candidate
    assert "one key for press-3" not in after
    assert "psk_old" not in after


def test_a_second_new_key_in_the_grace_is_warned_of(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "3", "1", "3", "1", "b", "3")
    assert "It has an older key still, which goes" in told


def test_an_old_key_goes_before_its_time(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "3", "1", "3", "1", "b", "4", "1")
    assert "Let the old key of press-3 go?" in told
    assert "psk_old" not in box.desk.changes.candidate


def test_a_client_is_revoked_and_let_in_again(ends: Ends, box: FakeBox) -> None:
    told = talk(ends, "3", "1", "4", "1")
    assert "It may dial no more, and what it has up ends at once." in told
    assert "revoked = true" in box.desk.changes.candidate
    again = talk(ends, "3", "1", "4", "1")
    assert "press-3 may dial again" in again
    assert "revoked" not in box.desk.changes.candidate


def test_what_ends_soon_is_told_in_the_main_menu(ends: Ends, daemon: FakeDaemon) -> None:
    daemon.status = replace(daemon.status, warnings=("lathe may use des-md5 for 9 days more",))
    assert "lathe may use des-md5 for 9 days more" in talk(ends)
