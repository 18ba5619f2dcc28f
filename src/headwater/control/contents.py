"""Gives each content of a workspace its integer: allocated at first sight, the same for ever after."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import insert, select
from sqlalchemy.exc import IntegrityError

from headwater.control import tables as t
from headwater.control.database import State

MAX_CHARS: Final = 200
"""A longer contentId is known by its digest: what clients send must not fill an index."""

CACHED: Final = 100_000


class ContentNumbers:
    """The `portalId` of each contentId. Numbers differ between workspaces too. Safe to share between threads."""

    def __init__(self, *, state: State) -> None:
        self._state = state
        self._known: dict[tuple[str, str], int] = {}

    def number_of(self, workspace_id: str, content_id: str) -> int:
        return self.numbers_of(workspace_id, [content_id])[content_id]

    def numbers_of(self, workspace_id: str, content_ids: Sequence[str]) -> Mapping[str, int]:
        """The number of each; those seen for the first time are allocated in one transaction."""
        known = self._known  # replaced whole when it is full, so that this one stays as it is for as long as needed
        keys = {content_id: (workspace_id, _storable(content_id)) for content_id in content_ids}
        unknown = sorted({key[1] for key in keys.values() if key not in known})
        found = self._allocated(workspace_id, unknown) if unknown else {}
        self._remember(workspace_id, found)
        return {content_id: found[key[1]] if key[1] in found else known[key] for content_id, key in keys.items()}

    def _allocated(self, workspace_id: str, content_ids: Sequence[str]) -> dict[str, int]:
        found = self._stored(workspace_id, content_ids)
        missing = [content_id for content_id in content_ids if content_id not in found]
        if not missing:
            return found
        try:
            with self._state.noting() as db:
                rows = [{"workspace_id": workspace_id, "content_id": content_id} for content_id in missing]
                db.execute(insert(t.content_numbers), rows)
        except IntegrityError:
            # Another process was first with some of them; one by one, the rest are still ours to make.
            for content_id in missing:
                self._allocate(workspace_id, content_id)
        return found | self._stored(workspace_id, missing)

    def _allocate(self, workspace_id: str, content_id: str) -> None:
        try:
            with self._state.noting() as db:
                db.execute(insert(t.content_numbers).values(workspace_id=workspace_id, content_id=content_id))
        except IntegrityError:
            return

    def _stored(self, workspace_id: str, content_ids: Sequence[str]) -> dict[str, int]:
        c = t.content_numbers.c
        query = select(c.content_id, c.number).where(c.workspace_id == workspace_id)
        found: dict[str, int] = {}
        with self._state.reading() as db:
            for start in range(0, len(content_ids), 500):
                some = content_ids[start : start + 500]
                found |= {row.content_id: row.number for row in db.execute(query.where(c.content_id.in_(some)))}
        return found

    def _remember(self, workspace_id: str, found: Mapping[str, int]) -> None:
        if len(self._known) + len(found) > CACHED:
            self._known = {}
        self._known.update({(workspace_id, content_id): number for content_id, number in found.items()})


def _storable(content_id: str) -> str:
    """The id itself when any database can hold and index it, else its digest."""
    if len(content_id) <= MAX_CHARS and content_id.isprintable():
        return content_id
    return "sha256:" + hashlib.sha256(content_id.encode("utf-8", "surrogatepass")).hexdigest()
