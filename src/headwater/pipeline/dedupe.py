"""Which events were seen before: the same messageId at the same source counts once within the window.

The window is two generations of keys: when the current one is older than the window, or holds half of the
ids allowed, it becomes the previous one and the previous is forgotten. So an id is remembered for at least the
window, unless more ids come in than are allowed: then for the latest `max_ids / 2` at least, and `window_s()`
says how long that was.

Beside the keys lies the clean offset up to which they are complete. The store may lag behind the clean journal
after a crash, never run ahead: the pipeline replays the clean frames from that offset into it at start.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch

from headwater.base.errors import HeadwaterError, Transient

DAY_S = 24 * 3600.0
MAX_IDS = 50_000_000
BUFFER_BYTES = 8 * 1024 * 1024
"""Of a generation, for keys that are not on disk yet (two of them) and for blocks that were read."""
_POSITION = b"position"
_STARTED = b"started"
_COUNT = b"count"
_FORGOTTEN = b"forgotten"


def key_of(source_id: str, message_id: str) -> bytes:
    """16 bytes that stand for one message of one source (a collision is expected once in 10^19 pairs)."""
    return hashlib.blake2b(f"{source_id}\0{message_id}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


class DedupeWindow(Protocol):
    def seen(self, keys: Sequence[bytes]) -> list[bool]: ...

    def add(self, keys: Sequence[bytes], *, position: int, now: float) -> None:
        """Remembers the keys of clean frames that end at `position`, in one piece."""
        ...

    def flush(self) -> None:
        """Makes what was added durable."""
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

    def flush(self) -> None:
        return None

    def window_s(self, now: float) -> float:
        return DAY_S

    def close(self) -> None:
        return None


class DiskWindow:
    """Keys on disk (RocksDB with Bloom filters); in memory some 60 MB and 2 bytes for each key.

    A store that met a full disk takes nothing more until it is opened anew: that is tried at the next call. One that
    cannot be read at all is set aside, and made anew from the clean frames.
    """

    def __init__(self, directory: Path, *, window_s: float = DAY_S, max_ids: int = MAX_IDS, now: float) -> None:
        self._directory = directory
        self._window_s = window_s
        self._half = max(1, max_ids // 2)
        self._now = now
        self._generations: list[_Generation] = []
        directory.mkdir(parents=True, exist_ok=True)
        self._open()

    def seen(self, keys: Sequence[bytes]) -> list[bool]:
        if not keys:
            return []
        ordered = sorted(keys)  # neighbours are found side by side
        with self._at_work():
            known = {key for generation in self._generations for key in generation.known(ordered)}
        return [key in known for key in keys]

    def add(self, keys: Sequence[bytes], *, position: int, now: float) -> None:
        with self._at_work():
            current = self._generations[-1]
            if now - current.started >= self._window_s or current.count >= self._half:
                current = self._turn(now)
            current.add(keys, position)
            self.position = position

    def flush(self) -> None:
        """Makes everything up to `position` durable, also against power loss."""
        with self._at_work():
            self._generations[-1].store.flush()

    def window_s(self, now: float) -> float:
        """Shorter than asked for only when ids had to be forgotten early."""
        forgotten = self._generations[-1].forgotten if self._generations else None
        return self._window_s if forgotten is None else min(self._window_s, now - forgotten)

    def close(self) -> None:
        for generation in self._generations:
            with contextlib.suppress(Exception):  # its only error type; what it could not write is in the frames
                generation.store.close()
        self._generations = []

    @contextlib.contextmanager
    def _at_work(self) -> Iterator[None]:
        try:
            if not self._generations:
                self._open()
            yield
        except HeadwaterError:
            raise
        except Exception as error:  # rocksdict has no type of its own
            self.close()
            raise Transient(f"the ids seen cannot be looked up or kept: {error}") from error

    def _open(self) -> None:
        """The last two generations; those before are done with."""
        numbers = sorted(int(path.name) for path in self._directory.iterdir() if path.name.isdigit())
        for number in numbers[:-2]:
            shutil.rmtree(self._directory / str(number))
        try:
            self._generations = [_Generation(self._directory, number, self._now) for number in numbers[-2:] or [1]]
        except Exception as error:
            if "Corruption" not in str(error):
                raise
            self._set_aside(numbers[-2:])
            self._generations = [_Generation(self._directory, 1, self._now)]
        self.position = max(generation.position for generation in self._generations)

    def _set_aside(self, numbers: Sequence[int]) -> None:
        """All of it, as a position stands for the keys of every generation."""
        aside = self._directory / "damaged"
        shutil.rmtree(aside, ignore_errors=True)
        aside.mkdir()
        for number in numbers:
            (self._directory / str(number)).rename(aside / str(number))

    def _turn(self, now: float) -> _Generation:
        """Begins a new generation and forgets the one before the last.

        The last is flushed first: a key of the new one must never survive a power cut that an older one does not.
        And the new one is there before the old one goes, so that a crash in between leaves no half of a store.
        """
        last = self._generations[-1]
        last.store.flush()
        early = now - last.started < self._window_s
        fresh = _Generation(self._directory, last.number + 1, now, forgotten=last.started if early else None)
        self._generations.append(fresh)
        for old in self._generations[:-2]:
            old.store.close()
            shutil.rmtree(self._directory / str(old.number), ignore_errors=True)
        self._generations = self._generations[-2:]
        return fresh


class _Generation:
    """One store. `position`: how far its keys go; `forgotten`: until when ids were let go early because of it."""

    def __init__(self, directory: Path, number: int, now: float, *, forgotten: float | None = None) -> None:
        self.number = number
        self.store = _open_store(directory / str(number))
        self.position = _number(self.store, _POSITION) or 0
        self.count = _number(self.store, _COUNT) or 0
        self.started = float(_number(self.store, _STARTED) or now)
        known = _number(self.store, _FORGOTTEN)
        self.forgotten = forgotten if known is None else float(known)

    def known(self, keys: Sequence[bytes]) -> list[bytes]:
        """Those of the keys that are here."""
        found = self.store.get(list(keys)) or []
        if found.count(None) == len(found):  # as nearly always
            return []
        return [key for key, value in zip(keys, found, strict=True) if value is not None]

    def add(self, keys: Sequence[bytes], position: int) -> None:
        """In one piece."""
        batch = WriteBatch(raw_mode=True)
        for key in sorted(keys):
            batch.put(key, b"")
        batch.put(_POSITION, b"%d" % position)
        batch.put(_COUNT, b"%d" % (self.count + len(keys)))
        batch.put(_STARTED, b"%d" % int(self.started))
        if self.forgotten is not None:
            batch.put(_FORGOTTEN, b"%d" % int(self.forgotten))
        self.store.write(batch)
        self.position = position
        self.count += len(keys)


def _open_store(path: Path) -> Rdict:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_write_buffer_size(BUFFER_BYTES)
    options.set_max_write_buffer_number(2)
    options.set_keep_log_file_num(2)
    options.set_memtable_whole_key_filtering(True)
    options.set_memtable_prefix_bloom_ratio(0.1)
    blocks = BlockBasedOptions()
    blocks.set_bloom_filter(10, False)
    blocks.set_block_cache(Cache(BUFFER_BYTES))
    options.set_block_based_table_factory(blocks)
    return Rdict(str(path), options=options)


def _number(store: Rdict, key: bytes) -> int | None:
    value = store.get(key)
    return int(value) if value is not None else None
