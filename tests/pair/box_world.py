"""A whole box agent at a real socket, and the menu and the commands of a person in front of it."""

import io
import select
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path
from threading import Event, Thread

from gateway.system.clock import now
from gateway.system.control_socket import ControlSocket
from gateway.user.box_client import Who as User
from gateway.user.cli.main import main
from gateway.user.console.ends import Ends
from gateway.user.console.model import Walk
from gateway.user.console.pages.home import Home
from gateway.user.console.plain import Plain
from gateway.user.console.terminal import fit_letters
from tests.unit.system.box.whole import PEER, Whole
from tests.unit.user.console.agents import FakeDaemon, listening, talk

TURN = 0.02  # seconds until the server looks whether it shall end


class Person:
    """Types in the plain menu, and gives commands; `box` says who the kernel takes them for."""

    def __init__(self, box: Whole, box_path: str, daemon_path: str) -> None:
        self._paths = box_path, daemon_path
        self.box = box

    def types(self, *lines: str, face: str = "console") -> str:
        return talk(self.ends(face), *lines)

    def ends(self, face: str = "console") -> Ends:
        own = face == "console"
        return Ends(*self._paths, User("ada", face), own_console=own, again=0.0)

    def at_the_paper(self, ends: Ends, typed: Callable[[], str]) -> str:
        """The same, each line asked for when the menu wants it."""
        source, out = io.StringIO(), io.StringIO()
        source.readline = lambda size=-1: typed()  # type: ignore[method-assign]
        Plain(ends, Walk(Home(ends)), source, out, fit_letters).run(may_change=False)
        return out.getvalue()

    def away(self) -> "Person":
        """In front of a box whose agent does not run."""
        return Person(self.box, f"{self._paths[0]}.away", self._paths[1])

    def commands(self, line: str) -> tuple[int, str]:
        """The exit status, and all that was printed."""
        said = io.StringIO()
        with redirect_stdout(said), redirect_stderr(said):
            code = main([*line.split(), "--box-socket", self._paths[0]])
        return code, said.getvalue()


@contextmanager
def person_at(box: Whole, folder: Path) -> Iterator[Person]:
    with (
        _agent(box, folder / "box.sock") as box_path,
        listening(folder / "control.sock", FakeDaemon().answer) as daemon_path,
    ):
        yield Person(box, box_path, daemon_path)


@contextmanager
def _agent(box: Whole, path: Path) -> Iterator[str]:
    """As the agent's loop does it, answers that come later too."""
    control, done = ControlSocket(path, lambda request: box.desk.answer(request, PEER)), Event()

    def serve() -> None:
        while not done.is_set():
            select.select([control], [], [], TURN)
            control.serve(now())
            control.handle_timeout(now())

    thread = Thread(target=serve)
    thread.start()
    try:
        yield str(path)
    finally:
        done.set()
        thread.join(60)
        control.close()
