"""How many files and sockets this process may have open (getrlimit(2))."""

import resource


def allow_all() -> int:
    """As many as the system allows us; the usual 1024 are fewer than a full house of sessions."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    return most
