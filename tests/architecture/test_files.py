"""Every source file of the cores has a test file of its own."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
WITH_TESTS = (
    "wire",
    "crypto",
    "x509",
    "ike",
    "esp",
    "l2tp",
    "ppp",
    "pptp",
    "radius",
    "bridge",
    "control",
    "system",
)
CONSTANTS_ONLY = {"numbers.py", "events.py", "__init__.py", "__main__.py"}
SOURCES = [
    path
    for room in WITH_TESTS
    for path in sorted((ROOT / "gateway" / room).rglob("*.py"))
    if path.name not in CONSTANTS_ONLY
]


def test_a_source_file_has_its_test_file() -> None:
    for path in SOURCES:
        place = path.relative_to(ROOT / "gateway")
        assert (ROOT / "tests" / "unit" / place.parent / f"test_{place.name}").is_file(), path
