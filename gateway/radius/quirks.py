"""What real RADIUS programs do against the book."""

from typing import Final

from gateway.radius.numbers import Kind

# RFC 5176, 3.4 leaves Message-Authenticator and Event-Timestamp to whoever asks, and `radclient`
# of FreeRADIUS 3.2.1 sends neither unless it is told to. So the first is checked where it is; the
# second may be missing only where a session is named by the id that it has once and never again: a
# request that somebody has kept and sends again then finds nobody.
NEEDS_NO_STAMP: Final = Kind.ACCT_SESSION_ID

# pppd's plugin (radius.so of ppp 2.4.9 and 2.5.2) cannot be told to keep no accounts: without an
# acctserver it does not start. And it writes "%lX" into Acct-Session-Id. Where Postern keeps
# accounts itself, the plugin is given this machine for a server, which says yes and tells nobody:
# `sink.py`.
