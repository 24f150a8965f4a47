"""Runs inside User-Mode Linux: plays the scenarios asked for, one after the other.

Asked by the file /lab-out/$BATCH (JSON: names, shell); each scenario leaves /lab-out/NAME with its
result.json and every tool's log. Lines for the host begin with STEP, the rest is the console's.
"""

import json
import os
import shutil
import signal
import subprocess
import time
import traceback
from pathlib import Path
from types import FrameType
from typing import Any

from tests.interop.lab.limits import longest, scenario
from tests.interop.lab.stage import Lab

OUT = Path("/lab-out")
STEP = "\x01lab "
DOORS = (("net", "net"), ("uts", "uts"), ("mount", "mnt"))  # nsenter's words, the kernel's
ON = '#!/bin/sh\nname=$1; shift\nexec nsenter $(cat "/lab-hosts/$name.doors") "$@"\n'


def main() -> None:
    batch = json.loads((OUT / os.environ["BATCH"]).read_text())
    signal.signal(signal.SIGALRM, _too_long)
    for name in batch["names"]:
        play(name, keep=bool(batch["shell"]))


def play(name: str, keep: bool) -> None:
    """One scenario in a world of its own; what happens to it stops no other."""
    started = time.monotonic()

    def step(text: str) -> None:
        seconds = round(time.monotonic() - started, 2)
        print(text if keep else STEP + json.dumps([name, seconds, text]), flush=True)

    logs = OUT / name
    shutil.rmtree(logs, ignore_errors=True)
    logs.mkdir(parents=True)
    result: dict[str, Any] = {}
    step("building the world")
    lab = Lab(step, carrier=name.partition("@")[2])
    try:
        signal.alarm(longest(name))
        result["facts"] = scenario(name).run(lab)
    except Exception:  # noqa: BLE001  # reported whole; the next scenario shall still run
        result["error"] = traceback.format_exc()
    finally:
        signal.alarm(0)
    result["seconds"] = round(time.monotonic() - started, 1)
    if keep:
        _shell(lab, result)
    lab.close(logs)
    (logs / "result.json").write_text(json.dumps(result, indent=1) + "\n")
    step("failed" if "error" in result else "done")


def _too_long(number: int, frame: FrameType | None) -> None:
    raise TimeoutError("the scenario took longer than its LONGEST")


def _shell(lab: Lab, result: dict[str, Any]) -> None:
    """A console in the world as the scenario left it."""
    for node in lab.world.nodes:
        doors = " ".join(f"--{long}={node.spaces.path(kind)}" for long, kind in DOORS)
        Path(f"/lab-hosts/{node.name}.doors").write_text(doors)
    tool = Path("/usr/bin/on")
    tool.write_text(ON)
    tool.chmod(0o755)
    print(json.dumps(result, indent=1).replace("\\n", "\n"))
    print("hosts:", *(node.name for node in lab.world.nodes))
    print("on HOST COMMAND runs something there; logs are in /run/log; exit ends the lab")
    subprocess.run(["setsid", "-cw", "sh", "-i"], check=False)


if __name__ == "__main__":
    main()
