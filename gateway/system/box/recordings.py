"""Recorded handshakes that are kept on the box, by which every update is tried before it stays."""

import sys
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from gateway.control import proving
from gateway.control.changes_outputs import Refused, Who
from gateway.control.proving import ANEW, MOST, SECONDS, Verdict
from gateway.control.recorded import LARGEST, BadCase, parse_case
from gateway.outputs import What
from gateway.system.box.answer import Worker
from gateway.system.box.disk import remove, write_file
from gateway.system.box.places import Places
from gateway.system.run import ToolFailed, follow

SUFFIX: Final = ".toml"
PLAYER: Final = (sys.executable, "-P", "-m", "gateway.replays")
Follow = Callable[[list[str], Callable[[str], None], float], None]
Request = Mapping[str, Any]
Verb = Callable[[Request, Who, float], object]


class Recordings:
    """`following` runs a program and hands over its lines, as `run.follow` does."""

    def __init__(self, places: Places, following: Follow = follow) -> None:
        self._places = places
        self._follow = following

    def names(self) -> list[str]:
        """Of the machines that have one."""
        return sorted(path.stem for path in self._places.recordings.glob(f"*{SUFFIX}"))

    def prove(self) -> Verdict:
        """Play those that count to the system that runs."""
        try:
            text = (self._places.data / "saved.toml").read_text()
        except (OSError, UnicodeDecodeError):
            text = ""
        site = proving.site_of(text)
        if not site.replay:
            return Verdict()
        paths = [self._path(name) for name in proving.chosen(self.names(), site)]
        suites = proving.suites_of(text)
        old = {path: why for path in paths if (why := _out_of_date(path, suites))}
        found = self._play([path for path in paths if path not in old])
        return replace(found, told=(*old.values(), *found.told))

    def verbs(self, machines: Callable[[], frozenset[str]], worker: Worker) -> dict[str, Verb]:
        """`machines` are those that may dial."""

        def keep(request: Request, who: Who, now: float) -> object:
            name, text = request.get("name"), request.get("text")
            if not isinstance(name, str) or name not in machines():
                raise Refused("that is no machine of the configuration", "See `postern clients`")
            if len(self.names()) >= MOST and name not in self.names():
                what = f"{MOST} recordings are kept already"
                raise Refused(what, "Take one away: postern record --forget NAME")
            data = _sound(text, name)
            return worker.start("recording", lambda: self._keep(name, data))

        def forget(request: Request, who: Who, now: float) -> object:
            name = request.get("name")
            if name not in self.names():
                raise Refused(
                    "there is no recording of that machine", "See `postern record --kept`"
                )
            remove(self._path(name))
            return {}

        return {
            "recordings": lambda request, who, now: {"names": self.names()},
            "recordings.keep": keep,
            "recordings.forget": forget,
        }

    def _keep(self, name: str, data: bytes) -> object:
        """What this very system does not do again would be held against the next one."""
        path = self._places.run / "recording" / f"{name}{SUFFIX}"
        write_file(path, data)
        try:
            found = self._play([path])
        finally:
            path.unlink()
        if found.against or found.told:
            what = f"it cannot be kept: {(*found.against, *found.told)[0]}"
            raise Refused(what, ANEW.format(name).capitalize())
        write_file(self._path(name), data)
        return {}

    def _play(self, paths: list[Path]) -> Verdict:
        if not paths:
            return Verdict()
        lines, died, late = list[str](), "", False
        try:
            self._follow([*PLAYER, *map(str, paths)], lines.append, SECONDS)
        except ToolFailed as error:
            late = error.status is None
            died = "" if late else (error.stderr.strip().splitlines() or ["no word why"])[-1]
        return proving.verdict([path.stem for path in paths], lines, late, died)

    def _path(self, name: str) -> Path:
        return self._places.recordings / f"{name}{SUFFIX}"


def _out_of_date(path: Path, suites: Mapping[str, frozenset[str]]) -> str:
    """Nothing for one that cannot be read, too: the player says what is wrong with it."""
    try:
        return proving.out_of_date(path.stem, parse_case(path.read_text()), suites)
    except (OSError, UnicodeDecodeError, BadCase):
        return ""


def _sound(text: object, name: str) -> bytes:
    """A recording of a dial that came to a session; nothing else is worth an update."""
    if not isinstance(text, str) or len(text) > LARGEST:
        raise Refused("that is no recording", ANEW.format(name).capitalize())
    try:
        case = parse_case(text)
    except BadCase as error:
        raise Refused(f"that is no recording: {error}", ANEW.format(name).capitalize()) from None
    if What.SESSION_OPENED.value not in case.came:
        what = "the dial has not come to a session, so it shows nothing of how it should be"
        raise Refused(what, "Look with `postern explain`, and record one that does")
    return text.encode()
