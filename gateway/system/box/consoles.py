"""The consoles: whoever stands at one sees how the box is, and logs in to do anything.

There is no password. An administrator who is logged in by SSH gets a code there, good once and for
ten minutes; with it they are known at the console. Somebody without a code (the network may be what
is broken) is let in too, for who can touch a box can open it: but everybody hears of it, and every
console shows it until an administrator has seen it.
"""

import hmac
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from gateway.control.changes_outputs import Refused, Who
from gateway.system.box import reset, view
from gateway.system.box.audit import Audit
from gateway.system.box.callers import CONSOLE
from gateway.system.box.disk import read_record, write_record
from gateway.system.box.places import Places

Request = Mapping[str, Any]
Random = Callable[[int], bytes]
RECORD: Final = "claim.json"  # beside the marks of those who took the box over
OPEN: Final = frozenset({"status", "console.login"})  # to whoever stands there
LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # none that is taken for another
LENGTH: Final = 8  # letters of five bits
GOOD_FOR: Final = 600.0  # seconds
MOST_CODES: Final = 8
WRONG, WITHIN = 3, 60.0  # codes that may be wrong in so many seconds
IDLE: Final = 900.0  # seconds without a key
MOST_LOGINS, MOST_MARKS = 16, 10


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody at a console. `wall`: since when."""

    user: str
    proved: bool
    wall: float


class Consoles:
    """`known` says who it is; `locked`, whether they must log in before this verb."""

    def __init__(  # noqa: PLR0913 - the roof gives the machine in pieces
        self,
        places: Places,
        audit: Audit,
        say: Callable[[str], None],
        random: Random,
        wall: Callable[[], float],
        claimed: Callable[[], bool],
        admins: Callable[[], frozenset[str]],
    ) -> None:
        """`claimed`: the box has an owner, or nothing is locked. `admins`: who they are now."""
        self._places = places
        self._audit = audit
        self._say = say
        self._random = random
        self._wall = wall
        self._claimed = claimed
        self._admins = admins
        self._codes: dict[str, tuple[str, float]] = {}  # by name: the code, good until
        self._logins: dict[str, Login] = {}  # by terminal
        self._wrong: deque[float] = deque(maxlen=WRONG)
        self.verbs: dict[str, Callable[[Request, Who, float], object]] = {
            "console.code": self._code,
            "console.login": self._login,
            "console.seen": self._seen,
        }

    def known(self, who: Who) -> Who:
        """The caller with their own name, if they have logged in at a console."""
        login = self._logins.get(who.session) if _at_console(who) else None
        if login is None:
            return who
        gone = login.user not in (CONSOLE, *self._admins())
        if gone or self._wall() - max(self._touched(who), login.wall) > IDLE:
            del self._logins[who.session]
            return who
        return who._replace(user=login.user, proved=login.proved)

    def locked(self, who: Who, verb: str = "") -> bool:
        return (
            _at_console(who)
            and who.session not in self._logins
            and self._claimed()
            and verb not in OPEN
        )

    def told(self, who: Who) -> dict[str, object]:
        """For the status of whoever asks; `let_in` is how many marks there are."""
        return {"locked": self.locked(who), "let_in": len(self.marks())}

    def claimed_by(self, who: Who, name: str) -> None:
        """The first owner goes on where they are."""
        if _at_console(who) and who.session not in self._logins:
            self._log_in(who, Login(name, proved=False, wall=self._wall()))

    # --- verbs

    def _code(self, request: Request, who: Who, now: float) -> object:
        if not who.remote:
            raise Refused("a code is given to who has logged in by SSH", "Log in there first")
        code = "".join(LETTERS[byte % len(LETTERS)] for byte in self._random(LENGTH))
        self._codes.pop(who.user, None)
        self._codes[who.user] = code, now + GOOD_FOR
        while len(self._codes) > MOST_CODES:
            del self._codes[next(iter(self._codes))]
        return {"code": f"{code[:4]}-{code[4:]}", "seconds": GOOD_FOR}

    def _login(self, request: Request, who: Who, now: float) -> object:
        if not _at_console(who):
            raise Refused("this is no console", "You are logged in already")
        terminal = who.session.split(":")[1]
        code = request.get("code")
        if isinstance(code, str):
            user = self._owner_of(code, who, now)
            self._log_in(who, Login(user, proved=True, wall=self._wall()))
            self._audit(Who(user, CONSOLE), f"logged in at {terminal} with a code")
        else:
            reset.check_typed(request.get("typed"), view.hostname())
            self._log_in(who, Login(CONSOLE, proved=False, wall=self._wall()))
            self._mark(terminal)
            self._audit(who, f"was let in at {terminal} without a code")
            self._say(f"somebody was let in at the console {terminal} without a code")
        return {}

    def _seen(self, request: Request, who: Who, now: float) -> object:
        if not who.proved:
            raise Refused("nobody knows who you are", "Do it by SSH, or log in with a code")
        record = read_record(self._places.state / RECORD)
        record.pop("let_in", None)
        write_record(self._places.state / RECORD, record)
        return {}

    # --- parts

    def _owner_of(self, typed: str, who: Who, now: float) -> str:
        """Whose code this is; it is used up. `Refused` for a wrong one, and after too many."""
        if len(self._wrong) == WRONG and now - self._wrong[0] < WITHIN:
            raise Refused("too many wrong codes", f"Wait for {WITHIN:.0f} seconds")
        plain = "".join(letter for letter in typed.upper() if letter.isalnum())
        found = ""
        for name, (code, until) in self._codes.items():
            if hmac.compare_digest(plain.encode(), code.encode()) and now < until:
                found = name
        if not found:
            self._wrong.append(now)
            self._audit(who, "typed a code that is not good")
            raise Refused("this code is not good", "Get another by SSH: postern console-code")
        del self._codes[found]
        return found

    def _log_in(self, who: Who, login: Login) -> None:
        self._logins[who.session] = login
        while len(self._logins) > MOST_LOGINS:  # of menus that have long ended
            del self._logins[next(iter(self._logins))]

    def _touched(self, who: Who) -> float:
        """When a key was last read from this console: the kernel notes it, as for w(1)."""
        try:
            return (self._places.root / "dev" / who.session.split(":")[1]).stat().st_atime
        except OSError:
            return 0.0

    def _mark(self, terminal: str) -> None:
        record = read_record(self._places.state / RECORD)
        mark = {"terminal": terminal, "wall": round(self._wall())}
        record["let_in"] = [*record.get("let_in", []), mark][-MOST_MARKS:]
        write_record(self._places.state / RECORD, record)

    def marks(self) -> list[str]:
        """What every console shows until somebody has seen it."""
        found = read_record(self._places.state / RECORD).get("let_in", [])
        return [
            f"somebody was let in at the console {one.get('terminal')} without a code, "
            f"{_date(one.get('wall'))}; `postern seen` ends this note"
            for one in found
            if isinstance(one, dict)
        ]


def _at_console(who: Who) -> bool:
    return not who.remote and who.session.startswith(f"{CONSOLE}:")


def _date(wall: object) -> str:
    if not isinstance(wall, (int, float)) or not 0 <= wall < 1 << 36:
        return "at some time"
    return f"{datetime.fromtimestamp(wall, UTC):%Y-%m-%d %H:%M} UTC"
