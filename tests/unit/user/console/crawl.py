"""Everything that can be reached in the menu, found by choosing every row of every page."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from gateway.control.schema import SCHEMA
from gateway.user.console.ends import Ends
from gateway.user.console.model import Back, Form, Instead, Leave, Open, Page, Row
from gateway.user.console.pages.home import Home
from gateway.user.console.working import Working
from tests.unit.user.console.agents import CONFIG

# One entry of each table and each kind of route, so that all their pages are there.
WHOLE = f"""{CONFIG}
[[route]]
name = "old-w2k"
kind = "l2tp-ipsec"
server = "10.10.0.3"
psk = "a key of the server, and it is long"

[[route]]
name = "lan"
kind = "local"
pool = "10.10.0.150-10.10.0.199"

[[choice]]
name = "night-shift"
user = "night-*"
route = "lan"

[[ca]]
name = "works"
certificate_file = "ca/ca.pem"

[[certificate]]
name = "own"
chain_file = "ca/gateway.pem"
key_file = "ca/gateway.key"

[metrics]
address = "10.10.0.1"
token = "the-token-of-the-figures"

[accounting]
server = "10.10.0.5"
secret = "the-secret-of-the-accounts"

[syslog]
server = "logs.example.org"
"""


@dataclass
class Reached:
    """Pages and forms, each with the titles of what was chosen on the way to it."""

    pages: list[tuple[tuple[str, ...], Page]] = field(default_factory=list)
    forms: list[tuple[tuple[str, ...], Form]] = field(default_factory=list)

    def keys(self) -> dict[str, set[str]]:
        """The keys that are asked for, by table: a form says of which table it is."""
        docs = {table.doc: table.name for table in SCHEMA}
        found: dict[str, set[str]] = {table.name: set() for table in SCHEMA}
        for _, form in self.forms:
            for name in filter(None, map(docs.get, form.text)):
                found[name] |= {one.name for one in form.fields}
        return found


def crawl(ends: Ends) -> Reached:
    """Nothing is submitted, no question is answered with yes, and no work is begun."""
    found, seen = Reached(), set[str]()
    waiting: list[tuple[tuple[str, ...], Page | Form]] = [((), Home(ends))]
    while waiting:
        way, page = waiting.pop()
        if isinstance(page, Form):
            found.forms.append((way, page))
        elif not isinstance(page, Working) and page.view().title not in seen:
            seen.add(page.view().title)
            found.pages.append((way, page))
            waiting += _from(way, page)
    return found


def _from(way: tuple[str, ...], page: Page) -> Iterator[tuple[tuple[str, ...], Page | Form]]:
    view = page.view()
    rows: tuple[Row, ...] = (*view.rows, *view.keys)
    if any(row.do is Back for row in rows):
        return  # a question: something would be done
    for row in rows:
        step = None if row.do is Leave else row.do()
        if isinstance(step, Open | Instead):
            yield (*way, row.text), step.page
