"""Writes the recordings of the scripted clients anew: `python -m tests.pair.record_cases`.

Only where a client's script was changed. A recording that no longer plays shows that the gateway
was changed, which is what it is for.
"""

from gateway.control.recorded import build_case
from tests.captures import vectors
from tests.pair.peers.old_clients import CLIENTS
from tests.pair.recorded_world import record


def main() -> None:
    for name, kind in CLIENTS.items():
        _, case = record(kind)
        path = vectors("recorded") / f"scripted-{name}.toml"
        path.write_text(build_case(case))
        print(path.name)


if __name__ == "__main__":
    main()
