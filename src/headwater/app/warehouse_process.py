"""The warehouse's process: clean events to rows, and queries of them.

It opens the files when there is something to do; what a start has to do with them, a process that ends does.
"""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable

from headwater.app import log
from headwater.app.home import Home
from headwater.app.lanes import Lane
from headwater.app.layouts import Layouts
from headwater.app.listen import Listener
from headwater.app.processes import WAREHOUSE
from headwater.app.rpc import calls_of, serve_rpc
from headwater.app.settings import Settings
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.threads import watch
from headwater.app.warehouse_calls import WarehouseCalls
from headwater.app.warehouse_look import Look, Looked, look
from headwater.app.warehouse_waking import Waking
from headwater.app.warehouses import Warehouses
from headwater.app.wiring import open_directory
from headwater.base.clock import now
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import sealer_at
from headwater.control.directory import Directory
from headwater.journal.local import LocalReader
from headwater.journal.position import Position
from headwater.warehouse.run import Loading

SWITCH_S = 0.0005
"""The thread that writes waits so long for the one that makes the next load to let it go on, many times a load; by
default 5 ms."""
REFRESH_EVERY_S = 20.0
QUERY_THREADS = 64
"""Queries of all workspaces that run or wait their turn; a thread that waits costs next to nothing."""
COPY_THREADS = 16
COPIES = (
    "reader_copy",
    "erase",
    "devices_of",
    "groups_of",
    "person_tables",
    "person_rows",
    "export",
    "tables_put_file",
    "tables_put_postgres",
    "tables_refresh",
)


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    sys.setswitchinterval(SWITCH_S)
    settings, logger = order.settings, log.logger(WAREHOUSE.name)
    home = Home(settings.data_dir)
    looking = Look(lambda: _look(home, settings), keep=order.locks)  # before there is a thread or anything open
    directory = open_directory(home)
    position = Position(home.clean, WAREHOUSE.name, writable=True)
    warehouses = _warehouses(home, settings, directory)
    loading = Loading(
        clean=LocalReader(home.clean),
        targets=warehouses.all,
        target_of=warehouses.of,
        every_s=settings.warehouse_load_every_ms / 1000,
        log=logger.warning,
        passed=position.set,
    )
    looked = await looking.answer()
    loading.offset = looked.next_offset
    position.set(looked.next_offset)
    calls = WarehouseCalls(
        home=home,
        settings=settings,
        directory=directory,
        warehouses=warehouses,
        loading=loading,
        clock=now,
        full_tables=looked.full_tables,
    )
    waking = Waking(
        raw=LocalReader(home.raw),
        clean=LocalReader(home.clean),
        loaded=looked.next_offset,
        is_wanted=lambda: looked.scheduled or warehouses.are_wanted,
    )
    thread = threading.Thread(target=_load, args=(waking, warehouses, loading), name="loading", daemon=True)
    thread.start()
    queries, copies = Lane("queries", threads=QUERY_THREADS), Lane("copies", threads=COPY_THREADS)
    listener = Listener(
        serve_rpc(
            calls_of(calls),
            log=lambda call, error: logger.error("a call failed", call=call, exc_info=error),
            lanes={"sql": queries, "person_events": queries, "past_events": queries} | dict.fromkeys(COPIES, copies),
        )
    )
    await listener.start(bind_unix(home.socket(WAREHOUSE.name)))
    ready()
    refreshing = asyncio.create_task(_refresh_tables(warehouses, logger.warning))
    watching = asyncio.create_task(watch([thread], stop, logger.error))
    await stop.wait()
    watching.cancel()
    refreshing.cancel()
    await listener.stop(drain_s=1.0)
    for lane in (queries, copies):
        lane.close()
    waking.stop()
    loading.stop()
    await asyncio.to_thread(thread.join, 5.0)
    await asyncio.to_thread(warehouses.close)


def _look(home: Home, settings: Settings) -> Looked:
    warehouses = _warehouses(home, settings, open_directory(home))
    try:
        return look(warehouses, LocalReader(home.clean))
    finally:
        warehouses.close()


def _warehouses(home: Home, settings: Settings, directory: Directory) -> Warehouses:
    return Warehouses(
        home=home,
        settings=settings,
        directory=directory,
        layouts=Layouts(directory=directory, catalog=load_catalog(settings.catalog_paths)),
        sealer=sealer_at(home.directory),
    )


def _load(waking: Waking, warehouses: Warehouses, loading: Loading) -> None:
    if waking.wait():
        warehouses.open_all()
        gc.collect()
        gc.freeze()  # as everything that was there at the start: see `child`
        loading.run()


async def _refresh_tables(warehouses: Warehouses, warn: Callable[..., None]) -> None:
    while True:
        await asyncio.sleep(REFRESH_EVERY_S)
        try:
            await asyncio.to_thread(warehouses.refresh_due_tables)
        except Exception as error:  # the engine's errors too: this must go on when the disk has room again
            warn("tables could not be looked through for copies that are due", reason=str(error))
