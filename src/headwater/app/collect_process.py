"""The door's process: tracking requests to the journal, everything else to the web process."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy.exc import SQLAlchemyError

from headwater.app import log
from headwater.app.health import Health
from headwater.app.home import Home
from headwater.app.listen import Listener
from headwater.app.page_calls import WEB, PageWay
from headwater.app.processes import COLLECT, Process, of_roles
from headwater.app.proxy import WebProxy
from headwater.app.quick_calls import QuickClient
from headwater.app.rpc import RpcClient, serve_rpc
from headwater.app.settings import Settings
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.tally import Tally
from headwater.app.wiring import open_access, open_directory, webhook_takers
from headwater.base.clock import now
from headwater.base.raw import RawRecord
from headwater.collect import unproven
from headwater.collect.doors import Doors
from headwater.collect.model import DoorSettings
from headwater.collect.server import DoorApplication, DoorProtocol, Heads, nothing_here
from headwater.collect.turn import Turn
from headwater.collect.unproven import Standing
from headwater.control.access import Access
from headwater.journal.commit import GroupCommit
from headwater.journal.local import LocalReader, LocalWriter

SAVE_TALLY_EVERY_S = 5.0
NOTE_KEYS_EVERY_S = 10.0
SWITCH_S = 0.0001
"""The thread that has flushed waits so long for the busy loop to let it say so; 5 ms by default."""
PACKAGED_SCRIPTS = Path(__file__).with_name("scripts")


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    sys.setswitchinterval(SWITCH_S)
    settings = order.settings
    home = Home(settings.data_dir)
    logger = log.logger("collect")
    directory = open_directory(home)
    writer = LocalWriter(home.raw, segment_bytes=settings.journal_segment_bytes, max_bytes=settings.journal_max_bytes)
    reader = LocalReader(home.raw)
    tally = Tally(home.accepted, reader)
    broken = asyncio.Event()
    commit = GroupCommit(writer, loop=asyncio.get_running_loop(), on_broken=broken.set, on_stored=tally.settled)
    takes_webhooks = webhook_takers(settings.catalog_paths)
    door = Doors(
        directory=directory,
        settings=door_settings(order),
        clock=now,
        takes_webhooks=takes_webhooks,
        suppressed=directory.suppressed,
    )
    trusted = [ipaddress.ip_network(network, strict=False) for network in settings.trusted_proxies]
    proxy = WebProxy(home.socket("web"), https=bool(settings.tls_cert), trusted=trusted)
    figures = _Figures(door, reader)
    pages = QuickClient(home.socket(WEB), name="web")
    health = Health(PageWay(proxy, pages), others=_others(home, settings), figures=figures, accepted=tally.counts)
    behind = DoorApplication(health, door=door, journal=commit, accepted=tally.add, trusted=trusted)
    turn = Turn(loop=asyncio.get_running_loop(), door=door, journal=commit, accepted=tally.add)
    commit.gather_by(turn.decide)
    listener = Listener(
        behind,
        protocol=DoorProtocol,
        keep_alive_s=settings.keep_alive_s,
        tls=(settings.tls_cert, settings.tls_key) if settings.tls_cert else None,
        door=door,
        journal=commit,
        accepted=tally.add,
        heads=Heads(),
        turn=turn,
        trusted=trusted,
    )
    figures.listener = listener
    inside = Listener(DoorApplication(nothing_here, door=door, journal=commit, accepted=tally.add, inside=True))
    door.identities.load(home.identities)
    internal = Listener(serve_rpc(_calls(tally, door, Sealing(writer, commit)), log=_logs(logger)))
    if order.listen_fd is None:
        raise RuntimeError("the door's process was given no socket")
    await listener.start(socket.socket(fileno=order.listen_fd))
    await internal.start(bind_unix(home.socket(COLLECT.name)))
    await inside.start(bind_unix(home.socket("door")))
    ready()
    saving = asyncio.create_task(_save_regularly(tally, door, home, logger.warning))
    noting = asyncio.create_task(_note_regularly(door, open_access(home), logger.warning))
    await _first(stop, broken)
    if broken.is_set():
        logger.error("the journal could not be mended after a fault; the process ends and opens it anew")
        os._exit(3)
    saving.cancel()
    noting.cancel()
    await asyncio.gather(listener.stop(), inside.stop())
    await internal.stop(drain_s=0.5)
    await health.close()
    await pages.close()
    await proxy.close()
    await asyncio.to_thread(commit.close)
    await _save(tally, door, home, logger.warning)
    writer.close()


def door_settings(order: ChildOrder) -> DoorSettings:
    settings = order.settings
    return DoorSettings(
        public_url=settings.public_url,
        scheme="https" if settings.tls_cert else "http",
        allowed_origins=tuple(settings.allowed_origins),
        rate_limit_per_s=settings.source_events_per_s,
        scripts=Path(settings.scripts_dir) if settings.scripts_dir else PACKAGED_SCRIPTS,
        compatible=settings.compatible,
    )


class _Figures:
    """Counts of this process, as they are when called."""

    def __init__(self, door: Doors, reader: LocalReader) -> None:
        self._door = door
        self._reader = reader
        self.listener: Listener | None = None

    def __call__(self) -> dict[str, Any]:
        return {
            "rejected": [[source, code, count] for (source, code), count in self._door.rejected.items()],
            "throttled": dict(self._door.throttled),
            "unproven": dict(self._door.unproven),
            "telemetry": self._door.telemetry,
            "connections": self.listener.connections if self.listener else 0,
            "journalEnd": self._reader.end(),
        }


def _others(home: Home, settings: Settings) -> dict[Process, RpcClient]:
    return {
        each: RpcClient(home.socket(each.name), name=each.name, patience_s=0.0)
        for each in of_roles(settings.roles)
        if each.serves and each != COLLECT
    }


class Sealing:
    """Ends the raw journal's segment behind everything that was decided so far. Of the loop."""

    def __init__(self, writer: LocalWriter, commit: GroupCommit) -> None:
        self._writer = writer
        self._commit = commit

    async def seal(self) -> dict[str, int]:
        """`before`: what was decided before the call lies in segments that end there, and are written to no more."""
        mark = msgspec.json.encode(RawRecord(source_id="", workspace_id="", received_ms=int(now() * 1000), events=[]))
        await self._commit.append([mark])
        decided = self._writer.end
        self._writer.cut()
        while self._writer.base < decided:  # what was being flushed just then may have gone behind the first mark
            await self._commit.append([mark])
        return {"before": self._writer.base}


def _calls(tally: Tally, door: Doors, sealing: Sealing) -> dict[str, Callable[..., Any]]:
    """All on the loop, whose thread counts."""

    async def accepted() -> dict[str, int]:
        return tally.counts()

    async def identity_report(workspace_id: str) -> dict[str, Any]:
        return door.identities.report(workspace_id)

    async def note_identities(notes: list[tuple[str, str, str, Standing]]) -> None:
        for workspace_id, at, user_id, standing in notes:
            door.identities.note(workspace_id, at, user_id, standing)

    async def reset_identity_report(workspace_id: str) -> None:
        door.identities.reset(workspace_id)

    async def forget_identities(workspace_id: str, user_ids: list[str]) -> int:
        return door.identities.forget(workspace_id, user_ids)

    async def ping() -> bool:
        return True

    calls = (accepted, ping, identity_report, note_identities, reset_identity_report, forget_identities, sealing.seal)
    return {call.__name__: call for call in calls}


def _logs(logger: Any) -> Callable[[str, BaseException], None]:
    return lambda call, error: logger.error("a call failed", call=call, exc_info=error)


async def _save_regularly(tally: Tally, door: Doors, home: Home, warn: Callable[..., None]) -> None:
    while True:
        await asyncio.sleep(SAVE_TALLY_EVERY_S)
        await _save(tally, door, home, warn)


async def _note_regularly(door: Doors, access: Access, warn: Callable[..., None]) -> None:
    """Which API keys were used, so that their owners see it."""
    while True:
        await asyncio.sleep(NOTE_KEYS_EVERY_S)
        used = sorted(door.take_used_keys())
        if not used:
            continue
        try:
            await asyncio.to_thread(access.note_use, used)
        except SQLAlchemyError as error:
            warn("the use of API keys could not be noted", reason=str(error))


async def _save(tally: Tally, door: Doors, home: Home, warn: Callable[..., None]) -> None:
    try:
        await asyncio.to_thread(tally.save, tally.sums())
    except OSError as error:
        warn("the count of accepted events could not be saved; it is read from the journal again", reason=str(error))
    counts = door.identities.changed()
    if counts is None:
        return
    try:
        await asyncio.to_thread(unproven.save, home.identities, counts)
    except OSError as error:
        warn("the counts of unproven identities could not be saved; a restart would lose them", reason=str(error))


async def _first(*events: asyncio.Event) -> None:
    waits = [asyncio.create_task(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
