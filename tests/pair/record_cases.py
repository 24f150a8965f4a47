"""Writes the recordings of the scripted clients anew: `python -m tests.pair.record_cases`.

Only where a client's script was changed. A recording that no longer plays shows that the gateway
was changed, which is what it is for.
"""

from gateway.control.recorded import build_case
from tests.captures import vectors
from tests.pair.peers.ike_signer import chain
from tests.pair.peers.old_clients import CLIENTS, WIN2000_KB818043, XP_SP2
from tests.pair.recorded_world import PRESS, ROOT, record, record_signed


def main() -> None:
    cases = {name: record(kind)[1] for name, kind in CLIENTS.items()}
    _, cases["xp-sp2-certificate"] = record_signed(XP_SP2, shown=[chain(PRESS, ROOT)], cut=True)
    _, cases["win2000-kb818043-certificate"] = record_signed(WIN2000_KB818043)
    for name, case in cases.items():
        path = vectors("recorded") / f"scripted-{name}.toml"
        path.write_text(build_case(case))
        print(path.name)


if __name__ == "__main__":
    main()
