"""The loader's loop: clean frames in, rows out, each warehouse with a cursor of its own.

A load holds all that came since the last one, so a busy stream is loaded in large pieces and a quiet one at once.
What a warehouse cannot take now is tried again; the loop never gives up and never skips.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from operator import attrgetter
from typing import Final, Protocol

import msgspec

from headwater.base.clean import decode_frame
from headwater.base.errors import HeadwaterError, NotFound
from headwater.base.event import CleanEvent
from headwater.journal.protocol import JournalDamaged, OffsetGone, Reader, Record
from headwater.warehouse.report import LoadReport

READ_BYTES = 96 * 1024 * 1024
"""At most; a read ends with its segment of the journal, which is 64 MiB by default."""
LARGE_BYTES = 32 * 1024 * 1024
"""A stretch of that size is part of a backlog: the next one is begun before it is written."""
BUSY_BYTES = 8 * 1024 * 1024
"""A stretch of that size is part of a busy stream, at least: checkpoints are made more rarely."""
IDLE_S = 0.25
"""Waits for clean events end by themselves after so long, to see whether the loop is to stop."""
RETRY_S = 0.5
READER = "warehouse"
_WORKSPACE: Final = attrgetter("workspace_id")

SHARE: Final = 3.0
AT_MOST: Final = 2.5
"""Loading takes no more than a third of the time, as long as that does not make loads rarer than so many times what
was set: each table of a load costs some 4 ms of the processor before its first row."""


class Begun(Protocol):
    """A load under way."""

    def result(self) -> LoadReport:
        """Waits until it is committed."""
        ...

    def settle(self) -> None:
        """Waits until it is committed or taken back."""
        ...


class Target(Protocol):
    """A warehouse, as far as the loop is concerned."""

    def cursor(self, reader: str = ...) -> int | None: ...

    def begin(
        self, events: Sequence[CleanEvent], *, next_offset: int | None, reader: str = ..., busy: bool = ...
    ) -> Begun: ...


class Frames(msgspec.Struct):
    """A stretch's events of one workspace. `replayed` ones are loaded too, but not counted."""

    events: list[CleanEvent] = []
    replayed: list[CleanEvent] = []


class UnderWay(msgspec.Struct, frozen=True):
    """A stretch of the clean journal whose loads are under way."""

    after: int
    size_bytes: int
    loads: list[Begun]


class Loading:
    """`target_of` gives the warehouse of a workspace, making it when there is none yet; NotFound when it was deleted.
    `passed` is told of each offset before which everything is in the files for good. `unfit`: values that no column
    took since the loop began."""

    def __init__(
        self,
        *,
        clean: Reader,
        targets: Callable[[], Mapping[str, Target]],
        target_of: Callable[[str], Target],
        every_s: float,
        log: Callable[[str], None],
        passed: Callable[[int], None] = lambda offset: None,
    ) -> None:
        self._passed = passed
        self._clean = clean
        self._targets = targets
        self._target_of = target_of
        self._every_s = every_s
        self._log = log
        self._stop = threading.Event()
        self.offset = 0
        self.unfit = 0
        self._behind_since: float | None = None
        self._under_way: UnderWay | None = None

    def run(self) -> None:
        """Until `stop`."""
        begun = False
        while not self._stop.is_set():
            began = time.monotonic()
            try:
                if not begun:
                    self._move_to(self._first_offset())
                    begun = True
                moved_bytes = self.step()
                if 0 < moved_bytes < LARGE_BYTES:
                    self._finish()
            except HeadwaterError as error:
                self._log(f"the warehouse waits: {error.message}")
                self._stop.wait(RETRY_S)
                continue
            if moved_bytes == 0:
                self._clean.wait(self.offset, IDLE_S)
            elif moved_bytes < LARGE_BYTES:
                self._stop.wait(pause_s(time.monotonic() - began, self._every_s))
        self._settle()

    def stop(self) -> None:
        self._stop.set()
        self._clean.wake()

    def lag_bytes(self) -> int:
        return self._clean.end() - self.offset

    def lag_s(self, now: float) -> float:
        """How long the oldest event that is not loaded has waited; 0 when all is loaded."""
        return 0.0 if self.lag_bytes() <= 0 or self._behind_since is None else max(0.0, now - self._behind_since)

    def step(self) -> int:
        """Begins to load one stretch and sees the one before to its end; without any more, that alone.

        Gives how many bytes of the clean journal it was; 0 when all is loaded.
        """
        before = self._under_way
        try:
            records = self._clean.read(self.offset if before is None else before.after, READ_BYTES)
        except (JournalDamaged, OffsetGone) as gap:
            self._finish()
            return self._step_over(gap)
        if not records:
            return self._finish()
        self._behind_since = self._behind_since or time.time()
        following = self._begin(records)
        self._finish(following)
        return following.size_bytes

    def _begin(self, records: Sequence[Record]) -> UnderWay:
        after = records[-1].next
        stretch = UnderWay(after, after - records[0].offset, [])
        busy = stretch.size_bytes >= BUSY_BYTES
        try:
            for workspace_id, frames in self._by_workspace(records).items():
                try:
                    target = self._target_of(workspace_id)
                except NotFound as gone:
                    self._log(f"clean events have no rows: {gone.message}")
                    continue
                if frames.replayed:
                    stretch.loads.append(target.begin(frames.replayed, next_offset=None))
                stretch.loads.append(target.begin(frames.events, next_offset=after, busy=busy))
        except BaseException:
            self._settle()
            _settle(stretch)
            raise
        return stretch

    def _finish(self, following: UnderWay | None = None) -> int:
        """Sees the stretch under way to its end, and puts `following` in its place. Gives its bytes."""
        stretch, self._under_way = self._under_way, following
        if stretch is None:
            return 0
        try:
            for load in stretch.loads:
                report = load.result()
                self.unfit += report.unfit
                for parked in report.parked:
                    self._log(f"an event has no row: {parked.reason.value}: {parked.detail}")
        except BaseException:
            _settle(stretch)
            self._settle()
            raise
        self._move_to(stretch.after)
        self._behind_since = None if self.lag_bytes() == 0 else time.time()
        return stretch.size_bytes

    def _settle(self) -> None:
        """Lets go of what is under way; what of it is committed shows in the cursors."""
        stretch, self._under_way = self._under_way, None
        if stretch is not None:
            _settle(stretch)

    def _step_over(self, gap: JournalDamaged | OffsetGone) -> int:
        """Goes on behind what cannot be read; the accounting shows it as pending until it is replayed."""
        self._log(f"clean events have no rows, a replay brings them back: {gap.message}")
        before = self.offset
        self._move_to(gap.next if isinstance(gap, JournalDamaged) else gap.earliest)
        return self.offset - before

    def _move_to(self, offset: int) -> None:
        self.offset = offset
        self._passed(offset)

    def _first_offset(self) -> int:
        return first_offset(self._clean, self._targets())

    def _by_workspace(self, records: Sequence[Record]) -> dict[str, Frames]:
        """Every known workspace has an entry, so that the cursors of quiet ones move too; but for those that are behind
        the stretch already, when another one failed."""
        cursors = {workspace_id: target.cursor(READER) or 0 for workspace_id, target in self._targets().items()}
        after = records[-1].next
        found = {workspace_id: Frames() for workspace_id, cursor in cursors.items() if cursor < after}
        for record in records:
            frame = decode_frame(record.payload)
            for workspace_id, events in _apart(frame.events).items():
                if record.next > cursors.get(workspace_id, 0):
                    frames = found.setdefault(workspace_id, Frames())
                    (frames.events if frame.replay is None else frames.replayed).extend(events)
        return found


def first_offset(clean: Reader, targets: Mapping[str, Target]) -> int:
    """Where loading goes on. A warehouse without a cursor is new, or its file was lost: it takes all that is kept."""
    earliest = clean.earliest()
    cursors = [target.cursor(READER) for target in targets.values()]
    return min((earliest if cursor is None else cursor for cursor in cursors), default=earliest)


def _apart(events: list[CleanEvent]) -> dict[str, list[CleanEvent]]:
    """By workspace."""
    names = dict.fromkeys(map(_WORKSPACE, events))
    if len(names) == 1:  # as nearly always
        return dict.fromkeys(names, events)
    found: dict[str, list[CleanEvent]] = {name: [] for name in names}
    for event in events:
        found[event.workspace_id].append(event)
    return found


def pause_s(took_s: float, every_s: float) -> float:
    """How long to wait after a load that took so long, when one is to begin every so often."""
    return max(0.0, max(every_s, min(SHARE * took_s, AT_MOST * every_s)) - took_s)


def _settle(stretch: UnderWay) -> None:
    for load in stretch.loads:
        load.settle()
