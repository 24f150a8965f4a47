"""The page of options: every key of `postern.toml`, as the schema and its judge have it.

What a value may be is asked of the reader that judges it, so the page cannot say otherwise.
"""

import re
from datetime import date
from typing import Final

import tomlkit

from docs.made.markdown import code, made_of, table
from gateway.control import limits
from gateway.control.defaults import DEFAULTS
from gateway.control.schema import SCHEMA
from gateway.control.suites import ESP_SUITES, IKE_SUITES, weakness
from gateway.control.systems import AUTO, SYSTEMS, label_of
from gateway.control.tables import Key, Table
from gateway.control.values import Unfit

HEAD: Final = """\
# Every option

Everything that may stand in `postern.toml`, table by table. `postern check` judges a file by the
same list, and names every problem at once with what to write instead. What is not in the file is
as the last column says.

* On a machine of your own the file is `/etc/postern/postern.toml`, for its owner alone (`chmod
  600`): it holds keys. On the appliance you do not edit a file: the menu and `postern config` do
  ([concepts](concepts.md#candidate-running-saved)).
* `[outside]` is a table that is there once. `[[client]]` is one of several, and each begins with
  that line again.
* Text stands in quotes, numbers, days and `true` or `false` do not, and a list stands in
  brackets: `["one", "two"]`.
* **Secret** is what is masked wherever a configuration is shown, unless it is asked for by name
  (`postern config show --secrets`), and what is in no support bundle and no line of the journal.
"""
# What is chosen in the main menu to come to a table, and what then: a test goes there.
ADDRESSES: Final = ("Ports and addresses", "Addresses")
ROUTES, CLIENTS = "Routes to the old servers", "Clients and keys"
THIS_BOX: Final = "This box and its name"
PLACES: Final[dict[str, tuple[str, ...]]] = {
    "outside": (*ADDRESSES, "Outside: towards the clients"),
    "inside": (*ADDRESSES, "Inside: towards the old servers"),
    "front": (ROUTES, "In front of servers"),
    "pair": (*ADDRESSES, "Two boxes with one address"),
    "fleet": (*ADDRESSES, "Boxes behind directors"),
    "limits": (THIS_BOX, "Limits"),
    "client": (CLIENTS,),
    "route": (ROUTES,),
    "choice": (ROUTES, "Choices of route"),
    "certificate": (CLIENTS, "Certificates", "Own"),
    "ca": (CLIENTS, "Certificates", "Authorities"),
    "metrics": (THIS_BOX, "Figures for Prometheus"),
    "accounting": (THIS_BOX, "Accounts of sessions for RADIUS"),
    "syslog": (THIS_BOX, "Logs to a collector"),
    "upgrade": ("Upgrade, slots, roll back", "What an update has to show"),
    "box": (THIS_BOX, "Name, time zone, contact"),
    "admin": ("Users and SSH keys",),
    "port": ("Ports and addresses",),
}
NONSENSE: Final = "?"
FAR_OFF: Final = 10**9
MANY: Final = 8  # words that a cell has room for
LISTS: Final = {
    IKE_SUITES: "[IKE suites](#ike-suites)",
    ESP_SUITES: "[ESP suites](#esp-suites)",
    (AUTO, *SYSTEMS): "[kinds of client](#kinds-of-client)",
}
FIXED: Final = (
    ("bytes of the file, and of each file it names", limits.LARGEST_FILE),
    ("servers of one route", limits.MOST_SERVERS),
    ("addresses in the pool of a route", limits.MOST_POOL),
    ("places in one client's `reach`", limits.MOST_REACH),
    ("keys that may be used from one outside address", limits.MOST_CANDIDATES),
    ("users whose passwords are stored for MPPE", limits.MOST_USERS),
)


def text() -> str:
    lines = made_of("from gateway/control/schema.py") + HEAD.splitlines()
    for one in SCHEMA:
        lines += _of_table(one)
    lines += ["", "## What nobody can set", "", *table(("at most", "how many"), _fixed())]
    lines += _suites("IKE suites", "ike", IKE_SUITES) + _suites("ESP suites", "esp", ESP_SUITES)
    lines += _kinds()
    return "\n".join([*lines, ""])


def words_of(key: Key) -> tuple[str, ...]:
    """The words of which a value is one; none where it is no such choice."""
    _, hint = refusal(key, NONSENSE)
    known = re.fullmatch("Known here: (.*)", hint)
    return tuple(known[1].split(", ")) if known else ()


def bounds_of(key: Key) -> tuple[int, int] | None:
    """The least and the greatest number that is taken."""
    what, _ = refusal(key, FAR_OFF)
    found = re.search(r"should be between (\d+) and (\d+)", what)
    return (int(found[1]), int(found[2])) if found else None


def refusal(key: Key, value: object) -> tuple[str, str]:
    """What the judge says of such a value, and its hint; nothing if it takes it."""
    try:
        key.read(value)
    except Unfit as unfit:
        return str(unfit), unfit.hint
    return "", ""


def _of_table(one: Table) -> list[str]:
    count = "It must be there." if one.required else ""
    count = f"Up to {one.most} of them." if one.most > 1 else count
    rows = [(code(key.name), _said(key), _may_be(key), _left_out(one, key)) for key in one.keys]
    head = ("key", "what it says", "it may be", "left out")
    menu = f"In the menu: {', '.join(f'**{words}**' for words in PLACES[one.name])}."
    said = [f"{one.doc} {count}".strip(), "", menu]
    return ["", f"## {code(one.heading)}", "", *said, "", *table(head, rows)]


def _said(key: Key) -> str:
    marks = ["**Secret.**"] if key.secret else []
    if key.kinds:
        marks.append(f"Of routes of kind {' and '.join(map(code, key.kinds))}.")
    return " ".join([key.doc, *marks])


def _may_be(key: Key) -> str:
    example = tomlkit.parse(f"x = {key.example}").unwrap()["x"]
    words, bounds = words_of(key), bounds_of(key)
    if bounds:
        return f"{bounds[0]} to {bounds[1]}"
    if isinstance(example, bool):
        return "`true` or `false`"
    if isinstance(example, date):
        return f"a day, such as {code(key.example)}"
    if not words:
        return f"such as {_short(key.example)}"
    kind = LISTS.get(words) or ", ".join(map(code, words))
    return f"a list of: {kind}" if key.listed else kind


def _short(example: str) -> str:
    """An example of many letters, a certificate or a key, is known by its beginning."""
    return code(example if len(example) <= 60 else example[:40] + '..."')


def _left_out(one: Table, key: Key) -> str:
    default = one.default(key.name)
    if key.required:
        return "it must be there"
    if default is None:
        return "nothing"
    if isinstance(default, list) and words_of(key) in LISTS:
        return (
            f"those so marked [below](#{key.name}-suites)"
            if one.name == "client"
            else _list(default)
        )
    return _list(default) if isinstance(default, list) else code(_written(default))


def _written(value: object) -> str:
    return tomlkit.dumps({"x": value}).removeprefix("x = ").rstrip()


def _list(default: list[str]) -> str:
    return ", ".join(map(code, default))


def _fixed() -> list[tuple[str, str]]:
    return [(what, str(most)) for what, most in FIXED]


def _suites(title: str, key: str, suites: tuple[str, ...]) -> list[str]:
    usual = DEFAULTS["client"][key]
    rows = [(code(one), "yes" if one in usual else "", _sentence(weakness(one))) for one in suites]
    told = (
        "In the order in which Postern chooses. A weak one is in quarantine: only a client whose "
        "own list has it may use it, and its entry must say why (`weak_reason`) and until when "
        "(`weak_until`)."
    )
    head = ("suite", "any client may, unless its entry says otherwise", "weak, because")
    return ["", f"## {title}", "", told, "", *table(head, rows)]


def _sentence(told: str) -> str:
    return told[:1].upper() + told[1:]


def _kinds() -> list[str]:
    told = (
        "What `system` in a client's entry may be. Nobody is let in or kept out by it: see "
        "[quirks](quirks.md)."
    )
    rows = [
        (code(AUTO), "what its handshake shows"),
        *((code(one), label_of(one)) for one in SYSTEMS),
    ]
    return ["", "## Kinds of client", "", told, "", *table(("word", "what is meant"), rows)]
