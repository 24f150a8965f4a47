"""All netfilter queues of ours, each by the name that figures call it."""

from collections.abc import Callable, Iterator
from typing import Final

from gateway.control.metrics import Sample
from gateway.system.nfqueue import Queue
from gateway.system.wanted import ESP_QUEUES, FRONT_QUEUE, INSIDE_QUEUE, QUEUE

ESP_LENGTH: Final = 512  # packets that may wait in each queue of ESP


class Queues:
    """`outside` has IKE, `esp` clients' ESP by its SPI, `inside` what servers send, `front` what is
    on its way to a server; `passes` says of the latter whether it goes on (`nfqueue.Queue`)."""

    def __init__(self, passes: Callable[[bytes], bool]) -> None:
        self.left = range(0)  # of the queues of ESP, those that workers read
        self.outside = Queue()
        self.esp = tuple(Queue() for _ in ESP_QUEUES)
        self.inside = Queue()
        self.front = Queue(passes)

    def bind(self) -> None:
        """Become the reader of all of them; `QueueUnavailable` if that is refused."""
        self.outside.bind(QUEUE)
        self.inside.bind(INSIDE_QUEUE)
        self.front.bind(FRONT_QUEUE)
        for number, queue in zip(ESP_QUEUES, self.esp, strict=True):
            queue.bind(number, ESP_LENGTH)

    @property
    def read(self) -> tuple[Queue, ...]:
        """The queues of ESP that are read here."""
        return tuple(queue for low, queue in enumerate(self.esp) if low not in self.left)

    def leave_to_workers(self, workers: int) -> None:
        """Not to read those with a worker's number in the low bits of their SPIs any more."""
        self.left = range(1, workers + 1)
        for low in self.left:
            self.esp[low].close()

    def drops(self) -> int:
        """Packets that the kernel dropped because a queue was full."""
        return sum(queue.kernel_drops() for queue in self._all())

    def truncated(self) -> int:
        """Packets that were too long."""
        return sum(queue.truncated for queue in self._all())

    def samples(self) -> Iterator[Sample]:
        """How many wait, and how many were dropped; of all queues of ESP together."""
        for name, queues in self._named().items():
            waiting = sum(queue.waiting() for queue in queues)
            dropped = sum(queue.kernel_drops() for queue in queues)
            yield Sample("postern_nfqueue_depth", waiting, {"queue": name})
            yield Sample("postern_nfqueue_dropped_total", dropped, {"queue": name})

    def _named(self) -> dict[str, tuple[Queue, ...]]:
        return {
            "outside": (self.outside,),
            "esp": self.esp,
            "inside": (self.inside,),
            "front": (self.front,),
        }

    def _all(self) -> Iterator[Queue]:
        for queues in self._named().values():
            yield from queues
