"""A disk that forgets: what was written and not synced may be gone, in part or whole, after the power is cut.

The real `os` calls are done on real files under one directory (the page cache, so to speak), and beside them a model
keeps what a disk is bound to hold: for each file its bytes as of its last sync and the writes since, for each
directory its names as of its last sync and the changes since. Cutting the power keeps of what is not synced an
arbitrary part: each write whole, torn at any byte, or not at all; each change of a name or not; in no order.

A process that is killed loses nothing that it wrote; `kill_at` ends it before, in the middle of, or after a call.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

MARK = "durable"
"""A file that is written through a memory map: after a power cut it holds anything that it ever held, or zeros."""
POSITIONS = "readers"
"""A directory of such files."""


class Killed(BaseException):
    """The process is dead: nothing of the code under test may catch this."""


def mapped(path: Path) -> bool:
    """Files that are written through memory maps, past the model."""
    return path.name == MARK or path.parent.name == POSITIONS


class File:
    """`image`: on disk for certain. `pending`: the changes since. `cache`: what processes see."""

    def __init__(self, image: bytes = b"") -> None:
        self.image = image
        self.cache = image
        self.pending: list[tuple[int, bytes | None]] = []

    def change(self, offset: int, data: bytes | None) -> None:
        """Writes at an offset; None: cuts off, or fills with zeros, there."""
        self.pending.append((offset, data))
        self.cache = _changed(self.cache, offset, data)

    def sync(self) -> None:
        for change in self.pending:
            self.image = _changed(self.image, *change)
        self.pending = []

    def lose(self, chance: random.Random) -> None:
        """A flush that failed: a part of the pages went, and the kernel takes the rest for clean."""
        self.image = self.after_power_cut(chance)
        self.pending = []

    def after_power_cut(self, chance: random.Random) -> bytes:
        image = self.image
        for offset, data in self.pending:
            fate = chance.random()
            if data is not None and fate < 0.4:
                image = _changed(image, offset, data[: chance.randint(0, len(data))])
            elif fate < 0.8:
                image = _changed(image, offset, data)
        return image


class Directory:
    """`names`: on disk for certain. `pending`: the changes since (name → thing; None: removed)."""

    def __init__(self) -> None:
        self.names: dict[str, Thing] = {}
        self.pending: list[dict[str, Thing | None]] = []

    @property
    def cache(self) -> dict[str, Thing]:
        return self._with(self.pending)

    def sync(self) -> None:
        self.names, self.pending = self.cache, []

    def after_power_cut(self, chance: random.Random) -> dict[str, Thing]:
        return self._with([change for change in self.pending if chance.random() < 0.5])

    def _with(self, changes: list[dict[str, Thing | None]]) -> dict[str, Thing]:
        names: dict[str, Thing | None] = dict(self.names)
        for change in changes:
            names |= change
        return {name: thing for name, thing in names.items() if thing is not None}


Thing = File | Directory


def _changed(image: bytes, offset: int, data: bytes | None) -> bytes:
    image += bytes(max(0, offset - len(image)))
    if data is None:
        return image[:offset]
    return image[:offset] + data + image[offset + len(data) :]


class Disk:
    """Everything under `root`, an empty directory that is on disk for certain.

    Run the code under test within `installed()`. `without` names a sync that silently does nothing; `sites` are the
    syncs that were asked for, each by the functions on the way to it.
    """

    def __init__(self, root: Path, chance: random.Random, *, without: str | None = None) -> None:
        self.root = root
        self.without = without
        self.sites: set[str] = set()
        self.calls = 0
        self.kill_at: int | None = None
        self.failing_flushes = 0
        self.room_bytes: int | None = None
        self._chance = chance
        self._tree = Directory()
        self._handles: dict[int, Thing] = {}
        self._dead = False
        self._marks: dict[Path, list[bytes]] = {}
        self._real: dict[str, Callable[..., Any]] = {}

    @contextlib.contextmanager
    def installed(self) -> Iterator[None]:
        ours: dict[str, Callable[..., Any]] = {
            "open": self._open,
            "close": self._close,
            "write": self._write,
            "pwrite": self._pwrite,
            "fsync": self._sync,
            "fdatasync": self._sync,
            "ftruncate": self._ftruncate,
            "mkdir": self._mkdir,
            "unlink": self._unlink,
            "replace": self._replace,
        }
        self._real = {name: getattr(os, name) for name in ours}
        for name, one in ours.items():
            setattr(os, name, one)
        try:
            yield
        finally:
            self.end_process()
            for name, one in self._real.items():
                setattr(os, name, one)

    def end_process(self) -> None:
        """Closes what the process had open. What it wrote stays."""
        self._note_marks()
        for handle in self._handles:
            self._real["close"](handle)
        self._handles.clear()
        self._dead = False
        self.kill_at = None
        self.failing_flushes = 0
        self.room_bytes = None

    def cut_power(self) -> None:
        """After the process has ended: what the disk is bound to hold stays, and a part of the rest."""
        for path in self.root.iterdir():
            if path.is_dir():
                shutil.rmtree(path)
            else:
                self._real["unlink"](path)
        self._tree = self._keep(self._tree, self.root)

    def check(self) -> None:
        """Nothing was written past the model."""
        self._check(self._tree, self.root)

    def _check(self, directory: Directory, path: Path) -> None:
        names = directory.cache
        assert sorted(names) == sorted(entry.name for entry in path.iterdir()), path
        for name, thing in names.items():
            if isinstance(thing, Directory):
                self._check(thing, path / name)
            elif not mapped(path / name):
                assert thing.cache == (path / name).read_bytes(), path / name

    def _keep(self, directory: Directory, path: Path) -> Directory:
        kept = Directory()
        for name, thing in directory.after_power_cut(self._chance).items():
            if isinstance(thing, Directory):
                self._real["mkdir"](path / name)
                kept.names[name] = self._keep(thing, path / name)
            else:
                image = self._mark(path / name) if mapped(path / name) else thing.after_power_cut(self._chance)
                (path / name).write_bytes(image)
                kept.names[name] = File(image)
        return kept

    def _mark(self, path: Path) -> bytes:
        return self._chance.choice([b"", bytes(8), *self._marks.get(path, [])[-5:]])

    def _note_marks(self) -> None:
        for path in [path for path in self.root.rglob("*") if mapped(path)]:
            self._marks.setdefault(path, []).append(path.read_bytes())

    def _place(self, path: Any) -> tuple[Directory, str] | None:
        """The directory that a path under the root lies in, and its name there."""
        try:
            parts = Path(os.fspath(path)).relative_to(self.root).parts
        except (ValueError, TypeError):
            return None
        directory: Thing | None = self._tree
        for part in parts[:-1]:
            directory = directory.cache.get(part) if isinstance(directory, Directory) else None
        return (directory, parts[-1]) if parts and isinstance(directory, Directory) else None

    @contextlib.contextmanager
    def _killable(self, *, concerned: bool = True) -> Iterator[bool]:
        """A call that a process can die at. Gives whether it is done only in part, because the process dies of it."""
        if self._dead:
            raise Killed
        self.calls += concerned
        if not concerned or self.kill_at is None or self.calls < self.kill_at:
            yield False
            return
        self._dead = True
        if self._chance.random() < 0.5:
            raise Killed
        yield True
        raise Killed

    # In the place of os's functions

    def _open(self, path: Any, flags: int, mode: int = 0o777, **more: Any) -> int:
        place = None if more else self._place(path)
        known = place[0].cache.get(place[1]) if place else None
        creates = place is not None and known is None and bool(flags & os.O_CREAT)
        with self._killable(concerned=creates):
            handle: int = self._real["open"](path, flags, mode, **more)
            if place is not None and creates:
                known = File()
                place[0].pending.append({place[1]: known})
            if isinstance(known, File) and flags & os.O_TRUNC and not creates:
                known.change(0, None)
            if known is not None:
                self._handles[handle] = known
            elif not more and Path(os.fspath(path)) == self.root:
                self._handles[handle] = self._tree
            return handle
        raise AssertionError

    def _close(self, handle: int) -> None:
        self._handles.pop(handle, None)
        self._real["close"](handle)

    def _write(self, handle: int, data: bytes | memoryview) -> int:
        file = self._handles.get(handle)
        if not isinstance(file, File):
            return self._real["write"](handle, data)
        if self.room_bytes == 0:
            raise OSError(errno.ENOSPC, "No space left on device")
        part = bytes(data)[: self.room_bytes]
        if self._chance.random() < 0.1:
            part = part[: self._chance.randint(1, len(part))]
        at = os.lseek(handle, 0, os.SEEK_CUR)
        count = self._pwrite(handle, part, at)
        os.lseek(handle, at + count, os.SEEK_SET)
        if self.room_bytes is not None:
            self.room_bytes -= count
        return count

    def _pwrite(self, handle: int, data: bytes | memoryview, offset: int) -> int:
        file = self._handles.get(handle)
        with self._killable(concerned=isinstance(file, File)) as dies:
            part = bytes(data)[: self._chance.randint(0, len(data))] if dies else bytes(data)
            self._real["pwrite"](handle, part, offset)
            if isinstance(file, File):
                file.change(offset, part)
            return len(part)
        raise AssertionError

    def _sync(self, handle: int) -> None:
        thing = self._handles.get(handle)
        if thing is None:
            return
        site = _asker()
        self.sites.add(site)
        self._note_marks()
        with self._killable() as dies:
            if self.failing_flushes > 0 and isinstance(thing, File):
                self.failing_flushes -= 1
                thing.lose(self._chance)
                if not dies:
                    raise OSError(errno.EIO, "Input/output error")
            elif site != self.without:
                thing.sync()

    def _ftruncate(self, handle: int, size: int) -> None:
        file = self._handles.get(handle)
        with self._killable(concerned=isinstance(file, File)):
            self._real["ftruncate"](handle, size)
            if isinstance(file, File):
                file.change(size, None)

    def _mkdir(self, path: Any, mode: int = 0o777, **more: Any) -> None:
        place = self._place(path)
        with self._killable(concerned=place is not None):
            self._real["mkdir"](path, mode, **more)
            if place is not None:
                place[0].pending.append({place[1]: Directory()})

    def _unlink(self, path: Any, **more: Any) -> None:
        place = self._place(path)
        with self._killable(concerned=place is not None):
            self._real["unlink"](path, **more)
            if place is not None:
                place[0].pending.append({place[1]: None})

    def _replace(self, source: Any, target: Any) -> None:
        old, new = self._place(source), self._place(target)
        with self._killable(concerned=old is not None):
            self._real["replace"](source, target)
            if old is not None and new is not None:
                assert old[0] is new[0], "a name moves within its directory"
                old[0].pending.append({old[1]: None, new[1]: old[0].cache[old[1]]})


def _asker() -> str:
    """The functions of the product on the way to a sync, the nearest first."""
    frame = sys._getframe(2)
    names: list[str] = []
    while frame is not None and frame.f_globals.get("__name__", "").startswith("headwater."):
        names.append(frame.f_code.co_name)
        frame = frame.f_back
    return " < ".join(names[:3])
