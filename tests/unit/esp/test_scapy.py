"""Scapy as a second opinion: the same packets read and built by another hand."""

from random import Random
from typing import Any

import pytest
from scapy.layers import ipsec
from scapy.layers.inet import IP, UDP

from gateway.esp.inbound import Inbound
from gateway.esp.outbound import Outbound
from gateway.esp.suites import SUITES, split_keymat

NAMES = {"des": "DES", "3des": "3DES", "aes": "AES-CBC"}
HASHES = {"md5": "HMAC-MD5-96", "sha1": "HMAC-SHA1-96"}
# Scapy wants a DES that cryptography's decrepit module does not have; ours is 3DES of one key.
CHECKED = sorted(name for name in SUITES if not name.startswith("des-"))


def scapy_sa(name: str, keymat: bytes) -> Any:
    suite = SUITES[name]
    cipher_key, mac_key = split_keymat(suite, keymat)
    association: Any = ipsec.SecurityAssociation  # scapy has no types
    return association(
        ipsec.ESP,
        spi=0x1000,
        crypt_algo=NAMES[suite.cipher.name],
        crypt_key=cipher_key,
        auth_algo=HASHES[suite.hash.name],
        auth_key=mac_key,
    )


@pytest.mark.parametrize("name", CHECKED)
def test_scapy_opens_what_we_seal(name: str) -> None:
    keymat = Random(name).randbytes(SUITES[name].keymat_length)
    ours = Outbound(0x1000, SUITES[name], keymat, Random(1).randbytes)
    theirs = scapy_sa(name, keymat)
    for size in (0, 1, 50, 1400):
        segment = bytes(UDP(sport=1701, dport=1701, chksum=0) / bytes(size))
        packet = ours.seal(segment)
        assert isinstance(packet, bytes)
        outer = IP(src="192.0.2.1", dst="198.51.100.1", proto=50) / ipsec.ESP(packet)
        assert bytes(theirs.decrypt(IP(bytes(outer)))[UDP]) == segment


@pytest.mark.parametrize("name", CHECKED)
def test_we_open_what_scapy_seals(name: str) -> None:
    keymat = Random(name).randbytes(SUITES[name].keymat_length)
    ours = Inbound(0x1000, SUITES[name], keymat)
    theirs = scapy_sa(name, keymat)
    for size in (0, 1, 50, 1400):
        inner = IP(src="192.0.2.1", dst="198.51.100.1") / UDP(sport=1701, dport=1701) / bytes(size)
        segment = bytes(IP(bytes(inner))[UDP])
        packet = bytes(theirs.encrypt(IP(bytes(inner))))[20:]
        assert ours.open(packet) == segment
