"""`/sql`: runs a query in a process of its own, within its time and memory, and gives its rows.

Whatever a query does, it fails alone: with a code and a sentence, while loading and other queries go on.
"""

from __future__ import annotations

import os
import queue
import shutil
import subprocess
import sys
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

import msgspec

from headwater.base.errors import HeadwaterError, InvalidInput, Transient
from headwater.warehouse.answer import Answer, readable_tables
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.reader import Ask, Limits, Told, receive, send, spill_of, tell

DEFAULT_ROWS: Final = 10_000
MAX_ROWS: Final = 100_000

_GRACE_S: Final = 3.0
"""A query that does not heed its interrupt for this long is ended with its process."""

_TOLD = msgspec.msgpack.Decoder(Told)


class Queries:
    """Blocking and thread-safe; as many queries at once as there are `processes`, further ones wait their turn.

    The processes start when they are first needed. An in-memory warehouse is queried in this process, for tests.
    """

    def __init__(
        self,
        warehouse: Warehouse,
        *,
        timeout_s: float = 30.0,
        memory_mib: int = 512,
        threads: int = 2,
        processes: int = 2,
    ) -> None:
        self._engine = warehouse.engine
        self._limits = Limits(rows=MAX_ROWS, timeout_s=timeout_s, memory_mib=memory_mib, threads=threads)
        self._processes: queue.LifoQueue[_Process] = queue.LifoQueue()
        for _ in range(processes):
            self._processes.put(_Process((2 * memory_mib + 512) * 2**20))

    def run(
        self,
        query: str,
        *,
        limit: int = DEFAULT_ROWS,
        timeout_s: float | None = None,
        memory_mib: int | None = None,
    ) -> Answer:
        """At most `limit` rows of one SELECT. Less time or memory may be asked for than queries have here.

        Raises InvalidInput `bad_query`, `query_not_allowed`, `unknown_table`, `query_timeout` or `query_memory`;
        Transient `busy` when no process came free in time.
        """
        if not 1 <= limit <= MAX_ROWS:
            raise InvalidInput(f"limit is {limit}; it must be from 1 to {MAX_ROWS}. Nothing was run.")
        limits = Limits(
            rows=limit,
            timeout_s=min(timeout_s or self._limits.timeout_s, self._limits.timeout_s),
            memory_mib=min(memory_mib or self._limits.memory_mib, self._limits.memory_mib),
            threads=self._limits.threads,
        )
        told = self._told_here(query, limits) if self._engine.path is None else self._told(query, limits)
        if told.answer is None:
            raise _error(told, limits)
        return told.answer

    def close(self) -> None:
        """End the processes that are idle; those that run a query end with it."""
        while True:
            try:
                self._processes.get_nowait().end()
            except queue.Empty:
                return

    def _told(self, query: str, limits: Limits) -> Told:
        try:
            process = self._processes.get(timeout=limits.timeout_s)
        except queue.Empty:
            message = f"All query processes were busy for {limits.timeout_s:g} s. Try again."
            raise Transient(message, code="busy") from None
        try:
            told = self._ask(process, query, limits)
            # the file moved under the reader (it was opened anew): a fresh look settles it
            return self._ask(process, query, limits) if told.code == "unreadable" else told
        finally:
            self._processes.put(process)

    def _ask(self, process: _Process, query: str, limits: Limits) -> Told:
        with self._engine.snapshot(limits.timeout_s) as snapshot:
            return process.ask(Ask(snapshot, query, limits))

    def _told_here(self, query: str, limits: Limits) -> Told:
        with self._engine.reading() as connection:
            return tell(connection, readable_tables(connection), query, limits)


def _error(told: Told, limits: Limits) -> HeadwaterError:
    if told.code == "query_timeout":
        message = f"The query was stopped after {limits.timeout_s:g} s. Read less, or aggregate earlier."
    elif told.code == "query_memory":
        message = f"The query needed more than the {limits.memory_mib} MiB it may have, and was stopped. Read less."
    elif told.code == "unreadable":
        return Transient(f"The warehouse could not be read just now: {told.message}. Try again.")
    else:
        message = told.message
    return InvalidInput(message, code=told.code, details=told.details)


class _Process:
    """One reader process, started when first asked and again after it ended. For one thread at a time."""

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._spill: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, ask: Ask) -> Told:
        """`query_memory` also when the process died of the query; `query_timeout` also when it had to be ended."""
        process = self._running()
        self._spill = spill_of(ask.snapshot.path, process.pid)
        assert process.stdin is not None
        assert process.stdout is not None
        ended = threading.Event()
        timer = threading.Timer(ask.limits.timeout_s + _GRACE_S, _end, (process, ended))
        timer.daemon = True
        timer.start()
        try:
            send(process.stdin, ask)
            data = receive(process.stdout)
        except BrokenPipeError:
            data = None
        finally:
            timer.cancel()
        if data is None:
            self.end()
            return Told(code="query_timeout" if ended.is_set() else "query_memory")
        told = _TOLD.decode(data)
        if told.last:
            self.end()
        return told

    def end(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            process.wait()
            if self._spill is not None:
                shutil.rmtree(self._spill, ignore_errors=True)
            for stream in (process.stdin, process.stdout):
                if stream is not None:
                    with suppress(OSError):
                        stream.close()

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is not None:
            self.end()
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
                [sys.executable, "-I", "-m", "headwater.warehouse.reader", str(self._memory_bytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
            )
        return self._process


def _end(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    ended.set()
    process.kill()
