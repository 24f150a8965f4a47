"""The plays as they are started, as far as no box is needed for them."""

import os
import re
import stat
import sys
import tomllib
from pathlib import Path

import pytest

from tests.ansible.site import BOX, Site, site_from_the_example
from tests.unit.ansible.test_director import PLACE as DIRECTOR
from tests.unit.ansible.test_director import TABLE
from tests.unit.control.written import problems_of

pytestmark = [pytest.mark.slow, pytest.mark.long]
OWN = "203.0.113.2"
LOCAL = f"""\
    ansible_connection: local
    ansible_become: false
    ansible_python_interpreter: {sys.executable}
"""
DIRECTED = f"""\
postern:
  hosts:
    {BOX}:
      network_outside: {{addresses: [203.0.113.1, {OWN}]}}
      ha_fleet: {{address: 203.0.113.1, directors: [203.0.113.4, 203.0.113.5]}}
directors:
  vars:
{LOCAL}
  hosts:
    director-1: {{ha_own: 203.0.113.4}}
    director-2: {{ha_own: 203.0.113.5}}
"""
SHARING = f"""\
postern:
  hosts:
    {BOX}:
      network_outside: {{addresses: [203.0.113.1, {OWN}]}}
      ha_pair: {{address: 203.0.113.1, peer: 203.0.113.3}}
    gw-2:
      network_outside: {{addresses: [203.0.113.1, 203.0.113.3]}}
      ha_pair: {{address: 203.0.113.1, peer: {OWN}}}
    gw-3:
      network_outside: {{addresses: [203.0.113.7, 203.0.113.8]}}
      ha_pair: {{address: 203.0.113.7, peer: 203.0.113.9}}
    gw-4:
      ha_fleet: {{address: 203.0.113.6, directors: [203.0.113.4, 203.0.113.5]}}
    gw-5:
      ha_fleet: {{address: 203.0.113.6, directors: [203.0.113.4]}}
directors:
  hosts:
    director-1: {{ha_own: 203.0.113.4}}
    director-2: {{ha_own: 203.0.113.5}}
"""


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
        here = "ansible_host: 127.0.0.1\nansible_port: 1\n"
        site.say("postern_fingerprint: SHA256:" + 43 * "A" + "\n" + here)
        played = site.play("provision")
        assert "no box answers with a key at [127.0.0.1]:1" in played.text
        assert not (site.folder / "known_hosts").exists()


def test_every_director_is_told_that_a_box_gets_clients_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    asked, note = tmp_path / "asked", tmp_path / "drained" / OWN
    note.parent.mkdir()
    note.touch()
    (tmp_path / "ip_vs").write_text(TABLE)
    words = f"--folder {note.parent} --table {tmp_path}/ip_vs --patience 0"
    program = tmp_path / "postern-director"
    program.write_text(
        f'#!/bin/sh\necho "$@" >>{asked}\nexec {sys.executable} {DIRECTOR} "$@" {words}\n'
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    with site_from_the_example() as site:
        inventory(site, DIRECTED)
        assert site.play("return").changed == 1
        assert asked.read_text() == 2 * f"return {OWN}\n"
        assert not note.exists()
        assert site.play("return").changed == 0


def test_boxes_that_share_an_address_must_mean_each_other_and_answer_every_director() -> None:
    with site_from_the_example() as site:
        inventory(site, SHARING)
        played = site.run(
            "ansible", "postern", "-m", "include_role", "-a", "name=postern.gateway.ha"
        )
    assert set(re.findall(r"(gw-\d) \| FAILED", played.text)) == {"gw-3", "gw-5"}, played.text
    assert "gw-3 shares 203.0.113.7 by VRRP, but there is not exactly one other box" in played.text
    assert "ha_fleet.directors of gw-5 lacks 203.0.113.5, which is" in played.text


def inventory(site: Site, text: str) -> None:
    """In place of the example's."""
    (site.folder / "hosts.yml").write_text(text)
    (site.folder / "host_vars" / f"{BOX}.yml").unlink()
