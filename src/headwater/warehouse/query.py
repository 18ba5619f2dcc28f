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
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import msgspec

from headwater.base.errors import HeadwaterError, InvalidInput, Terminal, Transient
from headwater.base.query import DEFAULT_ROWS, MAX_ROWS
from headwater.warehouse.answer import Answer, readable_tables
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.reader import Ask, Limits, Told, receive, send, spill_of, tell

GRACE_S: Final = 3.0
"""A query that does not heed its interrupt for this long is ended with its process."""

WAIT_S: Final = 10.0
"""So long a query waits for its turn, and for the file; then it is refused, so that its caller need not guess."""

MAX_WAITING: Final = 16
"""Queries of one warehouse that may wait; a further one is refused at once."""

_WORTH_ANOTHER: Final = ("unreadable", "unread_log")

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
        wait_s: float = WAIT_S,
        max_waiting: int = MAX_WAITING,
    ) -> None:
        self._engine = warehouse.engine
        self._limits = Limits(rows=MAX_ROWS, timeout_s=timeout_s, memory_mib=memory_mib, threads=threads)
        self._wait_s = wait_s
        self._places = threading.BoundedSemaphore(processes + max_waiting)
        self._all = [_Process((2 * memory_mib + 512) * 2**20) for _ in range(processes)]
        self._free: queue.LifoQueue[_Process] = queue.LifoQueue()
        for process in self._all:
            self._free.put(process)

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
        Transient `busy` at once when too many wait, or when no process came free in time.
        It takes `wait_s`, `timeout_s` and GRACE_S at most.
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
        """End the processes; queries that run or wait end with Transient."""
        for process in self._all:
            process.close()

    def _told(self, query: str, limits: Limits) -> Told:
        wait_until = time.monotonic() + self._wait_s
        with self._process(wait_until) as process:
            began = time.monotonic()
            told = self._ask(process, query, limits, wait_until)
            if told.code not in _WORTH_ANOTHER:
                return told
            # the file moved under the reader (it was opened anew), or its log was too much: a fresh look settles it
            left_s = max(0.1, limits.timeout_s - (time.monotonic() - began))
            return self._ask(process, query, msgspec.structs.replace(limits, timeout_s=left_s), wait_until)

    @contextmanager
    def _process(self, wait_until: float) -> Iterator[_Process]:
        """One that is free, for as long as the block runs."""
        if not self._places.acquire(blocking=False):
            raise Transient("Too many queries wait for their turn already. Try again in a moment.", code="busy")
        try:
            process = self._free.get(timeout=max(0.0, wait_until - time.monotonic()))
        except queue.Empty:
            message = f"No query process came free within {self._wait_s:g} s, as other queries run. Try again."
            raise Transient(message, code="busy") from None
        else:
            try:
                yield process
            finally:
                self._free.put(process)
        finally:
            self._places.release()

    def _ask(self, process: _Process, query: str, limits: Limits, wait_until: float) -> Told:
        with self._engine.snapshot(max(0.0, wait_until - time.monotonic())) as snapshot:
            told = process.ask(Ask(snapshot, query, limits))
            if told.code == "unread_log" or told.died:
                self._engine.note_unread(snapshot, surely=not told.died)
        return told

    def _told_here(self, query: str, limits: Limits) -> Told:
        with self._engine.reading() as connection:
            return tell(connection, readable_tables(connection), query, limits)


def _error(told: Told, limits: Limits) -> HeadwaterError:
    if told.code == "query_timeout":
        message = f"The query was stopped after {limits.timeout_s:g} s. Read less, or aggregate earlier."
        return InvalidInput(message, code="query_timeout")
    if told.code == "query_memory":
        message = f"The query needed more than the {limits.memory_mib} MiB it may have, and was stopped. Read less."
        return InvalidInput(message, code="query_memory")
    if told.code == "unread_log":
        return Transient(
            f"The warehouse's log could not be read within the {limits.memory_mib} MiB that a query may have; it is"
            " being written into the file. Try again in a moment.",
            code="busy",
        )
    if told.code == "unreadable":
        return Transient(f"The warehouse could not be read just now: {told.message}. Try again.")
    if told.code == "fault":
        return Terminal(f"A fault of ours kept the query from being answered: {told.message}. Write it differently.")
    return InvalidInput(told.message, code=told.code, details=told.details)


class _Process:
    """One reader process, started when first asked and again after it ended.

    It answers one thread at a time; any thread may close it.
    """

    def __init__(self, memory_bytes: int) -> None:
        self._memory_bytes = memory_bytes
        self._spill: Path | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._asking = threading.Lock()
        self._starting = threading.Lock()
        self._closed = False

    def ask(self, ask: Ask) -> Told:
        """`query_memory` also when the process died of the query; `query_timeout` also when it had to be ended."""
        with self._asking:
            process = self._running()
            self._spill = spill_of(ask.snapshot.path, process.pid)
            ended = threading.Event()
            timer = threading.Timer(ask.limits.timeout_s + GRACE_S, _end, (process, ended))
            timer.daemon = True
            timer.start()
            try:
                data = _exchange(process, ask)
            finally:
                timer.cancel()
            if data is None:
                self._end()
                if self._closed:
                    raise _closing()
                return Told(code="query_timeout") if ended.is_set() else Told(code="query_memory", died=True)
            told = _TOLD.decode(data)
            if told.last:
                self._end()
            return told

    def close(self) -> None:
        """End the process, also while it runs a query, and start none any more."""
        with self._starting:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        with self._asking:
            self._end()

    def _end(self) -> None:
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
            self._end()
        with self._starting:
            if self._closed:
                raise _closing()
            if self._process is None:
                self._process = _start(self._memory_bytes)
            return self._process


def _start(memory_bytes: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-I", "-m", "headwater.warehouse.reader", str(memory_bytes)]
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter and module
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={name: os.environ[name] for name in ("LD_LIBRARY_PATH",) if name in os.environ},
        )
    except OSError as error:  # no memory, no process, no descriptor: the machine's, and for now
        raise Transient(f"No query process could be started: {error.strerror}. Try again.", code="busy") from error


def _exchange(process: subprocess.Popen[bytes], ask: Ask) -> bytes | None:
    """What the process answers; None when it ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    try:
        send(process.stdin, ask)
        return receive(process.stdout)
    except BrokenPipeError:
        return None


def _closing() -> Transient:
    return Transient("The server is being stopped; the query was ended. Try again in a moment.")


def _end(process: subprocess.Popen[bytes], ended: threading.Event) -> None:
    ended.set()
    process.kill()
