"""The process of people: clean events to who it was, and which segments they are in."""

from __future__ import annotations

import asyncio
import gc
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

from headwater.app import log
from headwater.app.announcing import DoorAnnouncer
from headwater.app.home import Home
from headwater.app.lanes import Lane
from headwater.app.listen import Listener
from headwater.app.page_calls import PEOPLE
from headwater.app.past_events import PastEvents
from headwater.app.processes import PROFILES, WAREHOUSE
from headwater.app.profiles_calls import ProfilesCalls
from headwater.app.quick_calls import QuickServer
from headwater.app.rpc import calls_of, serve_rpc
from headwater.app.sockets import bind_unix
from headwater.app.supervisor import ChildOrder
from headwater.app.threads import watch
from headwater.app.wiring import open_directory
from headwater.base.clock import now
from headwater.journal.local import LocalReader
from headwater.journal.position import Position
from headwater.profiles.outbox import Outbox
from headwater.profiles.run import Profiles
from headwater.profiles.segments import PeopleSegments
from headwater.profiles.store import Store

SWITCH_S = 0.0002
"""A call waits so long for the busy loop to let it go on, some times a call; by default 5 ms."""
SEARCH_THREADS = 8
COPY_THREADS = 2
SEARCHES: tuple[str, ...] = ("people", "preview", "explain")
COPIES: tuple[str, ...] = ("reader_copy",)


async def run(order: ChildOrder, *, ready: Callable[[], None], stop: asyncio.Event) -> None:
    sys.setswitchinterval(SWITCH_S)
    gc.disable()  # the room's loop collects, when it is cheap
    settings, logger = order.settings, log.logger(PROFILES.name)
    home = Home(settings.data_dir)
    directory = open_directory(home)
    position = Position(home.clean, PROFILES.name, writable=True)
    store = await asyncio.to_thread(Store, home.profiles)
    past = PastEvents(home.socket(WAREHOUSE.name), position=Position(home.clean, WAREHOUSE.name))
    segments = PeopleSegments(store=store, definitions=directory.segments, history=past, clock=now, log=logger.warning)

    def remove(seqs: Sequence[int]) -> None:
        profiles.do(lambda _: store.remove_outgoing(seqs))

    outbox = Outbox(store=store, announcer=DoorAnnouncer(home.socket("door")), remove=remove, log=logger.warning)
    profiles = Profiles(
        store=store,
        clean=LocalReader(home.clean),
        sources=directory,
        segments=segments,
        clock=now,
        passed=position.set,
        announced=outbox.wake,
        log=logger.warning,
    )
    searches, copies = Lane("searches", threads=SEARCH_THREADS), Lane("copies", threads=COPY_THREADS)
    calls = ProfilesCalls(home=home, store=store, profiles=profiles, segments=segments)
    pages = QuickServer(calls.answer_page, log=_logs(logger))
    listener = Listener(
        serve_rpc(
            calls_of(calls),
            log=_logs(logger),
            lanes=dict.fromkeys(SEARCHES, searches) | dict.fromkeys(COPIES, copies),
        )
    )
    threads = [
        threading.Thread(target=profiles.run, name="people", daemon=True),
        threading.Thread(target=outbox.run, name="announcing", daemon=True),
    ]
    for thread in threads:
        thread.start()
    await listener.start(bind_unix(home.socket(PROFILES.name)))
    await pages.start(home.socket(PEOPLE))
    ready()
    watching = asyncio.create_task(watch(threads, stop, logger.error))
    await stop.wait()
    watching.cancel()
    await pages.stop()
    await listener.stop(drain_s=1.0)
    for lane in (searches, copies):
        lane.close()
    outbox.stop()
    profiles.stop()
    for thread in threads:
        await asyncio.to_thread(thread.join, 3.0)
    store.close()


def _logs(logger: Any) -> Callable[[str, BaseException], None]:
    return lambda call, error: logger.error("a call failed", call=call, exc_info=error)
