"""What pages show of contents: only what passed every check, whole, and as it was when it was published.

A version is the digest of its tree and never changes; to publish, to go back and to take off changes which one is live.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Connection, Select, func, insert, select, update

from headwater.base.errors import Conflict, NotFound, Unprocessable
from headwater.control import tables as t
from headwater.control.database import State
from headwater.surfaces import check, rows, settings
from headwater.surfaces.check_actions import shows
from headwater.surfaces.diff import Difference, differences
from headwater.surfaces.drafts import labels
from headwater.surfaces.model import (
    Author,
    Content,
    Document,
    Finding,
    Tree,
    Version,
    VersionHead,
    builtins,
    tree_of,
)
from headwater.surfaces.texts import checked_note
from headwater.surfaces.versions import version_id

DRAFT = "draft"
"""Stands for what is not published yet, where a version is asked for."""


class Publishing:
    """Thread-safe; every call blocks for a few milliseconds at most."""

    def __init__(self, *, state: State) -> None:
        self._state = state

    def check(self, workspace_id: str, given: str) -> list[Finding]:
        """All that is wrong, or should be looked at, of the drafts."""
        with self._state.reading() as db:
            found = rows.find(db, workspace_id, given)
            return check.content(found, found.documents, _surroundings(db, found))

    def publish(
        self, workspace_id: str, given: str, *, document_ids: Sequence[int] | None, note: str, by: Author
    ) -> Content:
        """Show the drafts of these documents (None: of all that have changed), with name, slug, order and placements.

        Raises NotFound, Conflict `content_archived`, Unprocessable `not_publishable` with what is wrong.
        """
        note = checked_note(note)
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            if found.archived:
                raise Conflict(
                    f'"{found.name}" is archived. Restore it first. Nothing was published.', code="content_archived"
                )
            chosen = _chosen(found, document_ids)
            _refuse(check.content(found, chosen, _surroundings(db, found)), "published")
            named = labels(db, found)
            for each in chosen:
                self._keep(db, found, each, named.filled(each.tree), note, by)
                self._show(db, each, each.draft_version_id, each.segment_id, by)
            self._head(db, found)
            self._record(db, by, "content.publish", found, documents=[each.id for each in chosen])
            return rows.find(db, workspace_id, str(found.id))

    def unpublish(
        self, workspace_id: str, given: str, *, by: Author, document_ids: Sequence[int] | None = None
    ) -> Content:
        """Take it off all pages, or only these documents of it. The drafts and versions stay."""
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            self._take_off(db, found, document_ids)
            self._record(db, by, "content.unpublish", found, documents=document_ids)
            return rows.find(db, workspace_id, str(found.id))

    def archive(self, workspace_id: str, given: str, *, by: Author) -> Content:
        """Take it off all pages and out of the lists."""
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            self._take_off(db, found, None)
            self._set(db, found, archived_at=self._state.present())
            self._record(db, by, "content.archive", found)
            return rows.find(db, workspace_id, str(found.id))

    def restore(self, workspace_id: str, given: str, *, by: Author) -> Content:
        """Make an archived content a draft again."""
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            self._set(db, found, archived_at=None)
            self._record(db, by, "content.restore", found)
            return rows.find(db, workspace_id, str(found.id))

    def rollback(self, workspace_id: str, given: str, *, document_id: int, version_id: str, by: Author) -> Content:
        """Show a version of before, at once. The draft becomes it where it had no changes that are not published.

        Raises as `publish`: what a version needs may be gone since.
        """
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            document = rows.document_in(found, document_id)
            if found.archived:
                raise Conflict(f'"{found.name}" is archived. Restore it first.', code="content_archived")
            version = _one_version(db, found, version_id, document_id)
            former = msgspec.structs.replace(document, tree=labels(db, found).cleared(version.tree))
            _refuse(check.document(found, former, _surroundings(db, found)), "rolled back")
            if document.status == "published":
                self._follow(db, found, document, version, by)
            self._show(db, document, version.id, document.live_segment_id or document.segment_id, by)
            if found.live is None:
                self._head(db, found)
            self._record(db, by, "content.rollback", found, document=document_id, version=version.id)
            return rows.find(db, workspace_id, str(found.id))

    def versions(self, workspace_id: str, given: str) -> list[Version]:
        """Every version of each of its documents, the newest first."""
        with self._state.reading() as db:
            return _versions(db, rows.find(db, workspace_id, given))

    def history(self, workspace_id: str, given: str) -> list[VersionHead]:
        """As `versions`, without their trees: there may be many, and large."""
        with self._state.reading() as db:
            found = rows.find(db, workspace_id, given)
            kept = [column for column in t.experience_versions.c if column is not t.experience_versions.c.tree]
            return [rows.version_head(row) for row in db.execute(_of_content(found, kept))]

    def version(self, workspace_id: str, given: str, version_id: str) -> Version:
        with self._state.reading() as db:
            return _one_version(db, rows.find(db, workspace_id, given), version_id)

    def diff(
        self, workspace_id: str, given: str, *, document_id: int, before: str | None, after: str
    ) -> list[Difference]:
        """What differs between two versions of a document, or its draft. `before` None: the live one."""
        with self._state.reading() as db:
            found = rows.find(db, workspace_id, given)
            document = rows.document_in(found, document_id)
            old = document.version_id if before is None else before
            first = Tree(kind=document.tree.kind, blocks=()) if old is None else _tree(db, found, document, old)
            return differences(first, _tree(db, found, document, after))

    def _keep(self, db: Connection, content: Content, document: Document, tree: Tree, note: str, by: Author) -> None:
        """The version of this tree, if the document does not have it yet."""
        c, made_id = t.experience_versions.c, version_id(tree)
        mine = c.document_id == document.id
        if db.scalar(select(c.number).where(mine, c.version_id == made_id)) is not None:
            return
        number = (db.scalar(select(func.max(c.number)).where(mine)) or 0) + 1
        row = {"document_id": document.id, "version_id": made_id, "workspace_id": content.workspace_id}
        row |= {"number": number, "segment_id": document.segment_id, "tree": builtins(tree), "note": note}
        row |= {"published_at": self._state.present(), "published_by": by.name}
        db.execute(insert(t.experience_versions).values(**row))

    def _show(self, db: Connection, document: Document, version_id: str, segment_id: str, by: Author) -> None:
        values = {"live_version_id": version_id, "live_segment_id": segment_id, "published_by": by.name}
        values |= {"published_at": self._state.present()}
        if document.live_position is None:
            values |= {"live_position": t.experience_documents.c.position}
        db.execute(update(t.experience_documents).where(t.experience_documents.c.id == document.id).values(**values))

    def _head(self, db: Connection, content: Content) -> None:
        """Name, slug, placements and the order of the documents become what pages are told."""
        c = t.experience_documents.c
        mine = (c.experience_id == content.id) & c.live_version_id.is_not(None)
        db.execute(update(t.experience_documents).where(mine).values(live_position=c.position))
        live = {"live_slug": content.slug, "live_name": content.name, "live_placements": builtins(content.placements)}
        self._set(db, content, **live, published_at=self._state.present())

    def _take_off(self, db: Connection, content: Content, document_ids: Sequence[int] | None) -> None:
        c = t.experience_documents.c
        gone = {each.id for each in content.documents if document_ids is None or each.id in document_ids}
        for unknown in set(document_ids or ()) - gone:
            rows.document_in(content, unknown)
        nothing = {"live_version_id": None, "live_segment_id": None, "live_position": None}
        db.execute(update(t.experience_documents).where(c.id.in_(gone)).values(**nothing))
        if all(each.version_id is None or each.id in gone for each in content.documents):
            self._set(db, content, live_slug=None, live_name=None, live_placements=None)

    def _follow(self, db: Connection, content: Content, document: Document, version: Version, by: Author) -> None:
        draft = labels(db, content).cleared(version.tree)  # so that labels go on following what they are made of
        row = {"tree": builtins(draft), "kind": draft.kind, "draft_version_id": version.id}
        row |= {"revision": document.revision + 1, "updated_at": self._state.present(), "updated_by": by.name}
        db.execute(update(t.experience_documents).where(t.experience_documents.c.id == document.id).values(**row))

    def _set(self, db: Connection, content: Content, **values: Any) -> None:
        db.execute(update(t.experiences).where(t.experiences.c.id == content.id).values(**values))

    def _record(self, db: Connection, by: Author, action: str, content: Content, **detail: Any) -> None:
        workspace_id, target = content.workspace_id, str(content.id)
        self._state.record(db, by=by.actor, action=action, target=target, workspace_id=workspace_id, detail=detail)


def _chosen(content: Content, document_ids: Sequence[int] | None) -> list[Document]:
    if document_ids is None:
        return [each for each in content.documents if each.status != "published"]
    return [rows.document_in(content, each) for each in dict.fromkeys(document_ids)]


def _surroundings(db: Connection, content: Content) -> check.Surroundings:
    c = t.experiences.c
    others = db.execute(
        select(c.slug, c.live_slug).where(c.workspace_id == content.workspace_id, c.archived_at.is_(None))
    ).all()
    return check.Surroundings(
        segments=frozenset(rows.segment_names(db, content.workspace_id)),
        slugs=frozenset(row.slug for row in others),
        live_slugs=frozenset(row.live_slug for row in others if row.live_slug),
        components={each.name: each for each in settings.components_of(db, content.workspace_id)},
        style=settings.style_of(db, content.workspace_id).guide,
        callers=_callers(db, content),
    )


def _callers(db: Connection, content: Content) -> tuple[str, ...]:
    """The names of other contents whose buttons show this one by the slug that it gives up, in drafts or live."""
    if content.live is None or content.live.slug == content.slug:
        return ()
    c, of, v = t.experiences.c, t.experience_documents.c, t.experience_versions.c
    joined = t.experience_documents.join(t.experiences, of.experience_id == c.id)
    theirs = (c.workspace_id == content.workspace_id, c.archived_at.is_(None), c.id != content.id)
    live = joined.join(t.experience_versions, (v.document_id == of.id) & (v.version_id == of.live_version_id))
    found = [
        *db.execute(select(c.name, of.tree).select_from(joined).where(*theirs)),
        *db.execute(select(c.name, v.tree).select_from(live).where(*theirs)),
    ]
    return tuple(sorted({name for name, tree in found if shows(tree_of(tree), content.live.slug)}))


def _refuse(findings: Sequence[Finding], what: str) -> None:
    errors = [each for each in findings if each.severity == "error"]
    if errors:
        more = f" And {len(errors) - 1} more, which the check lists with their places." if len(errors) > 1 else ""
        place = f" (block {errors[0].node_id})" if errors[0].node_id else ""
        raise Unprocessable(
            f"{errors[0].message}{place}{more} Nothing was {what}.",
            code="not_publishable",
            details={"problems": builtins(findings)},
        )


def _versions(db: Connection, content: Content, version_id: str | None = None) -> list[Version]:
    c = t.experience_versions.c
    query = _of_content(content, list(c))
    if version_id is not None:
        query = query.where(c.version_id == version_id)
    return [rows.version(row) for row in db.execute(query)]


def _of_content(content: Content, columns: Sequence[ColumnElement[Any]]) -> Select[Any]:
    """The content's versions, the newest first."""
    c, of = t.experience_versions.c, t.experience_documents.c
    joined = t.experience_versions.join(t.experience_documents, c.document_id == of.id)
    query = select(*columns, of.live_version_id).select_from(joined).where(of.experience_id == content.id)
    return query.order_by(c.published_at.desc(), c.number.desc(), c.document_id)


def _one_version(db: Connection, content: Content, version_id: str, document_id: int | None = None) -> Version:
    found = _versions(db, content, version_id)
    of = [each for each in found if document_id in (None, each.document_id)]
    if not of:
        raise NotFound(f'The content "{content.name}" has no version "{version_id[:40]}" that was published.')
    return next((each for each in of if each.live), of[0])


def _tree(db: Connection, content: Content, document: Document, version_id: str) -> Tree:
    if version_id == DRAFT:
        return labels(db, content).filled(document.tree)
    return _one_version(db, content, version_id, document.id).tree
