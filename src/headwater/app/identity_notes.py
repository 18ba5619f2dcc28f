"""What the web process learns of unproven user ids, told to the door's process, which keeps the one report of them."""

from __future__ import annotations

import asyncio
from typing import Final

from headwater.app.rpc import RpcClient
from headwater.base.errors import HeadwaterError
from headwater.collect.unproven import Standing

EVERY_S: Final = 0.5
KEPT: Final = 10_000
"""Notes that wait; beyond that they are not counted. The door's process is away for seconds at most."""


class IdentityNotes:
    """Of the loop's thread."""

    def __init__(self, door: RpcClient) -> None:
        self._door = door
        self._waiting: list[tuple[str, str, str, Standing]] = []

    def add(self, workspace_id: str, door: str, user_id: str, standing: Standing) -> None:
        if len(self._waiting) < KEPT:
            self._waiting.append((workspace_id, door, user_id, standing))

    async def run(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            if self._waiting:
                await self._tell()

    async def _tell(self) -> None:
        notes, self._waiting = self._waiting, []
        try:
            await self._door.call("note_identities", 10.0, notes=notes)
        except HeadwaterError:
            self._waiting = [*notes, *self._waiting][:KEPT]
