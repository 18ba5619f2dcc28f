"""The sending process: clean events to the connections that want them."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy.exc import SQLAlchemyError

from headwater import __version__
from headwater.app import log
from headwater.app.home import Home
from headwater.app.listen import Listener
from headwater.app.processes import SEND
from headwater.app.rpc import calls_of, serve_rpc
from headwater.app.send_calls import SendCalls
from headwater.app.settings import Settings
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.wiring import Contents, open_directory
from headwater.base.clock import now
from headwater.base.errors import Transient
from headwater.catalog.destination_load import load_destinations
from headwater.control.bootstrap import attach_store
from headwater.control.connections import Connections
from headwater.journal.local import LocalReader
from headwater.journal.position import Position
from headwater.send.care import CareSettings
from headwater.send.engine import EngineSettings
from headwater.send.guard import Guard, networks
from headwater.send.run import Sending, SendSettings
from headwater.send.store import Store
from headwater.send.transport import HttpTransport

CUT_AFTER_S = 6.0
"""Attempts that are under way when the server is to stop get so long; then they are cut, and go out again later."""


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    settings, logger = order.settings, log.logger(SEND.name)
    home = Home(settings.data_dir)
    state = attach_store(home.directory)
    contents, directory = Contents(home), open_directory(home)
    position = Position(home.clean, SEND.name, writable=True)
    store = await asyncio.to_thread(lambda: Store(_made(home.queue), clock=now))
    transport = HttpTransport(
        guard=Guard(allowed=networks(settings.egress_allow), own=_own_addresses(order)),
        user_agent=f"headwater/{__version__}",
        ca_file=Path(settings.egress_ca_file) if settings.egress_ca_file else None,
    )

    def portal_ids(workspace_id: str, content_ids: Sequence[str]) -> dict[str, int]:
        return {id: contents.number_of(workspace_id, id) for id in content_ids}

    sending = Sending(
        store=store,
        open_clean=lambda: LocalReader(home.clean),
        transport=transport,
        connections=directory,
        destinations=load_destinations(settings.catalog_paths),
        portal_ids=portal_ids,
        switch=_Switch(state.connections),
        settings=send_settings(settings, home),
        door_socket=home.socket("door"),
        clock=now,
        on_moved=position.set,
        log=logger.warning,
    )
    listener = Listener(
        serve_rpc(
            calls_of(SendCalls(home=home, sending=sending)),
            log=lambda call, error: logger.error("a call failed", call=call, exc_info=error),
        )
    )
    await sending.start()
    await listener.start(bind_unix(home.socket(SEND.name)))
    ready()
    watching = asyncio.create_task(_watch(sending, stop, logger.error))
    await stop.wait()
    watching.cancel()
    await sending.stop(within_s=CUT_AFTER_S)
    await listener.stop(drain_s=0.2)
    await transport.close()
    store.close()


class _Switch:
    """Switches connections off; while the state database cannot be written, that is tried again later."""

    def __init__(self, connections: Connections) -> None:
        self._connections = connections

    def disable(self, connection_id: str, reason: str) -> None:
        try:
            self._connections.disable(connection_id, reason)
        except SQLAlchemyError as error:
            raise Transient("the state database cannot be written now") from error


def send_settings(settings: Settings, home: Home) -> SendSettings:
    return SendSettings(
        engine=EngineSettings(
            schedule_s=tuple(settings.send_retry_s),
            at_once=settings.send_at_once,
            at_once_each=settings.send_at_once_each,
        ),
        care=CareSettings(
            keep_days=settings.send_keep_days,
            disable_after_days=settings.send_disable_after_days,
            alert_url=settings.send_alert_url,
        ),
        timeout_s=settings.send_timeout_s,
        files_dir=Path(settings.send_files_dir).absolute() if settings.send_files_dir else home.files,
    )


def _made(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path


def _own_addresses(order: ChildOrder) -> list[tuple[str, int]]:
    """Where the door listens: nothing that users name may lead back to it past the keys."""
    port = urlsplit(order.url).port or order.settings.port
    return [(order.settings.host, port)]


async def _watch(sending: Sending, stop: asyncio.Event, error: Callable[..., None]) -> None:
    """A part that ended takes the process with it: the parent starts it anew, from what is durable."""
    failure = await sending.ended()
    error("a part of this process ended; the process ends and is started again", exc_info=failure)
    stop.set()
