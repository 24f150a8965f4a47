import pytest

from gateway.bridge.watch import KEY_GONE, REVOKED, TAKEN_OUT
from gateway.control.remedy import after_expulsion, offered_suites, remedy
from tests.pair.gateway_world import client_entry

PRESS, SCALE = client_entry("press-3"), client_entry("scale-7")
OFFER = "des-md5-modp768, 3des-md5-modp1024, cipher6-sha1-modp1024"


def test_of_an_offer_our_own_suites_are_known_in_our_order() -> None:
    assert offered_suites(OFFER, "ike") == ("3des-md5-modp1024", "des-md5-modp768")
    assert offered_suites(
        "des-md5 (encapsulation 61444), 3des-sha1 (encapsulation 61444)", "esp"
    ) == (
        "3des-sha1",
        "des-md5",
    )
    assert offered_suites("3des-sha1-modp1024 (authentication method 3)", "esp") == ()


def test_the_best_of_what_is_offered_is_what_to_add() -> None:
    assert remedy("3des-sha1-modp1024", "ike", (PRESS,)) == (
        'Add "3des-sha1-modp1024" to `ike` of [[client]] press-3 in postern.toml'
    )


def test_a_weak_suite_is_called_weak() -> None:
    assert remedy("des-md5", "esp", (PRESS,)) == (
        'Add "des-md5" to `esp` of [[client]] press-3 in postern.toml; it is weak, so that '
        "wants `weak_reason` and `weak_until`"
    )


@pytest.mark.parametrize(
    ("clients", "whom"),
    [
        ((), "that client"),
        ((PRESS, SCALE), "the one that dials: [[client]] press-3 or [[client]] scale-7"),
        ((PRESS,) * 5, "or one of 2 more"),
    ],
)
def test_where_it_may_be_several_all_are_named(clients: tuple[object, ...], whom: str) -> None:
    assert whom in remedy("3des-sha1", "esp", clients)  # type: ignore[arg-type]


def test_where_nothing_of_ours_is_offered_the_client_is_to_be_changed() -> None:
    told = remedy("cipher6-sha1-modp1024", "ike", (PRESS,))
    assert "Postern knows nothing of what it offers" in told


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        (TAKEN_OUT, "Put it back"),
        (REVOKED, "Take `revoked` out"),
        (KEY_GONE, "its new key"),
        ("it uses des-md5, and might do so until 2026-12-31", "`weak_until`"),
        ("another reason", "its entry"),
    ],
)
def test_whoever_was_put_out_is_told_how_to_come_back(reason: str, words: str) -> None:
    assert words in after_expulsion(reason)
