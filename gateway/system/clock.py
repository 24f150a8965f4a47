"""The only clock: seconds that never go back and mean nothing but their differences."""

from time import monotonic

# Not a function around it: the loop asks before every packet.
now = monotonic
