"""Where catalogue files lie: the bundled ones beside this module, a user's own in directories that are named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from headwater.base.errors import InvalidInput

SOURCES = Path(__file__).parent / "sources"


def source_files(extra: Sequence[Path] = ()) -> list[Path]:
    """Every catalogue file, bundled ones first, by name within a directory. A file that is there is a source."""
    return [path for directory in (SOURCES, *extra) for path in sorted(existing(directory).glob("*.toml"))]


def existing(directory: Path) -> Path:
    """The directory itself; InvalidInput when it is none."""
    if not directory.is_dir():
        raise InvalidInput(
            f"{directory} is named as a directory of catalogue files and is none. "
            "Make it or take the name out; the catalogue is not loaded until then."
        )
    return directory
