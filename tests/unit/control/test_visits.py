from gateway.control.visits import (
    AUTHIP,
    ESP,
    IKE_2,
    KINDS,
    NOT_IKE,
    STRANGE,
    TLS,
    UNKNOWN_IKE,
    Visit,
)

VISIT = Visit(bytes((203, 0, 113, 7)), 5.0, {IKE_2: 12, ESP: 3, NOT_IKE: 40})


def test_every_kind_has_words() -> None:
    assert set(KINDS) == {IKE_2, AUTHIP, TLS, UNKNOWN_IKE, NOT_IKE, ESP}


def test_kinds_are_counted_together_or_apart() -> None:
    assert VISIT.count(*STRANGE) == 52
    assert VISIT.count(UNKNOWN_IKE) == 0


def test_what_came_most_is_told_first() -> None:
    assert VISIT.words(*STRANGE) == "40 of something that is no IKE, 12 of IKE version 2"
    assert VISIT.words(ESP) == "3 of ESP under keys that are over"
    assert VISIT.words(UNKNOWN_IKE) == ""


def test_a_visitor_speaks_what_came_most_of_the_strange() -> None:
    assert VISIT.strange() == NOT_IKE
    assert Visit(VISIT.host, 5.0, {IKE_2: 1, ESP: 3, UNKNOWN_IKE: 9}).strange() == IKE_2
    assert Visit(VISIT.host, 5.0, {ESP: 3}).strange() == ""
