"""Takes people out of the files that were written for a workspace and still lie here.

Each file is replaced whole, or removed when nothing else was in it. What was taken from the folder is out of reach.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

from headwater.base.errors import Transient
from headwater.base.subject import Subject
from headwater.catalog.destinations import files

LEFT_AFTER_S: Final = 30.0
"""A draft that is older than this is of a process that was killed: writing one takes no second."""


def erase_files(folder: Path, subject: Subject) -> int:
    """Gives how many events went. Raises OSError, and Transient while a draft is there of which nobody can tell whose
    events it holds."""
    count = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.name.startswith(".") and path.name.endswith(".part"):
            _remove_left(path, subject)
        elif path.suffix in (".ndjson", ".parquet"):
            kept, gone = files.without(path.name, path.read_bytes(), subject.owns)
            if gone:
                _replace(path, kept)
            count += gone
    return count


def _replace(path: Path, content: bytes) -> None:
    """Durably; nothing left: no file."""
    if not content:
        path.unlink(missing_ok=True)
    else:
        draft = path.with_name(f".{path.name}.erased.part")
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    handle = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove_left(path: Path, subject: Subject) -> None:
    """What is being written now holds nothing of theirs: what waited for them has ended."""
    try:
        if time.time() - path.stat().st_mtime > LEFT_AFTER_S or subject.mentions(path.read_bytes()):
            path.unlink()
        elif path.name.endswith(".parquet.part"):
            raise Transient(f"the file {path.name} is being written, or was left by a process that was killed")
    except FileNotFoundError:
        return
