"""A budget that fills by itself."""

from gateway.ike.bucket import Bucket

NOW = 100.0


def test_a_bucket_is_full_at_first_and_fills_by_its_rate() -> None:
    bucket = Bucket(4.0, 0.5)
    bucket.take(4.0, NOW)
    assert [bucket.left(NOW + seconds) for seconds in (0.0, 2.0, 4.0, 100.0)] == [0, 1, 2, 4]


def test_a_bucket_may_go_below_nothing_and_comes_up_again() -> None:
    bucket = Bucket(4.0, 1.0)
    bucket.take(6.0, NOW)
    assert (bucket.left(NOW), bucket.left(NOW + 3.0)) == (-2.0, 1.0)


def test_a_clock_that_stands_still_or_goes_back_fills_no_bucket() -> None:
    bucket = Bucket(4.0, 1.0)
    bucket.take(4.0, NOW)
    assert bucket.left(NOW - 50.0) == 0.0


def test_what_is_given_back_fills_it_no_further_than_it_was() -> None:
    bucket = Bucket(4.0, 0.0)
    bucket.take(3.0, NOW)
    bucket.give(2.0)
    assert bucket.left(NOW) == 3.0
    bucket.give(9.0)
    assert bucket.left(NOW) == 4.0
