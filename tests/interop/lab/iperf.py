"""iperf3: how much TCP carries, from the client to the server and back."""

import json

from tests.interop.lab.world import CommandFailed, Node, until

PORT = 5201


def tcp_mbit(
    client: Node, server: Node, address: str, seconds: float = 4, down: bool = False
) -> float:
    """Mbit/s received at the far end; `down` is from the server to the client."""
    running = server.spawn(["iperf3", "-s", "-1", "-p", str(PORT)], "iperf3-server")
    try:
        until(lambda: server.listens(PORT), 10, "iperf3 listening")
        text = client.sh(
            f"iperf3 -J -c {address} -p {PORT} -t {seconds} --connect-timeout 5000"
            + (" -R" if down else ""),
            timeout=seconds + 20,
        )
    finally:
        running.terminate()
        running.wait()
    told = json.loads(text)
    if "error" in told:  # and its exit status says that all is well
        raise CommandFailed(f"iperf3 in {client.name}: {told['error']}")
    bits: float = told["end"]["sum_received"]["bits_per_second"]
    return round(bits / 1e6, 1)
