"""Files that every old Windows can read."""

import pytest

from gateway.user.kit.dos import DosFile, plain, text_file


@pytest.mark.parametrize("name", ["readme.txt", "TOOLONGNAME.TXT", "README", "A B.TXT", "A.TEXT"])
def test_a_name_that_is_not_of_8_3_is_our_own_mistake(name: str) -> None:
    with pytest.raises(ValueError, match="no name of 8.3"):
        DosFile(name, b"", "")


def test_lines_end_as_notepad_wants_them() -> None:
    assert text_file("A.TXT", ["one", "", "two"], "").data == b"one\r\n\r\ntwo\r\n"


def test_what_the_code_pages_do_not_share_is_written_without_it() -> None:
    assert plain("Jürgen Groß, José — 5 €") == "Jurgen Gross, Jose - 5 ?"
    assert plain("a\r\nb\tc\x1b[2J") == "a??b?c?[2J"


def test_a_text_is_the_same_in_every_code_page_an_old_machine_may_have() -> None:
    data = text_file("A.TXT", [plain("Zoë's ½ €")], "").data
    assert len({data.decode(page) for page in ("cp437", "cp850", "cp1252", "cp1251")}) == 1


def test_what_is_in_a_file_is_not_shown_by_accident() -> None:
    assert "the key" not in repr(DosFile("PSK.TXT", b"the key", "what it is"))
