"""Back ends' calls to erase users, handed on before their records count as read: none is lost, none is done twice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from headwater.base.ids import stable_uuid
from headwater.base.outcome import DropReason, Fate
from headwater.pipeline.debugger import ids_of
from headwater.pipeline.process import Item


class Erasures(Protocol):
    """Takes on erasures."""

    def request(self, workspace_id: str, user_ids: Sequence[str], id: str) -> None:
        """Returns when it is taken on for good, be it before: an `id` counts once. Raises Transient."""
        ...


def request_erasures(erasures: Erasures, items: Sequence[Item], *, journal: str) -> None:
    """One regulation for each record, so for each request; its id is the same whenever the record is read again."""
    records: dict[tuple[str, int], list[str]] = {}
    for item in items:
        if item.fate is Fate.DROPPED and item.reason == DropReason.ERASURE_REQUESTED.value:
            user_id, _ = ids_of(item)
            if user_id:
                records.setdefault((item.workspace_id, item.offset), []).append(user_id)
    for (workspace_id, offset), user_ids in records.items():
        erasures.request(workspace_id, user_ids, f"reg_{stable_uuid('deletion', journal, str(offset))}")
