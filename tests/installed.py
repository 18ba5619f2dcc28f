"""A copy of the product that a test may add files to, run by the very commands that the installed one is run by."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import headwater

PACKAGE = Path(headwater.__file__).parent


class InstalledCopy:
    """Lies in `root` as a checkout does: the package under `src`. Commands take it by `environment`."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.package = root / "src" / "headwater"
        shutil.copytree(PACKAGE, self.package, ignore=shutil.ignore_patterns("__pycache__"))

    @property
    def environment(self) -> dict[str, str]:
        """PYTHONPATH goes before what is installed."""
        return {"PYTHONPATH": str(self.package.parent)}

    def add(self, way: str, text: str) -> Path:
        """`way` from the package: `catalog/destinations/throw_away.py`."""
        path = self.package / way
        path.write_text(text, "utf-8")
        return path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """`python ARGUMENTS` with the copy in the place of what is installed."""
        return subprocess.run(
            [sys.executable, *arguments],
            env={**os.environ, **self.environment},
            cwd=self.root,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
