"""Certificates and keys in the configuration or beside it: read, or told why not."""

import pytest

from gateway.control.certificates import read_key, read_list, read_root
from gateway.control.limits import LARGEST_FILE
from gateway.x509.keys import read_private_pem
from tests import pki
from tests.unit.control.pki_files import CA, CRL, GOOD, OURS, OWN, ROOT, Files
from tests.unit.control.written import config_of, no_files, problems_of, told


def toml(text: str) -> str:
    return f'"""\n{text}"""'


def test_files_beside_the_configuration_are_read() -> None:
    config = config_of(GOOD, Files())
    (own,), (authority,) = config.certificates, config.authorities
    assert [one.der for one in own.chain] == [OURS.der]
    assert own.key == read_private_pem(OURS.key_pem)
    assert own.always
    assert authority.certificate.der == ROOT.der
    assert authority.crl is not None
    assert authority.crl.revoked == {5}
    assert (authority.name, sorted(authority.allow), authority.strict) == ("works", ["sha1"], False)


def test_all_of_it_may_stand_in_the_configuration_itself() -> None:
    inside = GOOD.replace(
        'chain_file = "gateway.pem"\nkey_file = "gateway.key"',
        f"chain = {toml(OURS.pem)}\nkey = {toml(OURS.key_pem)}\nsend = 'asked'",
    ).replace(
        'certificate_file = "ca.pem"\ncrl_file = "ca.crl"',
        f"certificate = {toml(ROOT.pem)}\ncrl = {toml(CRL.decode())}\nidentities = 'strict'",
    )
    config = config_of(inside)
    assert config.certificates[0].chain == config_of(GOOD, Files()).certificates[0].chain
    assert not config.certificates[0].always
    assert config.authorities[0].strict
    (problem,) = problems_of(inside, no_files, 0o644)
    assert problem.what == "others than its owner may use this file with keys in it (mode 0644)"


def test_der_is_as_good_as_pem() -> None:
    files = Files().change("gateway.pem", OURS.der).change("ca.pem", ROOT.der)
    files.change("ca.crl", pki.list_der(ROOT, 5))
    assert told(GOOD, files) == []


@pytest.mark.parametrize(
    ("name", "data", "where", "what"),
    [
        ("gateway.pem", "", "certificate[1].chain_file", "holds no certificate"),
        ("gateway.pem", b"\x30\x03", "certificate[1].chain_file",
         "holds no certificate that can be read (3 bytes wanted, 0 left)"),
        ("gateway.pem", ROOT.pem * 6, "certificate[1].chain_file",
         "holds 6 certificates, and 5 are the most"),
        ("gateway.key", OURS.pem, "certificate[1].key_file",
         "has no RSA PRIVATE KEY or PRIVATE KEY in it"),
        ("gateway.key", b"x" * (LARGEST_FILE + 1), "certificate[1].key_file", "is too large"),
        ("ca.pem", ROOT.pem + OURS.pem, "ca[1].certificate_file", "holds 2 certificates"),
        ("ca.crl", ROOT.pem, "ca[1].crl_file", "holds no list of revoked certificates"),
        ("ca.crl", CRL + CRL, "ca[1].crl_file", "holds 2 lists"),
    ],
)  # fmt: skip
def test_a_file_that_does_not_have_it_is_told(
    name: str, data: bytes | str, where: str, what: str
) -> None:
    assert f"{where}: {what}" in told(GOOD, Files().change(name, data))


def test_a_file_that_is_not_there_is_told() -> None:
    problems = told(GOOD.replace("gateway.key", "other.key"), Files())
    assert problems == ["certificate[1].key_file: cannot be read: no such file or directory"]


def test_a_key_that_others_may_read_is_warned_of() -> None:
    (problem,) = problems_of(GOOD, Files(mode=0o640))
    assert problem.warning
    assert problem.where == "certificate[1].key_file"
    assert problem.what == "can be used by others than its owner (mode 0640)"


def test_what_must_be_there_and_what_may_not_be_twice() -> None:
    assert told(GOOD.replace("chain_file", "# chain_file"), Files()) == [
        "certificate[1].chain_file: is missing"
    ]
    assert told(GOOD.replace("certificate_file", "# "), Files()) == [
        "ca[1].certificate_file: is missing"
    ]
    assert told(GOOD.replace("crl_file", "# "), Files()) == []
    twice = GOOD.replace("key_file", 'key = "x"\nkey_file')
    assert told(twice, Files()) == [
        "certificate[1].key_file: stands beside key, and only one of the two can hold"
    ]
    wrong = GOOD.replace('"gateway.key"', "7")
    assert told(wrong, Files()) == [
        "certificate[1].key_file: is a whole number, and should be text in quotes"
    ]


def test_no_problem_and_no_configuration_shows_a_key() -> None:
    lines = OURS.key_pem.splitlines()
    broken = "\n".join([lines[0], lines[1][::-1], *lines[2:]])
    problems = problems_of(GOOD, Files().change("gateway.key", broken))
    assert problems
    secret = lines[2]
    assert secret not in repr(problems)
    config = config_of(GOOD, Files())
    assert str(config.certificates[0].key.d) not in repr(config)


def test_a_client_with_a_certificate_needs_no_key() -> None:
    (client,) = config_of(GOOD, Files()).clients
    assert client.psk == b""
    assert str(client.certificate) == "CN=press-3"
    assert OWN in GOOD
    assert CA in GOOD


@pytest.mark.parametrize("read", [read_root, read_list, read_key])
def test_bytes_of_any_letters_are_refused_in_words(read: object) -> None:
    assert callable(read)
    with pytest.raises(ValueError, match=r"^(holds|has) "):
        read(bytes(range(256)))
