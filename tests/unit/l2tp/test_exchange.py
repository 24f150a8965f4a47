from gateway.l2tp.exchange import Exchange


def exchange(*drawn: int) -> Exchange:
    ids = iter(drawn)
    return Exchange("postern", lambda count: next(ids).to_bytes(count, "big"), b"s3cret", 8, 60.0)


def test_an_id_is_never_zero_and_never_taken() -> None:
    assert exchange(0, 7, 7, 9).new_id({7}) == 9


def test_reasons_are_counted() -> None:
    shared = exchange()
    shared.count("held")
    shared.count("held")
    assert shared.counters == {"held": 2}


def test_the_secret_is_not_shown() -> None:
    assert "s3cret" not in repr(exchange())
