from gateway.control.causes import Cause, Shown


def test_all_numbers_of_a_cause_are_told_once_in_order() -> None:
    assert Shown((678,), (792, 678), (809,)).all == (678, 792, 809)
    assert Shown().all == ()


def test_names_of_causes_are_fit_for_json_and_tests() -> None:
    names = [cause.value for cause in Cause]
    assert all(name.replace("-", "").isalnum() and name == name.lower() for name in names)
    assert len(set(names)) == len(names)
