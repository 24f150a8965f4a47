from gateway.control.lines import find_lines

TEXT = '''# a comment
top = 1
[outside]  # where
  mtu = 1500
[[client]]
name = "a"
note = """
[[client]]
name = "not this one"
"""
[[ client ]]
name = "b"
name = "twice"
'''


def test_headings_and_keys_have_their_lines() -> None:
    found = find_lines(TEXT)
    assert found["", 0, "top"] == 2
    assert found["outside", 0, ""] == 3
    assert found["outside", 0, "mtu"] == 4


def test_tables_of_one_name_are_counted() -> None:
    found = find_lines(TEXT)
    assert (found["client", 0, "name"], found["client", 1, "name"]) == (6, 12)


def test_what_stands_inside_a_text_over_several_lines_is_no_key() -> None:
    assert ("client", 2, "") not in find_lines(TEXT)


def test_the_other_sign_inside_such_a_text_does_not_end_it() -> None:
    assert find_lines("a = '''\n\"\"\"\nb = 1\n'''\nc = 1") == {("", 0, "a"): 1, ("", 0, "c"): 5}
