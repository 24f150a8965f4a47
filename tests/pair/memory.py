"""Words that outlive whoever counts in them."""

from gateway.wire.words import Word


class Memory:
    """As `system/shelf.py` has them."""

    def __init__(self, most: int = 4096) -> None:
        self.cells = memoryview(bytearray(8 * (most + 1))).cast("Q")  # the first is nobody's
        self.taken: set[int] = set()

    def take(self) -> int | None:
        free = (each for each in range(1, len(self.cells)) if each not in self.taken)
        place = next(free, None)
        if place is not None:
            self.taken.add(place)
        return place

    def hold(self, place: int) -> bool:
        if place in self.taken or not 0 < place < len(self.cells):
            return False
        self.taken.add(place)
        return True

    def word(self, place: int) -> Word:
        return self.cells[place : place + 1]

    def give_back(self, place: int) -> None:
        self.taken.remove(place)
