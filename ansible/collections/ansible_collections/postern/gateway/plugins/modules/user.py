"""Ansible's module `user`: passwords that the gateway needs to encrypt towards a server."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.command import Refused, of_module

DOCUMENTATION = r"""
---
module: user
short_description: Store a user's password on a Postern gateway
description:
  - Needed for routes with C(encryption = "mppe"). The box keeps a hash, and tells nobody.
  - Check mode does not know whether a stored password is another one, and takes it for the same.
options:
  name:
    description: As it is typed at the client.
    type: str
    required: true
  password:
    description: The password.
    type: str
  lm:
    description: Store the older hash too, which gives the password away.
    type: bool
    default: false
  state:
    description: Whether it is stored.
    type: str
    choices: [present, absent]
    default: present
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Store one
  postern.gateway.user:
    name: PRESS\ada
    password: "{{ vault_ada }}"
"""

RETURN = r""" # """


def main():
    module = AnsibleModule(
        {
            "name": {"type": "str", "required": True},
            "password": {"type": "str", "no_log": True},
            "lm": {"type": "bool", "default": False},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
        supports_check_mode=True,
        required_if=[("state", "present", ("password",))],
    )
    try:
        module.exit_json(changed=settle(of_module(module), module.params, module.check_mode))
    except Refused as refused:
        module.fail_json(msg=str(refused))


def settle(postern, given, checking):
    """Whether it was otherwise before."""
    name = given["name"]
    there = any(one["name"].casefold() == name.casefold() for one in postern.ask("users", "list"))
    present = given["state"] == "present"
    if checking or not (present or there):
        return there != present
    if not present:
        postern.ask("users", "remove", name)
        return True
    words = ["users", "add", name, "--password", "-", *(["--lm"] if given["lm"] else [])]
    return postern.ask(*words, text=given["password"] + "\n")["changed"]


if __name__ == "__main__":
    main()
