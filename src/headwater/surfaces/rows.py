"""Contents and their documents as they are read from the state database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import ColumnElement, Connection, Row, select

from headwater.base.errors import NotFound
from headwater.base.rules import EVERYONE
from headwater.control import tables as t
from headwater.surfaces.model import Content, Document, Goal, Live, Placement, Version, VersionHead, tree_of

TYPE: Final = "content"

_PLACEMENTS: Final = tuple[Placement, ...]
_GOALS: Final = tuple[Goal, ...]


def find(db: Connection, workspace_id: str, given: str) -> Content:
    """The content with this number, contentId or slug. Raises NotFound."""
    row = db.execute(select(t.experiences).where(_mine(workspace_id), _named(given))).first()
    if row is None:
        raise NotFound(f'There is no content "{given[:80]}" in this workspace.')
    return content(row, documents(db, t.experience_documents.c.experience_id == row.id))


def documents(db: Connection, of: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """In their order."""
    c = t.experience_documents.c
    return db.execute(select(t.experience_documents).where(of).order_by(c.experience_id, c.position)).all()


def content(row: Row[Any], documents: Sequence[Row[Any]]) -> Content:
    return Content(
        id=row.id,
        workspace_id=row.workspace_id,
        content_id=row.content_id,
        slug=row.slug,
        name=row.name,
        folder=row.folder,
        revision=row.revision,
        documents=tuple(document(each) for each in documents),
        placements=msgspec.convert(row.placements, _PLACEMENTS),
        goals=msgspec.convert(row.goals, _GOALS),
        live=live(row),
        archived=row.archived_at is not None,
        created_at=row.created_at,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        published_at=row.published_at,
    )


def live(row: Row[Any]) -> Live | None:
    if row.live_slug is None:
        return None
    placements = msgspec.convert(row.live_placements, _PLACEMENTS)
    return Live(slug=row.live_slug, name=row.live_name, placements=placements)


def document(row: Row[Any]) -> Document:
    return Document(
        id=row.id,
        segment_id=row.segment_id,
        revision=row.revision,
        tree=tree_of(row.tree),
        draft_version_id=row.draft_version_id,
        version_id=row.live_version_id,
        live_segment_id=row.live_segment_id,
        live_position=row.live_position,
        updated_at=row.updated_at,
        updated_by=row.updated_by,
        published_at=row.published_at,
        published_by=row.published_by,
    )


def version_head(row: Row[Any]) -> VersionHead:
    """Of a row of versions joined with `live_version_id` of its document."""
    return VersionHead(
        id=row.version_id,
        document_id=row.document_id,
        segment_id=row.segment_id,
        number=row.number,
        note=row.note,
        published_at=row.published_at,
        published_by=row.published_by,
        live=row.version_id == row.live_version_id,
    )


def version(row: Row[Any]) -> Version:
    """As `version_head`, with the tree."""
    return Version(**msgspec.structs.asdict(version_head(row)), tree=tree_of(row.tree))


def document_in(content: Content, document_id: int) -> Document:
    """Raises NotFound."""
    found = next((each for each in content.documents if each.id == document_id), None)
    if found is None:
        raise NotFound(f'The content "{content.name}" has no document {document_id}.')
    return found


def segment_names(db: Connection, workspace_id: str) -> dict[str, str]:
    """The name of each segment by its id, with `Everyone`."""
    c = t.segments.c
    found = db.execute(select(c.id, c.name).where(c.workspace_id == workspace_id))
    return {EVERYONE: EVERYONE, **{row.id: row.name for row in found}}


def slugs_taken(db: Connection, workspace_id: str, *, but: int | None = None) -> dict[str, str]:
    """What contents are called by, each with the name of the content: their slugs, live or not yet, and contentIds."""
    c = t.experiences.c
    query = select(c.id, c.name, c.slug, c.live_slug, c.content_id).where(c.workspace_id == workspace_id)
    rows = [row for row in db.execute(query) if row.id != but]
    return {slug: row.name for row in rows for slug in (row.slug, row.live_slug, row.content_id) if slug}


def _mine(workspace_id: str) -> ColumnElement[bool]:
    c = t.experiences.c
    return (c.workspace_id == workspace_id) & (c.type == TYPE)


def _named(given: str) -> ColumnElement[bool]:
    c = t.experiences.c
    named = (c.content_id == given) | (c.slug == given)
    number = int(given) if given.isascii() and given.isdigit() and len(given) < 16 else None
    return named if number is None else named | (c.id == number)
