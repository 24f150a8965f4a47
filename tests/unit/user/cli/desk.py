"""A real desk behind a socket, for commands that ask the box agent."""

import json
import socket
from pathlib import Path
from threading import Thread

from gateway.control.changes_outputs import Moment, Who
from tests.pair.disk import ADA, Box, settled

PATIENCE = 5.0  # seconds until a test that went wrong ends


class Desk:
    """The box's agent as far as the configuration goes: one request after the other."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.box: Box = settled()
        self.who: Who = ADA
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._listener.bind(str(path))
        self._listener.listen(4)
        self._thread = Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            with connection, connection.makefile("rb") as lines:
                request = json.loads(lines.readline())
                moment = Moment(self.box.now, self.box.wall)
                answer = self.box.desk.answer(request, self.who, moment)
                connection.sendall(json.dumps(answer).encode() + b"\n")

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join(PATIENCE)
