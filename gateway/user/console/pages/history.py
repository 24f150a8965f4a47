"""Earlier configurations: when, by whom, what for; and back to one of them."""

from collections.abc import Callable

from gateway.user.box_views import Past
from gateway.user.cli import show
from gateway.user.cli.show import Column
from gateway.user.console.ends import Ends
from gateway.user.console.model import Instead, Open, Row, Step, Told, View, question
from gateway.user.console.pages.review import Review

COLUMNS = (Column("WHEN"), Column("WHO", least=6), Column("FROM"), Column("WHAT FOR", least=8))
WIDTH = 72  # letters
SEALED = (
    "A factory reset has kept the last configuration, sealed for the SSH keys of those who were "
    "administrators then: this box itself cannot open it.",
    "",
    "On your own machine, where the private key is (age is a small program; all systems have it):",
    "",
    "  ssh NAME@BOX postern config sealed | age -d -i ~/.ssh/id_ed25519 >old.toml",
    "  ssh NAME@BOX postern config load - <old.toml",
    "",
    "Then 'Review and apply' shows what it would change. If the box gave certificates, too:",
    "",
    "  ssh NAME@BOX postern config sealed --authority | age -d -i KEY >authority.json",
    "  ssh NAME@BOX postern ca restore - --dialled NAME <authority.json",
)


class History:
    """The newest first."""

    def __init__(self, ends: Ends) -> None:
        self._ends = ends

    def view(self) -> View:
        past = sorted(self._ends.box.history(), key=lambda one: one.number, reverse=True)
        head, *lines = history_lines(past)
        rows = tuple(
            Row(str(one.number), line, self._chosen(one), f"postern config restore {one.number}")
            for one, line in zip(past, lines, strict=True)
        )
        text = (
            "Choose one to go back to it. It is loaded for review; nothing runs until you apply.",
            "A confirmed change is saved: the next start uses it.",
        )
        keys = (
            Row("s", "Saved", lambda: self._text("saved"), "postern config show --which saved"),
            Row(
                "r", "Running", lambda: self._text("running"), "postern config show --which running"
            ),
            Row("e", "Edited", lambda: self._text("candidate"), "postern config show"),
            Row("u", "Sealed copy", self._sealed, "postern config sealed"),
        )
        return View("History and restore", text, head, rows, keys)

    def _chosen(self, one: Past) -> Callable[[], Step]:
        def restore() -> Step:
            self._ends.box.restore(one.number, self._ends.who)
            return Instead(Review(self._ends))

        return lambda: Open(
            question("Go back to this one?", self._told(one), "Load it for review", restore)
        )

    def _told(self, one: Past) -> list[str]:
        lines, _ = self._ends.box.diff(one.number)
        return [
            f"Configuration {one.number} of {one.when}, by {one.user} ({one.face}):",
            one.comment or "without a comment",
            "",
            *(["Against what runs now:", *lines] if lines else ["It is what runs now."]),
            "",
            "Edits that are not applied yet are lost.",
        ]

    def _sealed(self) -> Step:
        self._ends.box.sealed()  # or why there is none
        return Open(Told("The sealed copy", SEALED))

    def _text(self, which: str) -> Step:
        found, _ = self._ends.box.config(which, masked=True)
        return Open(Told(f"The {which} configuration, secrets left out", tuple(found.splitlines())))


def history_lines(past: list[Past]) -> list[str]:
    """The table with its head."""
    rows = [(one.when, one.user, one.face, one.comment or "-") for one in past]
    return show.table(COLUMNS, rows, WIDTH)
