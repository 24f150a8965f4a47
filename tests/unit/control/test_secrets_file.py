"""pppd's files of secrets, read as pppd reads them.

What a word is was asked of Debian's pppd 2.4.9, which names a word of an options file that it does
not know: 1500 words made up of quotes, backslashes, # and spaces were read there as here.
"""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.control.secrets_file import (
    LONGEST_WORD,
    Unclear,
    lines_of,
    quoted,
    with_secret,
    without,
)

# A person's own file, with everything in it that pppd lets stand there.
OWN = """\
# clients of the workshop
operator lan "hidden" 10.10.0.160   # the press
'PRESS\\\\ada'\tlan\\
 sec\\"ret *
* lan @/etc/postern/for-all *
bob\t*\t'a # b'\t*
half lan
\tcarl lan c *"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [line.pair for line in lines_of(text)]


@pytest.mark.parametrize(
    ("raw", "word"),
    [
        ("\"a b\"'c'd", "a bcd"),
        ("za#b", "za"),
        (r"z\#\ \"\\", 'z# "\\'),
        (r"'z\'\x4a\x4z\101\0601'", "z'J\x04zA01"),
        (r"z\a\b\f\n\r\s\t\q", "z\a\b\f\n\r \tq"),
        ("z\\\nz", "zz"),
        ('z"a\nb"', "za\nb"),
        ("\"z # '", "z # '\n"),
        ("\\z", "z"),
        ("#b\\\nz", "z"),
        ("z\\x", "z\0"),
    ],
)
def test_a_word_is_what_pppd_reads(raw: str, word: str) -> None:
    [line] = lines_of(f"a b c {raw}\n".replace("a b c #b\\\n", "#b\\\na b c "))
    assert line.words[3].text == word


def test_a_persons_own_lines_are_found() -> None:
    found = [("operator", "lan"), ("PRESS\\ada", "lan"), ("*", "lan"), ("bob", "*")]
    assert pairs(OWN) == [*found, ("carl", "lan")]
    assert [line.secret.text for line in lines_of(OWN)][1] == 'sec"ret'


def test_a_password_takes_the_place_of_another_and_nothing_else_moves() -> None:
    assert with_secret(OWN, "operator", "lan", "se#c") == OWN.replace('"hidden"', '"se#c"')
    after = with_secret(OWN, "PRESS\\ada", "lan", "new")
    assert after == OWN.replace('sec\\"ret', '"new"')


def test_a_new_user_is_a_line_at_the_end() -> None:
    assert with_secret("", "ada", "lan", "x") == '"ada" "lan" "x" *\n'
    assert with_secret(OWN, "PRESS\\bob", "lan", 'a"b') == (
        OWN + '\n"PRESS\\\\bob" "lan" "a\\"b" *\n'
    )


def test_a_line_that_stands_there_twice_gets_the_password_twice_and_goes_twice() -> None:
    text = "ada lan a *\nbob lan b\nada lan c\n"
    assert with_secret(text, "ada", "lan", "z") == 'ada lan "z" *\nbob lan b\nada lan "z"\n'
    assert without(text, "ada", "lan") == "bob lan b\n"


def test_a_user_goes_with_the_whole_line_and_nobody_else() -> None:
    line = 'operator lan "hidden" 10.10.0.160   # the press\n'
    assert without(OWN, "operator", "lan") == OWN.replace(line, "")
    assert without(OWN, "carl", "lan") == OWN.removesuffix("\tcarl lan c *")
    assert without(OWN, "PRESS\\ada", "lan") == OWN.replace(
        "'PRESS\\\\ada'\tlan\\\n sec\\\"ret *\n", ""
    )
    assert without(OWN, "operator", "other") == OWN
    assert without("\\\nada lan x\nbob lan y", "ada", "lan") == "\\\nbob lan y"


@pytest.mark.parametrize(
    "text",
    ['bob lan "never closed\n', "bob lan b *\\", 'ada lan "a\nbob lan b *\n'],
)
def test_where_a_line_has_no_end_nothing_is_written(text: str) -> None:
    with pytest.raises(Unclear):
        with_secret(text, "ada", "lan", "x")


def test_a_line_that_goes_on_behind_its_end_is_not_taken_out() -> None:
    with pytest.raises(Unclear):
        without('ada lan "a\nbob lan b *\n', "ada", "lan")


def test_a_word_is_cut_where_pppd_cuts_it() -> None:
    [line] = lines_of(f"a b {'x' * 2000}")
    assert line.secret.text == "x" * LONGEST_WORD


def test_no_secret_shows() -> None:
    assert "hidden" not in repr(lines_of(OWN))


WORDS = st.text(st.characters(min_codepoint=0x20, max_codepoint=0xFF), max_size=40)


@given(WORDS, WORDS)
def test_what_is_written_is_read_back(name: str, secret: str) -> None:
    text = with_secret("# mine\n", name, "lan", secret)
    assert [(line.pair, line.secret.text) for line in lines_of(text)] == [((name, "lan"), secret)]
    assert without(text, name, "lan") == "# mine\n"


@given(st.text(st.sampled_from("\\\"'# \tabx17\né\n"), max_size=60))
def test_any_bytes_are_read_and_those_of_others_stay(text: str) -> None:
    assert all(len(line.words) > 2 for line in lines_of(text))
    try:
        after = with_secret(text, "ada", "lan", "x")
    except Unclear:
        return
    assert after.startswith(text)
    assert without(after, "ada", "lan").rstrip("\n") == text.rstrip("\n")


@given(st.binary(max_size=60))
def test_quotes_hold_every_byte(data: bytes) -> None:
    word = data.decode("latin-1")
    [line] = lines_of(f"a b c {quoted(word)} d")
    assert line.words[3].text == word
