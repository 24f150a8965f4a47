"""A handler that has to wait for something, and others who ask meanwhile."""

import json
import os
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from gateway.system.control_socket import ControlSocket

NOW = 100.0


def test_whoever_is_answered_by_work_that_waits_stands_apart_until_it_is_done(
    tmp_path: Path,
) -> None:
    """Others are answered meanwhile, also those who were ready in the same turn, each once."""
    path = tmp_path / "control.sock"
    asked: list[str] = []
    peers: list[bool] = []
    over, end = os.pipe()

    def working(request: dict[str, Any]) -> dict[str, Any]:
        asked.append(request["verb"])
        if request["verb"] == "work":
            own.serve_until(over, lambda: NOW + len(asked))
            peers.append(own.peer is not None)
        elif len(asked) == 3:
            os.close(end)
        return {"verb": request["verb"]}

    own = ControlSocket(path, working)
    with ExitStack() as stack:
        clients = []
        for verb in ("work", "a", "b"):
            client = stack.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_STREAM))
            client.connect(str(path))
            client.sendall(json.dumps({"verb": verb}).encode() + b"\n")
            own._accept(NOW)
            clients.append(client)
        own.serve(NOW)
        found = [json.loads(client.makefile().readline())["verb"] for client in clients]
    assert sorted(asked) == ["a", "b", "work"]
    assert found == ["work", "a", "b"]
    assert peers == [True]
    own.close()
    os.close(over)
