"""The server that Prometheus asks: on loopback, by real connections."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection, HTTPResponse
from threading import Thread

import pytest

from gateway.system.metrics_http import MOST_CONNECTIONS, MetricsServer, Missing

TOKEN = b"0123456789abcdef"
RIGHT = "Bearer 0123456789abcdef"
HERE = "127.0.0.1"


def off() -> tuple[str, bytes]:
    raise Missing("It is off")


PAGES = {"/metrics": lambda: ("text/plain", b"postern_up 1\n"), "/off": off}


@contextmanager
def serving() -> Iterator[MetricsServer]:
    with MetricsServer((HERE, 0), TOKEN, PAGES) as server:
        thread = Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()


def ask(
    server: MetricsServer, path: str = "/metrics", token: str | None = RIGHT, verb: str = "GET"
) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection(HERE, server.server_address[1], timeout=5)
    headers = {} if token is None else {"Authorization": token}
    connection.request(verb, path, headers=headers)
    answer = connection.getresponse()
    text = answer.read()
    connection.close()
    return answer, text


def test_who_has_the_token_gets_the_page() -> None:
    with serving() as server:
        answer, text = ask(server)
        assert (answer.status, text) == (200, b"postern_up 1\n")
        assert ask(server, "/metrics?collect[]=x")[0].status == 200
        assert server.refused == 0


@pytest.mark.parametrize(
    "token",
    [
        None,
        "",
        "Bearer ",
        "Bearer 0123456789abcdeg",
        "Bearer 0123456789abcdef0",
        "bearer 0123456789abcdef",
        "0123456789abcdef",
        "Basic 0123456789abcdef",
        "Bearer \xff\xfe",
    ],
)
def test_whoever_has_not_is_told_nothing_on_any_page_and_counted(token: str | None) -> None:
    with serving() as server:
        for path in ("/metrics", "/off", "/elsewhere"):
            answer, text = ask(server, path, token)
            assert (answer.status, text) == (401, b"A token is needed.\n")
            assert answer.headers["WWW-Authenticate"] == "Bearer"
        assert server.refused == 3


def test_other_pages_and_verbs_are_not_there() -> None:
    with serving() as server:
        assert ask(server, "/etc/passwd")[0].status == 404
        assert ask(server, verb="POST")[0].status == 501
        answer, text = ask(server, "/off")
        assert (answer.status, text) == (404, b"It is off.\n")


def test_the_name_of_python_is_not_told() -> None:
    with serving() as server:
        assert ask(server)[0].headers["Server"].strip() == "postern"


def test_without_a_token_there_is_no_server() -> None:
    with pytest.raises(ValueError, match="no token"):
        MetricsServer((HERE, 0), b"", PAGES)


@pytest.mark.long
def test_silent_connections_do_not_keep_prometheus_out() -> None:
    with serving() as server:
        place = HERE, server.server_address[1]
        silent = [socket.create_connection(place, timeout=5) for _ in range(MOST_CONNECTIONS + 1)]
        try:
            assert ask(server)[0].status == 200
            assert silent[0].recv(1) == b""  # the oldest was hung up on, and the newest was not
            silent[-1].setblocking(False)
            with pytest.raises(BlockingIOError):
                silent[-1].recv(1)
        finally:
            for one in silent:
                one.close()


def test_junk_is_answered_or_not_and_harms_nothing() -> None:
    with serving() as server:
        place = HERE, server.server_address[1]
        for junk in (b"\x00" * 100, b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"A" * 70000):
            with socket.create_connection(place) as line:
                line.sendall(junk)
        assert ask(server)[0].status == 200
