"""Running programs."""

import socket

import pytest

from gateway.system.run import Result, ToolFailed, ToolMissing, follow, run, start


def test_what_a_program_reads_and_writes() -> None:
    assert run(["sh", "-c", "cat; echo aside >&2"], "given") == Result("given", "aside\n")


def test_a_failure_says_command_status_and_reason() -> None:
    with pytest.raises(
        ToolFailed, match=r"`sh -c 'echo no such thing >&2; exit 3'` failed"
    ) as told:
        run(["sh", "-c", "echo no such thing >&2; exit 3"])
    assert (told.value.status, told.value.stderr) == (3, "no such thing\n")
    assert "no such thing" in str(told.value)


def test_a_failure_without_a_reason_says_so() -> None:
    with pytest.raises(ToolFailed, match="it gave no reason"):
        run(["false"])


def test_a_program_that_is_not_there_is_missing() -> None:
    with pytest.raises(ToolMissing, match="no-such-tool"):
        run(["no-such-tool"])


def test_a_program_that_does_not_end_is_ended() -> None:
    with pytest.raises(ToolFailed, match=r"no end after 0\.05 s"):
        run(["sleep", "10"], timeout=0.05)


def test_nothing_is_given_to_a_shell() -> None:
    assert run(["echo", "$HOME; true"]).stdout == "$HOME; true\n"


def test_programs_speak_one_language_whatever_ours_is() -> None:
    assert "LC_ALL=C\n" in run(["env"]).stdout


def test_bytes_that_are_no_text_do_no_harm() -> None:
    assert run(["printf", r"\377x"]).stdout == "\N{REPLACEMENT CHARACTER}x"


def test_a_program_is_followed_line_by_line() -> None:
    seen: list[str] = []
    follow(["sh", "-c", "echo one; echo two >&2; echo three"], seen.append, 10)
    assert seen == ["one", "two", "three"]


def test_a_followed_program_that_fails_has_its_last_lines_for_a_reason() -> None:
    with pytest.raises(ToolFailed, match="status 3: one"):
        follow(["sh", "-c", "echo one; exit 3"], lambda line: None, 10)
    with pytest.raises(ToolMissing):
        follow(["no-such-tool"], lambda line: None, 10)


@pytest.mark.slow
def test_a_followed_program_that_does_not_end_is_ended() -> None:
    with pytest.raises(ToolFailed, match=r"no end after 0.2 s"):
        follow(["sleep", "30"], lambda line: None, 0.2)


def test_one_that_does_not_end_is_not_waited_for_longer() -> None:
    ours, its = socket.socketpair()
    with ours, its:
        child = start(["cat"], its.fileno())
        assert not child.ends_within(0.01)
        child.kill()
        assert child.ends_within(5)


def test_a_program_that_is_started_has_its_end_of_the_line_for_input_alone() -> None:
    ours, its = socket.socketpair()
    with ours, its:
        line = "read line; echo nobody hears this; echo got $line >&0"
        child = start(["sh", "-c", line], its.fileno())
        ours.sendall(b"this\n")
        assert ours.recv(100) == b"got this\n"
        assert child.ends_within(5)
        assert child.poll() == 0
        with pytest.raises(ToolMissing):
            start(["no-such-program-at-all"], its.fileno())
