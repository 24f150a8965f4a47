"""Ansible's module `session`: who is connected, and their end in order."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.command import Refused, of_module
from ansible_collections.postern.gateway.plugins.module_utils.sessions import meant

DOCUMENTATION = r"""
---
module: session
short_description: List or end sessions of a Postern gateway
description:
  - A machine whose session is ended in order hangs up at once, and may dial again.
options:
  state:
    description: C(closed) ends those that are meant, C(listed) only tells.
    type: str
    choices: [listed, closed]
    default: listed
  client:
    description: Only sessions of this machine; without O(client) and O(id) all are meant.
    type: str
  id:
    description: Only this session.
    type: int
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Hang up on one machine
  postern.gateway.session:
    state: closed
    client: press-3
"""

RETURN = r"""
sessions:
  description: The sessions that are meant, as they were before.
  returned: always
  type: list
"""


def main():
    module = AnsibleModule(
        {
            "state": {"type": "str", "choices": ["listed", "closed"], "default": "listed"},
            "client": {"type": "str"},
            "id": {"type": "int"},
        },
        supports_check_mode=True,
        mutually_exclusive=[("client", "id")],
    )
    postern, given = of_module(module), module.params
    try:
        found = meant(postern.ask("sessions"), given["client"], given["id"])
        closing = given["state"] == "closed" and bool(found)
        for one in found if closing and not module.check_mode else []:
            postern.ask("disconnect", str(one["id"]))
    except Refused as refused:
        module.fail_json(msg=str(refused))
    module.exit_json(changed=closing, sessions=found)


if __name__ == "__main__":
    main()
