"""Ansible's module `upgrade`: another system for the box, or the one before."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.command import Refused, of_module
from ansible_collections.postern.gateway.plugins.module_utils.slots import booted, other, to_install

DOCUMENTATION = r"""
---
module: upgrade
short_description: Install an update on a Postern gateway, or go back
description:
  - The box has two systems. An update goes into the one that does not run; the box checks its
    signature itself. It starts with the next reboot, and the box goes back by itself if it is bad.
options:
  state:
    description:
      - C(installed) sees to it that O(version) runs or waits in the other slot.
      - C(previous) has the next start use the other slot, where it does not run already.
      - C(rebooted) starts the box anew, and waits until it has proved the system that runs then;
        with O(version) it fails if that is another.
    type: str
    choices: [installed, previous, rebooted]
    default: installed
  file:
    description: The update on the box; an administrator may write to C(/data/upload).
    type: str
  version:
    description: What it shall be.
    type: str
  older:
    description: Install it even if it is older than what runs.
    type: bool
    default: false
  timeout:
    description: For C(rebooted), how many seconds that may take.
    type: int
    default: 1200
  reason:
    description: For the box's journal.
    type: str
    default: by Ansible
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Install an update
  postern.gateway.upgrade:
    file: /data/upload/postern-0.2.0-amd64.raucb
    version: 0.2.0
"""

RETURN = r"""
version:
  description: What was installed, or will run.
  returned: always
  type: str
"""


def main():
    module = AnsibleModule(
        {
            "state": {
                "type": "str",
                "choices": ["installed", "previous", "rebooted"],
                "default": "installed",
            },
            "file": {"type": "str"},
            "version": {"type": "str"},
            "older": {"type": "bool", "default": False},
            "reason": {"type": "str", "default": "by Ansible"},
        },
        supports_check_mode=True,
        required_if=[("state", "installed", ("file", "version"))],
    )
    postern = of_module(module)
    states = {"installed": installed, "previous": previous, "rebooted": rebooted}
    try:
        box = postern.ask("box")
        module.exit_json(**states[module.params["state"]](module, postern, box))
    except Refused as refused:
        module.fail_json(msg=str(refused))


def installed(module, postern, box):
    version = module.params["version"]
    changed = to_install(box, version)
    if changed and not module.check_mode:
        older = ["--older"] if module.params["older"] else []
        found = postern.ask("upgrade", module.params["file"], *older)["version"]
        if found != version:
            raise Refused(f"{found} was installed, and not {version}. Say which one is meant.")
    return {"changed": changed, "version": version}


def previous(module, postern, box):
    version = module.params["version"] or other(box)["version"]
    changed = booted(box)["version"] != version
    if changed and other(box)["version"] != version:
        raise Refused(f"the box has no {version} to go back to. See `postern slots`.")
    if changed and not module.check_mode:
        postern.tell("rollback", "--name", box["hostname"])
    return {"changed": changed, "version": version}


def rebooted(module, postern, box):
    if not module.check_mode:
        postern.tell("reboot", "--name", box["hostname"], "--reason", module.params["reason"])
    return {"changed": True}


if __name__ == "__main__":
    main()
