"""On the controller: the module `config`, and the confirmation over another connection.

A change may cut the connection it is made by. So it is looked at first, which says whether the box
can be reached at all; and whatever happens to the connection then, a new one decides.
"""

from __future__ import annotations

import time

from ansible.errors import AnsibleConnectionFailure
from ansible.plugins.action import ActionBase

from ansible_collections.postern.gateway.plugins.module_utils.patience import (
    LOST,
    Patience,
    outcome_of,
)

CONFIG = "postern.gateway.config"
CONFIRM = "postern.gateway.confirm"
TRIES = "reconnection_retries"
WISHES = ("merged", "replaced")


class ActionModule(ActionBase):
    """As the module, but for a change that is put in force and has to be confirmed."""

    def run(self, tmp=None, task_vars=None):
        super().run(tmp, task_vars)
        args = dict(self._task.args)
        if args.get("state", "merged") not in WISHES:
            return self._execute_module(CONFIG, module_args=args, task_vars=task_vars)
        found = self._execute_module(
            CONFIG, module_args={**args, "apply": False}, task_vars=task_vars
        )
        apply = self._truth(args.get("apply", True))
        if found.get("failed") or not found.get("changed") or self._task.check_mode or not apply:
            return found
        applied = self._apply(args, task_vars)
        if applied.get("failed") or not self._truth(args.get("confirm", True)):
            return applied
        deadline = applied.get("deadline_s", args.get("deadline", 300))
        return outcome_of(found, applied, self._confirm(float(deadline), task_vars))

    def _apply(self, args, task_vars):
        """Asked once: the box may have taken the change back when a lost connection is there again,
        and would be told to make it anew. So it is a new connection, which has not ended unseen."""
        tries = self._tries(0)
        try:
            self._connection.reset()
            return self._execute_module(CONFIG, module_args=args, task_vars=task_vars)
        except AnsibleConnectionFailure as failure:
            return {LOST: str(failure)}
        finally:
            self._tries(tries)

    def _tries(self, wanted):
        """How often the connection began anew by itself so far; None where it cannot be said."""
        if wanted is None or not self._connection.has_option(TRIES):
            return None
        before = self._connection.get_option(TRIES)
        self._connection.set_option(TRIES, wanted)
        return before

    def _confirm(self, deadline, task_vars):
        """What the confirmation has come to, or the last reason why the box was not reached."""
        patience = Patience(time.monotonic(), deadline)
        told = {}
        while patience.lasts(time.monotonic()):
            try:
                self._connection.reset()
                args = {"discard": True}
                return self._execute_module(CONFIRM, module_args=args, task_vars=task_vars)
            except AnsibleConnectionFailure as failure:
                told = {LOST: str(failure)}
            time.sleep(patience.wait)
        return told

    @staticmethod
    def _truth(value):
        return str(value).lower() not in ("false", "no", "0", "off")
