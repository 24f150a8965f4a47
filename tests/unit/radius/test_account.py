"""What is said of a session, attribute by attribute."""

import json
from dataclasses import replace

import pytest

from gateway.radius.account import (
    Account,
    account_from_json,
    account_to_json,
    attributes,
    ended,
)
from gateway.radius.numbers import Cause, Kind, Status
from tests.unit.radius_samples import ACCOUNT, NAS, SESSION


def told(account: Account) -> dict[int, bytes]:
    found = attributes(account, NAS)
    assert len({one.kind for one in found}) == len(found)
    return {one.kind: one.value for one in found}


def test_whose_session_it_is_and_where_it_comes_from() -> None:
    found = told(ACCOUNT)
    assert found[Kind.ACCT_SESSION_ID] == SESSION.encode()
    assert found[Kind.USER_NAME] == b"ada"
    assert found[Kind.NAS_IP_ADDRESS] == bytes((10, 10, 0, 1))
    assert found[Kind.NAS_IDENTIFIER] == b"postern-1"
    assert found[Kind.CALLING_STATION_ID] == b"203.0.113.7"
    assert found[Kind.CALLED_STATION_ID] == b"192.0.2.20"
    assert found[Kind.FRAMED_IP_ADDRESS] == bytes((10, 1, 0, 2))
    assert found[Kind.TUNNEL_TYPE] == bytes((0, 0, 0, 3))
    assert found[Kind.TUNNEL_CLIENT_AUTH_ID] == b"\x00press-3"
    assert found[Kind.EVENT_TIMESTAMP] == (1_700_000_000).to_bytes(4, "big")


def test_a_session_whose_user_is_not_known_has_its_machines_name() -> None:
    found = told(replace(ACCOUNT, user="", framed="", info=""))
    assert found[Kind.USER_NAME] == b"press-3"
    assert Kind.FRAMED_IP_ADDRESS not in found
    assert Kind.CONNECT_INFO not in found


def test_octets_that_a_counter_does_not_hold_go_on_in_gigawords() -> None:
    found = told(ACCOUNT)
    assert found[Kind.ACCT_INPUT_OCTETS] == (74).to_bytes(4, "big")
    assert found[Kind.ACCT_INPUT_GIGAWORDS] == (5).to_bytes(4, "big")
    assert found[Kind.ACCT_OUTPUT_GIGAWORDS] == bytes(4)
    assert found[Kind.ACCT_INPUT_PACKETS] == (5).to_bytes(4, "big")
    assert found[Kind.ACCT_SESSION_TIME] == (60).to_bytes(4, "big")


def test_a_start_counts_nothing_and_only_an_end_has_a_cause() -> None:
    start = told(replace(ACCOUNT, status=Status.START))
    assert Kind.ACCT_INPUT_OCTETS not in start
    assert Kind.ACCT_TERMINATE_CAUSE not in start
    assert Kind.ACCT_TERMINATE_CAUSE not in told(ACCOUNT)
    stop = told(ended(ACCOUNT, Cause.LOST_CARRIER, 1_700_000_060.0))
    assert stop[Kind.ACCT_STATUS_TYPE] == (2).to_bytes(4, "big")
    assert stop[Kind.ACCT_TERMINATE_CAUSE] == (2).to_bytes(4, "big")


def test_who_lets_users_in_is_this_machine_or_the_server_behind_it() -> None:
    assert told(ACCOUNT)[Kind.ACCT_AUTHENTIC] == (3).to_bytes(4, "big")
    assert told(replace(ACCOUNT, local=True))[Kind.ACCT_AUTHENTIC] == (2).to_bytes(4, "big")


def test_that_we_are_there_names_no_session() -> None:
    found = told(Account(Status.ON, 1_700_000_000.0))
    assert set(found) == {
        Kind.ACCT_STATUS_TYPE,
        Kind.NAS_IP_ADDRESS,
        Kind.NAS_IDENTIFIER,
        Kind.EVENT_TIMESTAMP,
    }


def test_names_that_are_too_long_are_cut() -> None:
    found = told(replace(ACCOUNT, machine="x" * 300, user=""))
    assert found[Kind.TUNNEL_CLIENT_AUTH_ID] == b"\x00" + b"x" * 252
    assert found[Kind.USER_NAME] == b"x" * 253


def test_it_is_read_as_it_was_written_down() -> None:
    written = json.dumps(account_to_json(ACCOUNT))
    assert account_from_json(json.loads(written)) == ACCOUNT


@pytest.mark.parametrize(
    "data", [{}, {"status": 1}, {"status": "1", "at": 0.0}, {"status": 1, "at": 0.0, "user": 7}]
)
def test_what_is_none_is_refused(data: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="account"):
        account_from_json(data)
