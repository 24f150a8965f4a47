from gateway.crypto.aead import KEY, NONCE, seal, unseal

# RFC 8439, 2.8.2: the example for the AEAD construction.
PLAIN = (
    b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
    b"sunscreen would be it."
)
LABEL = bytes.fromhex("50515253c0c1c2c3c4c5c6c7")
RFC_KEY = bytes(range(0x80, 0xA0))
RFC_NONCE = bytes.fromhex("070000004041424344454647")
TAG = bytes.fromhex("1ae10b594f09e26a7e902ecbd0600691")


def test_the_example_of_rfc_8439() -> None:
    sealed = seal(RFC_KEY, RFC_NONCE, PLAIN, LABEL)
    assert sealed[:NONCE] == RFC_NONCE
    assert sealed[NONCE : NONCE + 4] == bytes.fromhex("d31a8d34")
    assert sealed[-16:] == TAG


def test_a_record_opens_with_its_key_and_label_alone() -> None:
    sealed = seal(bytes(KEY), bytes(NONCE), b"data", b"label")
    assert unseal(bytes(KEY), sealed, b"label") == b"data"
    assert unseal(b"\1" * KEY, sealed, b"label") is None
    assert unseal(bytes(KEY), sealed, b"Label") is None


def test_a_record_that_was_changed_or_cut_is_none() -> None:
    sealed = seal(bytes(KEY), bytes(NONCE), b"data", b"label")
    for at in range(len(sealed)):
        assert unseal(bytes(KEY), sealed[:at], b"label") is None
        changed = sealed[:at] + bytes((sealed[at] ^ 1,)) + sealed[at + 1 :]
        assert unseal(bytes(KEY), changed, b"label") is None
