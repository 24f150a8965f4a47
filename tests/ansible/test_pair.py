"""The tables of a pair and of accounts, put in force by the playbooks on an emulated box, under its
real systemd; FreeRADIUS beside it hears of a real dial to the shared address."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from image.places import Places
from tests.ansible.boxes import OWN, SECRET, SLOW, as_the_example, known, provisioned
from tests.ansible.site import BOX, INSIDE, Site
from tests.image.dialling import USER, Told, dial
from tests.interop.freeradius import SECRET as ACCOUNTS
from tests.interop.freeradius import FreeRadius, until
from tests.interop.lab.topology import OUTSIDE
from tests.interop.lab.topology import OWN as OWN_OF_BOTH

pytestmark = pytest.mark.image
PORT = 1813
OUTSIDE_OF = """
network_outside: {{interface: outside, network: static, addresses: [{}, {}], prefix: 24}}
ha_pair: {{address: {}, peer: {}}}
"""
TOLD = f"""
monitoring_accounting: {{server: {OWN}, secret: {ACCOUNTS}}}
"""
MASTER = "journalctl -b --no-pager -u postern-pair.service | grep -q 'Entering MASTER STATE'"


def as_a_pair(site: Site, more: str) -> None:
    """Both boxes are in the inventory, and mean each other; only the first one is there."""
    own, other = OWN_OF_BOTH
    site.say(more + TOLD + OUTSIDE_OF.format(OUTSIDE, own, OUTSIDE, other))
    second = site.folder / "host_vars/gw-2.yml"
    second.write_text("---" + OUTSIDE_OF.format(OUTSIDE, other, OUTSIDE, own))
    hosts = site.folder / "hosts.yml"
    hosts.write_text(hosts.read_text().replace(f"    {BOX}:", f"    gw-2: {{}}\n    {BOX}:", 1))


def test_a_box_of_a_pair_has_the_shared_address_and_its_dials_are_in_the_accounts(
    site: Site, places: Places, settled: Path, place: Path
) -> None:
    with (
        provisioned(site, places, settled, place) as (box, wires),
        TemporaryDirectory(dir="/dev/shm") as folder,
    ):
        server = FreeRadius(Path(folder), PORT, client=INSIDE, at=OWN)
        mine = known(site, box)
        site.say(mine)
        assert site.play("provision").changed == 1
        as_a_pair(site, mine)
        with server.running():
            assert site.play("configure", "--limit", BOX).changed == 1
            assert site.play("configure", "--limit", BOX).changed == 0
            for unit in ("postern-pair", "postern-accounting"):
                box.probe.until(f"systemctl -q is-active {unit}.service", SLOW)
            box.probe.until(MASTER, SLOW)
            box.probe.until(f"ip -4 -br address show | grep -q {OUTSIDE}/32", SLOW)
            until(lambda: "Acct-Status-Type = Accounting-On" in server.said(), "Accounting-On")
            as_the_example(dial(wires, box, Told(SECRET)))
            until(lambda: [one for one in server.rows() if one["acctstoptime"]], "Stop")
        (account,) = server.who_was_on()
        print(f"FreeRADIUS: {account}", flush=True)
        assert (account["user"], account["machine"], account["how"]) == (
            USER,
            "press-3",
            "User-Request",
        )
        assert "Acct-Status-Type = Start" in server.said()
