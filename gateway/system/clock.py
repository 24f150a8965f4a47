"""The only clocks: one that never goes back, and the wall's, which may be wrong."""

from time import monotonic, time

# Not a function around it: the loop asks before every packet.
now = monotonic
wall = time  # seconds since 1970: for days in certificates, never for deadlines
