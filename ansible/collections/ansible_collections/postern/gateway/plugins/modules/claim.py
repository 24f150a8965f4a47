"""Ansible's module `claim`, on the controller: a box is known by the key that its console shows."""

from __future__ import annotations

import os

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.postern.gateway.plugins.module_utils.host_key import (
    fingerprint_in,
    fingerprint_of,
    keys_in,
    name_in_file,
    recorded,
    scanned,
)

DOCUMENTATION = r"""
---
module: claim
short_description: Record a Postern gateway's host key, checked by its fingerprint
description:
  - Runs on the controller (C(delegate_to localhost)). Fetches the box's SSH host key, compares it
    with the fingerprint that the console of the box shows, and writes it to a known_hosts file.
    Nothing is recorded that was not compared.
  - The owner of a new box is set by its provisioning file or at its console, never over the
    network; see C(config) with C(state=rendered).
options:
  host:
    description: Where the box answers.
    type: str
    required: true
  port:
    description: Of SSH there.
    type: int
    default: 22
  fingerprint:
    description: As the console shows it, C(SHA256:) and 43 letters; more around it does no harm.
    type: str
    required: true
  known_hosts:
    description: The file.
    type: path
    required: true
author:
  - The Postern project
"""

EXAMPLES = r"""
- name: Know the box
  postern.gateway.claim:
    host: 192.0.2.10
    fingerprint: SHA256:mVPwvezndPv/ARoIadVY98vAC0g+P/5633yTC4d/wXE
    known_hosts: known_hosts
  delegate_to: localhost
"""

RETURN = r""" # """


def main():
    module = AnsibleModule(
        {
            "host": {"type": "str", "required": True},
            "port": {"type": "int", "default": 22},
            "fingerprint": {"type": "str", "required": True},
            "known_hosts": {"type": "path", "required": True, "no_log": False},
        },
        supports_check_mode=True,
    )
    given = module.params
    wanted = fingerprint_in(given["fingerprint"])
    if not wanted:
        module.fail_json(msg="this is no fingerprint. Copy SHA256:... from the box's console.")
    text, name = read(given["known_hosts"]), name_in_file(given["host"], given["port"])
    if [fingerprint_of(key) for key in keys_in(text, name)] == [wanted]:
        module.exit_json(changed=False)
    words = ["ssh-keyscan", "-T", "60", "-t", "ed25519", "-p", str(given["port"]), given["host"]]
    keys = scanned(module.run_command(words)[1])
    if not keys:
        module.fail_json(msg=f"no box answers with a key at {name}. Is it up, and its cable in?")
    if [fingerprint_of(key) for key in keys] != [wanted]:
        found = ", ".join(map(fingerprint_of, keys))
        what = f"at {name} answers somebody with another key, {found}: nothing was recorded"
        module.fail_json(msg=f"{what}. Compare it with the console of the box itself.")
    if not module.check_mode:
        with open(given["known_hosts"], "w") as file:
            file.write(recorded(text, name, keys[0]))
    module.exit_json(changed=True)


def read(path):
    if not os.path.exists(path):
        return ""
    with open(path) as file:
        return file.read()


if __name__ == "__main__":
    main()
