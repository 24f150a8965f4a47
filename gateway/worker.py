"""One worker: carries sessions beside the daemon, which begins it and is all that it speaks with.

`python -m gateway.worker NUMBER QUEUE PARENT [ADDRESS]`, with two descriptors: the line to the
daemon, and the words. Nobody starts it by hand.
"""

import fcntl
import os
import signal
import sys

from gateway.bridge.worker import Worker
from gateway.system.chance import Chance
from gateway.system.clock import now
from gateway.system.nfqueue import Queue
from gateway.system.raw import GreReceiver, Sender
from gateway.system.shelf import Shelf
from gateway.system.worker_line import LINE, WORDS, Line, adopt_line
from gateway.system.worker_loop import WorkerLoop
from gateway.wire.ipv4 import host_bytes

ENDED_BY_THE_DAEMON = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1)


def main(arguments: list[str]) -> int:
    """0 once the daemon is gone, however that came."""
    number, queue_number, parent, *address = arguments
    for each in ENDED_BY_THE_DAEMON:
        signal.signal(each, signal.SIG_IGN)
    # Held until we are dead: whoever comes after the daemon knows by it that nobody counts here.
    fcntl.lockf(WORDS, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, int(number))
    if os.getppid() != int(parent):
        return 0
    line = Line(adopt_line(LINE))
    queue = Queue()
    queue.bind(int(queue_number))
    gre = GreReceiver(host_bytes(address[0]) if address else None)
    gre.take_only(range(int(number), int(number) + 1))
    core = Worker(Shelf(WORDS).word, Chance())
    WorkerLoop(core, line, queue, gre, Sender().send, now).run()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
