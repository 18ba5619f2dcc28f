"""Takes something out of records that are sealed: each keeps its offset and its length, only its content changes.

A segment is written anew beside the old one, which it replaces whole; then the old one is emptied, so that a reader
that has it open finds nothing there and opens the new one (`local`). Whenever that is cut short, each segment is the
old one or the new one, and doing it once more finishes it. Only for segments that are written to no more: `LocalWriter`
has `cut` for that. Retention must wait meanwhile, or what it removes would come back.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec

from headwater.journal import frame
from headwater.journal.files import segment_bases, segment_path, sync_directory

NEW = ".new"


class Resealed(msgspec.Struct, frozen=True):
    """One segment that was looked through: its first offset, its size, and how many of its records were changed."""

    base: int
    size_bytes: int
    records: int


def reseal(
    directory: Path,
    *,
    before: int,
    rewrite: Callable[[bytes], bytes | None],
    damaged: Callable[[bytes], bool] = lambda _: False,
) -> Iterator[Resealed]:
    """Goes through the segments that end at or before `before`, oldest first; gives each when it is as it is to be.

    `rewrite` gives a record's new content, of the same length, or None where it stays. Of bytes that no reader can have
    any more, `damaged` says whether to empty them too.
    """
    remove_drafts(directory)
    for base, following in itertools.pairwise(segment_bases(directory)):
        if following > before:
            return
        yield _reseal(segment_path(directory, base), base, rewrite, damaged)


def remove_drafts(directory: Path) -> None:
    """What a process left that was killed before it was done."""
    for draft in directory.glob(f"*{NEW}"):
        draft.unlink(missing_ok=True)


def _reseal(
    path: Path, base: int, rewrite: Callable[[bytes], bytes | None], damaged: Callable[[bytes], bool]
) -> Resealed:
    handle = os.open(path, os.O_RDWR)
    try:
        size = os.fstat(handle).st_size
        content = bytearray(os.pread(handle, size, 0))
        changed = _change(content, rewrite, damaged)
        if changed:
            _replace(path, content, os.fstat(handle))
            os.ftruncate(handle, 0)
        return Resealed(base, size, changed)
    finally:
        os.close(handle)


def _change(content: bytearray, rewrite: Callable[[bytes], bytes | None], damaged: Callable[[bytes], bool]) -> int:
    """Changes records in place; gives how many."""
    changed = at = 0
    while at < len(content):
        for start, end, payload in frame.decode(memoryview(content), at=at):
            fresh = rewrite(payload)
            if fresh is not None:
                if len(fresh) != len(payload):
                    raise ValueError(f"a record of {len(payload)} bytes cannot become one of {len(fresh)}")
                content[start:end] = frame.encode([fresh])
                changed += 1
            at = end
        behind = _behind_damage(content, at)
        if damaged(bytes(content[at + frame.HEADER.size : behind])):
            content[at + frame.HEADER.size : behind] = bytes(max(0, behind - at - frame.HEADER.size))
            changed += 1
        at = behind
    return changed


def _behind_damage(content: bytearray, at: int) -> int:
    """Where the next readable record begins, as readers look for it: behind the length told here, or nowhere."""
    told = at + frame.needed(memoryview(content), at=at)
    if at < told < len(content) and any(frame.decode(memoryview(content), at=told)):
        return told
    return len(content)


def _replace(path: Path, content: bytearray, old: os.stat_result) -> None:
    draft = path.with_name(path.name + NEW)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        view = memoryview(content)
        while view:
            view = view[os.write(handle, view) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    os.utime(draft, ns=(old.st_atime_ns, old.st_mtime_ns))  # retention goes by when its last record came
    os.replace(draft, path)
    sync_directory(path.parent)
