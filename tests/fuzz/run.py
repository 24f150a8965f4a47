"""One target in this process, by atheris: `python -m tests.fuzz.run NAME SECONDS [RUNS]`.

NAME is one of `targets.TARGETS`, or `all`. What it has found that leads to new places is kept in
build/fuzz/NAME/corpus, and the next run begins with it; an input that makes it raise is written to
build/fuzz/NAME/crash-*. The process ends with 0, or with 77 after a find.
"""

import sys
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["gateway"], enable_loader_override=False):
    from tests.fuzz.seeds import seeds
    from tests.fuzz.targets import TARGETS, everything, framed, is_framed

ROOT = Path(__file__).parents[2]
LONGEST = 2100  # bytes of an input
SPARSE = 40  # for all targets at once each takes one seed in so many


def place_of(name: str) -> Path:
    return ROOT / "build" / "fuzz" / name.replace(" ", "-").replace("#", "")


def inputs(name: str) -> list[bytes]:
    """The seeds as this target takes them."""
    known, found = seeds(), list[bytes]()
    if name != "all":
        return [framed(data) if is_framed(name) else data for data in known]
    for number, target in enumerate(TARGETS):
        for data in known[number % SPARSE :: SPARSE]:
            found.append(bytes((number,)) + (framed(data) if is_framed(target) else data))
    return found


def write_seeds(name: str, place: Path) -> None:
    place.mkdir(parents=True, exist_ok=True)
    for number, data in enumerate(inputs(name)):
        (place / f"{number:05}").write_bytes(data)


def main(name: str, seconds: int, runs: int) -> None:
    place = place_of(name)
    write_seeds(name, place / "seeds")
    (place / "corpus").mkdir(exist_ok=True)
    arguments = [
        f"-max_total_time={seconds}",
        f"-runs={runs}",
        f"-max_len={LONGEST}",
        "-timeout=20",  # seconds for one input
        "-rss_limit_mb=1024",
        "-print_final_stats=1",
        f"-artifact_prefix={place}/",
        str(place / "corpus"),
        str(place / "seeds"),
    ]
    target = everything if name == "all" else TARGETS[name]
    atheris.Setup([sys.argv[0], *arguments], target)
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]) if len(sys.argv) > 3 else -1)
