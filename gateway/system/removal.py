"""Taking away whatever a daemon or a `postern pppd` has left in the kernel.

Loaded for `postern run --remove-rules` alone: it needs the rooms of all that anybody could have
begun.
"""

from gateway.system import kernel
from gateway.system.addresses import Addresses
from gateway.system.control_socket import AlreadyRunning
from gateway.system.firewall import every_tool, remove_rules
from gateway.system.journal import Journal
from gateway.system.pppd_remains import remove_remains
from gateway.system.run import run
from gateway.system.tcp import PPPD


def remove_all(journal: Journal) -> None:
    Addresses().remove()
    try:
        if remove_remains(PPPD, run):
            journal.line("the rules that a `postern pppd` has left are removed")
    except AlreadyRunning:
        journal.line("`postern pppd` is at work: its rules go when it is stopped")
    tools = remove_rules(every_tool())
    kernel.remove_all(every_tool())
    journal.line(f"rules removed ({', '.join(tools)})" if tools else "there were no rules of ours")
