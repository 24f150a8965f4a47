"""On the controller: the module `upgrade`, and waiting for a box that starts anew."""

from __future__ import annotations

import time

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.postern.gateway.plugins.module_utils.restart import (
    kept_of,
    not_told,
    outcome_of,
    refused,
    too_late,
    waited_for,
)

UPGRADE = "postern.gateway.upgrade"
FACTS = "postern.gateway.facts"
PAUSE = 5.0  # seconds between two looks


class ActionModule(ActionBase):
    """As the module; `rebooted` ends when the box has proved the system that it runs then, and
    `kept` when it waits for no machine any more."""

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        args = dict(self._task.args)
        patience = float(args.pop("timeout", 1200))
        if args.get("state") == "kept" and not self._task.check_mode:
            return self._kept(args.get("version"), patience, task_vars)
        began = time.monotonic()
        waits = args.get("state") == "rebooted" and not self._task.check_mode
        try:
            done = self._execute_module(UPGRADE, module_args=args, task_vars=task_vars)
        except AnsibleConnectionFailure:
            if not waits:
                raise
            done = {}  # the box may have gone down before it could answer
        if not waits or refused(done):
            return done
        while time.monotonic() < began + patience:
            time.sleep(PAUSE)
            box = self._look(task_vars)
            found = outcome_of(box, time.monotonic() - began, args.get("version"))
            if found is not None:
                return found
        return too_late(patience)

    def _kept(self, version, patience, task_vars):
        """`patience` is for a box that cannot be asked, beyond what it waits itself."""
        end = time.monotonic() + patience
        while time.monotonic() < end:
            box = self._look(task_vars)
            found = kept_of(box, version)
            if found is not None:
                return found
            left = waited_for(box) if box else None
            if left:
                end = time.monotonic() + left + patience
            time.sleep(PAUSE)
        return not_told(patience)

    def _look(self, task_vars):
        """What the box says of itself; None while it cannot be asked."""
        try:
            self._connection.reset()
            found = self._execute_module(FACTS, module_args={}, task_vars=task_vars)
        except AnsibleConnectionFailure:
            return None
        return None if found.get("failed") else found["ansible_facts"]["postern"]["box"]
