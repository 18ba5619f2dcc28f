"""A copy of everything while it runs, and back: readers are copied before what they read.

So a restored reader is never ahead of its journal; what it lacks it reads again, and nothing is counted twice.
"""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from headwater.app.home import Home
from headwater.base.errors import InvalidInput
from headwater.journal.files import segment_bases, segment_path
from headwater.journal.local import LocalReader

if TYPE_CHECKING:  # the process that copies journals has no need of the warehouse's engine
    from headwater.app.warehouses import Warehouses

MANIFEST = "backup.json"
FORMAT = 1


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    format: int
    raw_end: int
    clean_end: int


def begin_backup(target: Path) -> None:
    """Makes the directories of a backup in `target`, which is new or empty."""
    make_empty(target)
    copy = Home(target)
    copy.create()
    copy.ledger.parent.mkdir(parents=True, exist_ok=True)


def copy_warehouses(home: Home, target: Path, warehouses: Warehouses) -> None:
    for workspace_id, warehouse in warehouses.all().items():
        path = home.warehouse_of(workspace_id, first=warehouse.path == home.warehouse)
        warehouse.snapshot(target / path.relative_to(home.directory))


def finish_backup(home: Home, target: Path) -> dict[str, Any]:
    """What the readers follow, after their own copies were made; gives what was written in all."""
    copy = Home(target)
    _copy_sqlite(home.ledger, copy.ledger)
    clean_end = _copy_journal(home.clean, copy.clean)
    if home.accepted.exists():
        shutil.copy2(home.accepted, copy.accepted)
    raw_end = _copy_journal(home.raw, copy.raw)
    _copy_sqlite(home.state, copy.state)
    for name in ("secret.key", "admin-token"):
        if (home.directory / name).exists():
            shutil.copy2(home.directory / name, target / name)
    shutil.rmtree(copy.run)
    manifest = Manifest(format=FORMAT, raw_end=raw_end, clean_end=clean_end)
    (target / MANIFEST).write_bytes(msgspec.json.encode(manifest))
    files = [path for path in target.rglob("*") if path.is_file()]
    return {"dir": str(target), "files": len(files), "sizeBytes": sum(path.stat().st_size for path in files)}


def restore(backup: Path, data: Path) -> None:
    """Copies a backup into a new or empty data directory."""
    try:
        manifest = msgspec.json.decode((backup / MANIFEST).read_bytes(), type=Manifest)
    except (OSError, msgspec.MsgspecError) as error:
        raise InvalidInput(f"{backup} holds no complete backup ({error}). Nothing was restored.") from error
    if manifest.format != FORMAT:
        raise InvalidInput(
            f"the backup in {backup} has format {manifest.format}; this version reads {FORMAT}. Nothing was restored."
        )
    make_empty(data)
    try:
        shutil.copytree(backup, data, dirs_exist_ok=True, ignore=shutil.ignore_patterns(MANIFEST))
        data.chmod(0o700)
    except OSError as error:
        _clear(data)
        raise InvalidInput(
            f"{backup} could not be copied to {data}: {_first_reason(error)}. What was copied is removed again."
        ) from error


def refuse_inside(home: Home, target: Path) -> None:
    """Raises InvalidInput for a directory within the live one: a copy there would be lost with what it is a copy of."""
    live = home.directory.resolve()
    if target.resolve().is_relative_to(live):
        raise InvalidInput(
            f"{target} lies in the server's own data directory {live}. Name a directory outside of it, on another "
            "disk if there is one; nothing was written."
        )


def make_empty(directory: Path) -> None:
    """A directory that is empty and can be written to. Raises InvalidInput when it is not or cannot be made."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
        is_empty = not any(directory.iterdir())
    except FileExistsError:
        is_empty = False
    except OSError as error:
        raise _unusable(directory, "made", error.strerror) from error
    if not is_empty:
        raise InvalidInput(
            f"{directory} is not empty. Name a directory that is new or empty; nothing there was touched."
        )
    if not os.access(directory, os.W_OK | os.X_OK):
        raise _unusable(directory, "written to", os.strerror(errno.EACCES))


def _unusable(directory: Path, done: str, reason: str | None) -> InvalidInput:
    return InvalidInput(f"{directory} cannot be {done}: {reason}. Name another directory; nothing was written.")


def _clear(directory: Path) -> None:
    for entry in directory.iterdir():
        shutil.rmtree(entry) if entry.is_dir() else entry.unlink()


def _first_reason(error: OSError) -> str:
    """Of what copying a tree tells, which is one reason a file, the first."""
    if isinstance(error, shutil.Error):
        return str(error.args[0][0][2])
    return error.strerror or str(error)


def _copy_sqlite(source: Path, target: Path) -> None:
    """SQLite's own online copy: consistent while others write."""
    with sqlite3.connect(f"file:{source}?mode=ro", uri=True) as original, sqlite3.connect(target) as copy:
        original.backup(copy)
    original.close()
    copy.close()


def _copy_journal(source: Path, target: Path) -> int:
    """Whole segments, the newest one up to the durable mark; gives the copy's end."""
    reader = LocalReader(source)
    end = reader.end()
    reader.close()
    for base in segment_bases(source):
        if base >= end and base > 0:
            continue
        with segment_path(source, base).open("rb") as original, segment_path(target, base).open("wb") as copy:
            _copy_bytes(original, copy, end - base)
    return end


def _copy_bytes(original: Any, copy: Any, count: int) -> None:
    while count > 0 and (chunk := original.read(min(count, 4 * 1024 * 1024))):
        copy.write(chunk)
        count -= len(chunk)
