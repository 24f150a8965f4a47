"""The files that pppd's RADIUS plugin reads: in a folder of their own, which is root's alone."""

import os
import shutil
from collections.abc import Mapping
from pathlib import Path


class Files:
    """They are there from the first call that needs some until `clear`, which the end of the
    program is: a pppd has an account to send when it ends."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, texts: Mapping[str, str]) -> None:
        """By name. PermissionError if the folder is somebody else's."""
        if not texts:
            return
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.folder.is_symlink() or self.folder.stat().st_uid != os.geteuid():
            raise PermissionError(f"{self.folder} is not root's: remove it")
        for name, text in texts.items():
            new = self.folder / f".{name}.new"
            new.unlink(missing_ok=True)
            with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
            os.replace(new, self.folder / name)

    def clear(self) -> None:
        """Secrets stay for nobody, nor do those of earlier programs and of routes since removed."""
        if self.folder.is_dir() and not self.folder.is_symlink():
            shutil.rmtree(self.folder, ignore_errors=True)
