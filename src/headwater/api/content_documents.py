"""The documents of a content: what each segment sees of it, as drafts."""

from __future__ import annotations

from litestar import delete, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from headwater.api.auth import admin
from headwater.api.content import TAG, ContentShape, Revision, author, shape
from headwater.api.given import Body, GivenCaller, GivenContents
from headwater.surfaces.model import Tree


class NewDocument(Body, frozen=True, kw_only=True):
    """`copyOf`: a document of the same content whose draft it begins with; left out: empty."""

    segment_id: str
    copy_of: int | None = None


class DocumentChange(Body, frozen=True, kw_only=True):
    """What is null or left out stays."""

    revision: Revision
    tree: Tree | None = None
    segment_id: str | None = None


@post(
    "/content/{content_id:str}/documents",
    operation_id="addContentDocument",
    tags=[TAG],
    guards=[admin],
    sync_to_thread=True,
)
def add_document(
    content_id: FromPath[str], data: JSONBody[NewDocument], caller: GivenCaller, contents: GivenContents
) -> ContentShape:
    """Add a document for a further segment, after the others and before Everyone's. Scope admin.

    409 `segment_taken` when the content has one for it, 422 `unknown_segment` or `too_many_documents`.
    """
    changed = contents.drafts.add_document(
        caller.workspace_id, content_id, segment_id=data.segment_id, copy_of=data.copy_of, by=author(caller)
    )
    return shape(contents, changed)


@patch(
    "/content/{content_id:str}/documents/{document_id:int}",
    operation_id="updateContentDocument",
    tags=[TAG],
    guards=[admin],
    sync_to_thread=True,
)
def update_document(
    content_id: FromPath[str],
    document_id: FromPath[int],
    data: JSONBody[DocumentChange],
    caller: GivenCaller,
    contents: GivenContents,
) -> ContentShape:
    """Save a draft. Forms without an id get one. Scope admin.

    409 `changed_meanwhile` with `revision`, `updatedAt` and `updatedBy` of what is there: send the change with that
    revision to overwrite it. 422 `tree_too_large`.
    """
    changed = contents.drafts.update_document(
        caller.workspace_id,
        content_id,
        document_id,
        revision=data.revision,
        tree=data.tree,
        segment_id=data.segment_id,
        by=author(caller),
    )
    return shape(contents, changed)


@delete(
    "/content/{content_id:str}/documents/{document_id:int}",
    operation_id="deleteContentDocument",
    tags=[TAG],
    guards=[admin],
    status_code=200,
    sync_to_thread=True,
)
def delete_document(
    content_id: FromPath[str], document_id: FromPath[int], caller: GivenCaller, contents: GivenContents
) -> ContentShape:
    """Remove a document with its versions. Scope admin. 409 `content_live` while pages show it, `last_document`."""
    changed = contents.drafts.delete_document(caller.workspace_id, content_id, document_id, by=author(caller))
    return shape(contents, changed)


ROUTES: list[HTTPRouteHandler] = [add_document, update_document, delete_document]
