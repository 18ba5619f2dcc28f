"""The working process: raw to clean, clean to rows, and the answers that need either."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from headwater.app import log
from headwater.app.home import Home
from headwater.app.lanes import Lane
from headwater.app.layouts import Layouts
from headwater.app.listen import Listener
from headwater.app.pruning import Pruning
from headwater.app.rpc import serve_rpc
from headwater.app.settings import Settings
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.warehouses import Warehouses
from headwater.app.wiring import Contents, open_directory
from headwater.app.work import WorkService
from headwater.base.clock import now
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import sealer_at
from headwater.journal.local import LocalReader, LocalWriter
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.dedupe import DiskWindow
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline
from headwater.warehouse.run import Loading

JOURNAL_NAME = "collect"
REFRESH_EVERY_S = 20.0
QUERY_THREADS = 64
"""Queries of all workspaces that run or wait their turn; a thread that waits costs next to nothing."""
COPY_THREADS = 16
COPIES = ("backup", "export", "tables_put_file", "tables_put_postgres", "tables_refresh")


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    settings, logger = order.settings, log.logger("work")
    home = Home(settings.data_dir)
    directory, catalog = open_directory(home), load_catalog()
    clean_writer = LocalWriter(home.clean, segment_bytes=settings.journal_segment_bytes)
    ledger, debugger = Ledger(home.ledger), Debugger()
    pipeline = _pipeline(home, settings, clean_writer, ledger, debugger, logger.warning)
    layouts = Layouts(directory=directory, catalog=catalog)
    warehouses = Warehouses(
        home=home, settings=settings, directory=directory, layouts=layouts, sealer=sealer_at(home.directory)
    )
    loading = Loading(
        clean=LocalReader(home.clean),
        targets=warehouses.all,
        target_of=warehouses.of,
        every_s=settings.warehouse_load_every_ms / 1000,
        log=logger.warning,
    )
    pruning = Pruning(
        home=home,
        settings=settings,
        pipeline=pipeline,
        loading=loading,
        ledger=ledger,
        clock=now,
        log=logger.warning,
    )
    service = WorkService(
        home=home,
        settings=settings,
        directory=directory,
        catalog=catalog,
        warehouses=warehouses,
        ledger=ledger,
        debugger=debugger,
        pipeline=pipeline,
        loading=loading,
        pruning=pruning,
        clock=now,
    )
    await asyncio.to_thread(warehouses.open_all)
    await asyncio.to_thread(pipeline.recover)
    threads = [
        threading.Thread(target=pipeline.run, name="pipeline"),
        threading.Thread(target=loading.run, name="warehouse"),
        threading.Thread(target=pruning.run, name="retention"),
    ]
    for thread in threads:
        thread.daemon = True
        thread.start()
    queries, copies = Lane("queries", threads=QUERY_THREADS), Lane("copies", threads=COPY_THREADS)
    listener = Listener(
        serve_rpc(
            service.methods(),
            log=lambda call, error: logger.error("a call failed", call=call, exc_info=error),
            lanes={"sql": queries} | dict.fromkeys(COPIES, copies),
        )
    )
    await listener.start(bind_unix(home.socket("work")))
    ready()
    refreshing = asyncio.create_task(_refresh_tables(warehouses, logger.warning))
    watch = asyncio.create_task(_watch(threads, stop, logger.error))
    await stop.wait()
    watch.cancel()
    refreshing.cancel()
    await listener.stop(drain_s=1.0)
    for lane in (queries, copies):
        lane.close()
    pruning.stop()
    pipeline.stop()
    loading.stop()
    for thread in threads:
        await asyncio.to_thread(thread.join, 5.0)
    ledger.close()
    await asyncio.to_thread(warehouses.close)
    clean_writer.close()


def _pipeline(
    home: Home,
    settings: Settings,
    clean_writer: LocalWriter,
    ledger: Ledger,
    debugger: Debugger,
    warn: Callable[[str], None],
) -> Pipeline:
    window = DiskWindow(
        home.dedupe, window_s=settings.dedupe_window_h * 3600, max_ids=settings.dedupe_max_ids, now=now()
    )
    return Pipeline(
        raw=LocalReader(home.raw),
        open_raw=lambda: LocalReader(home.raw),
        clean_writer=clean_writer,
        clean_reader=LocalReader(home.clean),
        window=window,
        ledger=ledger,
        debugger=debugger,
        journal_name=JOURNAL_NAME,
        clock=now,
        log=warn,
        clean_max_bytes=settings.journal_max_bytes,
        expire_above_bytes=_expire_above_bytes(settings),
        numbers=Contents(home),
    )


def _expire_above_bytes(settings: Settings) -> int:
    """A little before the door would refuse: what expires must be removed, by whole segments, before that."""
    if settings.journal_when_full == "refuse":
        return 0
    return settings.journal_max_bytes - 3 * settings.journal_segment_bytes


async def _refresh_tables(warehouses: Warehouses, warn: Callable[..., None]) -> None:
    while True:
        await asyncio.sleep(REFRESH_EVERY_S)
        try:
            await asyncio.to_thread(warehouses.refresh_due_tables)
        except Exception as error:  # the engine's errors too: this must go on when the disk has room again
            warn("tables could not be looked through for copies that are due", reason=str(error))


async def _watch(threads: list[threading.Thread], stop: asyncio.Event, error: Callable[[str], None]) -> None:
    """A loop that died takes the process with it: the parent starts it anew, from its cursors."""
    alive = True
    while alive:
        await asyncio.sleep(0.5)
        alive = all(thread.is_alive() for thread in threads)
    error("a loop of this process ended; the process ends and is started again")
    stop.set()
