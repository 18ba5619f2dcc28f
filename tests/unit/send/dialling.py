"""A transport for tests: one that may call this machine, used within an event loop of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeVar

import uvloop

from headwater.base.outgoing import HttpRequest
from headwater.send.guard import Guard, networks
from headwater.send.ports import Sent
from headwater.send.resolve import Lookup, system_lookup
from headwater.send.transport import HttpTransport

T = TypeVar("T")
LOCAL = networks(["127.0.0.0/8", "::1/128"])
LOOPS: dict[str, Callable[[], asyncio.AbstractEventLoop]] = {
    "uvloop": uvloop.new_event_loop,
    "asyncio": asyncio.new_event_loop,
}
AMPLE_S = 60.0


def use(
    work: Callable[[HttpTransport], Awaitable[T]],
    *,
    loop: str = "uvloop",
    guard: Guard | None = None,
    lookup: Lookup = system_lookup,
    ca_file: Path | None = None,
    **options: Any,
) -> T:
    """What `work` makes of a transport."""

    async def run() -> T:
        transport = HttpTransport(
            guard=guard or Guard(allowed=LOCAL), user_agent="headwater/test", lookup=lookup, ca_file=ca_file, **options
        )
        try:
            return await work(transport)
        finally:
            await transport.close()

    with asyncio.Runner(loop_factory=LOOPS[loop]) as runner:
        return runner.run(run())


def send(url: str, body: bytes = b"{}", *, timeout_s: float = AMPLE_S, **options: Any) -> Sent:
    """One request, by a transport of its own."""
    request = HttpRequest(url=url, body=body)
    return use(lambda transport: transport.send(request, timeout_s=timeout_s), **options)


def send_each(*requests: HttpRequest, timeout_s: float = AMPLE_S, **options: Any) -> list[Sent]:
    """One after the other, by one transport."""

    async def work(transport: HttpTransport) -> list[Sent]:
        return [await transport.send(request, timeout_s=timeout_s) for request in requests]

    return use(work, **options)
