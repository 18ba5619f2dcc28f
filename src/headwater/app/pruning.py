"""Retention at work: lets go of what every named reader of the two journals has read, and of old fates.

The raw journal is read by the pipeline and by the count of accepted events; the clean one by the readers that
`processes` names, and at a restart by the pipeline's own totals and dedupe window, which are therefore brought to disk
first.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from headwater.app.home import Home
from headwater.app.processes import READERS
from headwater.app.settings import GIB, Settings
from headwater.app.tally import saved_sums
from headwater.base.clock import Clock
from headwater.base.errors import HeadwaterError
from headwater.journal.position import Positions
from headwater.journal.retention import Limits, Retention
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline

SWEEP_EVERY_S = 2.0
DAY_S = 24 * 3600.0


class Pruning:
    def __init__(
        self,
        *,
        home: Home,
        settings: Settings,
        pipeline: Pipeline,
        ledger: Ledger,
        clock: Clock,
        log: Callable[[str], None],
    ) -> None:
        limits = Limits(
            keep_bytes=int(settings.journal_keep_gib * GIB),
            keep_s=settings.journal_keep_days * DAY_S,
            free_bytes=int(settings.journal_free_gib * GIB),
        )
        self._home = home
        self._raw = Retention(home.raw, limits=limits)
        self._clean = Retention(home.clean, limits=limits)
        self._pipeline = pipeline
        self._readers = Positions(home.clean, READERS)
        self._ledger = ledger
        self._clock = clock
        self._log = log
        self._lock = threading.Lock()
        self._stop = threading.Event()

    def run(self) -> None:
        """Until `stop`."""
        while not self._stop.wait(SWEEP_EVERY_S):
            try:
                self.sweep()
            except (HeadwaterError, OSError) as error:
                self._log(f"retention waits: {error}")

    def stop(self) -> None:
        self._stop.set()

    def pause(self) -> None:
        """Before the journals are copied; then `resume`, from any thread."""
        self._lock.acquire()

    def resume(self) -> None:
        self._lock.release()

    def sweep(self) -> None:
        with self._lock:
            now = self._clock()
            if before := self._raw.due(now):
                accepted = saved_sums(self._home.accepted).offset
                self._raw.let_go(before=before, read=min(self._pipeline.raw_next, accepted))
            if before := self._clean.due(now):
                self._clean.let_go(before=before, read=min(self._readers.read_by_all(), self._pipeline.make_durable()))
        while self._ledger.prune() and not self._stop.is_set():
            self._stop.wait(0.05)
