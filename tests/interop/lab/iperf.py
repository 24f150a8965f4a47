"""iperf3: how much TCP carries, from clients to the server and back."""

import json
from collections.abc import Sequence

from tests.interop.lab.world import CommandFailed, Node, until

PORT = 5201  # and those behind it, one a client
LOG = "iperf3"


def tcp_mbit(
    client: Node, server: Node, address: str, seconds: float = 4, down: bool = False
) -> float:
    """Mbit/s received at the far end; `down` is from the server to the client."""
    return together_mbit([client], server, [address], seconds, down)


def together_mbit(
    clients: Sequence[Node],
    server: Node,
    addresses: Sequence[str],
    seconds: float = 4,
    down: bool = False,
) -> float:
    """The same of all of them at once; `addresses` is what each calls the server."""
    ports = range(PORT, PORT + len(clients))
    running = [server.spawn(["iperf3", "-s", "-1", "-p", str(port)], LOG) for port in ports]
    try:
        until(lambda: all(map(server.listens, ports)), 20, "iperf3 listening")
        for client, port, address in zip(clients, ports, addresses, strict=True):
            client.remove(f"/run/log/{LOG}.log")
            words = f"iperf3 -J -c {address} -p {port} -t {seconds:g} --connect-timeout 30000"
            running.append(client.spawn((words + (" -R" if down else "")).split(), LOG))
        for each in running[len(ports) :]:
            each.wait(timeout=seconds + 60)
        return round(sum(map(_received, clients)), 1)
    finally:
        for each in running:
            each.terminate()
            each.wait()


def _received(client: Node) -> float:
    """Mbit/s, as its iperf3 has told."""
    text = client.log(LOG)
    try:
        told = json.loads(text)
        bits: float = told["end"]["sum_received"]["bits_per_second"]
    except (ValueError, KeyError):
        raise CommandFailed(f"iperf3 in {client.name}: {text[-400:]}") from None
    return bits / 1e6
