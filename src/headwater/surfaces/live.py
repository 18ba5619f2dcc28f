"""What is live in each workspace, in memory, never older than the last commit.

A look costs a dictionary access and a memory read. After a change of the control state what is live is looked at anew,
in a thread; whoever asks meanwhile waits for it, some milliseconds. Most changes are of something else (a key, a
source), so only rows without trees are read to know; and a version never changes, so its tree is read once. While the
state cannot be read, what was last known holds on.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, Protocol

import msgspec
from sqlalchemy import Connection, select
from sqlalchemy.exc import SQLAlchemyError

from headwater.base.errors import Transient
from headwater.control import tables as t
from headwater.control.database import State
from headwater.surfaces import settings, styleguide
from headwater.surfaces.model import Placement, tree_of
from headwater.surfaces.target import Published, Shown, Target, Version

RETRY_S: Final = 1.0
"""How long what was last known holds on before the state is tried again."""
_AT_ONCE: Final = 500
_PLACEMENTS: Final = tuple[Placement, ...]

Log = Callable[[str], None]
Rows = Sequence[Any]


class Generation(Protocol):
    def read(self) -> int: ...


class _Known(msgspec.Struct, frozen=True):
    """`mark`: all of which the target was made, trees by their versions. `shown`: the trees by version."""

    seen: int
    mark: Any
    target: Target
    shown: Mapping[str, Shown]


class Live:
    """Of the loop's thread. `log` is told of contents that cannot be shown."""

    def __init__(
        self,
        *,
        state: State,
        generation: Generation,
        log: Log = lambda _: None,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._state = state
        self._generation = generation
        self._log = log
        self._steady = steady
        self._known: dict[str, _Known] = {}
        self._locks: dict[str, asyncio.Lock] = {}
        self._retry_at: dict[str, float] = {}

    async def of(self, workspace_id: str) -> Target:
        """Transient when the state cannot be read and nothing is known of before."""
        known = self._known.get(workspace_id)
        if known is not None and known.seen == self._generation.read():
            return known.target
        return await self._renewed(workspace_id)

    async def tree(self, workspace_id: str, version_id: str) -> bytes | None:
        """The tree of a version that is or was live, as JSON; None when the workspace has none such. Transient."""
        live = (await self.of(workspace_id)).tree(version_id)
        if live is not None:
            return live
        try:
            return await asyncio.to_thread(self._former, workspace_id, version_id)
        except SQLAlchemyError as error:
            raise Transient("Versions that are not live cannot be read now; try again in a second.") from error

    async def _renewed(self, workspace_id: str) -> Target:
        async with self._locks.setdefault(workspace_id, asyncio.Lock()):
            known = self._known.get(workspace_id)
            if known is not None and (
                known.seen == self._generation.read() or self._steady() < self._retry_at.get(workspace_id, 0)
            ):
                return known.target
            try:
                found = self._known[workspace_id] = await asyncio.to_thread(self._read, workspace_id, known)
            except SQLAlchemyError as error:
                if known is None:
                    raise Transient("What is live cannot be read now; try again in a second.") from error
                self._retry_at[workspace_id] = self._steady() + RETRY_S
                return known.target
            return found.target

    def _read(self, workspace_id: str, known: _Known | None) -> _Known:
        seen = self._generation.read()  # before the read: a commit in between must be seen next time
        with self._state.reading() as db:
            heads, documents = _heads(db, workspace_id), _documents(db, workspace_id)
            style = settings.style_of(db, workspace_id)
            mark = (heads, documents, style)
            if known is not None and known.mark == mark:
                return msgspec.structs.replace(known, seen=seen)
            before = known.shown if known is not None else {}
            shown = _shown(db, workspace_id, {row.live_version_id for row in documents}, before)
        target = Target(_contents(heads, documents, shown), style=styleguide.compiled(style.guide), log=self._log)
        return _Known(seen, mark, target, shown)

    def _former(self, workspace_id: str, version_id: str) -> bytes | None:
        c = t.experience_versions.c
        mine = (c.workspace_id == workspace_id) & (c.version_id == version_id)
        with self._state.reading() as db:
            found = db.execute(select(c.tree).where(mine).limit(1)).first()
        return None if found is None else Shown.of(tree_of(found.tree)).tree


def _heads(db: Connection, workspace_id: str) -> Rows:
    c = t.experiences.c
    live = (c.workspace_id == workspace_id) & c.live_slug.is_not(None) & c.archived_at.is_(None)
    return db.execute(
        select(c.id, c.content_id, c.live_slug, c.live_name, c.live_placements).where(live).order_by(c.id)
    ).all()


def _documents(db: Connection, workspace_id: str) -> Rows:
    """Those that are live, in their order."""
    c = t.experience_documents.c
    live = (c.workspace_id == workspace_id) & c.live_version_id.is_not(None)
    columns = (c.id, c.experience_id, c.live_version_id, c.live_segment_id, c.live_position)
    return db.execute(select(*columns).where(live).order_by(c.experience_id, c.live_position, c.id)).all()


def _shown(db: Connection, workspace_id: str, wanted: set[str], before: Mapping[str, Shown]) -> Mapping[str, Shown]:
    found = {version_id: before[version_id] for version_id in wanted if version_id in before}
    missing = sorted(wanted - found.keys())
    c = t.experience_versions.c
    for start in range(0, len(missing), _AT_ONCE):
        some = c.version_id.in_(missing[start : start + _AT_ONCE])
        query = select(c.version_id, c.tree).where(c.workspace_id == workspace_id, some)
        for row in db.execute(query):
            if row.version_id not in found:
                found[row.version_id] = Shown.of(tree_of(row.tree))
    return found


def _contents(heads: Rows, documents: Rows, shown: Mapping[str, Shown]) -> list[Published]:
    of: dict[int, list[Version]] = {}
    for row in documents:
        if row.live_version_id in shown:
            version = Version(
                document_id=row.id,
                segment_id=row.live_segment_id,
                version_id=row.live_version_id,
                shown=shown[row.live_version_id],
            )
            of.setdefault(row.experience_id, []).append(version)
    return [
        Published(
            id=head.id,
            content_id=head.content_id,
            slug=head.live_slug,
            name=head.live_name,
            placements=msgspec.convert(head.live_placements, _PLACEMENTS),
            documents=tuple(of.get(head.id, ())),
        )
        for head in heads
    ]
