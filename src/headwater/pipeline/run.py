"""The pipeline's loop: raw journal in, clean journal out, each raw event in exactly one frame.

The order of effects is what makes a crash harmless at any point: fates (keyed by raw offset), then the clean
frame (which carries the raw cursor), then the dedupe window and the totals (both rebuilt from frames at start).
"""

from __future__ import annotations

import contextlib
import queue
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial

import msgspec

from headwater.base.clean import CleanFrame, decode_frame, encode_frame
from headwater.base.clock import parse_iso
from headwater.base.errors import HeadwaterError, Transient
from headwater.base.outcome import Fate
from headwater.base.subject import Subject
from headwater.journal.protocol import JournalDamaged, OffsetGone, Reader, Record, Writer
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.dedupe import DedupeWindow, key_of
from headwater.pipeline.deletions import Erasures, request_erasures
from headwater.pipeline.erase import owns
from headwater.pipeline.ledger import FateRow, Ledger
from headwater.pipeline.process import Item, damaged, expired, process, tally_of
from headwater.pipeline.replay import Span, clean_again, earliest_ms, going, release
from headwater.pipeline.tutorials import ContentNumbers

READ_BYTES = 2 * 1024 * 1024
IDLE_S = 0.25
"""Waits for raw events end by themselves after so long, to see whether the loop is to stop."""
RETRY_S = 0.5
JOB_WAIT_S = 60.0
NUDGE_S = 0.02


class Job:
    """Something for the loop's thread to do between two stretches."""

    def __init__(self, work: Callable[[], None]) -> None:
        self.work = work
        self.done = threading.Event()
        self.error: HeadwaterError | None = None


class Pipeline:
    """`open_raw` opens one more reader of the raw journal, for replays in other threads."""

    def __init__(
        self,
        *,
        raw: Reader,
        open_raw: Callable[[], Reader],
        clean_writer: Writer,
        clean_reader: Reader,
        window: DedupeWindow,
        ledger: Ledger,
        debugger: Debugger,
        journal_name: str,
        clock: Callable[[], float],
        log: Callable[[str], None],
        clean_max_bytes: int = 0,
        expire_above_bytes: int = 0,
        numbers: ContentNumbers | None = None,
        erasures: Erasures | None = None,
    ) -> None:
        """`clean_max_bytes`: a clean journal of that size takes nothing more until retention has removed something.
        `expire_above_bytes`: raw events that wait beyond that are counted as expired and go no further. 0: neither.
        `numbers`: what Candu's contents are called by; None: its events go without. `erasures` takes on what back ends
        ask for; None: it is counted alone."""
        self._raw = raw
        self._open_raw = open_raw
        self._clean_writer = clean_writer
        self._clean_reader = clean_reader
        self._window = window
        self._ledger = ledger
        self._debugger = debugger
        self._journal_name = journal_name
        self._clock = clock
        self._log = log
        self._clean_max_bytes = clean_max_bytes
        self._expire_above_bytes = expire_above_bytes
        self._numbers = numbers
        self._erasures = erasures
        self._barred: tuple[Subject, ...] = ()
        self._stop = threading.Event()
        self._jobs: queue.SimpleQueue[Job] = queue.SimpleQueue()

    @property
    def raw_next(self) -> int:
        return self._ledger.raw_next

    def lag_bytes(self) -> int:
        return self._raw.end() - self._ledger.raw_next

    def journal_bytes(self) -> dict[str, int]:
        """What each journal holds, read or not."""
        logs = {"raw": self._raw, "clean": self._clean_reader}
        return {name: log.end() - log.earliest() for name, log in logs.items()}

    def window_s(self, now: float) -> float:
        """For how long a messageId is remembered for certain."""
        return self._window.window_s(now)

    def recover(self) -> None:
        """Brings totals and the dedupe window up to the clean journal's end."""
        for record in self._frames(self._ledger.clean_offset):
            self._ledger.count(decode_frame(record.payload), clean_offset=record.next)
        with contextlib.suppress(Transient):  # a full disk: `step` tries again
            self._remember_all()
            self._ledger.save()
        self._refill()

    def run(self) -> None:
        """Until `stop`."""
        while not self._stop.is_set():
            try:
                self._run_jobs()
                moved = self.step()
            except Transient as error:
                self._log(f"the pipeline waits: {error.message}")
                self._stop.wait(RETRY_S)
                continue
            if not moved:
                self._raw.wait(self._ledger.raw_next, IDLE_S)

    def stop(self) -> None:
        self._stop.set()
        self._raw.wake()

    def replay(self, span: Span, *, replay_id: str) -> Iterator[int]:
        """Makes the span's clean events anew, in other threads than the loop's; gives how many so far."""
        until = self._ledger.raw_next
        count = 0

        def append(frame: CleanFrame) -> None:
            nonlocal count
            kept = self._without_barred(frame)
            self._append(kept, keys=[])
            count += len(kept.events)

        with contextlib.closing(self._open_raw()) as raw:
            again = clean_again(
                raw, span, journal=self._journal_name, until=until, replay_id=replay_id, numbers=self._numbers
            )
            for frame in again:
                self._require_room()
                self._in_loop(partial(append, frame))
                yield count

    def bar(self, subject: Subject) -> None:
        """From here on no replay or release brings events of theirs, not even one that has read them already."""
        self._barred = (*self._barred, subject)

    def unbar(self) -> None:
        """When no replay is left that began before they were erased."""
        self._barred = ()

    def mark(self, cut: Callable[[], None]) -> int:
        """Ends the segment of the clean journal (`cut` tells its writer); gives an offset in the one after it.

        What was clean before lies in segments that are written to no more.
        """
        offset = 0

        def append() -> None:
            nonlocal offset
            frame = CleanFrame(events=[], raw_next=self._ledger.raw_next)
            self._append(frame, keys=[])
            offset = self._ledger.clean_offset
            cut()
            self._append(frame, keys=[])

        self._in_loop(append)
        return offset

    def _without_barred(self, frame: CleanFrame) -> CleanFrame:
        if not self._barred:
            return frame
        kept = [event for event in frame.events if not any(owns(subject, event) for subject in self._barred)]
        return msgspec.structs.replace(frame, events=kept)

    def release(self, rows: Sequence[FateRow]) -> int:
        """Lets parked events go on that can; gives how many. None of who is being erased."""
        barred = self._barred
        rows = [row for row in rows if not any(subject.mentions(row.payload or b"") for subject in barred)]
        with contextlib.closing(self._open_raw()) as raw:
            frame, released = release(raw, rows, journal=self._journal_name, numbers=self._numbers)
        if released:
            keys = [key_of(event.source_id, event.message_id) for event in frame.events]
            self._in_loop(lambda: self._append(frame, keys=keys))
            self._ledger.released(released, at_ms=int(self._clock() * 1000))
        return len(released)

    def hindrances(self, rows: Sequence[FateRow]) -> list[str | None]:
        """Why each parked row cannot go on just now; None where it can."""
        with contextlib.closing(self._open_raw()) as raw:
            parts = [going(raw, row, journal=self._journal_name) for row in rows]
        return [part if isinstance(part, str) else None for part in parts]

    def make_durable(self) -> int:
        """Brings totals and window to disk; gives the clean offset from which a restart would read on."""
        offset = 0

        def flush() -> None:
            nonlocal offset
            self._window.flush()
            self._ledger.save()
            offset = min(self._window.position, self._ledger.clean_offset)

        self._in_loop(flush)
        return offset

    def pruned(self) -> bool:
        """Whether retention has removed anything."""
        return self._raw.earliest() > 0

    def earliest_ms(self) -> int | None:
        """When the oldest event that can be replayed was received."""
        with contextlib.closing(self._open_raw()) as raw:
            return earliest_ms(raw)

    def step(self) -> int:
        """Moves one stretch; gives how many raw records it held."""
        if self._window.position < self._ledger.clean_offset:
            self._remember_all()
        try:
            records = self._raw.read(self._ledger.raw_next, READ_BYTES)
        except (JournalDamaged, OffsetGone) as gap:
            return self._step_over(gap)
        if not records:
            return 0
        if self._expire_above_bytes and self.lag_bytes() > self._expire_above_bytes:
            return self._expire(records)
        self._require_room()
        outcome = process(records, journal=self._journal_name, seen=self._window.seen, numbers=self._numbers)
        if self._erasures is not None:
            request_erasures(self._erasures, outcome.items, journal=self._journal_name)
        self._ledger.record(outcome.items)
        self._append(outcome.frame, keys=outcome.keys)
        self._debugger.add(outcome.items)
        return len(records)

    def _expire(self, records: Sequence[Record]) -> int:
        """Counts a stretch and lets it go: so the operator has set it, rather than refuse new events."""
        tally = expired(records)
        self._log(f"{sum(each.total for each in tally.values())} events are dropped, as too many wait: expired")
        self._append(CleanFrame(events=[], raw_next=records[-1].next, tally=tally), keys=[])
        return len(records)

    def _require_room(self) -> None:
        held_bytes = self._clean_reader.end() - self._clean_reader.earliest() if self._clean_max_bytes else 0
        if held_bytes > self._clean_max_bytes:
            raise Transient(
                f"the clean journal holds all it may, {self._clean_max_bytes} bytes, and its readers have not read"
                " enough of them yet"
            )

    def _step_over(self, gap: JournalDamaged | OffsetGone) -> int:
        """Parks a stretch that cannot be read as one thing, with what is known of it, and goes on behind it."""
        behind = gap.next if isinstance(gap, JournalDamaged) else gap.earliest
        self._log(f"acknowledged events are lost: {gap.message}")
        item = damaged(gap.offset, gap.message, received_ms=int(self._clock() * 1000))
        self._ledger.record([item])
        self._append(CleanFrame(events=[], raw_next=behind, tally=tally_of([item])), keys=[])
        return 1

    def _append(self, frame: CleanFrame, *, keys: Sequence[bytes]) -> None:
        """What fails after the frame is durable is made up for by the next step, from the frame."""
        end = self._clean_writer.append([encode_frame(frame)])
        self._ledger.count(frame, clean_offset=end)
        self._window.add(keys, position=end, now=self._clock())
        self._ledger.save_when_due()

    def _in_loop(self, work: Callable[[], None]) -> None:
        """Has the loop's thread do it, as it alone writes the clean journal."""
        job = Job(work)
        self._jobs.put(job)
        deadline = time.monotonic() + JOB_WAIT_S
        self._raw.wake()
        while not job.done.wait(NUDGE_S):
            self._raw.wake()  # it may have begun to wait for events just before
            if time.monotonic() >= deadline:
                raise Transient("the pipeline is too busy to take this now; try again")
        if job.error is not None:
            raise job.error

    def _run_jobs(self) -> None:
        while not self._jobs.empty():
            job = self._jobs.get()
            try:
                job.work()
            except HeadwaterError as error:
                job.error = error
            finally:
                job.done.set()

    def _remember_all(self) -> None:
        """Brings the dedupe window up to the clean journal's end."""
        for record in self._frames(self._window.position):
            keys = [key_of(event.source_id, event.message_id) for event in decode_frame(record.payload).events]
            self._window.add(keys, position=record.next, now=self._clock())

    def _frames(self, offset: int) -> Iterator[Record]:
        """The clean journal from `offset` to its end."""
        earliest = self._clean_reader.earliest()
        if offset < earliest:
            self._log(f"the clean journal begins at {earliest}; what came from {offset} on is not counted here")
            offset = earliest
        while offset < self._clean_reader.end():
            try:
                records = self._clean_reader.read(offset, READ_BYTES * 4)
            except JournalDamaged as damage:
                self._log(f"clean events are lost, a replay brings them back: {damage.message}")
                offset = damage.next
                continue
            yield from records
            offset = records[-1].next

    def _refill(self) -> None:
        """The debugger shows the latest events also after a restart."""
        offset = max(self._clean_reader.earliest(), self._recent_offset())
        try:
            records = self._clean_reader.read(offset, READ_BYTES)
        except HeadwaterError:
            return
        for record in records:
            self._debugger.add(_shown(decode_frame(record.payload), record.offset))

    def _recent_offset(self) -> int:
        """A frame's start near the end of the clean journal."""
        newest = self._clean_reader.last()
        return newest.offset if newest is not None else 0


def _shown(frame: CleanFrame, offset: int) -> list[Item]:
    return [
        Item(
            source_id=event.source_id,
            workspace_id=event.workspace_id,
            message_id=event.message_id,
            fate=Fate.CLEAN,
            received_ms=_ms(event.received_at),
            offset=offset,
            index=index,
            raw=msgspec.json.encode(event),
            event=event,
        )
        for index, event in enumerate(frame.events)
    ]


def _ms(iso: str) -> int:
    moment = parse_iso(iso)
    return int(moment.timestamp() * 1000) if moment else int(time.time() * 1000)
