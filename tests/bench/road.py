"""What a packet costs on the road, next to what its cipher and hash alone cost.

    python -m tests.bench.road

Every figure is the least of many rounds of CPU time, and what is compared is measured in turns in
the same rounds, so that a busy machine spoils neither. Takes about twelve seconds.
"""

import os
import subprocess
import time
from collections.abc import Callable
from typing import Final, NamedTuple

from gateway.crypto.cbc import carry_decrypt, carry_encrypt
from gateway.crypto.mac import keyed
from gateway.esp.machine import SaTable
from gateway.esp.suites import SUITES, split_keymat

SIZES: Final = (64, 576, 1400)  # bytes of payload, which is a UDP datagram for L2TP
CIPHERS: Final = {"3des-sha1": "des-ede3-cbc", "aes128-sha1": "aes-128-cbc"}
BATCH: Final = 16  # packets in a row, few enough to stay in the cache
ROUNDS: Final = 300
SPI: Final = 0x1000

Figure = dict[str, str | float]
Work = Callable[[], object]


class Cost(NamedTuple):
    """Microseconds a packet; `_alone` is cipher and hash of the same bytes and nothing else."""

    seal: float
    seal_alone: float
    open: float
    open_alone: float


def measure() -> list[Figure]:
    """All figures: per packet, and our throughput as a share of `openssl speed`."""
    figures: list[Figure] = []
    for suite, evp in CIPHERS.items():
        for size in SIZES:
            cost = esp_cost(suite, size)
            figures += _packet_figures(suite, size, cost)
            figures += _ratio_figures(suite, size, cost, openssl_speed(evp, size))
    return figures


def esp_cost(suite_name: str, size: int) -> Cost:
    """Seal and open with one SA, as the bridge does it."""
    suite = SUITES[suite_name]
    keymat = os.urandom(suite.keymat_length)
    table = SaTable(os.urandom)
    table.add_inbound(SPI, suite_name, keymat, 0.0)
    outbound = table.add_outbound(SPI, SPI, suite_name, keymat, 0.0)
    payload = os.urandom(size)
    packets: list[bytes] = []

    def seal() -> None:
        packets.clear()
        for _ in range(BATCH):
            packet = outbound.seal(payload)
            assert isinstance(packet, bytes)
            packets.append(packet)

    def open_all() -> None:
        for packet in packets:
            table.open(packet, 0, len(packet), 0.0)

    seal()
    cipher_key, mac_key = split_keymat(suite, keymat)
    body, signed = packets[0][8:-12], packets[0][:-12]
    encrypt = carry_encrypt(suite.cipher, cipher_key)
    decrypt = carry_decrypt(suite.cipher, cipher_key)
    state = keyed(suite.hash, mac_key)

    def alone(cipher: Callable[[bytes], bytes]) -> Work:
        def work() -> None:
            for _ in range(BATCH):
                cipher(body)
                mac = state.copy()
                mac.update(signed)
                mac.finalize()

        return work

    seconds = least_seconds([seal, alone(encrypt), open_all, alone(decrypt)])
    assert table.counters()[0].drops == {}
    return Cost(*(1e6 * each / BATCH for each in seconds))


def least_seconds(works: list[Work], rounds: int = ROUNDS) -> list[float]:
    """The least CPU time of each, all taking turns."""
    least = [float("inf")] * len(works)
    for _ in range(rounds):
        for index, work in enumerate(works):
            start = time.thread_time()
            work()
            least[index] = min(least[index], time.thread_time() - start)
    return least


def openssl_speed(evp: str, size: int) -> float:
    """Bytes a second of `openssl speed` on this core, now."""
    command = ["openssl", "speed", "-mr", "-evp", evp, "-seconds", "1", "-bytes", str(size)]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=30)
    # The result is a line such as +F:25:DES-EDE3-CBC:23788416.00
    (line,) = (line for line in done.stdout.splitlines() if line.startswith("+F:"))
    return float(line.rsplit(":", 1)[1])


def _packet_figures(suite: str, size: int, cost: Cost) -> list[Figure]:
    values = {
        "seal": cost.seal,
        "seal without cipher and hash": cost.seal - cost.seal_alone,
        "open": cost.open,
        "open without cipher and hash": cost.open - cost.open_alone,
    }
    return [
        _figure(f"esp {what}, {suite}, {size} B", value, "us/packet")
        for what, value in values.items()
    ]


def _ratio_figures(suite: str, size: int, cost: Cost, openssl: float) -> list[Figure]:
    name = f"{suite}, {size} B"
    seal, opened = (size / each * 1e6 for each in (cost.seal, cost.open))
    return [
        _figure(f"openssl speed, {name}", openssl * 8 / 1e6, "Mbit/s"),
        _figure(f"esp seal as a share of openssl speed, {name}", 100 * seal / openssl, "%"),
        _figure(f"esp open as a share of openssl speed, {name}", 100 * opened / openssl, "%"),
    ]


def _figure(name: str, value: float, unit: str) -> Figure:
    return {"figure": name, "value": round(value, 2), "unit": unit}


if __name__ == "__main__":
    for each in measure():
        print(f"{each['figure']:55} {each['value']:>9} {each['unit']}")
