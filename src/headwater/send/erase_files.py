"""Takes people out of the files that were written for a workspace and still lie here: NDJSON and Parquet.

Each file is replaced whole, or removed when nothing else was in it. What was taken from the folder is out of reach.
"""

from __future__ import annotations

import os
import time
from pathlib import Path
from typing import Final

import msgspec

from headwater.base.subject import Subject

LEFT_AFTER_S: Final = 600.0
"""A draft that is older than this is of a process that was killed."""


class _Ids(msgspec.Struct, rename="camel"):
    user_id: str | None = None
    anonymous_id: str | None = None
    previous_id: str | None = None


_IDS: Final = msgspec.json.Decoder(_Ids).decode


def erase_files(folder: Path, subject: Subject) -> int:
    """Gives how many events went. Raises OSError."""
    count = 0
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.name.startswith(".") and path.name.endswith(".part"):
            _remove_left(path)
        elif path.suffix == ".ndjson":
            count += _lines(path, subject)
        elif path.suffix == ".parquet":
            count += _rows(path, subject)
    return count


def _lines(path: Path, subject: Subject) -> int:
    lines = path.read_bytes().splitlines(keepends=True)
    kept = [line for line in lines if not _is_theirs(line, subject)]
    if len(kept) < len(lines):
        _replace(path, b"".join(kept))
    return len(lines) - len(kept)


def _is_theirs(line: bytes, subject: Subject) -> bool:
    try:
        ids = _IDS(line)
    except msgspec.MsgspecError:
        return subject.mentions(line)
    return subject.owns(ids.user_id, ids.anonymous_id, ids.previous_id)


def _rows(path: Path, subject: Subject) -> int:
    import pyarrow as pa  # 0.3 s, and only where there are such files
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowException:
        return 0  # not one of ours: ours are there whole
    columns = [
        table.column(name).to_pylist() if name in table.column_names else [None] * table.num_rows for name in _COLUMNS
    ]
    kept = [not subject.owns(*ids) for ids in zip(*columns, strict=True)]
    if not all(kept):
        sink = pa.BufferOutputStream()
        pq.write_table(table.filter(pa.array(kept)), sink, compression="zstd")
        _replace(path, sink.getvalue().to_pybytes() if any(kept) else b"")
    return kept.count(False)


_COLUMNS: Final = ("user_id", "anonymous_id", "previous_id")


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


def _remove_left(path: Path) -> None:
    try:
        if time.time() - path.stat().st_mtime > LEFT_AFTER_S:
            path.unlink()
    except FileNotFoundError:
        return
