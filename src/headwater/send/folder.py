"""Writes the files that a destination makes, whole or not at all, and nowhere but under its folder."""

from __future__ import annotations

import os
from pathlib import Path, PurePosixPath

from headwater.base.errors import InvalidInput
from headwater.base.outgoing import FileWrite


class Folder:
    """Each workspace has a folder of its own under `root`."""

    def __init__(self, root: Path) -> None:
        self._root = root

    def put(self, workspace_id: str, write: FileWrite) -> Path:
        """Durable when this returns. Raises InvalidInput for a name that leads out of the folder, and OSError."""
        path = self._path(workspace_id, write.name)
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f".{path.name}.part")
        with part.open("wb") as file:
            file.write(write.body)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
        handle = os.open(path.parent, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        return path

    def _path(self, workspace_id: str, name: str) -> Path:
        parts = PurePosixPath(name).parts
        inside = self._root / workspace_id
        path = inside.joinpath(*parts) if parts else inside
        bad = not parts or "\0" in name or any(part in ("..", ".", "/") for part in parts)
        if bad or not path.parent.resolve().is_relative_to(inside.resolve()):
            raise InvalidInput(f"{name!r} leads out of the folder for files. Allowed: a relative name. Not written.")
        return path
