"""One DuckDB instance over one warehouse file, and the moments at which the file may be read beside it.

The file is attached under the name `_headwater`, so that no schema can be mistaken for the database. After opening,
the instance can reach no file, no network and no extension, and its configuration is locked for good.

Queries run in processes of their own, which read the same file. That is safe between two checkpoints: until the next
one, no block that the last one refers to is written again, and the log beside the file only grows. So this class
alone decides when a checkpoint is made: never while a snapshot is being read.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import duckdb
import msgspec

from headwater.base.errors import InvalidInput, Terminal, Transient
from headwater.warehouse.replay import Replay

DATABASE: Final = "_headwater"
INTERNAL: Final = "headwater"
"""The schema of headwater's own books; queries cannot read it."""

BROKEN: Final = (duckdb.FatalException, duckdb.InternalException)
"""After these the instance may be invalid: close it and open the file anew. A checkpoint that fails on a full disk
invalidates it too, and is told as an IOException."""

ROW_GROUP_ROWS: Final = 16_384
"""A load that fills a row group writes it to the file at once, not to the log and then to the file; and a checkpoint
writes the last, unfinished one of each table again. So they are an eighth of the engine's own size."""

CHECKPOINT_BYTES: Final = 16 * 1024 * 1024
"""Once the log is this long it goes into the file when no snapshot is being read; at four times that, new snapshots
wait for it."""

REPLAY_BYTES: Final = 128 * 1024 * 1024
"""The same when so much memory is needed to read the log; a query's process has four times that."""

BUSY: Final = 3
"""So many times as long the log may be while loads are large: each checkpoint writes the last row group of every table
again, and a load of 20,000 events fills the log alone."""

BUSY_S: Final = 3.0
"""So long after the last large load, at most."""

SWAP_S: Final = 60.0
"""So long the queries under way are waited for before the file is replaced; those that come meanwhile wait too."""

DRAFT: Final = ".renew"
"""Behind the file's name: another one that is to replace it."""

CHECKPOINT_RETRY_S: Final = 5.0
"""After one that failed."""

LOOK_EVERY_S: Final = 0.5
"""How often one who waits for a checkpoint looks whether it can be made now."""

BLOCK_BYTES: Final = 64 * 1024
"""The least that a table takes of a new file; sources may have thousands of small ones."""


class Snapshot(msgspec.Struct, frozen=True):
    """A state of the file that holds while it is being read: the file as it is, the first bytes of its log."""

    path: str
    generation: int
    wal_bytes: int


def quoted(*names: str) -> str:
    """`("s", "order")` → `"s"."order"`."""
    return ".".join('"' + name.replace('"', '""') + '"' for name in names)


class Engine:
    """Thread-safe. `path` None keeps everything in memory (for tests). Sizes are DuckDB's (`1GB`).

    `opened` is given each new writing connection.
    """

    def __init__(
        self,
        path: Path | None,
        *,
        memory_limit: str = "256MiB",
        threads: int = 2,
        spill_limit: str = "4GB",
        checkpoint_bytes: int = CHECKPOINT_BYTES,
        opened: Callable[[duckdb.DuckDBPyConnection], None] = lambda writer: None,
    ) -> None:
        if path is not None and "?" in str(path):  # the engine would put its log elsewhere
            raise InvalidInput(f'The warehouse cannot lie at "{path}": take a folder without a question mark.')
        self.path = path
        self._settings = {
            "memory_limit": memory_limit,
            "threads": str(threads),
            "allocator_background_threads": "true",  # or what a load let go of stays with this process while it rests
        }
        self._spill_limit = spill_limit
        self._checkpoint_bytes = checkpoint_bytes
        self._opened = opened
        self._write_lock = threading.RLock()
        self._snapshots = threading.Condition()
        self._reading = 0
        self._copying = 0
        self._cursors = 0
        self._swapping = False
        self._generation = 0
        self._wal_bytes = 0
        self.replay = Replay()
        self._unread = False
        self._wanted = False
        self.unread_logs = 0
        if path is not None:
            for left in path.parent.glob(f"{path.name}.spill-*"):  # of query processes that were killed
                shutil.rmtree(left, ignore_errors=True)
            for left in path.parent.glob(f"{path.name}{DRAFT}*"):  # of a renewal that was cut short
                shutil.rmtree(left) if left.is_dir() else left.unlink(missing_ok=True)
        self._writer: duckdb.DuckDBPyConnection | None = None
        self._reader: duckdb.DuckDBPyConnection | None = None
        self._closed = False
        self._checkpoint_after = 0.0
        self._busy_until = 0.0
        self._open()

    @contextmanager
    def writing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """The writing connection, for one thread at a time. After a fatal error the file is opened anew."""
        with self._write_lock:
            if self._closed:
                raise Transient("The warehouse is closed.")
            if self._writer is None:
                self._open()
            assert self._writer is not None
            try:
                yield self._writer
            except duckdb.Error as error:
                self._close_if_broken(error)
                raise
            finally:
                self._note_log()
        self._checkpoint_when_due()

    @contextmanager
    def reading(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """A connection of one's own in this process that sees what is committed; loading goes on."""
        with self._snapshots:
            if not self._snapshots.wait_for(lambda: not self._swapping, timeout=SWAP_S):
                raise Transient("The warehouse is being written anew. Try again in a moment.")
            self._cursors += 1
        try:
            yield from self._read()
        finally:
            with self._snapshots:
                self._cursors -= 1
                self._snapshots.notify_all()

    def _read(self) -> Iterator[duckdb.DuckDBPyConnection]:
        connection = (self._reader or self._opened_anew()).cursor()
        try:
            yield connection
        except duckdb.Error as error:
            with self._write_lock:
                self._close_if_broken(error)
            raise
        finally:
            connection.close()

    @contextmanager
    def snapshot(self, wait_s: float, *, copying: bool = False) -> Iterator[Snapshot]:
        """A state of the file to be read from outside, until the block ends; for a copy it may be a long time."""
        found = self._begin_reading(time.monotonic() + wait_s, copying)
        try:
            yield found
        finally:
            with self._snapshots:
                self._reading -= 1
                self._copying -= copying
                self._snapshots.notify_all()
            self._checkpoint_when_due()

    def _begin_reading(self, wait_until: float, copying: bool) -> Snapshot:
        assert self.path is not None
        while True:
            if not self._may_be_read():  # whoever was to make the checkpoint may have been kept from it
                self._checkpoint_when_due()
            left_s = max(0.0, wait_until - time.monotonic())
            with self._snapshots:
                if self._snapshots.wait_for(self._may_be_read, timeout=min(left_s, LOOK_EVERY_S)):
                    self._reading += 1
                    self._copying += copying
                    return Snapshot(str(self.path), self._generation, self._wal_bytes)
            if left_s == 0.0:
                raise Transient("The warehouse is busy writing its log into the file. Try again.", code="busy")

    def _may_be_read(self) -> bool:
        """False: a checkpoint is due and the snapshots of now are waited for. While a copy is made it cannot be had.
        Or the file is about to be replaced."""
        unread = self._unread and time.monotonic() >= self._checkpoint_after
        return not self._swapping and (self._copying > 0 or not (unread or self._log_is_long(4)))

    def note_unread(self, snapshot: Snapshot, *, surely: bool = True) -> bool:
        """A process could not read the log of this snapshot within its memory, or, not `surely`, ended for want of
        memory: a checkpoint is made as soon as it can be, and new snapshots wait for it if `surely`.

        False: there was no log, or it has gone into the file meanwhile.
        """
        with self._snapshots:
            if not snapshot.wal_bytes or snapshot.generation != self._generation:
                return False
            self._wanted = True
            if surely:
                self._unread = True
                self.unread_logs += 1
            return True

    def checkpoint(self) -> bool:
        """Bring the log into the file; False when a snapshot is being read just now."""
        with self._write_lock, self._snapshots:
            if self._reading or self._writer is None:
                return False
            try:
                self._writer.execute(f"CHECKPOINT {DATABASE}")
            except duckdb.Error as error:
                self._close_if_broken(error)
                raise
            self._generation += 1
            self._forget_log()
            self._note_log()
            self._snapshots.notify_all()
            return True

    def _forget_log(self) -> None:
        self._unread = self._wanted = False
        self.replay.clear()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Nobody writes while the block runs; reading goes on."""
        with self._write_lock:
            yield

    def swap(self, fresh: Path) -> None:
        """Put another file in the place of this one, which is emptied. It must hold the same; within `alone`.

        Raises Transient when what reads now does not end in time; everything is then as it was.
        """
        assert self.path is not None
        with self._write_lock, self._snapshots:
            self._swapping = True
            try:
                if not self._snapshots.wait_for(lambda: not self._reading and not self._cursors, timeout=SWAP_S):
                    raise Transient("The warehouse is being read for long. It is written anew when that has ended.")
                self._swap(self.path, fresh)
            finally:
                self._swapping = False
                self._snapshots.notify_all()

    def _swap(self, path: Path, fresh: Path) -> None:
        old = os.open(path, os.O_RDWR)
        try:
            self._close()  # which takes the log into the file: beside a new one it must not be found
            if path.with_name(path.name + ".wal").exists():
                raise Transient("The warehouse's log cannot be taken into its file now.")
            os.replace(fresh, path)
            sync(path.parent)
            os.ftruncate(old, 0)
        finally:
            os.close(old)
            self._open()

    def close(self) -> None:
        """Close all connections; what is committed is in the file."""
        with self._write_lock:
            self._closed = True
            self._close()

    def set_busy(self, busy: bool) -> None:
        """Whether much is loaded at a time, just now."""
        self._busy_until = time.monotonic() + BUSY_S if busy else 0.0

    def _log_is_long(self, times: int = 1) -> bool:
        return self._wal_bytes > times * self._checkpoint_bytes or self.replay.size_bytes > times * REPLAY_BYTES

    def _note_log(self) -> None:
        if self.path is not None:
            log = self.path.with_name(self.path.name + ".wal")
            with self._snapshots:
                self._wal_bytes = log.stat().st_size if log.exists() else 0
                if not self._wal_bytes:
                    self._forget_log()

    def _checkpoint_when_due(self) -> None:
        due = self._wanted or self._log_is_long(BUSY if time.monotonic() < self._busy_until else 1)
        due = due and self.path is not None and time.monotonic() >= self._checkpoint_after
        if due and self._write_lock.acquire(blocking=False):
            try:
                self.checkpoint()
            except duckdb.TransactionException:
                pass  # a transaction of `reading` stands in the way: the next write tries again
            except duckdb.Error:  # a full disk; what is committed is in the log
                self._checkpoint_after = time.monotonic() + CHECKPOINT_RETRY_S
            finally:
                self._write_lock.release()

    def _close(self) -> None:
        with self._snapshots:
            self._generation += 1
            for connection in (self._reader, self._writer):
                if connection is not None:
                    with suppress(duckdb.Error):
                        connection.close()
            self._reader = self._writer = None

    def _close_if_broken(self, error: duckdb.Error) -> None:
        """The next use opens the file anew, with all that is committed."""
        if not (isinstance(error, BROKEN) or "has been invalidated" in str(error)):
            return
        if self.path is None:
            raise Terminal("The in-memory warehouse met a fatal error and is lost.") from error
        self._close()

    def _opened_anew(self) -> duckdb.DuckDBPyConnection:
        with self._write_lock:
            if self._closed:
                raise Transient("The warehouse is closed.")
            if self._reader is None:
                try:
                    self._open()
                except duckdb.Error as error:
                    raise Transient(f"The warehouse cannot be opened: {error}") from error
            assert self._reader is not None
            return self._reader

    def _open(self) -> None:
        writer = connect(self._settings)
        where = ":memory:" if self.path is None else str(self.path).replace("'", "''")
        is_new = self.path is None or not self.path.exists()
        blocks = f", BLOCK_SIZE {BLOCK_BYTES}" if is_new else ""
        writer.execute(f"ATTACH '{where}' AS {DATABASE} (ROW_GROUP_SIZE {ROW_GROUP_ROWS}{blocks})")
        settle(writer, None if self.path is None else self.path.with_name(self.path.name + ".tmp"), self._spill_limit)
        writer.execute("SET checkpoint_threshold = '1TB'")
        lock(writer)
        self._opened(writer)
        self._writer = writer
        self._reader = writer.cursor()
        self._reader.execute(f"USE {DATABASE}")
        self._note_log()


def sync(directory: Path) -> None:
    """Make the names in a directory durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def connect(settings: dict[str, str]) -> duckdb.DuckDBPyConnection:
    """A fresh instance that loads no extension and looks at no Python variable."""
    return duckdb.connect(
        ":memory:",
        config={
            **settings,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
            "python_enable_replacements": "false",
        },
    )


def settle(connection: duckdb.DuckDBPyConnection, spill: Path | None, spill_limit: str) -> None:
    """Make the attached warehouse the only database, times UTC, and give too large sorts a place on disk."""
    connection.execute(f"USE {DATABASE}; DETACH memory; SET GLOBAL TimeZone = 'UTC'")
    place = "" if spill is None else str(spill).replace("'", "''")
    connection.execute(f"SET temp_directory = '{place}'; SET max_temp_directory_size = '{spill_limit}'")


def lock(connection: duckdb.DuckDBPyConnection) -> None:
    """From here on no file, no network, no extension, and no way back."""
    connection.execute("SET enable_external_access = false; SET lock_configuration = true")
