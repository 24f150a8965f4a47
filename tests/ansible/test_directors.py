"""A plain Debian is made a director by `directors.yml`; a real dial comes by it to a box."""

import time
from pathlib import Path

import pytest

from image.places import Places
from tests.ansible.boxes import SECRET, SLOW, as_the_example, known, provisioned
from tests.ansible.director import make_director, started
from tests.ansible.site import Site
from tests.image.dialling import Told, dial
from tests.interop.lab.topology import OUTSIDE, OWN

pytestmark = pytest.mark.image
DIRECTOR = "director-1"
ADDRESS = "203.0.113.4"
START = 600.0  # seconds for a plain Debian until it lets one log in
FLEET = f"""
network_outside:
  {{interface: outside, network: static, addresses: [{OUTSIDE}, {OWN[0]}], prefix: 24}}
ha_fleet: {{address: {OUTSIDE}, directors: [{ADDRESS}]}}
"""
DIRECTORS = """
directors:
  vars:
    ansible_user: root
    ansible_ssh_private_key_file: {key}
    ansible_ssh_common_args: -o UserKnownHostsFile={known} -o StrictHostKeyChecking=accept-new
    ha_address: {outside}
    ha_interface: eth0
    ha_gateways: [{gateway}]
  hosts:
    {name}: {{ansible_host: {own}, ha_own: {own}}}
"""


def said(site: Site, command: str) -> str:
    """By the director."""
    done = site.run("ansible", DIRECTOR, "-m", "ansible.builtin.command", "-a", command)
    assert done.status == 0, done.text
    print(f"# {command}\n{done.text}", flush=True)
    return done.text


def lets_one_in(site: Site) -> None:
    end = time.monotonic() + START
    while (done := site.run("ansible", DIRECTOR, "-m", "ansible.builtin.ping")).status:
        assert time.monotonic() < end, done.text


def test_a_plain_debian_becomes_a_director_and_sends_a_dial_to_the_box(
    site: Site, places: Places, settled: Path, place: Path
) -> None:
    made = make_director(places.build, ADDRESS)
    with provisioned(site, places, settled, place) as (box, wires):
        wires.stand("outside", "203.0.113.250/24")
        mine = known(site, box)
        site.say(mine)
        assert site.play("provision").changed == 1
        hosts = site.folder / "hosts.yml"
        words = DIRECTORS.format(
            key=made / "key",
            known=site.folder / "known_directors",
            outside=OUTSIDE,
            gateway=OWN[0],
            name=DIRECTOR,
            own=ADDRESS,
        )
        hosts.write_text(hosts.read_text() + words)
        site.say(mine + FLEET)
        assert site.play("configure").changed == 1
        box.probe.until(f"ip -4 -br address show lo | grep -q {OUTSIDE}", SLOW)

        with started(made, place, wires.more("director")):
            lets_one_in(site)
            first = site.play("directors", host=DIRECTOR)
            assert first.changed > 0
            assert site.play("directors", host=DIRECTOR).changed == 0
            assert f"inet {OUTSIDE}/32" in said(site, "ip -4 address show dev eth0")
            assert "active" in said(site, "systemctl is-active keepalived postern-director")
            assert "--set-xmark 0x1f4" in said(site, "iptables-save -t mangle")
            table = said(site, "ipvsadm -L -n")
            assert "FWM  500 mh" in table
            assert OWN[0] in table
            assert "there" in said(site, "postern-director list")
            as_the_example(dial(wires, box, Told(SECRET)))
            assert site.play("drain").changed == 1
            assert "drained" in said(site, "postern-director list")
            assert site.play("return").changed == 1
