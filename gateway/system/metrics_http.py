"""The small HTTP server that Prometheus asks. Whoever shows no token is told nothing.

A connection has one request and a few seconds; who keeps too many open loses the oldest.
"""

import socket
from collections.abc import Callable
from hashlib import sha256
from hmac import compare_digest
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, Final

MOST_CONNECTIONS: Final = 8
PATIENCE: Final = 5.0  # seconds in which an asker sends and takes
SCHEME: Final = "Bearer "
Page = Callable[[], tuple[str, bytes]]
"""-> content type and text; `Missing` if there is no such page now."""


class Missing(Exception):
    """The page is not given out; the text says why."""


class MetricsServer(ThreadingHTTPServer):
    """`pages` by path. `refused` counts who had no token, or a wrong one."""

    timeout = 0  # `handle_request` is called when somebody is there, and waits for nobody
    daemon_threads = True
    block_on_close = False
    request_queue_size = MOST_CONNECTIONS

    def __init__(self, place: tuple[str, int], token: bytes, pages: dict[str, Page]) -> None:
        if not token:
            raise ValueError("there is no token")
        self.pages = pages
        self.refused = 0
        self._right = _digest(SCHEME.encode() + token)
        self._open: list[socket.socket] = []
        self._lock = Lock()
        super().__init__(place, _Handler)

    def lets_in(self, header: str) -> bool:
        """Whether this is the header of somebody who has the token, in the same time for all."""
        right = compare_digest(_digest(header.encode("utf-8", "replace")), self._right)
        if not right:
            with self._lock:
                self.refused += 1
            return False
        return True

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._lock:
            oldest = self._open.pop(0) if len(self._open) >= MOST_CONNECTIONS else None
            self._open.append(request)
        if oldest is not None:
            _cut(oldest)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._lock:
            if request in self._open:
                self._open.remove(request)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A connection that breaks is the asker's affair."""


def _digest(text: bytes) -> bytes:
    """As long for a short text as for a long one: to compare it tells no length either."""
    return sha256(text).digest()


def _cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # gone by itself


class _Handler(BaseHTTPRequestHandler):
    """Only GET; HTTP/1.0, so a connection ends with its answer."""

    timeout = PATIENCE
    server: MetricsServer
    server_version = "postern"
    sys_version = ""

    def do_GET(self) -> None:  # noqa: N802 - the name is the library's
        if not self.server.lets_in(self.headers.get("Authorization", "")):
            self._say(HTTPStatus.UNAUTHORIZED, "text/plain", b"A token is needed.\n", bearer=True)
            return
        page = self.server.pages.get(self.path.partition("?")[0])
        try:
            kind, text = ("", b"") if page is None else page()
        except Missing as missing:
            page, text = None, str(missing).encode()
        if page is None:
            self._say(
                HTTPStatus.NOT_FOUND, "text/plain", (text or b"There is no such page") + b".\n"
            )
        else:
            self._say(HTTPStatus.OK, kind, text)

    def _say(self, status: HTTPStatus, kind: str, text: bytes, *, bearer: bool = False) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text)))
        if bearer:
            self.send_header("WWW-Authenticate", "Bearer")
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
        """Nothing: what is asked every few seconds is no news."""
