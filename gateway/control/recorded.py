"""A real client's handshake as a file: what it said and how far it came, all secrets cut.

`bridge/cutting.py` makes the parts and `bridge/replay.py` plays them again under fresh keys. A part
is a text of words: what it is, in which form, and what the form takes. The forms:

    as HEX            as it came             public N   a key exchange value of N bytes, made anew
    offer HEX         phase 1's proposals    nonce N    a nonce of N bytes, made anew
    esp HEX           phase 2's, SPIs zero   hash       worked out anew
    id TYPE PROTOCOL PORT WHO                nat-d WHO  a hash of that end's place
    notify PROTOCOL KIND SPI DATA            nat-oa WHO
    delete PROTOCOL N                        name N     a text of N letters, which ones is cut
    certificate ENCODING                     request ENCODING      made anew: 4 X.509, 1 PKCS#7
    signature                                worked out anew by the key of that certificate
    cut N             N bytes that are nobody's business; zeros when played
"""

import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

FORMAT: Final = 1  # of the file; a reader refuses what is newer
LARGEST: Final = 1 << 18  # characters of a file
MOST_LINES: Final = 256
LONGEST_PART: Final = 1 << 14  # bytes that a part may ask for
CLIENT, GATEWAY = "client", "gateway"
LAYERS: Final = ("ike", "l2tp", "ppp")


class BadCase(ValueError):
    """The file is no recorded handshake, or one of another version; the text says what."""


@dataclass(frozen=True, slots=True)
class Line:
    """One message. `what` numbers exchanges of a kind; ports are 0 where they do not matter."""

    ms: int  # since the first one
    by_client: bool
    layer: str
    what: str
    port: int = 0  # ours
    source: int = 0  # the client's, 0 for one that its NAT has made up
    parts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """`came` are the names of the steps that were reached; `found` is what was agreed on."""

    made_by: str
    system: str
    ike: tuple[str, ...]  # suites that the client's entry allowed
    esp: tuple[str, ...]
    natt: tuple[str, ...]  # ways of NAT traversal, and what was told of a NAT before the gateway
    nat_d: str
    came: tuple[str, ...]
    found: Mapping[str, str]
    lines: tuple[Line, ...]


def case_to_data(case: Case) -> dict[str, Any]:
    """As values that JSON and TOML have."""
    return {
        "format": FORMAT,
        "made_by": case.made_by,
        "system": case.system,
        "ike": list(case.ike),
        "esp": list(case.esp),
        "natt": list(case.natt),
        "nat_d": case.nat_d,
        "came": list(case.came),
        "found": dict(case.found),
        "line": [
            {
                "ms": line.ms,
                "from": CLIENT if line.by_client else GATEWAY,
                "layer": line.layer,
                "what": line.what,
                "port": line.port,
                "source": line.source,
                "parts": list(line.parts),
            }
            for line in case.lines
        ],
    }


def case_from_data(data: Mapping[str, Any]) -> Case:
    """BadCase if it is not one."""
    try:
        if data["format"] != FORMAT:
            raise BadCase(f"format {data['format']} is not known here, only {FORMAT}")
        lines = [_line(one) for one in data["line"]]
        case = Case(
            made_by=_text(data["made_by"]),
            system=_text(data["system"]),
            ike=_texts(data["ike"]),
            esp=_texts(data["esp"]),
            natt=_texts(data["natt"]),
            nat_d=_text(data["nat_d"]),
            came=_texts(data["came"]),
            found={_text(key): _text(value) for key, value in dict(data["found"]).items()},
            lines=tuple(lines),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise error if isinstance(error, BadCase) else BadCase(f"no recording: {error}") from None
    if len(case.lines) > MOST_LINES:
        raise BadCase(f"more than {MOST_LINES} messages")
    return case


def parse_case(text: str) -> Case:
    """From the file; BadCase if it is not one."""
    if len(text) > LARGEST:
        raise BadCase(f"larger than {LARGEST} characters")
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise BadCase(f"no TOML: {error}") from None
    return case_from_data(data)


def build_case(case: Case) -> str:
    """The file: what was found first, then a table for each message."""
    data = case_to_data(case)
    lines, found = data.pop("line"), data.pop("found")
    parts = [
        "# A handshake as it was recorded, every secret, address and name cut: `postern record`.\n",
        _table(data),
        "\n[found]\n" + _table(found),
        *("\n[[line]]\n" + _table(line) for line in lines),
    ]
    return "".join(parts)


def length(word: str) -> int:
    """How many bytes a part asks for; BadCase if too many."""
    if not word.isdecimal() or len(word) > len(str(LONGEST_PART)) or int(word) > LONGEST_PART:
        raise BadCase(f"{word!r:.20} bytes are asked for, and {LONGEST_PART} are the most")
    return int(word)


def letters(form: str) -> bytes:
    """`name:N` is a text of N letters, `cut:N` so many zeros."""
    name, _, size = form.partition(":")
    return length(size) * (b"x" if name == "name" else b"\0")


def _table(values: Mapping[str, Any]) -> str:
    return "".join(f"{key} = {_value(value)}\n" for key, value in values.items())


def _value(value: Any) -> str:
    """Strings of JSON, and lists of them, are strings and lists of TOML."""
    if isinstance(value, list) and len(value) > 1:
        return "[\n" + "".join(f"    {json.dumps(one)},\n" for one in value) + "]"
    return json.dumps(value)


def _line(data: Mapping[str, Any]) -> Line:
    ms, port, source = data["ms"], data["port"], data["source"]
    who, layer = data["from"], data["layer"]
    numbers = all(type(number) is int and number >= 0 for number in (ms, port, source))
    if not numbers or who not in (CLIENT, GATEWAY) or layer not in LAYERS:
        raise BadCase(f"a line of it is none: {data!r:.100}")
    return Line(ms, who == CLIENT, layer, _text(data["what"]), port, source, _texts(data["parts"]))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise BadCase(f"{value!r:.50} is no text")
    return value


def _texts(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise BadCase(f"{value!r:.50} is no list")
    return tuple(map(_text, value))
