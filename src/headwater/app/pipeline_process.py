"""The pipeline's process: raw to clean, retention of both journals, and the answers that need either."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable

from headwater.app import log
from headwater.app.erasing import Erasing
from headwater.app.home import Home
from headwater.app.listen import Listener
from headwater.app.pipeline_calls import PipelineCalls
from headwater.app.processes import COLLECT, PIPELINE, READERS
from headwater.app.pruning import Pruning
from headwater.app.replays import Replays
from headwater.app.rpc import RpcClient, calls_of, serve_rpc
from headwater.app.settings import Settings
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.threads import watch
from headwater.app.wiring import Contents, Erasures, open_directory, open_regulations
from headwater.base.clock import now
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import generation_at
from headwater.journal.local import LocalReader, LocalWriter
from headwater.pipeline.debugger import Debugger
from headwater.pipeline.dedupe import DiskWindow
from headwater.pipeline.ledger import Ledger
from headwater.pipeline.run import Pipeline

JOURNAL_NAME = "collect"


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    settings, logger = order.settings, log.logger(PIPELINE.name)
    home = Home(settings.data_dir)
    clean_writer = LocalWriter(home.clean, segment_bytes=settings.journal_segment_bytes)
    ledger, debugger = Ledger(home.ledger), Debugger()
    pipeline = _pipeline(home, settings, clean_writer, ledger, debugger, logger.warning)
    pruning = Pruning(home=home, settings=settings, pipeline=pipeline, ledger=ledger, clock=now, log=logger.warning)
    readers = {name: RpcClient(home.socket(name), name=name) for name in READERS}
    replays = Replays()
    calls = PipelineCalls(
        home=home,
        settings=settings,
        directory=open_directory(home),
        catalog=load_catalog(settings.catalog_paths),
        ledger=ledger,
        debugger=debugger,
        pipeline=pipeline,
        pruning=pruning,
        replays=replays,
        readers=readers,
        clock=now,
    )
    door = RpcClient(home.socket(COLLECT.name), name=COLLECT.name)
    erasing = Erasing(
        home=home,
        regulations=open_regulations(home),
        generation=generation_at(home.directory),
        pipeline=pipeline,
        ledger=ledger,
        debugger=debugger,
        pruning=pruning,
        replays=replays,
        door=door,
        readers=readers,
        cut=clean_writer.cut,
        clock=now,
        log=logger.warning,
    )
    await asyncio.to_thread(pipeline.recover)
    threads = [
        threading.Thread(target=pipeline.run, name="pipeline", daemon=True),
        threading.Thread(target=pruning.run, name="retention", daemon=True),
    ]
    for thread in threads:
        thread.start()
    listener = Listener(
        serve_rpc(calls_of(calls), log=lambda call, error: logger.error("a call failed", call=call, exc_info=error))
    )
    await listener.start(bind_unix(home.socket(PIPELINE.name)))
    ready()
    watching = asyncio.create_task(watch(threads, stop, logger.error))
    erases = asyncio.create_task(erasing.run())
    erases.add_done_callback(lambda _: stop.set())  # it never ends by itself
    await stop.wait()
    watching.cancel()
    erases.cancel()
    await listener.stop(drain_s=1.0)
    pruning.stop()
    pipeline.stop()
    for thread in threads:
        await asyncio.to_thread(thread.join, 5.0)
    for client in (*readers.values(), door):
        await client.close()
    ledger.close()
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
        erasures=Erasures(home),
    )


def _expire_above_bytes(settings: Settings) -> int:
    """A little before the door would refuse: what expires must be removed, by whole segments, before that."""
    if settings.journal_when_full == "refuse":
        return 0
    return settings.journal_max_bytes - 3 * settings.journal_segment_bytes
