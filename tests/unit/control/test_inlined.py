"""Files beside the configuration, put into its text."""

import subprocess
import sys

import pytest

from gateway.control.document import File
from gateway.control.edit import edited
from gateway.control.inlined import as_text, inlined
from tests import pki
from tests.unit.control.pki_files import CRL, GOOD, OURS, ROOT, Files
from tests.unit.control.written import GOOD as WITH_KEYS
from tests.unit.control.written import config_of, no_files


def test_the_text_alone_means_the_same() -> None:
    text = edited(GOOD, inlined(GOOD, Files()))
    assert "_file" not in text
    assert config_of(text) == config_of(GOOD, Files())


def test_what_is_there_already_or_cannot_be_read_stays_as_it_is() -> None:
    assert inlined(WITH_KEYS, Files()) == []
    assert inlined(GOOD, no_files) == []
    some = inlined(GOOD, lambda name: File(b"x") if name == "ca.pem" else "no such file")
    assert [(one.op, one.table, one.key) for one in some] == [
        ("unset", "ca", "certificate_file"),
        ("set", "ca", "certificate"),
    ]


def test_der_becomes_pem_of_its_kind() -> None:
    assert as_text("certificate", ROOT.der) == ROOT.pem
    assert as_text("crl", pki.list_der(ROOT, 5)) == CRL.decode()
    assert as_text("key", OURS.key_pem.encode()) == OURS.key_pem


@pytest.mark.long
def test_the_gateway_does_without_what_edits_texts() -> None:
    code = "import gateway.bridge.gateway, sys; sys.exit('tomlkit' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
