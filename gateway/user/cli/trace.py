"""`postern trace`: one machine's packets in a file; and such a file told message by message.

The only place of scapy, which takes half a second and 64 MB to load: it is imported when a file is
explained, in this process of its own, and never in the daemon or the menu.
"""

import argparse
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from struct import error as StructError  # noqa: N812 - struct's own name says nothing
from typing import Any, Final

from gateway.control.problems import printable
from gateway.control.trace import LONGEST, MOST, PACKETS, SECONDS, Wanted, read_wanted
from gateway.control.trace_ike import suites
from gateway.control.trace_words import Message, Said, l2tp_control, lines, listed, notification
from gateway.user.cli import exits
from gateway.user.client import Daemon, DaemonError, socket_path
from gateway.user.trace_files import record, write_trace

ABOUT = "record one machine's packets, as they came and decrypted"
EXAMPLE = (
    "examples:\n  postern trace press-3 press-3.pcapng\n"
    "  postern trace 7 dial.pcapng --seconds 20 --explain     the session of number 7\n"
    "  postern trace 203.0.113.7 new.pcapng      whoever dials from there\n"
    "  postern trace press-3 - | wireshark -k -i -\n\n"
    "Passwords, answers to challenges and what stands in data packets are cut from the decrypted\n"
    "ones. With --with-keys two tables are written beside the file, FILE.ikev1_decryption_table\n"
    "and FILE.esp_sa: copy them without FILE. into Wireshark's folder. They open everything, so\n"
    "they want --with-passwords too. That a trace was taken, and by whom, stands in the journal.\n"
    "Of a session that the kernel or a worker carries (see postern sessions) a trace shows no ESP."
)
STDOUT: Final = "-"
INBOUND: Final = 1  # of a packet's direction
DECRYPTED: Final = b"decrypted"  # the interface's name
IP_HEADER, PORT_L2TP = 20, 1701
NO_COOKIE: Final = bytes(8)  # then it is ESP on port 500, as the first drafts of NAT-T have it
MOST_SUITES: Final = 4  # told of an offer
WORDS: Final = re.compile(r"[!-~][ -~]+")  # in a distinguished name
PIECE_NUMBER: Final = 34  # its place: header, the payload's own, identifier
PIECE: Final = 132  # the payload of a message that IKE itself has cut
SHORT: Final = {
    "identity protection": "main mode",
    "Link Control Protocol": "LCP",
    "Internet Protocol Control Protocol": "IPCP",
    "Compression Control Protocol": "CCP",
    "Password Authentication Protocol": "PAP",
    "Challenge Handshake Authentication Protocol": "CHAP",
    "IPv6 Control Protovol [Hinden]": "IPV6CP",  # as scapy spells it
    "Internet Protocol version 6 [Hinden]": "IPv6",
}
Packet = Any  # scapy's own types are all one


def add_options(parser: argparse.ArgumentParser) -> None:
    parser.epilog = EXAMPLE
    parser.add_argument(
        "target", metavar="MACHINE", help="a client, its outside address, or a session's number"
    )
    parser.add_argument("file", metavar="FILE", help="what to write; - is standard output")
    _number(parser, "--seconds", SECONDS, LONGEST)
    _number(parser, "--packets", PACKETS, MOST)
    parser.add_argument(
        "--with-passwords", action="store_true", help="cut nothing from what is decrypted"
    )
    parser.add_argument("--with-keys", action="store_true", help="write the keys too")
    parser.add_argument(
        "--explain", action="store_true", help="then tell message by message what happened"
    )
    parser.add_argument("--socket", metavar="PATH", help="the daemon's control socket")


def _number(parser: argparse.ArgumentParser, name: str, usual: int, most: int) -> None:
    about = f"at most {most}, {usual} unless you say it"
    parser.add_argument(name, type=int, default=usual, metavar="N", help=about)


def run(options: argparse.Namespace) -> int:
    wanted = _wanted(options)
    daemon = Daemon(socket_path(options.socket))
    if options.file == STDOUT:
        if wanted.keys or options.explain:
            raise DaemonError("keys and explanations want a file", "Name one instead of -")
        write_trace(daemon.trace(wanted), sys.stdout.buffer, {})
        return exits.OK
    path = Path(options.file)
    print("\n".join(map(printable, record(daemon, wanted, path))))
    if options.explain:
        print("\n".join(["", *explain_file(path)]))
    return exits.OK


def _wanted(options: argparse.Namespace) -> Wanted:
    """What was asked for; a `DaemonError` for what makes no sense."""
    names = {"passwords": "with_passwords", "keys": "with_keys"}
    fields = ("target", "seconds", "packets", "passwords", "keys")
    found = read_wanted({name: getattr(options, names.get(name, name)) for name in fields})
    if isinstance(found, Wanted):
        return found
    raise DaemonError(f"{found.where} {found.what}", found.hint)


# Explaining


def explain_file(path: Path) -> list[str]:
    """Every message of a trace in a line; a `DaemonError` where that cannot be had."""
    try:
        return lines(_messages(path))
    except ImportError:
        what = "scapy, which reads packets, is not installed here"
        hint = "Copy the file to another machine, or: apt-get install python3-scapy"
        raise DaemonError(what, hint) from None
    except (OSError, EOFError, ValueError) as error:
        what = f"{path} cannot be read: {error}"
        raise DaemonError(what, "Name a file that `postern trace` has written") from None


def _messages(path: Path) -> Iterator[Message]:
    logging.getLogger("scapy").setLevel(logging.ERROR)
    import scapy.layers.isakmp
    import scapy.layers.l2tp
    import scapy.layers.ppp  # noqa: F401 - all three, so that UDP knows what it carries
    from scapy.error import Scapy_Exception
    from scapy.utils import RawPcapNgReader

    try:
        with path.open("rb") as file:
            yield from _joined(RawPcapNgReader(file))  # type: ignore[arg-type]  # files too
    except Scapy_Exception as error:
        raise ValueError(error) from None


def _joined(packets: Packet) -> Iterator[Message]:
    """Each packet once: opened, where it could be, with the time and the bytes it came with."""
    held: Message | None = None  # an outer packet, until it is known whether it could be opened
    first: int | None = None
    for data, about in packets:
        when = (about.tshigh << 32) + about.tslow
        first = when if first is None else first
        opened = about.ifname == DECRYPTED
        if held is not None and not opened:
            yield held
        said = _said_safely(data, about.wirelen - len(data), opened=opened)
        raw = held.raw if opened and held is not None else data
        held = Message((when - first) / 1e6, about.direction == INBOUND, said, raw)
    if held is not None:
        yield held


def _said_safely(data: bytes, cut: int, *, opened: bool) -> Said:
    """Strangers' bytes are in here, and scapy reads some of them as what they are not."""
    from scapy.layers.inet import IP

    try:
        return _said(IP(data), data, cut, opened=opened)
    except (AttributeError, IndexError, KeyError, TypeError, ValueError, StructError):
        return Said("?", f"{len(data)} bytes", "they cannot be read")


def _said(packet: Packet, data: bytes, cut: int, *, opened: bool) -> Said:
    """What a packet is, by its layers."""
    from scapy.layers.inet import UDP
    from scapy.layers.isakmp import ISAKMP
    from scapy.layers.l2tp import L2TP

    if len(data) < IP_HEADER:
        raise ValueError("no packet")
    if not opened and UDP in packet and len(data) == packet.ihl * 4 + 9:
        return Said("NAT", "keeps its place in the NAT open")
    if ISAKMP in packet and packet[ISAKMP].init_cookie != NO_COOKIE:
        return _ike(packet[ISAKMP], opened=opened)
    if not opened:
        return Said("ESP", "encrypted", "it could not be opened: its keys are not known here")
    if L2TP in packet and PORT_L2TP in (packet[UDP].sport, packet[UDP].dport):
        message = bytes(packet[L2TP])
        return l2tp_control(message) if message[0] & 0x80 else _ppp(packet[L2TP], cut)
    return Said("?", packet.summary(), "it is not L2TP")


def _ike(message: Packet, *, opened: bool) -> Said:
    from scapy.layers.isakmp import ISAKMP_exchange_type, ISAKMP_payload_Notify

    exchange = ISAKMP_exchange_type.get(message.exch_type, f"exchange {message.exch_type}")
    exchange = SHORT.get(exchange, exchange)
    if message.version >> 4 != 1:
        return Said("IKE", f"version {message.version >> 4}", "this gateway speaks version 1 alone")
    if message.next_payload == PIECE:
        return Said("IKE", f"{exchange}: piece {bytes(message)[PIECE_NUMBER]} of a message")
    if int(message.flags) & 1:
        return Said("IKE", f"{exchange}, encrypted", "it could not be opened")
    if ISAKMP_payload_Notify in message:
        return notification(int(message[ISAKMP_payload_Notify].notify_msg_type))
    kinds = [layer.__name__.removeprefix("ISAKMP_payload_") for layer in message.layers()[1:]]
    return Said("IKE", f"{exchange}: {_ike_words(message, kinds, opened=opened)}")


def _ike_words(message: Packet, kinds: list[str], *, opened: bool) -> str:
    from scapy.layers.isakmp import ISAKMP_payload_Delete, ISAKMP_payload_ID, ISAKMP_payload_SA

    if ISAKMP_payload_Delete in message:
        which = "ESP keys" if message[ISAKMP_payload_Delete].proto == 3 else "the IKE association"
        return f"deletes {which}"
    if ISAKMP_payload_SA in message:
        offer = "; ".join(suites(bytes(message))[:MOST_SUITES])
        return f"{'keys for the data' if opened else 'suites'}: {offer}"
    if "KE" in kinds:
        return "key exchange" + (", and where a NAT is" if "ISAKMP_payload" in kinds else "")
    if ISAKMP_payload_ID in message:
        proof = "shows its certificate" if "SIG" in kinds else "proves its key"
        return f"names itself {_called(message[ISAKMP_payload_ID].IdentData)}, and {proof}"
    return "confirms" if kinds == ["Hash"] else listed(kinds)


def _called(name: str | bytes) -> str:
    """An address, or what can be read of a name."""
    return name if isinstance(name, str) else " ".join(WORDS.findall(name.decode("latin-1")))


def _ppp(packet: Packet, cut: int) -> Said:
    from scapy.layers.inet import IP
    from scapy.layers.ppp import PPP

    if PPP not in packet:
        return Said("PPP", "a frame", "it cannot be read")
    frame = packet[PPP]
    if IP in frame:
        behind = f", {cut} bytes cut" if cut else ""
        return Said("data", f"{frame[IP].summary()}{behind}")
    name = frame.sprintf("%PPP.proto%")
    if hasattr(frame.payload, "code"):
        return _control(frame.payload, SHORT.get(name, name))
    name = SHORT.get(name, name)
    return Said("data" if cut else "PPP", f"{name}{f', {cut} bytes cut' if cut else ''}")


def _control(packet: Packet, protocol: str) -> Said:
    """A control packet: what it asks for or answers, and whether that is a refusal."""
    code = packet.sprintf("%code%")
    parts = [_option(option) for option in getattr(packet, "options", ()) or ()]
    for field in ("optional_name", "username", "message", "data"):
        if value := getattr(packet, field, None):
            text = value.decode("ascii", "replace") if isinstance(value, bytes) else str(value)
            parts.append(text.strip("\0"))
            break
    refusals = ("Reject", "Failure", "Terminate-Request", "Authenticate-Nak")
    odd = "refuses or ends something" if any(word in code for word in refusals) else ""
    words = f"{protocol} {code}"
    return Said(
        "PPP", f"{words}: {listed([part for part in parts if part])}" if any(parts) else words, odd
    )


def _option(option: Packet) -> str:
    """An option as its name and its value."""
    fields = [name for name in option.fields if name not in ("type", "len")]
    value = option.sprintf(f"%{fields[0]}%") if fields else ""
    return f"{option.sprintf('%type%')} {value}".strip()
