"""Ansible's module `facts`: how the box and its gateway are."""

from __future__ import annotations

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.command import Refused, of_module

DOCUMENTATION = r"""
---
module: facts
short_description: Ask how a Postern gateway is
description: Returns what the box and its gateway say of themselves, as C(postern). No secrets.
options: {}
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Ask how it is
  postern.gateway.facts:
"""

RETURN = r"""
ansible_facts:
  description: C(postern) with C(box), C(ports), C(config), C(daemon), C(sessions).
  returned: always
  type: dict
"""
ASKED = {
    "box": ("box",),
    "ports": ("ports",),
    "config": ("config", "status"),
    "daemon": ("status",),
    "sessions": ("sessions",),
}


def main():
    module = AnsibleModule({}, supports_check_mode=True)
    postern = of_module(module)
    try:
        found = {name: postern.ask(*words) for name, words in ASKED.items()}
    except Refused as refused:
        module.fail_json(msg=str(refused))
    module.exit_json(changed=False, ansible_facts={"postern": found})


if __name__ == "__main__":
    main()
