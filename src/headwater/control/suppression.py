"""Whose events a workspace does not take: asked at the doors for each event, so that it is a look into a set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, func, select

from headwater.base.subject import IdKind
from headwater.control import tables as t
from headwater.control.seal import Sealer


class Suppressed:
    """The people of one workspace whose events are not taken, known by keyed digests of their ids alone."""

    def __init__(self, workspace_id: str, digests: frozenset[str], digest: Callable[..., str]) -> None:
        self._workspace_id = workspace_id
        self._digests = digests
        self._digest = digest

    def owns(self, user_id: str | None, anonymous_id: str | None, previous_id: str | None = None) -> bool:
        """Whether an event with these ids is of one of them, as `base.subject` says it."""
        if user_id and self.holds("user", user_id):
            return True
        if previous_id and (self.holds("user", previous_id) or self.holds("anonymous", previous_id)):
            return True
        return bool(not user_id and anonymous_id and self.holds("anonymous", anonymous_id))

    def holds(self, kind: IdKind, id: str) -> bool:
        return self._digest(self._workspace_id, kind, id) in self._digests


class SuppressedPeople:
    """Reads them all, by workspace; what it gave before once more when nothing has changed since.

    Numbers of rows are given once, so their count and the highest tell whether any came or went.
    """

    def __init__(self, sealer: Sealer) -> None:
        self._sealer = sealer
        self._seen: tuple[int, int] | None = None
        self._last: dict[str, Suppressed] = {}

    def __call__(self, connection: Connection) -> dict[str, Suppressed]:
        c = t.suppressions.c
        count, newest = connection.execute(select(func.count(), func.coalesce(func.max(c.number), 0))).one()
        if self._seen != (count, newest):
            self._last = self._by_workspace(connection.execute(select(c.workspace_id, c.digest)).all())
            self._seen = count, newest
        return self._last

    def _by_workspace(self, rows: list[Row[Any]] | Any) -> dict[str, Suppressed]:
        found: dict[str, set[str]] = {}
        for row in rows:
            found.setdefault(row.workspace_id, set()).add(row.digest)
        return {id: Suppressed(id, frozenset(digests), self._sealer.digest) for id, digests in found.items()}
