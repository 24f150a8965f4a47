"""The names of all suites there are, the order in which we choose, and which are weak.

An IKE suite is cipher-hash-group, an ESP suite cipher-hash, MPPE has bits alone. What
each name means in bytes is known to the protocol rooms alone.
"""

from gateway.control.defaults import DEFAULTS

CIPHERS = ("aes256", "aes192", "aes128", "3des", "des")
HASHES = ("sha1", "md5")
GROUPS = ("modp2048", "modp1536", "modp1024", "modp768")
WEAKNESS = {
    "des": "a DES key of 56 bits is found by search within a day",
    "md5": "MD5 is broken",
    "modp768": "logarithms in a group of 768 bits have been computed in public",
    "56": "a key of 56 bits is found by search within a day",
    "40": "a key of 40 bits is found by search within minutes",
}


def weakness(name: str) -> str:
    """Why a suite is weak, or nothing if it is not."""
    return "; ".join(WEAKNESS[part] for part in name.split("-") if part in WEAKNESS)


def _order(default: list[str], names: list[str]) -> tuple[str, ...]:
    """The default's order, then all others, those with the least weakness first."""
    rest = [name for name in names if name not in default]
    return (*default, *sorted(rest, key=lambda name: _badness(name.split("-"))))


def _badness(parts: list[str]) -> tuple[bool, bool, bool]:
    return "des" in parts, "modp768" in parts, "md5" in parts


# Of MPPE: bits of the key, and whether it goes by what was sent before.
MPPE_TERMS = tuple(f"{bits}{more}" for bits in (128, 56, 40) for more in ("", "-stateful"))
ESP_SUITES = _order(DEFAULTS["client"]["esp"], [f"{c}-{h}" for c in CIPHERS for h in HASHES])
IKE_SUITES = _order(
    DEFAULTS["client"]["ike"],
    [f"{c}-{h}-{g}" for g in GROUPS for c in CIPHERS for h in HASHES],
)
