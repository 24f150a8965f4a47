#!/usr/bin/python3 -IS
"""What a director asks its gateways, and whom it sends nobody new.

    postern-director check ADDRESS     for keepalived: 1 it is not there, 2 drained, 3 there
    postern-director drain ADDRESS     from now on new clients go elsewhere; who is there stays
    postern-director return ADDRESS    it gets new clients again
    postern-director list              the gateways, as IPVS has them

The last three wait until IPVS has it so. A gateway that is drained stays so over a restart: it is
written down in /etc/postern-director/drained. Only Python's own library is needed.
"""

from __future__ import annotations

import os
import socket
import struct
import sys
import time

# The rest is loaded where it is needed: `check` is started every few seconds for each gateway.
TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from pathlib import Path

GONE, DRAINED, HERE = 1, 2, 3  # keepalived takes two off for the weight (misc_dynamic)
PORT = 500
TRIES, WAIT = 3, 1.0  # seconds for each
PATIENCE = 60.0  # seconds until IPVS has it
FOLDER = "/etc/postern-director/drained"
TABLE = "/proc/net/ip_vs"
HEADER = struct.Struct("!8s8sBBBBLL")  # ISAKMP (RFC 2408, 3.1)
VERSION, MAIN_MODE = 0x10, 2


def question(cookie: bytes) -> bytes:
    return HEADER.pack(cookie, bytes(8), 0, VERSION, MAIN_MODE, 0, 0, HEADER.size)


def is_answer(message: bytes, cookie: bytes) -> bool:
    """Whether it is our question with a cookie of the gateway's in it."""
    return len(message) >= HEADER.size and message[:8] == cookie and message[8:16] != bytes(8)


def is_there(address: str, port: int = PORT, tries: int = TRIES, wait: float = WAIT) -> bool:
    cookie = os.urandom(8)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect((address, port))
        for _ in range(tries):
            end = time.monotonic() + wait
            try:
                line.send(question(cookie))
                while (left := end - time.monotonic()) > 0:
                    line.settimeout(left)
                    if is_answer(line.recv(0xFFFF), cookie):
                        return True
            except OSError:  # no answer, or an ICMP error about a question
                time.sleep(max(0.0, end - time.monotonic()))
    return False


def weights(text: str) -> dict[str, int]:
    """Of each gateway, by what is in /proc/net/ip_vs."""
    from ipaddress import IPv4Address

    found = {}
    for line in text.splitlines():
        words = line.split()
        if words[:1] == ["->"] and words[1][:8].isalnum() and len(words) > 3 and ":" in words[1]:
            host = words[1].split(":")[0]
            try:
                found[str(IPv4Address(bytes.fromhex(host)))] = int(words[3])
            except ValueError:
                continue  # the heading
    return found


def wait_for(address: str, drained: bool, table: Path, patience: float) -> bool:
    """Until it has the weight that was meant. One that is not there has none, and gets nobody."""
    end = time.monotonic() + patience
    while True:
        weight = weights(table.read_text()).get(address) if table.exists() else None
        if weight is None and drained or weight is not None and drained == (weight == 0):
            return True
        if time.monotonic() > end:
            return False
        time.sleep(0.2)


def check(address: str, folder: str = FOLDER) -> int:
    if not is_there(address):
        return GONE
    return DRAINED if os.path.exists(os.path.join(folder, address)) else HERE


def main(argv: list[str] | None = None) -> int:
    import argparse
    from ipaddress import IPv4Address
    from pathlib import Path

    parser = argparse.ArgumentParser(prog="postern-director")
    parser.add_argument("verb", choices=("check", "drain", "return", "list"))
    parser.add_argument("address", nargs="?", type=lambda text: str(IPv4Address(text)))
    parser.add_argument("--folder", type=Path, default=Path(FOLDER))
    parser.add_argument("--table", type=Path, default=Path(TABLE))
    parser.add_argument("--patience", type=float, default=PATIENCE)
    options = parser.parse_args(argv)
    if options.verb == "list":
        return tell(options.folder, options.table)
    if options.address is None:
        parser.error("which gateway? Write its own address outside")
    note = options.folder / options.address
    if options.verb == "check":
        return check(options.address, str(options.folder))
    return change(options.address, note, options.verb == "drain", options)


def change(address: str, note: Path, drained: bool, options: argparse.Namespace) -> int:
    """0 when IPVS has it so."""
    done = "drained" if drained else "returned"
    changed = drained != note.exists()
    if drained:
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
    else:
        note.unlink(missing_ok=True)
    if not wait_for(address, drained, options.table, options.patience):
        print(
            f"{address} is not {done} after {options.patience:g} s: does keepalived run here,"
            " and is that one of ha_gateways, and does it answer?",
            file=sys.stderr,
        )
        return 1
    print(f"{address} is {done}{' now' if changed else ' already'}")
    return 0


def tell(folder: Path, table: Path) -> int:
    from ipaddress import IPv4Address

    known = weights(table.read_text()) if table.exists() else {}
    notes = {path.name for path in folder.glob("*")} if folder.exists() else set()
    for address in sorted(known | dict.fromkeys(notes, 0), key=IPv4Address):
        state = "there" if address in known else "not there"
        print(f"{address}  {state}{', drained' if address in notes else ''}")
    return 0


if __name__ == "__main__":
    alone = sys.argv[1:2] == ["check"] and len(sys.argv) == 3
    sys.exit(check(sys.argv[2]) if alone else main())
