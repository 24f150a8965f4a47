"""What `postern` returns to the shell."""

from typing import Final

OK: Final = 0
PROBLEM: Final = 1  # something is wrong, or the daemon refused
USAGE: Final = 2  # argparse's own
NOT_RUNNING: Final = 3

EXPLAINED: Final = (
    "exit status: 0 all is well; 1 a problem was found, or the daemon refused; "
    "2 the command was not understood; 3 the daemon is not running"
)
