"""tcpdump: keeps what passed an interface beside the other logs."""

from tests.interop.lab.world import Node, until

BUFFER = 16384  # KiB: its own 2 MiB overflow while other programs have the one processor


def capture(node: Node, interface: str, name: str, only: str = "") -> None:
    """Write /run/log/`name`.pcap until the host ends; `only` is a filter in tcpdump's words."""
    log = f"tcpdump-{name}"
    node.spawn(
        ["tcpdump", "-Z", "root", "--immediate-mode", "-U", "-n", "-i", interface]
        + ["-B", str(BUFFER)]
        + ["-w", f"/run/log/{name}.pcap", *only.split()],
        log,
    )
    until(lambda: "listening on" in node.log(log), 10, f"tcpdump on {node.name} {interface}")
