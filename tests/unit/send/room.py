"""The sending room alone, over real sockets: a journal in memory, connections as a test wants them."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.clean import CleanFrame, encode_frame
from headwater.base.clock import iso_from_seconds
from headwater.base.event import CleanEvent
from headwater.catalog.destination_load import load_destinations
from headwater.control.directory import ConnectionEntry, SourceEntry
from headwater.control.model import Filters
from headwater.journal.memory import MemoryLog
from headwater.send.care import CareSettings
from headwater.send.engine import EngineSettings
from headwater.send.guard import Guard, networks
from headwater.send.run import Sending, SendSettings
from headwater.send.store import Store
from headwater.send.transport import HttpTransport

WAIT_S = 30.0
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
WEBHOOK = ConnectionEntry(
    id="wh_1",
    workspace_id="ws",
    kind="webhook",
    catalog="webhook",
    name="Hook",
    enabled=True,
    disabled_reason="",
    paused=False,
    settings={},
    source_ids=(),
    topics=("content.view",),
    filters=Filters(),
    mapping={},
    schedule_s=None,
    per_second=None,
    ordered=False,
    signing_secrets=(SECRET,),
)


def webhook(url: str, id: str = "wh_1", **changes: Any) -> ConnectionEntry:
    settings = {"url": url} | changes.pop("settings", {})
    return msgspec.structs.replace(WEBHOOK, id=id, settings=settings, **changes)


def view(number: int, *, user: str = "u1", **changes: Any) -> CleanEvent:
    at = iso_from_seconds(time.time())
    return CleanEvent(
        message_id=f"m{number}",
        type="screen",
        source_id="ws.customer-events",
        workspace_id="ws",
        received_at=at,
        timestamp=at,
        name="candu.sdk.content",
        user_id=user,
        properties=msgspec.Raw(b'{"contentId":"nBz41kQpXw","number":%d}' % number),
        **changes,
    )


class World:
    """What outlives a run of the room: the journal, the store's file, the connections."""

    def __init__(self, folder: Path, *entries: ConnectionEntry, **settings: Any) -> None:
        self.folder = folder
        self.journal = MemoryLog()
        self.entries = list(entries)
        self.disabled: list[tuple[str, str]] = []
        self.logged: list[str] = []
        self.settings = settings
        self.clock: Callable[[], float] = time.time

    def connections(self) -> list[ConnectionEntry]:
        return list(self.entries)

    def by_id(self, source_id: str) -> SourceEntry | None:
        return None

    def change(self, id: str, **changes: Any) -> None:
        self.entries = [
            msgspec.structs.replace(entry, **changes) if entry.id == id else entry for entry in self.entries
        ]

    def disable(self, connection_id: str, reason: str) -> None:
        self.disabled.append((connection_id, reason))
        self.change(connection_id, enabled=False, disabled_reason=reason)

    def append(self, *events: CleanEvent, replay: str | None = None) -> None:
        self.journal.append([encode_frame(CleanFrame(events=list(events), replay=replay))])


class Room:
    """`async with Room(world) as room`; leaving it stops the room as SIGTERM would, `crash` as a kill would."""

    def __init__(self, world: World) -> None:
        self.world = world
        schedule = tuple(world.settings.get("schedule_s", (0.05, 0.05, 0.05)))
        self.transport = HttpTransport(guard=Guard(allowed=networks(["127.0.0.0/8"])), user_agent="headwater-test")
        self.store = Store(world.folder / "send.db", clock=lambda: world.clock())
        self.sending = Sending(
            store=self.store,
            open_clean=lambda: world.journal,
            transport=self.transport,
            connections=world,
            destinations=load_destinations(),
            portal_ids=lambda _, ids: dict.fromkeys(ids, 7),
            switch=world,
            settings=SendSettings(
                engine=EngineSettings(
                    schedule_s=schedule,
                    at_once=world.settings.get("at_once", 64),
                    at_once_each=world.settings.get("at_once_each", 16),
                ),
                care=CareSettings(
                    disable_after_days=world.settings.get("disable_after_days", 5.0),
                    alert_url=world.settings.get("alert_url", ""),
                ),
                timeout_s=world.settings.get("timeout_s", 5.0),
                files_dir=world.folder / "files",
            ),
            door_socket=str(world.folder / "door.sock"),
            clock=lambda: world.clock(),
            on_moved=lambda _: None,
            log=world.logged.append,
        )

    async def __aenter__(self) -> Room:
        await self.sending.start()
        return self

    async def __aexit__(self, *exc: object) -> None:
        await self.sending.stop(within_s=self.world.settings.get("stop_s", 5.0))
        await self.transport.close()
        self.store.close()

    def ref(self, id: str = "wh_1") -> int:
        found = self.store.ref(id)
        assert found is not None
        return found

    async def until(self, condition: Callable[[], Any], what: str = "") -> Any:
        deadline = time.monotonic() + WAIT_S
        while not (found := condition()):
            assert time.monotonic() < deadline, f"not within {WAIT_S:g} s: {what} {self.world.logged[-5:]}"
            await asyncio.sleep(0.01)
        return found

    async def quiet(self) -> None:
        """Until all is read, and nothing waits."""
        await self.until(lambda: self.sending.router.lag_bytes() == 0 and not self.store.pending_total(), "quiet")

    def log(self, id: str = "wh_1", **more: Any) -> list[dict[str, Any]]:
        given = {"status": None, "query": None, "limit": 1000, "offset": 0} | more
        return self.sending.history.attempts(self.ref(id), **given)[0]
