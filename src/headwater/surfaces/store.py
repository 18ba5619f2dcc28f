"""The contents of every workspace, what all of a workspace share, and how they are found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import Connection, Row, func, select

from headwater.control import tables as t
from headwater.control.database import State
from headwater.surfaces import rows, settings
from headwater.surfaces.drafts import Drafts
from headwater.surfaces.model import Author, ComponentEntry, Content, Status, Summary, status_of
from headwater.surfaces.publishing import Publishing
from headwater.surfaces.settings import Manifest, Revised
from headwater.surfaces.styleguide import StyleGuide


class ContentStore:
    """`drafts` holds what authors change, `publishing` what pages show. Thread-safe; every call blocks for a few
    milliseconds at most."""

    def __init__(self, *, state: State) -> None:
        self._state = state
        self.drafts = Drafts(state=state)
        self.publishing = Publishing(state=state)

    def get(self, workspace_id: str, given: str) -> Content:
        """By number, contentId or slug. Raises NotFound."""
        with self._state.reading() as db:
            return rows.find(db, workspace_id, given)

    def summaries(
        self,
        workspace_id: str,
        *,
        q: str = "",
        status: Status | None = None,
        folder: str | None = None,
        archived: bool = False,
    ) -> list[Summary]:
        """Those that are archived, or those that are not, what was changed last first. `q`: part of name or slug."""
        with self._state.reading() as db:
            found = sorted(_summaries(db, workspace_id), key=lambda each: each.updated_at, reverse=True)
        sought = q.strip().lower()
        return [
            each
            for each in found
            if (each.status == "archived") is archived
            and (status is None or each.status == status)
            and (folder is None or each.folder == folder)
            and (sought in each.name.lower() or sought in each.slug or sought == each.content_id.lower())
        ]

    def segment_names(self, workspace_id: str) -> dict[str, str]:
        """The name of each segment by its id, with `Everyone`."""
        with self._state.reading() as db:
            return rows.segment_names(db, workspace_id)

    def style(self, workspace_id: str) -> Revised:
        with self._state.reading() as db:
            return settings.style_of(db, workspace_id)

    def put_style(self, workspace_id: str, guide: StyleGuide, *, revision: int, by: Author) -> Revised:
        """Raises InvalidInput naming the field, Unprocessable `contrast_too_low`, Conflict `changed_meanwhile`."""
        with self._state.writing() as db:
            settings.put_style(self._state, db, workspace_id, guide, revision=revision, by=by)
            return settings.style_of(db, workspace_id)

    def components(self, workspace_id: str) -> Manifest:
        with self._state.reading() as db:
            return settings.manifest_of(db, workspace_id)

    def put_components(
        self, workspace_id: str, entries: Sequence[ComponentEntry], *, revision: int | None = None, by: Author
    ) -> Manifest:
        """Without a revision, whatever is there is overwritten. Raises InvalidInput naming the field, Conflict
        `changed_meanwhile`."""
        with self._state.writing() as db:
            settings.put_components(self._state, db, workspace_id, tuple(entries), revision=revision, by=by)
            self.drafts.renew(db, workspace_id)  # labels are made of the components' titles
            return settings.manifest_of(db, workspace_id)


def _summaries(db: Connection, workspace_id: str) -> Iterator[Summary]:
    """Without a tree: there may be many, and large."""
    c, of = t.experiences.c, t.experience_documents.c
    kept = [column for column in of if column is not of.tree]
    mine = of.workspace_id == workspace_id
    documents: dict[int, list[Row[Any]]] = {}
    for row in db.execute(
        select(*kept, of.live_version_id.label("version_id")).where(mine).order_by(of.experience_id, of.position)
    ):
        documents.setdefault(row.experience_id, []).append(row)
    heads = select(t.experiences).where(c.workspace_id == workspace_id, c.type == rows.TYPE)
    for head in db.execute(heads.order_by(func.lower(c.name), c.id)):
        yield _summary(head, documents.get(head.id, []))


def _summary(head: Row[Any], documents: Sequence[Any]) -> Summary:
    latest = max((head, *documents), key=lambda each: each.updated_at)
    return Summary(
        id=head.id,
        content_id=head.content_id,
        slug=head.slug,
        name=head.name,
        folder=head.folder,
        status=status_of(
            documents, archived=head.archived_at is not None, live=head.live_slug is not None, same=_is_same(head)
        ),
        kind=documents[0].kind if documents else "inline",
        segment_ids=tuple(each.segment_id for each in documents),
        updated_at=latest.updated_at,
        updated_by=latest.updated_by,
        published_at=head.published_at,
    )


def _is_same(head: Row[Any]) -> bool:
    return (head.slug, head.name, head.placements) == (head.live_slug, head.live_name, head.live_placements)
