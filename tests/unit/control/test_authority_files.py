"""The register on the disk."""

import json

import pytest

from gateway.control.authority import revoke
from gateway.control.authority_files import (
    FILES,
    FOLDER,
    NoRegister,
    certificate_pem,
    read_register,
    register_text,
)
from gateway.x509.certificate import read_certificates
from tests.unit.control.test_authority import NOW, OWN, issued

STATE = revoke(issued(state=issued()[0])[0], "press-3", NOW)[0]
TEXT = register_text(STATE)


def test_a_register_goes_out_and_comes_back() -> None:
    assert read_register(TEXT) == STATE


def test_all_files_lie_in_one_folder() -> None:
    assert all(name.startswith(f"{FOLDER}/") for name in FILES)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: "",
        lambda text: "[]",
        lambda text: "[" * 100_000,
        lambda text: text[: len(text) // 2],
        lambda text: text.replace("BEGIN PRIVATE", "BEGIN PUBLIC"),
        lambda text: text.replace("BEGIN CERTIFICATE", "BEGIN CERT"),
        lambda text: text.replace('"serial": "', '"serial": "x'),
        lambda text: text.replace('"issued"', '"given"'),
        lambda text: json.dumps({**json.loads(text), "issued": 7}),
        lambda text: json.dumps({**json.loads(text), "key": None}),
    ],
)
def test_a_damaged_register_is_told(spoil: object) -> None:
    assert callable(spoil)
    with pytest.raises(NoRegister, match="is damaged"):
        read_register(spoil(TEXT))


def test_one_of_another_version_is_told() -> None:
    with pytest.raises(NoRegister, match="another version"):
        read_register(TEXT.replace('"version": 1', '"version": 2'))


def test_a_certificate_goes_out_as_pem() -> None:
    (found,) = read_certificates(certificate_pem(OWN.certificate))
    assert found == OWN.certificate
