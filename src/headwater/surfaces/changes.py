"""Whether a change was made of what is there now: whoever read something older is told before it is overwritten."""

from __future__ import annotations

from typing import Protocol

from headwater.base.errors import Conflict


class Revised(Protocol):
    @property
    def revision(self) -> int: ...

    @property
    def updated_at(self) -> str: ...

    @property
    def updated_by(self) -> str: ...


def refuse_stale(what: str, revision: int, found: Revised) -> None:
    """Conflict `changed_meanwhile` with who changed it, unless `revision` is that of what is there."""
    if revision != found.revision:
        raise Conflict(
            f"{found.updated_by} has changed the {what} since you read it (revision {found.revision}, you have "
            f"{revision}). Read it again, or send the change with revision {found.revision} to overwrite it. Nothing "
            "was changed.",
            code="changed_meanwhile",
            details={"revision": found.revision, "updatedAt": found.updated_at, "updatedBy": found.updated_by},
        )
