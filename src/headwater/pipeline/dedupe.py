"""Which events were seen before: the same messageId at the same source counts once within the window.

The window is two generations of keys: when the current one is older than the window, or holds half of the
ids allowed, it becomes the previous one and the previous is forgotten. So an id is remembered for at least the
window, unless more ids come in than are allowed: then for the latest `max_ids / 2` at least, and `window_s()`
says how long that was.

Beside the keys lies the clean offset up to which they are complete. The store may lag behind the clean journal
after a crash, never run ahead: the pipeline replays the clean frames from that offset into it at start.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

from rocksdict import BlockBasedOptions, Options, Rdict, WriteBatch

DAY_S = 24 * 3600.0
MAX_IDS = 50_000_000
_POSITION = b"position"
_STARTED = b"started"
_COUNT = b"count"


def key_of(source_id: str, message_id: str) -> bytes:
    """16 bytes that stand for one message of one source (a collision is expected once in 10^19 pairs)."""
    return hashlib.blake2b(f"{source_id}\0{message_id}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


class DedupeWindow(Protocol):
    def seen(self, keys: Sequence[bytes]) -> list[bool]: ...

    def add(self, keys: Sequence[bytes], *, position: int, now: float) -> None:
        """Remembers the keys of clean frames that end at `position`, in one piece."""
        ...

    @property
    def position(self) -> int: ...

    def window_s(self, now: float) -> float:
        """For how long ids are remembered for certain, at most the window's length."""
        ...

    def close(self) -> None: ...


class MemoryWindow:
    """The window of one process's life, for tests."""

    def __init__(self) -> None:
        self._keys: set[bytes] = set()
        self.position = 0

    def seen(self, keys: Sequence[bytes]) -> list[bool]:
        return [key in self._keys for key in keys]

    def add(self, keys: Sequence[bytes], *, position: int, now: float) -> None:
        self._keys.update(keys)
        self.position = position

    def window_s(self, now: float) -> float:
        return DAY_S

    def close(self) -> None:
        return None


class DiskWindow:
    """Keys on disk (RocksDB with Bloom filters), a few tens of MB in memory whatever their number."""

    def __init__(self, directory: Path, *, window_s: float = DAY_S, max_ids: int = MAX_IDS, now: float) -> None:
        self._directory = directory
        self._window_s = window_s
        self._half = max(1, max_ids // 2)
        directory.mkdir(parents=True, exist_ok=True)
        numbers = sorted(int(path.name) for path in directory.iterdir() if path.name.isdigit())
        for number in numbers[:-2]:
            shutil.rmtree(directory / str(number))
        self._number = numbers[-1] if numbers else 1
        self._current = self._open(self._number)
        self._previous = self._open(numbers[-2]) if len(numbers) > 1 else None
        self.position = _number(self._current, _POSITION)
        self._count = _number(self._current, _COUNT)
        self._started = float(_number(self._current, _STARTED) or now)
        self._forgotten_at: float | None = None

    def seen(self, keys: Sequence[bytes]) -> list[bool]:
        if not keys:
            return []
        found = _present(self._current, keys)
        if self._previous is None:
            return found
        older = _present(self._previous, keys)
        return [new or old for new, old in zip(found, older, strict=True)]

    def add(self, keys: Sequence[bytes], *, position: int, now: float) -> None:
        if now - self._started >= self._window_s or self._count >= self._half:
            self._turn(now)
        batch = WriteBatch(raw_mode=True)
        for key in keys:
            batch.put(key, b"")
        self._count += len(keys)
        batch.put(_POSITION, b"%d" % position)
        batch.put(_COUNT, b"%d" % self._count)
        batch.put(_STARTED, b"%d" % int(self._started))
        self._current.write(batch)
        self.position = position

    def window_s(self, now: float) -> float:
        """Shorter than asked for only when ids had to be forgotten early."""
        if self._forgotten_at is None or self._previous is None:
            return self._window_s
        return min(self._window_s, now - self._forgotten_at)

    def close(self) -> None:
        self._current.close()
        if self._previous is not None:
            self._previous.close()

    def _turn(self, now: float) -> None:
        """The current generation becomes the previous one."""
        if self._previous is not None:
            self._previous.close()
            shutil.rmtree(self._directory / str(self._number - 1), ignore_errors=True)
        early = now - self._started < self._window_s
        self._forgotten_at = self._started if early else None
        self._previous = self._current
        self._number += 1
        self._current = self._open(self._number)
        self._count = 0
        self._started = now

    def _open(self, number: int) -> Rdict:
        options = Options(raw_mode=True)
        options.create_if_missing(True)
        options.set_write_buffer_size(8 * 1024 * 1024)
        options.set_max_write_buffer_number(2)
        options.set_keep_log_file_num(2)
        blocks = BlockBasedOptions()
        blocks.set_bloom_filter(10, False)
        options.set_block_based_table_factory(blocks)
        return Rdict(str(self._directory / str(number)), options=options)


def _present(store: Rdict, keys: Sequence[bytes]) -> list[bool]:
    return [value is not None for value in store.get(list(keys)) or ()]


def _number(store: Rdict, key: bytes) -> int:
    value = store.get(key)
    return int(value) if value is not None else 0
