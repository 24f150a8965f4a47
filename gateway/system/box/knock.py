"""Is this box's gateway there? A program that keepalived starts every few seconds, so it is small
and imports nothing of ours: python3 -I -S knock.py; the exit status is 0 if it is.

One packet by loopback, the way of a client's first one, and one back: `bridge/directors.py`.
"""

import os
import socket
import struct
import sys
import time

HOST, PORT = "127.0.0.1", 500
TRIES, WAIT = 3, 1.0  # seconds for each
HEADER = struct.Struct("!8s8sBBBBLL")  # ISAKMP (RFC 2408, 3.1)
VERSION, MAIN_MODE = 0x10, 2


def question(cookie: bytes) -> bytes:
    return HEADER.pack(cookie, bytes(8), 0, VERSION, MAIN_MODE, 0, 0, HEADER.size)


def is_answer(message: bytes, cookie: bytes) -> bool:
    """Whether it is our question with a cookie of the gateway's in it."""
    return len(message) >= HEADER.size and message[:8] == cookie and message[8:16] != bytes(8)


def is_there(port: int = PORT, tries: int = TRIES, wait: float = WAIT) -> bool:
    cookie = os.urandom(8)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.connect((HOST, port))
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


if __name__ == "__main__":
    sys.exit(0 if is_there() else 1)
