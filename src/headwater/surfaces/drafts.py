"""What authors change of contents: nothing of it is seen on a page until it is published.

A change names the revision that it was made of; one that was made of an older one is refused with who was first.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final

import msgspec
from sqlalchemy import Connection, Text, cast, delete, func, insert, select, update

from headwater.base.errors import Conflict, InvalidInput, NotFound, Unprocessable
from headwater.base.ids import new_short_id
from headwater.base.rules import EVERYONE
from headwater.control import tables as t
from headwater.control.database import State, is_workspace
from headwater.control.texts import checked_name
from headwater.surfaces import forms, rows, settings, slugs
from headwater.surfaces.changes import refuse_stale
from headwater.surfaces.labels import Labels, labels_of
from headwater.surfaces.model import Author, Content, Document, Goal, Kind, Placement, Tree, builtins
from headwater.surfaces.texts import refuse_half_characters
from headwater.surfaces.versions import checked_tree, version_id

MAX_CONTENTS: Final = 2_000
MAX_DOCUMENTS: Final = 100
MAX_PLACEMENTS: Final = 50
MAX_GOALS: Final = 20


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is to be another thing of a content; None leaves it as it is."""

    name: str | None = None
    slug: str | None = None
    folder: str | None = None
    placements: tuple[Placement, ...] | None = None
    goals: tuple[Goal, ...] | None = None
    document_order: tuple[int, ...] | None = None


class Beginning(msgspec.Struct, frozen=True, kw_only=True):
    """A content to be made. `documents`: (segment, tree), in order. `slug` None: made of `like`, or of the name."""

    name: str
    slug: str | None = None
    like: str = ""
    folder: str = ""
    documents: Sequence[tuple[str, Tree]]
    placements: tuple[Placement, ...] = ()
    goals: tuple[Goal, ...] = ()


class Drafts:
    """Thread-safe; every call blocks for a few milliseconds at most."""

    def __init__(self, *, state: State) -> None:
        self._state = state

    def create(self, workspace_id: str, beginning: Beginning, *, by: Author) -> Content:
        """A content of which nothing is shown yet.

        Raises InvalidInput naming the field, Conflict `slug_taken`, Unprocessable `tree_too_large`, `unknown_segment`,
        `too_many_contents`, `too_many_documents`.
        """
        name = checked_name(beginning.name)
        with self._state.writing() as db:
            if not is_workspace(db, workspace_id):
                raise NotFound(f'There is no workspace "{workspace_id}".')
            taken = rows.slugs_taken(db, workspace_id)
            _refuse_too_many_contents(db, workspace_id)
            slug = slugs.made_of(beginning.like or name, taken) if beginning.slug is None else beginning.slug
            _refuse_slug(slug, taken, "Nothing was created.")
            content_id = new_short_id()
            numbered = insert(t.content_numbers).values(workspace_id=workspace_id, content_id=content_id)
            number = db.execute(numbered.returning(t.content_numbers.c.number)).scalar_one()
            present = self._state.present()
            row = {"id": number, "workspace_id": workspace_id, "type": rows.TYPE, "content_id": content_id}
            row |= {"slug": slug, "name": name, "folder": _folder(beginning.folder), "revision": 1}
            row |= {"placements": _placements(beginning.placements), "goals": _goals(beginning.goals)}
            db.execute(insert(t.experiences).values(**row, created_at=present, updated_at=present, updated_by=by.name))
            self._add(db, rows.find(db, workspace_id, content_id), _ordered(beginning.documents), by)
            self._record(db, by, "content.create", workspace_id, number, name=name)
            return rows.find(db, workspace_id, content_id)

    def update(self, workspace_id: str, given: str, change: Change, *, revision: int, by: Author) -> Content:
        """Change what is given. Raises as `create`, NotFound, and Conflict `changed_meanwhile`."""
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            refuse_stale("content", revision, found)
            values = self._values(db, found, change)
            if change.document_order is not None:
                _reorder(db, _checked_order(found, change.document_order))
                values["revision"] = found.revision + 1
            if values:
                self._touch(db, found, by, **values)
                self._record(db, by, "content.update", workspace_id, found.id, changed=sorted(values))
            if "name" in values:
                self._renew(db, rows.find(db, workspace_id, str(found.id)))
            return rows.find(db, workspace_id, str(found.id))

    def delete(self, workspace_id: str, given: str, *, by: Author) -> Content:
        """Remove a content with its versions, and give it back as it was. Conflict `content_live`."""
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            if found.live is not None:
                raise Conflict(
                    f'"{found.name}" is on pages now. Unpublish it first. Nothing was deleted.', code="content_live"
                )
            db.execute(delete(t.experiences).where(t.experiences.c.id == found.id))
            self._record(db, by, "content.delete", workspace_id, found.id, name=found.name)
        return found

    def duplicate(self, workspace_id: str, given: str, *, name: str, by: Author) -> Content:
        """Another content with the same drafts, whose forms are forms of their own. Raises as `create`."""
        with self._state.reading() as db:
            found = rows.find(db, workspace_id, given)
        copies = [(each.segment_id, forms.with_new_ids(each.tree)) for each in found.documents]
        beginning = Beginning(
            name=name, folder=found.folder, documents=copies, placements=found.placements, goals=found.goals
        )
        return self.create(workspace_id, beginning, by=by)

    def replace(self, workspace_id: str, given: str, beginning: Beginning, *, by: Author) -> Content:
        """Make the drafts of a content those of a file. What is live of it stays until it is published.

        Documents of segments that the file does not have go, unless they are live. Raises as `create`.
        """
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            wanted = dict(_ordered(beginning.documents))
            if len(wanted) < len(beginning.documents):
                raise Conflict("Two documents are for the same segment. Nothing was changed.", code="segment_taken")
            for each in found.documents:
                if each.segment_id in wanted:
                    self._save(db, found, each, wanted.pop(each.segment_id), each.segment_id, by)
                elif each.version_id is None:
                    db.execute(delete(t.experience_documents).where(t.experience_documents.c.id == each.id))
            self._add(db, rows.find(db, workspace_id, str(found.id)), list(wanted.items()), by)
            values = {"placements": _placements(beginning.placements), "goals": _goals(beginning.goals)}
            values |= {"name": checked_name(beginning.name), "folder": _folder(beginning.folder)}
            self._touch(db, found, by, **values)
            replaced = rows.find(db, workspace_id, str(found.id))
            _reorder(db, _by_segment(replaced, [segment_id for segment_id, _ in _ordered(beginning.documents)]))
            self._renew(db, replaced)
            self._record(db, by, "content.replace", workspace_id, found.id, name=found.name)
            return rows.find(db, workspace_id, str(found.id))

    def add_document(
        self, workspace_id: str, given: str, *, segment_id: str, copy_of: int | None, by: Author
    ) -> Content:
        """A document for a further segment, before that of Everyone.

        Raises Conflict `segment_taken`, Unprocessable `unknown_segment` or `too_many_documents`, NotFound.
        """
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            source = None if copy_of is None else rows.document_in(found, copy_of)
            kind = found.documents[0].tree.kind if found.documents else "inline"
            self._add(db, found, [(segment_id, empty(kind) if source is None else source.tree)], by)
            _reorder(db, _everyone_last(rows.find(db, workspace_id, str(found.id))))
            self._touch(db, found, by)
            self._record(db, by, "content.add-document", workspace_id, found.id, segment=segment_id)
            return rows.find(db, workspace_id, given)

    def update_document(
        self,
        workspace_id: str,
        given: str,
        document_id: int,
        *,
        revision: int,
        tree: Tree | None,
        segment_id: str | None,
        by: Author,
    ) -> Content:
        """Save a draft. Raises as `add_document`, Conflict `changed_meanwhile`, Unprocessable `tree_too_large`."""
        with self._state.noting() as db:  # no page and no other process has to do with a draft
            found = rows.find(db, workspace_id, given)
            document = rows.document_in(found, document_id)
            refuse_stale("document", revision, document)
            segment_id = document.segment_id if segment_id is None else segment_id
            if segment_id != document.segment_id:
                _refuse_segments(db, found, [segment_id], "Nothing was changed.")
            self._save(db, found, document, document.tree if tree is None else tree, segment_id, by)
            if segment_id != document.segment_id:
                _reorder(db, _everyone_last(rows.find(db, workspace_id, given)))
            return rows.find(db, workspace_id, given)

    def delete_document(self, workspace_id: str, given: str, document_id: int, *, by: Author) -> Content:
        """Remove a document with its versions. Conflict `content_live` while it is live, `last_document`."""
        with self._state.writing() as db:
            found = rows.find(db, workspace_id, given)
            document = rows.document_in(found, document_id)
            if document.version_id is not None:
                raise Conflict(
                    "This document is on pages now. Unpublish it first. Nothing was deleted.", code="content_live"
                )
            if len(found.documents) == 1:
                raise Conflict(
                    "A content has one document at least; delete the content instead. Nothing was deleted.",
                    code="last_document",
                )
            db.execute(delete(t.experience_documents).where(t.experience_documents.c.id == document_id))
            self._touch(db, found, by)
            self._record(db, by, "content.delete-document", workspace_id, found.id, document=document_id)
            return rows.find(db, workspace_id, given)

    def renew(self, db: Connection, workspace_id: str) -> None:
        """Tell anew which version each draft with a component would be, when the manifest has changed."""
        c = t.experience_documents.c
        has_component = cast(c.tree, Text).contains('"component"')
        mine = select(c.experience_id).where(c.workspace_id == workspace_id, has_component).distinct()
        for number in db.scalars(mine).all():
            self._renew(db, rows.find(db, workspace_id, str(number)))

    def _values(self, db: Connection, found: Content, change: Change) -> dict[str, Any]:
        values: dict[str, Any] = {}
        if change.name is not None:
            values["name"] = checked_name(change.name)
        if change.slug is not None and change.slug != found.slug:
            _refuse_slug(change.slug, rows.slugs_taken(db, found.workspace_id, but=found.id), "Nothing was changed.")
            values["slug"] = change.slug
        if change.folder is not None:
            values["folder"] = _folder(change.folder)
        if change.placements is not None:
            values["placements"] = _placements(change.placements)
        if change.goals is not None:
            values["goals"] = _goals(change.goals)
        return values

    def _add(self, db: Connection, content: Content, documents: Sequence[tuple[str, Tree]], by: Author) -> None:
        """Behind those that there are."""
        _refuse_segments(db, content, [segment_id for segment_id, _ in documents], "Nothing was added.")
        if len(content.documents) + len(documents) > MAX_DOCUMENTS:
            raise Unprocessable(
                f"A content has at most {MAX_DOCUMENTS} documents. Nothing was added.", code="too_many_documents"
            )
        named, present = labels(db, content), self._state.present()
        about = {"workspace_id": content.workspace_id, "experience_id": content.id, "revision": 1}
        about |= {"created_at": present, "updated_at": present, "updated_by": by.name}
        for position, (segment_id, tree) in enumerate(documents, len(content.documents)):
            columns = _tree_columns(named, forms.with_ids(checked_tree(tree)))
            row = about | columns | {"segment_id": segment_id, "position": position}
            db.execute(insert(t.experience_documents).values(**row))

    def _save(
        self, db: Connection, content: Content, document: Document, tree: Tree, segment_id: str, by: Author
    ) -> None:
        tree = forms.with_ids(checked_tree(tree))
        if tree == document.tree and segment_id == document.segment_id:
            return
        values = _tree_columns(labels(db, content), tree) | {
            "segment_id": segment_id,
            "revision": document.revision + 1,
        }
        values |= {"updated_at": self._state.present(), "updated_by": by.name}
        db.execute(update(t.experience_documents).where(t.experience_documents.c.id == document.id).values(**values))

    def _renew(self, db: Connection, content: Content) -> None:
        c = t.experience_documents.c
        named = labels(db, content)
        for each in content.documents:
            version = version_id(named.filled(each.tree))
            if version != each.draft_version_id:
                db.execute(update(t.experience_documents).where(c.id == each.id).values(draft_version_id=version))

    def _touch(self, db: Connection, content: Content, by: Author, **values: Any) -> None:
        values |= {"updated_at": self._state.present(), "updated_by": by.name, "revision": content.revision + 1}
        db.execute(update(t.experiences).where(t.experiences.c.id == content.id).values(**values))

    def _record(self, db: Connection, by: Author, action: str, workspace_id: str, number: int, **detail: Any) -> None:
        self._state.record(db, by=by.actor, action=action, target=str(number), workspace_id=workspace_id, detail=detail)


def labels(db: Connection, content: Content) -> Labels:
    return labels_of(content.name, settings.components_of(db, content.workspace_id))


def _tree_columns(named: Labels, tree: Tree) -> dict[str, Any]:
    return {"tree": builtins(tree), "kind": tree.kind, "draft_version_id": version_id(named.filled(tree))}


def empty(kind: Kind) -> Tree:
    return Tree(kind=kind, blocks=())


def _ordered(documents: Iterable[tuple[str, Tree]]) -> list[tuple[str, Tree]]:
    """Everyone last."""
    return sorted(documents, key=lambda each: each[0] == EVERYONE)


def _everyone_last(content: Content) -> list[int]:
    return [each.id for each in sorted(content.documents, key=lambda each: each.segment_id == EVERYONE)]


def _by_segment(content: Content, segment_ids: Sequence[str]) -> list[int]:
    """In the order of these segments; those that are not among them after, but for Everyone."""
    places = {segment_id: place for place, segment_id in enumerate(segment_ids)}
    found = sorted(content.documents, key=lambda each: places.get(each.segment_id, len(places)))
    return [each.id for each in sorted(found, key=lambda each: each.segment_id == EVERYONE)]


def _reorder(db: Connection, document_ids: Sequence[int]) -> None:
    c = t.experience_documents.c
    for position, document_id in enumerate(document_ids):
        db.execute(update(t.experience_documents).where(c.id == document_id).values(position=position))


def _checked_order(content: Content, order: Sequence[int]) -> Sequence[int]:
    known = {each.id: each.segment_id for each in content.documents}
    if sorted(order) != sorted(known):
        raise InvalidInput(
            f"documentOrder must name each document once: {', '.join(map(str, known))}. Nothing was changed.",
            details={"field": "documentOrder"},
        )
    if EVERYONE in (known[each] for each in order[:-1]):
        raise InvalidInput(
            "The document of Everyone stands last: whatever follows it, nobody would see. Nothing was changed.",
            details={"field": "documentOrder"},
        )
    return order


def _refuse_segments(db: Connection, content: Content, segment_ids: Sequence[str], consequence: str) -> None:
    """Those that the workspace does not have, and those that would have two documents."""
    refuse_half_characters(segment_ids, "segmentId")
    names = rows.segment_names(db, content.workspace_id)
    taken = {each.segment_id for each in content.documents}
    for segment_id in segment_ids:
        if segment_id not in names:
            raise Unprocessable(
                f'This workspace has no segment "{segment_id[:40]}". {consequence}',
                code="unknown_segment",
                details={"field": "segmentId", "segmentId": segment_id},
            )
        if segment_id in taken:
            raise Conflict(
                f'The content "{content.name}" has a document for {names[segment_id]} already. {consequence}',
                code="segment_taken",
                details={"field": "segmentId", "segmentId": segment_id},
            )
        taken.add(segment_id)


def _refuse_slug(slug: str, taken: dict[str, str], consequence: str) -> None:
    slugs.checked(slug, consequence=consequence)
    if slug in taken:
        raise Conflict(
            f'The content "{taken[slug]}" has the slug {slug} already. Choose another one. {consequence}',
            code="slug_taken",
            details={"field": "slug"},
        )


def _refuse_too_many_contents(db: Connection, workspace_id: str) -> None:
    mine = t.experiences.c.workspace_id == workspace_id
    if (db.scalar(select(func.count()).select_from(t.experiences).where(mine)) or 0) >= MAX_CONTENTS:
        raise Unprocessable(
            f"This workspace has {MAX_CONTENTS} contents, which is the most. Delete one that is not needed first. "
            "Nothing was created.",
            code="too_many_contents",
        )


def _folder(given: str) -> str:
    return checked_name(given, what="folder") if given.strip() else ""


def _placements(given: Sequence[Placement]) -> Any:
    _refuse_many("placements", given, MAX_PLACEMENTS)
    return builtins(given)


def _goals(given: Sequence[Goal]) -> Any:
    _refuse_many("goals", given, MAX_GOALS)
    return builtins(given)


def _refuse_many(field: str, given: Sequence[Placement] | Sequence[Goal], most: int) -> None:
    refuse_half_characters(given, field)
    if len(given) > most:
        raise InvalidInput(
            f"A content has at most {most} {field}; these are {len(given)}. Nothing was changed.",
            details={"field": field},
        )
    ids = [each.id for each in given]
    if len(set(ids)) != len(ids) or not all(ids):
        raise InvalidInput(
            f"Each of the {field} needs an id of its own. Nothing was changed.", details={"field": field}
        )
