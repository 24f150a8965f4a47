"""Version and date of what is built."""

from pathlib import Path

from image.places import PROJECT
from image.programs import run
from image.release import NO_HISTORY, read_release


def project(folder: Path) -> Path:
    (folder / "pyproject.toml").write_text('[project]\nname = "x"\nversion = "1.2.3"\n')
    return folder


def test_a_tree_without_history_has_a_fixed_date(tmp_path: Path) -> None:
    release = read_release(project(tmp_path))
    assert (release.version, release.epoch, release.commit) == ("1.2.3", NO_HISTORY, "")
    assert release.environment == {"SOURCE_DATE_EPOCH": str(NO_HISTORY)}


def test_the_date_is_that_of_the_commit_and_a_changed_tree_says_so(tmp_path: Path) -> None:
    folder = project(tmp_path)
    git = ["git", "-C", str(folder), "-c", "user.name=x", "-c", "user.email=x@example.org"]
    run([*git, "init", "-q"])
    run([*git, "add", "pyproject.toml"])
    dates = {"GIT_AUTHOR_DATE": "@1750000000 +0000", "GIT_COMMITTER_DATE": "@1750000000 +0000"}
    run([*git, "commit", "-q", "-m", "first"], env=dates)
    release = read_release(folder)
    assert release.epoch == 1750000000
    assert len(release.commit) == 12
    (folder / "pyproject.toml").write_text('[project]\nversion = "2"\n')
    assert read_release(folder).commit == release.commit + "+changed"


def test_a_test_of_updates_may_name_another_version() -> None:
    assert read_release(PROJECT, "9.9.9").version == "9.9.9"
