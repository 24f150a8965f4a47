"""What is wrong with an address that several boxes have, beside its single values."""

from ipaddress import IPv4Address, IPv4Network
from typing import Final

from gateway.control.findings import Document, Entry, Findings
from gateway.wire.ipv4 import host_text

NEEDED: Final = {"pair": ("address", "peer"), "fleet": ("address", "directors")}
LEAVE: Final = "Write it, or leave [{}] out"


def check_shared(document: Document, findings: Findings) -> None:
    """`[pair]` and `[fleet]`: the shared address is dialled, and each box has one of its own."""
    for name, keys in NEEDED.items():
        for entry in document[name]:
            if not entry.given:
                continue
            for key in keys:
                if key not in entry.given:
                    findings.add(entry, key, "is missing", LEAVE.format(name))
            _check_address(entry, document, findings)
            _check_others(entry, document, findings)
    _check_together(document, findings)


def _check_address(entry: Entry, document: Document, findings: Findings) -> None:
    shared = entry.values.get("address")
    outside = document["outside"][0]
    hosts: tuple[bytes, ...] = outside.values.get("addresses", ())
    if shared is None or (not hosts and "addresses" in outside.given):
        return
    every = {document[name][0].values.get("address") for name in NEEDED}
    if shared not in hosts:
        hint = "Add it there, beside this box's own: those are the addresses Postern answers at"
        findings.add(entry, "address", "is not one of outside.addresses", hint)
    elif not set(hosts) - every:
        hint = "Write this box's own address beside it"
        what = f"has none of this box's own, and [{entry.table.name}] needs one"
        findings.add(outside, "addresses", what, hint)


def _check_others(entry: Entry, document: Document, findings: Findings) -> None:
    """The other box and the directors are somebody else; and the other box is next door."""
    outside = document["outside"][0].values
    hosts: tuple[bytes, ...] = outside.get("addresses", ())
    directors: tuple[bytes, ...] = entry.values.get("directors", ())
    for number, host in enumerate(directors, start=1):
        if host in hosts:
            what = "is an address of the gateway's own"
            findings.add(entry, "directors", what, "Write the director's own", item=number)
    peer, shared = entry.values.get("peer"), entry.values.get("address")
    if peer is None:
        return
    own = next((host for host in hosts if host != shared), None)
    if peer in hosts:
        findings.add(entry, "peer", "is an address of the gateway's own", "Write the other box's")
    elif own is not None and "prefix" in outside:
        network = IPv4Network((own, outside["prefix"]), strict=False)
        for key, there in (("peer", peer), ("address", shared)):
            if there is not None and IPv4Address(there) not in network:
                what = f"is {host_text(there)}, which is not in this box's network {network}"
                findings.add(entry, key, what, "The two boxes must be on one network outside")


def _check_together(document: Document, findings: Findings) -> None:
    pair, fleet = document["pair"][0], document["fleet"][0]
    if "address" in pair.values and pair.values["address"] == fleet.values.get("address"):
        what = "is that of [pair] too, and only one of them can say who has it"
        findings.add(fleet, "address", what, "Write the address that the directors answer for")
