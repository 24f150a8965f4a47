"""tcpdump: keeps what passed an interface beside the other logs."""

from tests.interop.lab.world import Node, until


def capture(node: Node, interface: str, name: str, only: str = "") -> None:
    """Write /run/log/`name`.pcap until the host ends; `only` is a filter in tcpdump's words."""
    log = f"tcpdump-{name}"
    node.spawn(
        ["tcpdump", "-Z", "root", "--immediate-mode", "-U", "-n", "-i", interface]
        + ["-w", f"/run/log/{name}.pcap", *only.split()],
        log,
    )
    until(lambda: "listening on" in node.log(log), 10, f"tcpdump on {node.name} {interface}")
