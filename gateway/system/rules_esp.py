"""Rules that tell ESP from IKE, and its queue by the SPI.

ESP has queues of its own, so a flood of IKE pushes no data out of one, nor data IKE; and which of
them it is tells the low bits of the SPI, which we have chosen. In UDP it is what has no marker for
IKE on port 4500 (RFC 3948, 2.2), and what has one for ESP on port 500: eight zero bytes (drafts 00
and 01). What is too short for an SPI, a NAT's keepalive, say, goes where IKE goes.
"""

from collections.abc import Iterator, Sequence
from typing import Final

PORTS: Final = (500, 4500)  # both carry IKE and ESP in UDP (RFC 3947, 4; drafts 00 and 01)
# iptables: our chains, each with the bytes of UDP's header and of a marker before the SPI.
SPI_AT: Final = {"POSTERN-ESP": 0, "POSTERN-ESP-500": 16, "POSTERN-ESP-4500": 8}
_BODY: Final = "0>>22&0x3C@"  # xt_u32: behind the IPv4 header


def nft_by_spi(queues: Sequence[int]) -> str:
    """A chain for each place of the SPI; what is too short for one comes back from it."""
    text, bits = "", len(queues).bit_length() - 1
    for chain, at in SPI_AT.items() if queues else ():
        where = f"@th,{8 * at + 32 - bits},{bits} " if bits else ""
        rules = "".join(
            f"    {f'{where}{low} ' if where else ''}queue num {queue}\n"
            for low, queue in enumerate(queues)
        )
        text += f"  chain {_nft_name(chain)} {{\n{rules}  }}\n"
    return text


def nft_esp(queues: Sequence[int], place: str) -> str:
    """What sends ESP that comes to `place` to those chains."""
    if not queues:
        return ""
    esp, at_500, at_4500 = map(_nft_name, SPI_AT)
    return (
        f"    {place}udp dport {PORTS[1]} @th,64,32 != 0 jump {at_4500}\n"
        f"    {place}udp dport {PORTS[0]} @th,64,32 0 @th,96,32 0 jump {at_500}\n"
        f"    {place}meta l4proto esp jump {esp}\n"
    )


def esp_rules(place: str) -> Iterator[str]:
    """To the chains that tell by the SPI; what is too short for one comes back from them."""
    esp, at_500, at_4500 = SPI_AT
    ike, unmarked, marked = PORTS[0], f"{_BODY}8=1:0xFFFFFFFF", f"{_BODY}8=0&&{_BODY}12=0"
    yield f'{place} -p udp -m udp --dport {PORTS[1]} -m u32 --u32 "{unmarked}" -j {at_4500}'
    yield f'{place} -p udp -m udp --dport {ike} -m u32 --u32 "{marked}" -j {at_500}'
    yield f"{place} -p esp -j {esp}"


def spi_rules(queues: Sequence[int], at: int) -> Iterator[str]:
    """One for each queue, where the SPI is `at` bytes behind the IPv4 header."""
    for low, queue in enumerate(queues):
        match = f'-m u32 --u32 "{_BODY}{at}&{len(queues) - 1:#x}={low}"'
        yield f"{match} -j NFQUEUE --queue-num {queue}"


def _nft_name(chain: str) -> str:
    return chain.removeprefix("POSTERN-").lower().replace("esp", "by_spi").replace("-", "_")
