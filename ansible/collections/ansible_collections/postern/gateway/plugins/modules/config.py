"""Ansible's module `config`. What is decided is in `module_utils/wish.py`, and on the box."""

from __future__ import annotations

import getpass
import json
import os
import tomllib

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.argument_spec import TABLES
from ansible_collections.postern.gateway.plugins.module_utils.command import Refused, of_module
from ansible_collections.postern.gateway.plugins.module_utils.toml import to_toml
from ansible_collections.postern.gateway.plugins.module_utils.wish import (
    apply,
    diff_of,
    plan,
    warnings_of,
)

DOCUMENTATION = r"""
---
module: config
short_description: What a Postern gateway's configuration shall be
description:
  - Says what shall be; the box finds out what differs, by meaning and not by spelling.
  - A change is put in force, confirmed over a new SSH connection, and only then saved. If the play
    dies in between, or the box cannot be reached any more, the box takes it back by itself.
  - Check mode asks the box what would change, and keeps nothing there.
options:
  state:
    description:
      - C(replaced) makes the configuration what is given, whole; ports that are pinned stay where
        none is given.
      - C(merged) changes only what is given. Entries of lists are told apart by their name.
      - C(gathered) returns what there is.
      - C(rendered) writes what is given to O(dest) as a file, and asks no box.
    type: str
    choices: [merged, replaced, gathered, rendered]
    default: merged
  config:
    description: Tables and keys as in postern.toml; C(postern check --help) lists them.
    type: dict
  text:
    description: The same as the text of a postern.toml, say one that was backed up.
    type: str
  dest:
    description: For C(rendered), the file to write; readable by its owner alone.
    type: path
  secrets:
    description: For C(gathered), return keys and passwords too. Set C(no_log) on the task.
    type: bool
    default: false
  comment:
    description: Why, for the history on the box.
    type: str
    default: by Ansible
  deadline:
    description: Seconds until a change that is not confirmed is taken back.
    type: int
    default: 300
  confirm:
    description: Confirm over a new connection. With C(false) somebody else has to.
    type: bool
    default: true
  apply:
    description: With C(false) only say what would change, as in check mode.
    type: bool
    default: true
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Give one machine another route
  postern.gateway.config:
    config:
      client:
        - name: press-3
          route: old-w2k
"""

RETURN = r"""
lines:
  description: What differs, a line each; secrets are masked.
  returned: merged, replaced
  type: list
parts:
  description: What of the box the change touches.
  returned: merged, replaced
  type: list
deadline_s:
  description: In how many seconds the change is taken back unless it is confirmed.
  returned: when a change was put in force
  type: float
config:
  description: The configuration.
  returned: gathered
  type: dict
text:
  description: The same as text.
  returned: gathered
  type: str
"""

OPTIONS = {
    "state": {
        "type": "str",
        "choices": ["merged", "replaced", "gathered", "rendered"],
        "default": "merged",
    },
    "config": {"type": "dict", "options": TABLES},
    "text": {"type": "str", "no_log": True},
    "dest": {"type": "path"},
    "secrets": {"type": "bool", "default": False, "no_log": False},
    "comment": {"type": "str", "default": "by Ansible"},
    "deadline": {"type": "int", "default": 300},
    "confirm": {"type": "bool", "default": True},
    "apply": {"type": "bool", "default": True},
}


def main():
    module = AnsibleModule(
        OPTIONS,
        supports_check_mode=True,
        mutually_exclusive=[("config", "text")],
        required_if=[
            ("state", "merged", ("config", "text"), True),
            ("state", "replaced", ("config", "text"), True),
            ("state", "rendered", ("config", "text"), True),
            ("state", "rendered", ("dest",)),
        ],
    )
    states = {"gathered": gathered, "rendered": rendered}
    try:
        module.exit_json(**states.get(module.params["state"], wished)(module))
    except Refused as refused:
        module.fail_json(msg=str(refused))


def wished(module):
    """merged and replaced."""
    given, postern = module.params, of_module(module)
    text, merge = text_of(given), given["state"] == "merged"
    planned = plan(postern, text, merge)
    for warning in warnings_of(planned):
        module.warn(warning)
    result = {
        "changed": planned["changed"] > 0,
        "lines": planned["lines"],
        "parts": planned["parts"],
        "diff": diff_of(planned),
    }
    if not result["changed"] or module.check_mode or not given["apply"]:
        return result
    me = getpass.getuser()
    words = (me, given["comment"], given["deadline"])
    return {**result, "deadline_s": apply(postern, text, merge, planned, *words)}


def gathered(module):
    words = ["--secrets"] if module.params["secrets"] else []
    text = of_module(module).config("show", "--which", "saved", *words)["text"]
    config = json.loads(json.dumps(tomllib.loads(text), default=str))  # days as text
    return {"changed": False, "text": text, "config": config}


def rendered(module):
    dest, text = module.params["dest"], text_of(module.params)
    changed = not os.path.exists(dest) or read(dest) != text
    if changed and not module.check_mode:
        with open(os.open(dest, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(text)
    changed = module.set_mode_if_different(dest, 0o600, changed)
    return {"changed": changed, "dest": dest}


def text_of(given):
    return given["text"] if given["config"] is None else to_toml(given["config"])


def read(path):
    with open(path) as file:
        return file.read()


if __name__ == "__main__":
    main()
