"""What a child process does first, whatever it is for: tie its life to the parent's, then run."""

from __future__ import annotations

import asyncio
import gc
import importlib
import os
import signal

import uvloop

from headwater.app import log
from headwater.app.memory import give_back_large
from headwater.app.supervisor import ChildOrder, become


def main(order: ChildOrder) -> None:
    become(order.process.name, order.parent_pid)
    give_back_large()
    log.configure(level=order.settings.log_level, form=order.settings.log_format)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_run(order))


async def _run(order: ChildOrder) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)

    def ready() -> None:
        # What is there now stays; looking through it again and again for garbage costs a third of a door's time.
        gc.collect()
        gc.freeze()
        os.write(order.ready_fd, b"1")
        os.close(order.ready_fd)

    module = importlib.import_module(order.process.module)
    await module.run(order, ready=ready, stop=stop)
