"""Words arrive as they were: held against /bin/sh itself, which is what takes them apart there."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.user.client import DaemonError
from gateway.user.remote.words import spoken

# What a process can be given: no zero byte, and bytes of any alphabet as Python has them.
WORDS = st.lists(st.binary(max_size=12).map(lambda data: data.replace(b"\0", b"")), max_size=5)


@pytest.mark.slow  # a shell for each
@given(WORDS)
def test_the_shell_makes_the_same_words_of_it(words: list[bytes]) -> None:
    texts = [word.decode(errors="surrogateescape") for word in words]
    command = spoken(["printf", r"%s\0", *texts, "end"])
    done = subprocess.run(["/bin/sh", "-c", command], capture_output=True, check=True)
    assert done.stdout.split(b"\0")[:-1] == [*words, b"end"]


def test_a_zero_byte_is_refused() -> None:
    with pytest.raises(DaemonError, match="zero byte"):
        spoken(["postern", "explain", "a\0b"])
