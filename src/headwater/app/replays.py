"""Replays under way: each in a thread of its own, with its progress to look at. A restart forgets them."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import msgspec

from headwater.base.errors import HeadwaterError, NotFound
from headwater.base.ids import new_id

KEPT = 100


class Progress(msgspec.Struct, kw_only=True, rename="camel"):
    id: str
    reader: str
    status: str = "RUNNING"
    events: int = 0
    error: str | None = None


class Replays:
    """`begin` starts one from an iterator that gives how many events have gone by so far."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._all: dict[str, tuple[str, Progress]] = {}

    def begin(self, workspace_id: str, reader: str, work: Callable[[str], Iterator[int]]) -> dict[str, Any]:
        progress = Progress(id=new_id("rpl"), reader=reader)
        with self._lock:
            self._all[progress.id] = (workspace_id, progress)
            while len(self._all) > KEPT:
                self._all.pop(next(iter(self._all)))
        threading.Thread(target=self._run, args=(progress, work), name="replay", daemon=True).start()
        return msgspec.to_builtins(progress)

    def running(self) -> set[str]:
        """The ids of those that are under way."""
        with self._lock:
            return {id for id, (_, progress) in self._all.items() if progress.status == "RUNNING"}

    def status(self, workspace_id: str, replay_id: str) -> dict[str, Any]:
        with self._lock:
            owner, progress = self._all.get(replay_id, ("", None))
        if progress is None or owner != workspace_id:
            raise NotFound(f"there is no replay {replay_id!r}; the last {KEPT} since the server started are kept")
        return msgspec.to_builtins(progress)

    def of(self, workspace_id: str) -> list[dict[str, Any]]:
        with self._lock:
            mine = [progress for owner, progress in self._all.values() if owner == workspace_id]
        return [msgspec.to_builtins(progress) for progress in reversed(mine)]

    def _run(self, progress: Progress, work: Callable[[str], Iterator[int]]) -> None:
        try:
            for count in work(progress.id):
                progress.events = count
        except HeadwaterError as error:
            progress.error, progress.status = error.message, "FAILED"
        except Exception:
            progress.error, progress.status = "an internal fault; the server's log says more", "FAILED"
            raise
        else:
            progress.status = "FINISHED"
