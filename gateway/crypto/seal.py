"""A file that only the owner of an SSH key can open: the format of age, version 1.

https://github.com/C2SP/C2SP/blob/main/age.md; the two kinds of SSH keys are wrapped as age itself
does it (filippo.io/age, agessh). Sealing needs the public halves alone; nothing here can open what
it has sealed. Any age or rage does: `age -d -i ~/.ssh/id_ed25519`.
"""

from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.asymmetric.padding import MGF1, OAEP
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

VERSION: Final = "age-encryption.org/v1"
KINDS: Final = ("ssh-ed25519", "ssh-rsa")
CHUNK: Final = 64 << 10  # bytes
COLUMNS: Final = 64  # letters of a line
FILE_KEY, NONCE = 16, 16  # bytes
PRIME: Final = (1 << 255) - 19
Random = Callable[[int], bytes]


class NoReader(ValueError):
    """None of the keys is of a kind that can open anything: it could only sign."""


@dataclass(frozen=True, slots=True)
class Key:
    """A public key: its kind, and all of it as SSH has it (RFC 4253, 6.6)."""

    kind: str
    blob: bytes


def read_key(line: str) -> Key:
    """From a line of `authorized_keys` without options."""
    kind, _, rest = line.partition(" ")
    return Key(kind, b64decode(rest.split(" ")[0]))


def seal(data: bytes, keys: Sequence[Key], random: Random) -> str:
    """For whoever owns one of the keys, as lines of ASCII; `NoReader` without one that serves."""
    file_key = random(FILE_KEY)
    wrapped = [line for key in keys if key.kind in KINDS for line in _wrap(key, file_key, random)]
    if not wrapped:
        raise NoReader("no key is of a kind that can open a file")
    head = "\n".join([VERSION, *wrapped, "---"])
    state = HMAC(_derive(file_key, b"", "header"), SHA256())
    state.update(head.encode())
    nonce = random(NONCE)
    stream = ChaCha20Poly1305(_derive(file_key, nonce, "payload"))
    body = b"".join(_chunks(data, stream))
    return _armored(f"{head} {_base64(state.finalize())}\n".encode() + nonce + body)


def _wrap(key: Key, file_key: bytes, random: Random) -> list[str]:
    """One stanza: who can open it, and the file's key for them."""
    label = f"{VERSION}/{key.kind}"
    tag = _base64(sha256(key.blob).digest()[:4])
    if key.kind == "ssh-rsa":
        return [f"-> {key.kind} {tag}", *_wrapped(_for_rsa(key, file_key, label))]
    ours, body = _for_ed25519(key, file_key, label, random)
    return [f"-> {key.kind} {tag} {_base64(ours)}", *_wrapped(body)]


def _for_rsa(key: Key, file_key: bytes, label: str) -> bytes:
    line = f"{key.kind} {b64encode(key.blob).decode()}".encode()
    public = load_ssh_public_key(line)
    padding = OAEP(MGF1(SHA256()), SHA256(), label.encode())
    return bytes(public.encrypt(file_key, padding))  # type: ignore[union-attr]  # it is RSA


def _for_ed25519(key: Key, file_key: bytes, label: str, random: Random) -> tuple[bytes, bytes]:
    """Diffie-Hellman with the same point on the other form of the curve, bound to this key."""
    theirs = montgomery(key.blob[-32:])
    ephemeral = X25519PrivateKey.from_private_bytes(random(32))
    ours = ephemeral.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    shared = ephemeral.exchange(X25519PublicKey.from_public_bytes(theirs))
    tweak = X25519PrivateKey.from_private_bytes(_derive(b"", key.blob, label))
    shared = tweak.exchange(X25519PublicKey.from_public_bytes(shared))
    wrapping = _derive(shared, ours + theirs, label)
    return ours, ChaCha20Poly1305(wrapping).encrypt(bytes(12), file_key, None)


def montgomery(point: bytes) -> bytes:
    """u of the Montgomery form for an Ed25519 public key: (1 + y) / (1 - y) (RFC 7748, 4.1)."""
    y = int.from_bytes(point, "little") & (1 << 255) - 1
    u = (1 + y) * pow(1 - y, PRIME - 2, PRIME) % PRIME
    return u.to_bytes(32, "little")


def _chunks(data: bytes, stream: ChaCha20Poly1305) -> Iterator[bytes]:
    """STREAM: each chunk under its number, the last one marked, so none can be left out."""
    count = max(1, -(-len(data) // CHUNK))
    for number in range(count):
        last = number == count - 1
        nonce = number.to_bytes(11, "big") + bytes([last])
        yield stream.encrypt(nonce, data[number * CHUNK : (number + 1) * CHUNK], None)


def _derive(secret: bytes, salt: bytes, info: str) -> bytes:
    return HKDF(SHA256(), 32, salt, info.encode()).derive(secret)


def _base64(data: bytes) -> str:
    return b64encode(data).decode().rstrip("=")


def _wrapped(body: bytes) -> list[str]:
    """Lines of 64 letters and a last one that is shorter, even if that is empty."""
    text = _base64(body)
    lines = [text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS)]
    return lines if lines and len(lines[-1]) < COLUMNS else [*lines, ""]


def _armored(data: bytes) -> str:
    text = b64encode(data).decode()
    lines = [text[start : start + COLUMNS] for start in range(0, len(text), COLUMNS)]
    kind = "AGE ENCRYPTED FILE"
    return "\n".join([f"-----BEGIN {kind}-----", *lines, f"-----END {kind}-----", ""])
