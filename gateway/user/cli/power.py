"""`postern restart | reboot | poweroff | reset | rollback`: each wants the box's name."""

import argparse
from collections.abc import Callable
from dataclasses import dataclass

from gateway.user.box_client import Box
from gateway.user.cli import exits
from gateway.user.cli.box import add_box_options, add_name_option, meant_box

Options = argparse.Namespace


@dataclass(frozen=True, slots=True)
class Stop:
    """A verb that takes something down. `more` adds its own options."""

    ABOUT: str
    example: str
    act: Callable[[Box, Options], None]
    said: str
    more: Callable[[argparse.ArgumentParser], None] = lambda parser: None

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        parser.epilog = f"example: {self.example}"
        add_name_option(parser)
        self.more(parser)
        add_box_options(parser, json=False)

    def run(self, options: Options) -> int:
        self.act(meant_box(options), options)
        print(self.said)
        return exits.OK


def _reason(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--reason", default="", metavar="TEXT", help="for the journal")


def _reason_and_rescue(parser: argparse.ArgumentParser) -> None:
    _reason(parser)
    parser.add_argument(
        "--rescue", action="store_true", help="into the rescue system, once: plain menu, no network"
    )


def _wipe(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wipe", action="store_true", help="keep no sealed copy of the last configuration either"
    )


RESTART = Stop(
    "start the gateway anew; sessions to PPTP servers go on, others end",
    "postern restart --name gw-1",
    lambda box, options: box.restart_gateway(),
    "the gateway starts again",
)
REBOOT = Stop(
    "start the box anew",
    "postern reboot --name gw-1 --reason 'new power supply'",
    lambda box, options: box.reboot(options.reason, rescue=options.rescue),
    "the box starts again",
    _reason_and_rescue,
)
POWEROFF = Stop(
    "switch the box off",
    "postern poweroff --name gw-1",
    lambda box, options: box.poweroff(options.reason),
    "the box goes off",
    _reason,
)
RESET = Stop(
    "make the box as new: configuration, users, keys and history go",
    "postern reset --name gw-1",
    lambda box, options: box.factory_reset(options.name, wipe=options.wipe),
    "the box becomes as new, and starts again",
    _wipe,
)
ROLLBACK = Stop(
    "have the next start use the other system",
    "postern rollback --name gw-1 && postern reboot --name gw-1",
    lambda box, options: box.rollback(),
    "the next start uses the other system",
)
