"""The only clock: seconds that never go back and mean nothing but their differences."""

from time import monotonic, time

# The world's time, for people and files: it may jump, so nothing is ever counted by it.
wall = time

# Not a function around it: the loop asks before every packet.
now = monotonic
