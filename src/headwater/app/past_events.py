"""Past events from the warehouse's process, for the segments of people. Satisfies `profiles.ports.History`.

Of any thread: each page is a call over a connection of its own.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator, Sequence
from typing import Any, Final

from headwater.app.rpc import RpcClient
from headwater.base.errors import Transient
from headwater.journal.position import Position
from headwater.profiles.ports import PastEvent

PAGE: Final = 10_000
WAIT_S: Final = 20.0
"""So long the warehouse is waited for until it has loaded all that is asked of it."""
_LOOK_S: Final = 0.1
_CALL_S: Final = 60.0


class PastEvents:
    """`position` is where the warehouse stands in the clean journal."""

    def __init__(self, socket: str, *, position: Position, wait_s: float = WAIT_S) -> None:
        self._socket = socket
        self._position = position
        self._wait_s = wait_s

    def events(
        self, workspace_id: str, event: str, since_ms: int, properties: Sequence[str], until: int
    ) -> Iterator[PastEvent]:
        self._wait(until)
        after: Any = None
        while True:
            page = asyncio.run(self._page(workspace_id, event, since_ms, list(properties), after))
            for message_id, at_ms, user_id, anonymous_id, text in page["rows"]:
                yield PastEvent(user_id, anonymous_id, message_id, at_ms, text)
            after = page["next"]
            if after is None:
                return

    async def _page(self, workspace_id: str, event: str, since_ms: int, properties: list[str], after: Any) -> Any:
        client = RpcClient(self._socket, name="warehouse")
        try:
            return await client.call(
                "past_events",
                _CALL_S,
                workspace_id=workspace_id,
                event=event,
                since_ms=since_ms,
                properties=properties,
                after=after,
                limit=PAGE,
            )
        finally:
            await client.close()

    def _wait(self, until: int) -> None:
        deadline = time.monotonic() + self._wait_s
        while self._position.get() < until:
            if time.monotonic() >= deadline:
                raise Transient(
                    "the warehouse has not loaded yet what came before; past events are counted when it has"
                )
            time.sleep(_LOOK_S)
