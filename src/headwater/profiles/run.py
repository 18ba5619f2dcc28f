"""The loop of the room: follows the clean journal, keeps the people, has the segments judged, all on one thread.

Each stretch of the journal is one transaction: people, memberships, what is to be announced, counts and the cursor. An
event that nothing can be made of is set aside alone, and costs no other.
"""

from __future__ import annotations

import gc
import queue
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from itertools import count
from typing import Any, Final, TypeVar

import msgspec

from headwater.base.clean import CleanFrame, decode_frame
from headwater.base.clock import Clock
from headwater.base.errors import HeadwaterError, Transient
from headwater.journal.protocol import JournalDamaged, OffsetGone, Reader
from headwater.profiles import erase, take
from headwater.profiles.database import unwritten
from headwater.profiles.judging import Judging
from headwater.profiles.occurrence import milliseconds
from headwater.profiles.ports import Segments, Sources
from headwater.profiles.reading import Reading
from headwater.profiles.store import Dead, Store
from headwater.profiles.take import Occurrence, Taking
from headwater.profiles.working import Working

T = TypeVar("T")

READ_BYTES: Final = 4 * 1024 * 1024
PIECE: Final = 500
"""Events whose people are read together."""
MOST_HELD_BYTES: Final = 64 * 1024 * 1024
LARGE_BYTES: Final = 1024 * 1024
"""A stretch of that size is part of a backlog: the next one follows at once."""
EVERY_S: Final = 0.1
"""Otherwise stretches begin so far apart, as each costs a flush of the disk."""
IDLE_S: Final = 0.25
RETRY_S: Final = 0.5
TURNS_A_SWEEP: Final = 200
SLICE_S: Final = 0.05
"""So long at most does what takes long keep new events waiting at a time."""


class Profiles:
    """`passed` is told of each offset before which everything is in the file for good; `announced` is called when
    there is something to announce."""

    def __init__(
        self,
        *,
        store: Store,
        clean: Reader,
        sources: Sources,
        segments: Segments,
        clock: Clock,
        passed: Callable[[int], None],
        announced: Callable[[], None],
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._clean = clean
        self._sources = sources
        self._segments = segments
        self._passed = passed
        self._announced = announced
        self._log = log
        self._reading = Reading(store=store, sources=sources, segments=segments)
        self._judging = Judging(store=store, segments=segments, clock=clock)
        self._stop = threading.Event()
        self._jobs: queue.SimpleQueue[tuple[Callable[[], Any], Future[Any]]] = queue.SimpleQueue()
        self._cleared: set[str] = set()
        segments.open(store.db.writer)
        cursor = store.cursor()
        self.offset = clean.earliest() if cursor is None else cursor
        passed(self.offset)

    # From any thread

    def stop(self) -> None:
        self._stop.set()
        self._clean.wake()

    def lag_bytes(self) -> int:
        return max(0, self._clean.end() - self.offset)

    def do(self, job: Callable[[Working], T], timeout_s: float = 60.0) -> T:
        """Runs something on the room's thread, in a transaction of its own, between two stretches."""
        return self.alone(lambda: self.transact(job), timeout_s)

    def alone(self, job: Callable[[], T], timeout_s: float = 60.0) -> T:
        """The same without a transaction."""
        done: Future[T] = Future()
        self._jobs.put((job, done))
        self._clean.wake()
        try:
            return done.result(timeout_s)
        except TimeoutError as error:
            raise Transient("the people are being brought up to date; try again in a moment") from error

    # On the room's thread

    def run(self) -> None:
        """Until `stop`. Garbage is looked for between two turns, when least is alive; best by nobody else, as a look
        through all the objects of a stretch would keep everybody waiting for a tenth of a second."""
        for turn in count():
            if self._stop.is_set():
                return
            began = time.monotonic()
            try:
                busy = self.turn()
                gc.collect(2 if turn % TURNS_A_SWEEP == 0 else 1)
            except HeadwaterError as error:
                self._log(f"people wait: {error.message}")
                self._stop.wait(RETRY_S)
                continue
            if not busy:
                self._stop.wait(max(0.0, EVERY_S - (time.monotonic() - began)))
                self._clean.wait(self.offset, IDLE_S)

    def turn(self) -> bool:
        """One stretch, and a slice of whatever else there is to do. False when it may rest now."""
        self._run_jobs()
        self._segments.sync(self._sources.workspaces())
        moved_bytes = self.step()
        due = self._slice(self._judging.due)
        waiting = self._slice(self._judging.waiting)
        working = self._work() | self._clear()
        return moved_bytes >= LARGE_BYTES or due or waiting or working or not self._jobs.empty()

    def step(self) -> int:
        """Takes one stretch in; gives how many bytes of the clean journal it was, 0 when there is nothing new."""
        try:
            records = self._clean.read(self.offset, READ_BYTES)
        except (JournalDamaged, OffsetGone) as gap:
            return self._step_over(gap)
        if not records:
            return 0
        before, after = self.offset, records[-1].next
        frames = [decode_frame(record.payload) for record in records]
        try:
            self._take(frames, after)
        except HeadwaterError:
            raise
        except Exception as error:  # one of them is to blame, which is found by taking each alone
            self._log(f"a stretch of events is taken one by one after a {type(error).__name__}")
            for record, frame in zip(records, frames, strict=True):
                self._take_singly(frame, record.next)
                self._move_to(record.next)
        self._move_to(after)
        return after - before

    def transact(self, work: Callable[[Working], T]) -> T:
        """All that `work` does with the working set, and what follows from it for the segments, or nothing."""
        db = self._store.db
        working = Working(self._store, join_meters=self._segments.joined)
        db.begin()
        try:
            found = work(working)
            news = self._judging.changed(working)
            working.save()
            self._segments.save(db.writer)
        except BaseException as error:
            db.rollback()
            self._take_back()
            if isinstance(error, sqlite3.DatabaseError):
                raise unwritten(error) from error
            raise
        try:
            db.commit()
        except BaseException:
            self._take_back()
            raise
        if news or working.announces:
            self._announced()
        return found

    def _take_back(self) -> None:
        self._store.forget_numbers()
        self._segments.lost(self._store.db.writer)

    def _take(self, frames: Sequence[CleanFrame], after: int) -> None:
        def work(working: Working) -> None:
            self._occur(working, self._reading.occurrences(frames))
            self._count(frames)
            self._store.set_cursor(after)

        self.transact(work)

    def _take_singly(self, frame: CleanFrame, after: int) -> None:
        """Counts and cursor come last: if it ends in between, what is taken again changes nothing."""
        dead: list[Dead] = []
        for event in frame.events:
            alone = msgspec.structs.replace(frame, events=[event])
            try:
                self.transact(lambda working, alone=alone: self._occur(working, self._reading.occurrences([alone])))
            except HeadwaterError:
                raise
            except Exception as error:
                reason = f"{type(error).__name__}: {error}"[:500]
                at_ms = milliseconds(event.received_at)
                dead.append(Dead(event.workspace_id, event.message_id, reason, at_ms, msgspec.json.encode(event)))

        def settle(_: Working) -> None:
            for each in dead:
                self._store.add_dead(each)
            self._count([frame], dead)
            self._store.set_cursor(after)

        self.transact(settle)

    def _occur(self, working: Working, occurrences: Sequence[Occurrence]) -> None:
        for start in range(0, len(occurrences), PIECE):
            self._occur_piece(working, occurrences[start : start + PIECE])

    def _occur_piece(self, working: Working, occurrences: Sequence[Occurrence]) -> None:
        """What is in memory of people is written in between when it is much: each may hold half a MiB."""
        working.fetch_claims(take.names(occurrences))
        working.fetch_claims(take.newcomers(occurrences, working))
        working.fetch_people(take.refs(occurrences, working))
        taking = Taking(working, self._segments)
        for occurrence in occurrences:
            taking.take(occurrence)
        if working.held_bytes > MOST_HELD_BYTES:
            working.announces |= self._judging.changed(working)
            working.save()

    def _count(self, frames: Sequence[CleanFrame], dead: Sequence[Dead] = ()) -> None:
        """What is replayed was counted before."""
        done = Counter(event.workspace_id for frame in frames if frame.replay is None for event in frame.events)
        lost = Counter(each.workspace_id for each in dead if done)
        self._store.add_counts({id: done[id] - lost[id] for id in done}, lost)

    def _slice(self, judge: Callable[[Working], tuple[bool, bool]]) -> bool:
        """People who are to be judged without an event; False when there were none."""

        def work(working: Working) -> bool:
            there_were, news = judge(working)
            working.announces |= news
            return there_were

        return self.transact(work)

    def _work(self) -> bool:
        until_s = time.monotonic() + SLICE_S
        return self.transact(lambda working: self._segments.work(lambda: time.monotonic() >= until_s))

    def _clear(self) -> bool:
        """A slice of the people of workspaces that were deleted."""
        gone, known = self._sources.gone_workspaces(), self._store.known_workspaces()
        for workspace_id in known.keys() & gone - self._cleared:
            no = known[workspace_id]
            if self.transact(lambda working, no=no: erase.clear_workspace(self._store, working, no)):
                return True
            self._cleared.add(workspace_id)
        return False

    def _run_jobs(self) -> None:
        while not self._jobs.empty():
            job, done = self._jobs.get()
            try:
                done.set_result(job())
            except Exception as error:
                done.set_exception(error)

    def _step_over(self, gap: JournalDamaged | OffsetGone) -> int:
        """Goes on behind what cannot be read; the accounting shows it as pending until a replay brings it back."""
        self._log(f"clean events have changed nobody, a replay brings them back: {gap.message}")
        before, after = self.offset, gap.next if isinstance(gap, JournalDamaged) else gap.earliest
        self.transact(lambda _: self._store.set_cursor(after))
        self._move_to(after)
        return self.offset - before

    def _move_to(self, offset: int) -> None:
        self.offset = offset
        self._passed(offset)
