"""What is written, the gateway reads."""

import tomllib
from datetime import date

from ansible_collections.postern.gateway.plugins.module_utils.toml import to_toml
from tests.unit.control.written import problems_of

WHOLE = {
    "outside": {"interface": "eth0", "addresses": ["203.0.113.1"], "mtu": 1400, "natt": None},
    "inside": None,
    "client": [
        {
            "name": "press-3",
            "psk": 'with "quotes", a \\ and \x07',
            "route": "old-nt4",
            "ike": ["des-md5-modp768"],
            "esp": ["des-md5"],
            "weak_reason": "the lathe",
            "weak_until": "2030-12-31",
            "revoked": True,
        }
    ],
    "route": [{"name": "old-nt4", "kind": "pptp", "server": "10.10.0.2"}],
}


def test_what_is_written_means_what_was_said_without_what_was_not() -> None:
    read = tomllib.loads(to_toml(WHOLE))
    assert read["outside"] == {"interface": "eth0", "addresses": ["203.0.113.1"], "mtu": 1400}
    assert "inside" not in read
    assert read["client"][0]["psk"] == 'with "quotes", a \\ and \x07'
    assert read["client"][0]["weak_until"] == date(2030, 12, 31)
    assert read["client"][0]["revoked"] is True


def test_the_judge_finds_nothing_wrong_with_how_it_is_written() -> None:
    psk = {"psk": "a long random text"}
    good = {**WHOLE, "client": [{**WHOLE["client"][0], **psk}]}  # type: ignore[index, dict-item]
    assert [one for one in problems_of(to_toml(good)) if not one.warning] == []


def test_what_is_no_day_stays_text_for_the_judge() -> None:
    assert 'weak_until = "soon"' in to_toml({"client": [{"weak_until": "soon"}]})


def test_text_that_looks_like_a_day_stays_text_elsewhere() -> None:
    assert 'contact = "2030-12-31"' in to_toml({"box": {"contact": "2030-12-31"}})
