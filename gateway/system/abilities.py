"""What this kernel can carry, found out by trying once at the start; nothing is left of the trials.

A suite is tried by changing an SA that is not there, ESP in UDP by a socket that is never bound,
channels by two calls from this machine to itself that are joined and closed.
"""

import os
import socket
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

from gateway.paths import Abilities
from gateway.system import ppp_channels
from gateway.system.kernel_sas import CIPHERS, DIGESTS, KernelSas
from gateway.system.paths import ENCAP, ESP_IN_UDP
from gateway.system.run import ToolFailed
from gateway.system.virtual import Translation

KEY_LENGTHS: Final = {"des": 8, "3des": 24, "aes": 16}  # bytes
LOCAL: Final = bytes((127, 0, 0, 1))

Trial = tuple[str, Callable[[], object]]
"""What is lacking if it raises OSError, and the trial."""


def probe(
    translations: Sequence[Translation], trials: Sequence[Trial] | None = None
) -> tuple[Abilities, Translation | None]:
    """What the kernel can do, and by which way it gives virtual addresses.

    Of the ways the first that works is taken.
    """
    for lacks, trial in TRIALS if trials is None else trials:
        try:
            trial()
        except OSError as refused:
            return Abilities(lacks=f"{lacks} ({_reason(refused)})"), None
    suites = known_suites()
    if not suites:
        return Abilities(
            lacks="the kernel has none of the ciphers of ESP (modules esp4, cbc)"
        ), None
    answers = []
    for translation in translations:
        try:
            translation.check_works()
        except (OSError, ToolFailed) as refused:
            answers.append(f"{translation.name}: {str(refused).splitlines()[0]}")
        else:
            return Abilities(suites=suites, udp=_can(takes_esp_out_of_udp)), translation
    lacks = "the kernel cannot give peers virtual addresses"
    return Abilities(lacks=f"{lacks} ({'; '.join(answers) or 'no tool for rules'})"), None


def known_suites() -> frozenset[tuple[str, str]]:
    """Cipher and digest of each suite that the kernel has."""
    sas = KernelSas()
    try:
        return frozenset(
            (cipher, digest)
            for cipher in CIPHERS
            for digest in DIGESTS
            if _can(partial(sas.check, cipher, digest, KEY_LENGTHS[cipher]))
        )
    finally:
        sas.close()


def has_associations() -> None:
    """XFRM by netlink."""
    sas = KernelSas()
    try:
        list(sas.every())
    finally:
        sas.close()


def takes_esp_out_of_udp() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        asked.setsockopt(socket.IPPROTO_UDP, ENCAP, ESP_IN_UDP)


def has_l2tp() -> None:
    socket.socket(ppp_channels.AF_PPPOX, socket.SOCK_DGRAM, ppp_channels.PROTOCOL_L2TP).close()


def joins_channels() -> None:
    """Two calls of PPTP from this machine to itself; number 0 is any that is free."""
    with ppp_channels.open_pptp(LOCAL, 0) as one, ppp_channels.open_pptp(LOCAL, 0) as other:
        ppp_channels.connect_pptp(one, LOCAL, 1)
        ppp_channels.connect_pptp(other, LOCAL, 2)
        device = ppp_channels.attach(one)
        try:
            ppp_channels.join(device, other)
        finally:
            os.close(device)


TRIALS: Final[tuple[Trial, ...]] = (
    ("the kernel has no IPsec, or this process may not use it: module xfrm_user", has_associations),
    ("the kernel has no L2TP for PPP: module l2tp_ppp", has_l2tp),
    ("the kernel cannot join PPP channels: Linux 5.12, /dev/ppp, module pptp", joins_channels),
)


def _can(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except OSError:
        return False
    return True


def _reason(refused: OSError) -> str:
    return (refused.strerror or str(refused)).lower()
