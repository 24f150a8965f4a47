"""From what apt says to the rows of the lock."""

import pytest

from image.mirror import Mirrors
from image.programs import Failed
from image.steps.resolve import described, parse_records, read_list

MIRRORS = Mirrors("http://mirror.example/debian", "http://mirror.example/debian-security")
# Two stanzas as `apt-cache dumpavail` writes them, shortened.
AVAILABLE = """\
Package: rauc
Version: 1.13-1+b1
Description: robust controller
 with: a second line
Filename: pool/main/r/rauc/rauc_1.13-1+b1_amd64.deb
Size: 188000
SHA256: 0001

Package: openssl
Version: 3.5.1-1
Filename: pool/updates/main/o/openssl/openssl_3.5.1-1_amd64.deb
Size: 1400
SHA256: 0002
"""


def test_a_list_is_words_with_comments() -> None:
    assert read_list("# all\nbusybox\nrauc   # updates\n\n") == ["busybox", "rauc"]


def test_a_package_knows_which_mirror_it_is_from() -> None:
    uris = {
        "http://mirror.example/debian/pool/main/r/rauc/rauc_1.13-1+b1_amd64.deb": {"tools", "root"},
        f"{MIRRORS.security}/pool/updates/main/o/openssl/openssl_3.5.1-1_amd64.deb": {"root"},
    }
    found = {one.name: one for one in described(parse_records(AVAILABLE), uris, MIRRORS)}
    assert (found["rauc"].mirror, found["rauc"].sets) == ("main", "root,tools")
    assert (found["openssl"].mirror, found["openssl"].size) == ("security", 1400)
    assert found["rauc"].sha256 == "0001"


def test_a_file_that_nothing_describes_is_refused() -> None:
    with pytest.raises(Failed, match="does not describe"):
        described([], {"http://mirror.example/debian/pool/x.deb": {"root"}}, MIRRORS)
