"""The plays as they are started, as far as no box is needed for them."""

import stat
import tomllib

import pytest

from tests.ansible.site import BOX, site_from_the_example
from tests.unit.control.written import problems_of

pytestmark = [pytest.mark.slow, pytest.mark.long]


def test_the_example_makes_a_provisioning_file_that_the_judge_takes_and_a_second_run_none() -> None:
    with site_from_the_example() as site:
        file = site.folder / "provision" / f"{BOX}.toml"
        assert site.play("provision", "--check").changed >= 1
        assert not file.exists()
        assert site.play("provision").changed == 2
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert [one for one in problems_of(file.read_text()) if not one.warning] == []
        written = tomllib.loads(file.read_text())
        assert written["box"]["hostname"] == BOX
        assert written["admin"][0]["name"] == "ada"
        assert set(written) == {"outside", "inside", "client", "route", "box", "admin"}
        assert site.play("provision").changed == 0


def test_a_box_that_nobody_answers_for_is_not_recorded() -> None:
    with site_from_the_example() as site:
        site.say("postern_fingerprint: SHA256:" + 43 * "A" + "\nansible_port: 1\n")
        played = site.play("provision")
        assert "no box answers with a key at [127.0.0.1]:1" in played.text
        assert not (site.folder / "known_hosts").exists()
