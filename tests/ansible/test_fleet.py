"""A box in the emulator, from its provisioning file through its life, by the playbooks alone.

An old machine of the lab dials it from behind a NAT after it was configured, updated and put back;
one that had a session before the update is waited for.
"""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from image.places import Places
from tests.ansible.boxes import SECRET, START, as_the_example, known, provisioned
from tests.ansible.site import BOX, Site
from tests.image.appliance import Appliance
from tests.image.bundles import Update, make_update
from tests.image.dialling import Told, dial, held

pytestmark = pytest.mark.image
NEWER = "9.1.0"
WAITS = "base_upgrade: {redial_minutes: 60}\n"
OTHER_SECRET = "another long random text"
PRESS_4 = """
gateway_clients:
  - {name: press-3, psk: "{{ vault_psk_press_3 }}", route: old-nt4, reach: [10.10.0.2 tcp/139]}
  - name: press-4
    psk: another long random text
    route: old-nt4
    reach: [10.10.0.2 tcp/139, 10.10.0.2 icmp]
"""


def saved(box: Appliance) -> str:
    return box.probe("cat /data/postern/saved.toml")


def test_a_box_is_configured_again_and_again_and_a_wrong_network_is_taken_back(
    site: Site, places: Places, settled: Path, place: Path
) -> None:
    with provisioned(site, places, settled, place) as (box, wires):
        assert site.play("configure").count("unreachable") == 1  # nobody has compared its key
        other = "postern_fingerprint: SHA256:" + 43 * "A"
        site.say(other)
        refused = site.play("provision")
        assert "nothing was recorded" in refused.text
        mine = known(site, box)
        site.say(mine)
        assert site.play("provision").changed == 1
        assert site.play("provision").changed == 0

        assert site.play("configure").changed == 0  # the file has said it all
        as_the_example(dial(wires, box, Told(SECRET)))

        site.say(mine + PRESS_4)
        before = saved(box)
        looked = site.play("configure", "--check", "--diff")
        assert looked.changed == 1
        assert '[[client]] "press-4"' in looked.text
        assert OTHER_SECRET not in looked.text
        assert saved(box) == before
        assert box.ask("status")["changed"] == 0

        assert site.play("configure").changed == 1
        assert "press-4" in saved(box)
        assert box.ask("config.history")[0]["face"] == "ansible"
        assert site.play("configure").changed == 0
        new = dial(wires, box, Told(OTHER_SECRET, pings=5))
        assert (new.session["client"], new.received) == ("press-4", 5)

        number = box.ask("config.history")[0]["number"]
        site.say(mine + PRESS_4 + "gateway_deadline: 40\n", inside="10.10.0.77")
        lost = site.play("configure")
        assert lost.count("failed") == 1, lost.text
        assert "taken the change back" in lost.text
        assert box.ask("config.history")[0]["number"] == number
        status = box.ask("status")
        assert (status["pending"], status["changed"]) == (None, 0)
        site.say(mine + PRESS_4)
        assert site.play("configure").changed == 0


def test_an_update_runs_the_way_back_is_gone_and_a_backup_is_restored(
    site: Site, places: Places, settled: Path, place: Path
) -> None:
    update = make_update(places, place, Update(NEWER))
    words = ("-e", f"update={update}", "-e", f"version={NEWER}")
    site.say(WAITS)
    with provisioned(site, places, settled, place) as (box, wires):
        mine = known(site, box) + WAITS
        site.say(mine)
        assert site.play("provision").changed == 1
        assert site.play("backup").changed == 2
        assert (site.folder / "backup" / f"{BOX}.toml").read_text() == saved(box)

        older = box.slots()["a"]["version"]
        with ThreadPoolExecutor(1) as beside:
            box.console.forget()
            with held(wires, Told(SECRET)):
                update_play = beside.submit(site.play, "update", *words)
                assert box.boot(START).slot == "B"
            box.confirmed(START)
            assert box.ask("status")["redial"]["machines"] == ["press-3"]
            assert not update_play.done()  # it waits for the machine, as the box does
            with held(wires, Told(SECRET)):
                # brought, installed, removed, started
                assert update_play.result(START).changed == 4
        assert box.ask("status")["redial"] is None
        assert (box.slots()["booted"], box.slots()["b"]["version"]) == ("b", NEWER)
        as_the_example(dial(wires, box, Told(SECRET)))
        assert site.play("update", *words).changed == 0
        assert site.play("rollback", "-e", f"version={older}").changed == 2
        box.confirmed(START)
        assert box.slots()["booted"] == "a"
        as_the_example(dial(wires, box, Told(SECRET)))
        assert site.play("rollback", "-e", f"version={older}").changed == 0
        assert site.play("update", *words).changed == 2  # it is there still: chosen, started
        assert box.slots()["booted"] == "b"

        backed_up = saved(box)
        site.say(mine + PRESS_4)
        assert site.play("configure").changed == 1
        assert site.play("restore").changed == 1
        assert saved(box) == backed_up
        assert site.play("drain").changed == 0
