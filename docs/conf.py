"""How Sphinx makes the manual out of these pages. They are plain Markdown, readable as they are."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from sphinx.application import Sphinx

HERE: Final = Path(__file__).parent
OUTSIDE: Final = re.compile(r"\]\((\.\./[^)#]+\.md)\)")
ORDER: Final = (
    "concepts",
    "options",
    "commands",
    "explain",
    "recovery",
    "security",
    "fleets",
    "boards",
    "quirks",
    "limits",
)

project = "Postern"
project_copyright = "the authors of Postern, GPL-2.0-or-later"
extensions = ["myst_parser"]
root_doc = "index"
exclude_patterns = ["made"]
myst_heading_anchors = 4
smartquotes = False  # what is shown is to be typed
html_theme = "alabaster"
html_theme_options = {"page_width": "1100px", "sidebar_width": "240px", "fixed_sidebar": True}
html_sidebars = {"**": ["about.html", "navigation.html", "searchbox.html"]}
html_show_sourcelink = False
html_copy_source = False


def contents() -> list[str]:
    """The pages in their order; one that is not named there comes after them by itself."""
    there = sorted(path.stem for path in HERE.glob("*.md"))
    return [*ORDER, *(name for name in there if name not in (root_doc, *ORDER))]


def add_contents(app: "Sphinx", name: str, source: list[str]) -> None:
    """Sphinx wants the contents inside the first page, where nobody who reads it does."""
    if name == root_doc:
        source[0] += "\n".join(["", "```{toctree}", ":hidden:", "", *contents(), "```", ""])


def take_along(app: "Sphinx", name: str, source: list[str]) -> None:
    """A README beside the manual is no page of it: it goes along as the file that it is."""
    source[0] = OUTSIDE.sub(r"](path:\1)", source[0])


def setup(app: "Sphinx") -> None:
    app.connect("source-read", add_contents)
    app.connect("source-read", take_along)
