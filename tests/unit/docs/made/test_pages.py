"""The pages that are made are as the code is now."""

import pytest

from docs.made.pages import DOCS, PAGES


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_as_the_code_has_it(name: str) -> None:
    assert (DOCS / name).read_text() == PAGES[name](), "run: .venv/bin/python -m docs"
