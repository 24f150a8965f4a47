from gateway.esp.errors import BadKeymat, BadSpi, Drop, UnknownSuite


def test_every_reason_has_a_counter_of_its_own() -> None:
    assert [reason.value for reason in Drop] == list(range(len(Drop)))


def test_our_own_mistakes_are_value_errors() -> None:
    assert all(issubclass(each, ValueError) for each in (UnknownSuite, BadKeymat, BadSpi))
