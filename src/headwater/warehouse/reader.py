"""A process that answers queries from snapshots of the warehouse file, and can do nothing else.

It has no environment, no secrets and no way to write the file; it has a memory limit of its own, so a query that
asks for too much ends here and nowhere else. Started by `query.Queries`, spoken to over its standard input and
output, gone when that input closes.
"""

from __future__ import annotations

import contextlib
import os
import queue
import resource
import signal
import struct
import sys
import threading
from pathlib import Path
from typing import IO, Any, Final

import duckdb
import msgspec
from fsspec.spec import AbstractFileSystem

from headwater.base.errors import InvalidInput
from headwater.warehouse.answer import Answer, answer, readable_tables
from headwater.warehouse.engine import DATABASE, Snapshot, connect, lock, settle
from headwater.warehouse.guard import Tables

_SIZE: Final = struct.Struct(">I")
_PAGE_BYTES: Final = os.sysconf("SC_PAGE_SIZE")


class Limits(msgspec.Struct, frozen=True):
    """What one query may have."""

    rows: int
    timeout_s: float
    memory_mib: int
    threads: int


class Ask(msgspec.Struct, frozen=True):
    snapshot: Snapshot
    query: str
    limits: Limits


class Told(msgspec.Struct, frozen=True):
    """Either `answer`, or what went wrong: `code` and `message` as in the error tree. `last`: the process ends.

    `died`: it told nothing, but ended; of the query or of reading the log.
    """

    answer: Answer | None = None
    code: str = ""
    message: str = ""
    details: Any = None
    last: bool = False
    died: bool = False


def spill_of(warehouse: str, pid: int) -> Path:
    """Where a reader process puts what its memory does not hold."""
    return Path(f"{warehouse}.spill-{pid}")


def tell(connection: duckdb.DuckDBPyConnection, tables: Tables, query: str, limits: Limits) -> Told:
    """Run a query on a connection within its time."""
    timer = threading.Timer(limits.timeout_s, connection.interrupt)
    timer.daemon = True
    timer.start()
    try:
        return Told(answer=answer(connection, query, tables, limits.rows))
    except InvalidInput as error:
        return Told(code=error.code, message=error.message, details=error.details)
    except duckdb.InterruptException:
        return Told(code="query_timeout")
    except (duckdb.OutOfMemoryException, MemoryError):
        return Told(code="query_memory", last=True)
    except duckdb.Error as error:
        return Told(code="unreadable", message=str(error), last=True)
    except Exception as error:  # a fault of ours: this process must live to tell it
        return Told(code="fault", message=f"{type(error).__name__}: {error}")
    finally:
        timer.cancel()
        timer.join()  # or it might still interrupt what the connection does next, and keep it from going away


def send(stream: IO[bytes], value: Any) -> None:
    data = msgspec.msgpack.encode(value)
    stream.write(_SIZE.pack(len(data)) + data)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes | None:
    """One message; None when the other side is gone."""
    head = stream.read(_SIZE.size)
    if len(head) < _SIZE.size:
        return None
    size = _SIZE.unpack(head)[0]
    data = stream.read(size)
    return data if len(data) == size else None


class _Place:
    __slots__ = ("at",)

    def __init__(self, at: int) -> None:
        self.at = at


class _File:
    """The first `size` bytes of a file.

    The engine's threads share it: one seeks and reads what it wants while another does the same, or one goes on
    reading where another stopped. So a thread that has just sought reads there; every other read goes on in common.
    """

    def __init__(self, path: str, size: int | None) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self._size = os.fstat(self._descriptor).st_size if size is None else size
        self._common = _Place(0)
        self._sought = threading.local()

    def read(self, length: int = -1) -> bytes:
        place = self._place()
        self._sought.place = None
        self._common = place
        wanted = self._size - place.at if length < 0 else min(length, self._size - place.at)
        data = os.pread(self._descriptor, max(wanted, 0), place.at)
        place.at += len(data)
        return data

    def seek(self, offset: int, whence: int = 0) -> int:
        start = {0: 0, 1: self.tell(), 2: self._size}[whence]
        self._sought.place = self._common = _Place(start + offset)
        return start + offset

    def tell(self) -> int:
        return self._place().at

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _place(self) -> _Place:
        return getattr(self._sought, "place", None) or self._common


class _Files(AbstractFileSystem):
    """The warehouse file and the part of its log that belongs to the snapshot, read without taking the file's lock."""

    protocol = "snapshot"
    cachable = False

    def __init__(self, snapshot: Snapshot) -> None:
        super().__init__()
        self._sizes: dict[str, int | None] = {snapshot.path: None}
        if snapshot.wal_bytes:
            self._sizes[f"{snapshot.path}.wal"] = snapshot.wal_bytes

    def open(self, path: str, mode: str = "rb", **_: Any) -> _File:  # pyright: ignore[reportIncompatibleMethodOverride]
        name = self._name(path)
        if mode != "rb":
            raise PermissionError(f"{name} is read only")
        return _File(name, self._sizes[name])

    def exists(self, path: str, **_: Any) -> bool:
        return path.removeprefix("snapshot://") in self._sizes

    def info(self, path: str, **_: Any) -> dict[str, Any]:
        name = self._name(path)
        size = self._sizes[name]
        return {"name": name, "type": "file", "size": os.stat(name).st_size if size is None else size}

    def modified(self, path: str) -> float:
        return os.stat(self._name(path)).st_mtime

    def _name(self, path: str) -> str:
        name = path.removeprefix("snapshot://")
        if name not in self._sizes:
            raise FileNotFoundError(name)
        return name


class _Reader:
    """Holds the instance of the last snapshot, and takes a fresh one when the file has moved on."""

    def __init__(self) -> None:
        self._asked: tuple[Snapshot, int] | None = None
        self._connection: duckdb.DuckDBPyConnection | None = None
        self._tables: dict[str, set[str]] = {}

    def tell(self, ask: Ask) -> Told:
        try:
            connection = self._at(ask)
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            return Told(code="unread_log", message=str(error), last=True)
        except (duckdb.Error, OSError) as error:
            return Told(code="unreadable", message=str(error), last=True)
        return tell(connection, self._tables, ask.query, ask.limits)

    def _at(self, ask: Ask) -> duckdb.DuckDBPyConnection:
        if self._connection is not None and self._asked == (ask.snapshot, ask.limits.memory_mib):
            return self._connection
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        limits = ask.limits
        connection = connect({"memory_limit": f"{limits.memory_mib}MiB", "threads": str(limits.threads)})
        connection.register_filesystem(_Files(ask.snapshot))
        where = f"snapshot://{ask.snapshot.path}".replace("'", "''")
        connection.execute(f"ATTACH '{where}' AS {DATABASE} (READ_ONLY)")
        settle(connection, spill_of(ask.snapshot.path, os.getpid()), f"{4 * limits.memory_mib}MiB")
        lock(connection)
        self._tables = readable_tables(connection)
        self._connection, self._asked = connection, (ask.snapshot, limits.memory_mib)
        return connection


def _has_grown(limit_bytes: int) -> bool:
    """Whether little is left of the memory that this process may have: what one snapshot took and gave back is not all
    of use for the next."""
    try:
        with open("/proc/self/statm", "rb") as file:
            data_pages = int(file.read().split()[5])
    except (OSError, IndexError, ValueError):  # another kernel: the limit itself must do
        return False
    return data_pages * _PAGE_BYTES > limit_bytes // 2


def _hear(stream: IO[bytes], asked: queue.SimpleQueue[bytes]) -> None:
    """Passes on what is asked; when who asked is gone, so is this process, whatever it is doing."""
    while (data := receive(stream)) is not None:
        asked.put(data)
    os._exit(0)


def main() -> None:
    """`argv[1]`: bytes of memory that this process may have."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    limit = int(sys.argv[1])
    with contextlib.suppress(ValueError, OSError):  # a lower limit may be set already
        resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asked: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_hear, args=(sys.stdin.buffer, asked), daemon=True).start()
    decoder = msgspec.msgpack.Decoder(Ask)
    reader = _Reader()
    while True:
        told = reader.tell(decoder.decode(asked.get()))
        if _has_grown(limit):
            told = msgspec.structs.replace(told, last=True)
        send(output, told)
        if told.last:
            os._exit(0)


if __name__ == "__main__":
    main()
