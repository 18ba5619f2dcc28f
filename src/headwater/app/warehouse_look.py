"""Looks at the warehouses' files once, in a process that ends: what it loads does not stay in memory.

It makes and mends what a start has to (new files, sources' new columns, what deleted workspaces left), and tells where
loading goes on. A file that cannot be opened shows here, before the process of the warehouses says that it is ready.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Collection

import msgspec

from headwater.app.fork import Forked
from headwater.app.supervisor import become
from headwater.app.warehouses import Warehouses
from headwater.base.errors import Transient
from headwater.journal.protocol import Reader
from headwater.warehouse.run import first_offset

NAME = "look"
END_S = 10.0
"""So long it may take to end once it has answered."""


class Looked(msgspec.Struct, frozen=True):
    """`next_offset`: of the clean journal, from where not everything is in the files. `scheduled`: there are tables
    that are copied again by the clock."""

    next_offset: int = 0
    scheduled: bool = False
    full_tables: int = 0


def look(warehouses: Warehouses, clean: Reader) -> Looked:
    """Opens all of them; they stay open."""
    warehouses.open_all()
    opened = warehouses.all()
    return Looked(
        next_offset=first_offset(clean, opened),
        scheduled=any(table.every_seconds for each in opened for table in warehouses.tables(each).list()),
        full_tables=sum(each.full_tables() for each in opened.values()),
    )


class Look:
    """Under way in a copy of this process, which must have one thread, from the moment that this is made.

    `keep`: descriptors that the copy holds for as long as it lives.
    """

    def __init__(self, looked: Callable[[], Looked], *, keep: Collection[int]) -> None:
        self._told, tell = os.pipe()
        parent = os.getpid()

        def child() -> None:
            become(NAME, parent)
            os.write(tell, msgspec.json.encode(looked()))

        self._process = Forked(child, keep={tell, *keep})
        os.close(tell)

    async def answer(self) -> Looked:
        """Raises Transient when it failed; it has said why."""
        with os.fdopen(self._told, "rb") as answers:
            answer = await asyncio.to_thread(answers.read)
        status = await asyncio.to_thread(self._process.wait, END_S)
        if status != 0:
            raise Transient(f"the warehouse cannot be opened (status {status}); the lines above say why")
        return msgspec.json.decode(answer, type=Looked)
