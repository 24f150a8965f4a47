"""Configurations for tests, as an owner would write them."""

from gateway.control.check import check
from gateway.control.config import Config, load
from gateway.control.document import File, ReadFile
from gateway.control.problems import Problem

OUTSIDE = """
[outside]
interface = "eth0"
addresses = ["203.0.113.1"]
"""
CLIENT = """
[[client]]
name = "press-3"
psk = "hunter2-hunter2"
route = "old-nt4"
"""
ROUTE = """
[[route]]
name = "old-nt4"
kind = "pptp"
server = "10.10.0.2"
"""
GOOD = OUTSIDE + CLIENT + ROUTE


def no_files(name: str) -> str:
    """A reader for configurations that name no files."""
    return f"no such file: {len(name)} letters"


def problems_of(text: str, read_file: ReadFile = no_files, mode: int = 0o600) -> list[Problem]:
    return check(File(text.encode(), mode), read_file)


def told(text: str, read_file: ReadFile = no_files, mode: int = 0o600) -> list[str]:
    """`where: what` of every problem, the hints left out."""
    return [f"{one.where}: {one.what}" for one in problems_of(text, read_file, mode)]


def config_of(text: str, read_file: ReadFile = no_files) -> Config:
    found = load(File(text.encode()), read_file)
    assert isinstance(found, Config), found
    return found
