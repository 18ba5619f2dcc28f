"""Which event ids may have a row already: asked before each load, so that only those are looked for in the tables.

It may name an id too many, never one too few: ids are put here before their rows are committed. Beside them stands
the number of the load; when the warehouse has committed a later one than is known here, or this store was never
complete, it is filled again from the tables, and until then every id may have a row.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Protocol

import duckdb
import msgspec
from rocksdict import BlockBasedOptions, Cache, Options, Rdict, WriteBatch

from headwater.base.errors import Transient
from headwater.warehouse.engine import DATABASE, INTERNAL, Engine, quoted

_SEQUENCE: Final = b"sequence"
_COMPLETE: Final = b"complete"
_BUFFER_BYTES: Final = 8 * 2**20
_FILL_ROWS: Final = 20_000

OF_EACH_EVENT: Final = ("tracks", "form_submissions", "identifies", "groups", "pages", "screens", "aliases")
"""Every event has a row in one of these."""


class Asked(msgspec.Struct, frozen=True):
    """`keys` of the ids that were asked for; those of the ids that may have a row are `known`."""

    keys: Collection[bytes]
    known: Collection[str]


class KnownIds(Protocol):
    def ask(self, ids: Collection[str]) -> Asked:
        """Which of the ids may have a row."""
        ...

    def keep(self, asked: Asked) -> None:
        """Remember what was asked for, before it is committed."""
        ...

    def add(self, ids: Iterable[str], sequence: int) -> None:
        """Remember ids, before they are committed. `sequence`: the load up to which, with these, all are here."""
        ...

    @property
    def sequence(self) -> int:
        """The highest number that was given to `add`, also over restarts."""
        ...

    def is_complete(self, sequence: int) -> bool:
        """Whether every id committed up to load `sequence` is here."""
        ...

    def set_complete(self, complete: bool) -> None: ...

    def close(self) -> None: ...


class MemoryIds:
    """For a warehouse in memory."""

    def __init__(self) -> None:
        self._keys: set[bytes] = set()
        self.sequence = 0

    def ask(self, ids: Collection[str]) -> Asked:
        keys = list(map(_key, ids))
        return Asked(keys, {id_ for id_, key in zip(ids, keys, strict=True) if key in self._keys})

    def keep(self, asked: Asked) -> None:
        self._keys.update(asked.keys)

    def add(self, ids: Iterable[str], sequence: int) -> None:
        self._keys.update(map(_key, ids))
        self.sequence = max(self.sequence, sequence)

    def is_complete(self, sequence: int) -> bool:
        return True

    def set_complete(self, complete: bool) -> None:
        return None

    def close(self) -> None:
        return None


class DiskIds:
    """12 bytes an id on disk, with Bloom filters; in memory some 20 MB and 2 bytes an id.

    A store that met a full disk takes nothing more until it is opened anew: that is tried at the next call.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._store: Rdict | None = None
        self._complete = False
        self._sequence = 0
        with self._at_work():
            pass

    @property
    def sequence(self) -> int:
        return self._sequence

    def ask(self, ids: Collection[str]) -> Asked:
        keys = list(map(_key, ids))
        with self._at_work() as store:
            if not self._complete:
                return Asked(keys, ids)
            ordered = sorted(keys)  # neighbours are found, and put, side by side
            found: list[bytes | None] = store[ordered] if ordered else []  # pyright: ignore
        if found.count(None) == len(ordered):  # as nearly always
            return Asked(ordered, ())
        there = {key for key, value in zip(ordered, found, strict=True) if value is not None}
        return Asked(ordered, {id_ for id_, key in zip(ids, keys, strict=True) if key in there})

    def keep(self, asked: Asked) -> None:
        self._put(asked.keys, 0)

    def add(self, ids: Iterable[str], sequence: int) -> None:
        self._put(map(_key, ids), sequence)

    def _put(self, keys: Iterable[bytes], sequence: int) -> None:
        batch = WriteBatch(raw_mode=True)
        for key in keys:
            batch.put(key, b"")
        batch.put(_SEQUENCE, max(self._sequence, sequence).to_bytes(8, "big"))
        with self._at_work() as store:
            store.write(batch)
            self._sequence = max(self._sequence, sequence)

    def is_complete(self, sequence: int) -> bool:
        return self._complete and self._sequence >= sequence

    def set_complete(self, complete: bool) -> None:
        with self._at_work() as store:
            store[_COMPLETE] = b"1" if complete else b"0"
            self._complete = complete

    def close(self) -> None:
        if self._store is not None:
            with suppress(Exception):  # what could not be written is not complete
                self._store.close()
        self._store = None

    @contextmanager
    def _at_work(self) -> Iterator[Rdict]:
        try:
            if self._store is None:
                self._store = _opened(self._directory)
                self._complete = self._store.get(_COMPLETE) == b"1"
                self._sequence = int.from_bytes(self._store.get(_SEQUENCE) or b"\0", "big")
            yield self._store
        except Exception as error:  # the store's own errors have no class of their own
            self.close()
            raise Transient(f"The ids that are loaded cannot be looked up or kept: {error}") from error


def fill(engine: Engine, ids: KnownIds, stop: Callable[[], bool]) -> None:
    """Bring the ids of all rows into the store, while loading goes on; `stop` is asked now and then.

    When the engine is closed or breaks meanwhile, the store stays incomplete: the next start tries again.
    """
    with suppress(duckdb.Error, Transient), engine.reading() as connection:
        connection.execute("BEGIN")
        sequence = committed(connection)
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? AND schema_name <> ? "
            f"AND table_name IN ({', '.join('?' * len(OF_EACH_EVENT))})",
            [DATABASE, INTERNAL, *OF_EACH_EVENT],
        ).fetchall()
        for schema, table in tables:
            found = connection.execute(f"SELECT id FROM {quoted(DATABASE, schema, table)}")
            while rows := found.fetchmany(_FILL_ROWS):
                if stop():
                    return
                ids.add((id_ for (id_,) in rows), sequence)
        ids.add((), sequence)
        ids.set_complete(True)


def committed(connection: duckdb.DuckDBPyConnection) -> int:
    """The number of the last load that was committed; 0 before the first."""
    return connection.execute(f"SELECT coalesce(max(sequence), 0) FROM {DATABASE}.{INTERNAL}.loads").fetchall()[0][0]


def note_load(connection: duckdb.DuckDBPyConnection, sequence: int) -> None:
    connection.execute(f"DELETE FROM {DATABASE}.{INTERNAL}.loads")
    connection.execute(f"INSERT INTO {DATABASE}.{INTERNAL}.loads VALUES (?)", [sequence])


def _key(id_: str) -> bytes:
    return hashlib.blake2b(id_.encode("utf-8", "surrogatepass"), digest_size=12).digest()


def _opened(directory: Path) -> Rdict:
    """The store; an unreadable one is made anew, and so is not complete."""
    try:
        return Rdict(str(directory), _options())
    except Exception as error:
        if "Corruption" not in str(error):
            raise
        shutil.rmtree(directory, ignore_errors=True)
        return Rdict(str(directory), _options())


def _options() -> Options:
    options = Options(raw_mode=True)
    options.create_if_missing(True)
    options.set_write_buffer_size(_BUFFER_BYTES)
    options.set_max_write_buffer_number(2)
    options.set_keep_log_file_num(1)
    options.set_memtable_whole_key_filtering(True)
    options.set_memtable_prefix_bloom_ratio(0.1)
    tables = BlockBasedOptions()
    tables.set_bloom_filter(12, False)
    tables.set_block_cache(Cache(_BUFFER_BYTES))
    options.set_block_based_table_factory(tables)
    return options
