"""Puts the room together and keeps it running: routing, delivering, committing, caring.

A connection that was changed before an event was accepted is known before that event is routed.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.clock import Clock
from headwater.base.errors import HeadwaterError
from headwater.base.outgoing import HttpRequest
from headwater.control.directory import ConnectionEntry
from headwater.journal.protocol import Reader
from headwater.send.attempt import Attempts
from headwater.send.care import Care, CareSettings
from headwater.send.commits import Commits
from headwater.send.engine import Engine, EngineSettings
from headwater.send.erase import Erasing
from headwater.send.folder import Folder
from headwater.send.history import History
from headwater.send.ports import Connections, Destinations, PortalIds, Switch, Transport
from headwater.send.recovery import Recovery
from headwater.send.render import Rendering
from headwater.send.route import Router, Rules
from headwater.send.store import Store
from headwater.send.trial import Trial

READER = "send"
REFRESH_EVERY_S = 0.25
LAST_COMMIT_S = 1.5


class SendSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`files_dir` is where destinations put files."""

    engine: EngineSettings
    care: CareSettings
    timeout_s: float
    files_dir: Path


class Sending:
    """`on_moved` hears how far the clean journal has been read. Of one event loop."""

    def __init__(
        self,
        *,
        store: Store,
        open_clean: Callable[[], Reader],
        transport: Transport,
        connections: Connections,
        destinations: Destinations,
        portal_ids: PortalIds,
        switch: Switch,
        settings: SendSettings,
        door_socket: str,
        clock: Clock,
        on_moved: Callable[[int], None],
        log: Callable[[str], None],
    ) -> None:
        self._connections = connections
        self._destinations = destinations
        self._log = log
        self._refreshing = asyncio.Lock()
        self._entries: list[ConnectionEntry] = []
        self._rules = Rules([], destinations)
        self._tasks: list[asyncio.Task[None]] = []
        self._clean = open_clean()
        self.store = store
        self.settings = settings
        self.commits = Commits(store, log=log)
        rendering = Rendering(portal_ids=portal_ids, connections=connections)
        self.source_gone = rendering.source_gone
        attempts = Attempts(
            transport=transport,
            rendering=rendering,
            folder=Folder(settings.files_dir),
            receive=self._receive,
            timeout_s=settings.timeout_s,
            door_socket=door_socket,
            clock=clock,
            log=log,
        )
        self.engine = Engine(
            store=store,
            commits=self.commits,
            attempts=attempts,
            destinations=destinations,
            switch=switch,
            settings=settings.engine,
            clock=clock,
            log=log,
        )
        self.router = Router(
            clean=self._clean,
            store=store,
            commits=self.commits,
            rules=lambda: self._rules,
            refresh=self.refresh,
            on_routed=self.engine.offer,
            on_moved=on_moved,
            log=log,
        )
        self.history = History(store)
        self.recovery = Recovery(
            store=store,
            commits=self.commits,
            engine=self.engine,
            history=self.history,
            rules=lambda: self._rules,
            open_clean=open_clean,
            log=log,
        )
        self.erasing = Erasing(
            store=store,
            commits=self.commits,
            engine=self.engine,
            recovery=self.recovery,
            history=self.history,
            path=store.db.path,
            files_dir=settings.files_dir,
        )
        self.care = Care(
            store=store,
            commits=self.commits,
            engine=self.engine,
            entries=lambda: self._entries,
            switch=switch,
            source_gone=rendering.source_gone,
            transport=transport,
            settings=settings.care,
            log=log,
        )
        self.trial = Trial(
            store=store,
            commits=self.commits,
            attempts=attempts,
            rendering=rendering,
            destinations=destinations,
            clock=clock,
        )

    async def start(self) -> None:
        """Begins everything; when a part of it ends, so does `ended`."""
        self._tasks.append(asyncio.create_task(self.commits.run()))
        await self.refresh()
        self._tasks += [asyncio.create_task(part) for part in (self.router.run(), self.care.run(), self._follow())]
        self.recovery.resume()

    async def ended(self) -> BaseException | None:
        """Waits until a part ends, which none should; gives why."""
        done, _ = await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        return next(iter(done)).exception()

    async def stop(self, *, within_s: float) -> None:
        """Waits for attempts under way, cuts those that take longer, and commits what came of the others."""
        committing, *others = self._tasks
        self._clean.wake()
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await self.recovery.stop()
        await self.engine.stop(within_s=within_s)
        committing.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await committing
        await self.commits.drain(within_s=LAST_COMMIT_S)
        self._clean.close()

    async def refresh(self) -> None:
        """Takes on connections as they are at this moment."""
        if self._is_current(self._connections.connections()):
            return
        async with self._refreshing:
            entries = self._connections.connections()
            if self._is_current(entries):
                return
            known = [(entry.id, entry.workspace_id) for entry in entries]
            await self.commits.done(lambda: self.store.add_connections(known))
            self._entries, self._rules = entries, Rules(entries, self._destinations)
            self.engine.sync(entries)

    def entry(self, workspace_id: str, connection_id: str) -> ConnectionEntry | None:
        found = next((entry for entry in self._entries if entry.id == connection_id), None)
        return found if found is not None and found.workspace_id == workspace_id else None

    def entries(self, workspace_id: str) -> list[ConnectionEntry]:
        return [entry for entry in self._entries if entry.workspace_id == workspace_id]

    def _is_current(self, entries: list[ConnectionEntry]) -> bool:
        same = len(entries) == len(self._entries)
        return same and all(new is old for new, old in zip(entries, self._entries, strict=True))

    async def _follow(self) -> None:
        """Pauses, switches and deletions count even when no event comes."""
        while True:
            await asyncio.sleep(REFRESH_EVERY_S)
            try:
                await self.refresh()
            except HeadwaterError as error:
                self._log(f"connections stay as they were for now: {error.message}")

    def _receive(self, entry: ConnectionEntry, id: str, request: HttpRequest) -> None:
        """The built-in inbox takes a request."""
        ref = self.store.ref(entry.id)
        headers: dict[str, Any] = dict(request.headers)
        if ref is not None:
            self.commits.add(lambda: self.store.receive(entry.workspace_id, ref, id, headers, request.body))
