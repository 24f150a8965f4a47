from gateway.control.problems import LONGEST_SHOWN, Problem, did_you_mean, printable, shown


def test_a_problem_reads_as_a_line() -> None:
    problem = Problem("client[2].psk", "is missing", "Give one", line=12)
    assert str(problem) == "line 12, client[2].psk: is missing. Give one."


def test_a_warning_says_so() -> None:
    problem = Problem("client[2].psk", "is short", "Give a long one", warning=True)
    assert str(problem) == "client[2].psk: warning: is short. Give a long one."


def test_nothing_printed_can_steer_a_terminal() -> None:
    steering = "\x1b[2J \x9b31m \r\n \u202e \u2028 \x7f \udc9b \u200b"
    assert printable(steering).isascii()
    assert printable(steering).startswith("\\x1b[2J \\x9b31m \\r\\n \\u202e")


def test_letters_of_people_stay_as_they_are() -> None:
    assert printable("Grüße, Łódź 日本") == "Grüße, Łódź 日本"


def test_a_long_value_is_shown_in_part() -> None:
    assert shown("a" * 1000) == repr("a" * (LONGEST_SHOWN - 2) + "..")


def test_a_hint_names_the_nearest_word() -> None:
    assert did_you_mean("Interfce", ["interface", "address"]) == "Perhaps 'interface' is meant"


def test_a_beginning_is_completed_by_the_first_that_fits() -> None:
    suites = ["3des-sha1-modp2048", "3des-sha1-modp768"]
    assert did_you_mean("3des-sha1", suites) == "Perhaps '3des-sha1-modp2048' is meant"


def test_without_a_near_word_all_are_named() -> None:
    assert did_you_mean("zzz", ["pptp", "local"]) == "Known here: pptp, local"
    assert did_you_mean("zzz", []) == "Leave it out"
