"""Ansible's module `confirm`: what is in force is saved."""

from __future__ import annotations

import getpass

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.command import Refused, of_module
from ansible_collections.postern.gateway.plugins.module_utils.wish import forget

DOCUMENTATION = r"""
---
module: confirm
short_description: Keep what is in force on a Postern gateway
description:
  - Confirms a change that waits for it. Without one nothing is changed.
  - The box wants another connection for it than the change was made on. The module C(config)
    sees to that by itself; before this one use C(meta reset_connection).
options:
  discard:
    description: Where the box has taken our change back, forget its edits there, too.
    type: bool
    default: false
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Keep it
  postern.gateway.confirm:
"""

RETURN = r"""
number:
  description: Which one of the history it has become.
  returned: when something waited
  type: int
"""


def main():
    module = AnsibleModule(
        {"discard": {"type": "bool", "default": False}}, supports_check_mode=True
    )
    postern = of_module(module)
    try:
        status = postern.config("status")
        waits = status["pending"] is not None
        if not waits and module.params["discard"] and not module.check_mode:
            forget(postern, status, getpass.getuser())
        if not waits or module.check_mode:
            module.exit_json(changed=waits)
        module.exit_json(changed=True, number=postern.config("confirm")["number"])
    except Refused as refused:
        module.fail_json(msg=str(refused))


if __name__ == "__main__":
    main()
