"""From draft to page and back: checks, publishing, versions, what differs between them, and going back to one."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter

from headwater.api.auth import admin
from headwater.api.content import TAG, ContentShape, author, shape
from headwater.api.given import DEFAULT_LIMIT, Body, GivenCaller, GivenContents, Limit, Offset, Page, page
from headwater.api.ports import Shape
from headwater.surfaces.model import Finding, Tree, VersionHead
from headwater.surfaces.publishing import DRAFT

DocumentId = Annotated[int, QueryParameter(name="documentId", description="Which document's.")]
From = Annotated[
    str | None, QueryParameter(name="from", description="A versionId, or `draft`; left out: the live version.")
]
To = Annotated[str, QueryParameter(name="to", description="A versionId, or `draft`.")]


class PublishOrder(Body, frozen=True, kw_only=True):
    """`documentIds` left out: all that have changed. `note` stands beside the versions."""

    document_ids: list[int] | None = None
    note: str = ""


class UnpublishOrder(Body, frozen=True, kw_only=True):
    """`documentIds` left out: all of it."""

    document_ids: list[int] | None = None


class RollbackOrder(Body, frozen=True, kw_only=True):
    document_id: int
    version_id: str


class CheckResult(Shape, frozen=True):
    """No error among them: it can be published."""

    problems: list[Finding]


class ContentVersion(Shape, frozen=True):
    """A tree that was published, by its digest. `number` counts those of the document."""

    version_id: str
    document_id: int
    segment_id: str
    number: int
    note: str
    published_at: str
    published_by: str
    live: bool


class ContentVersionTree(ContentVersion, frozen=True):
    """With all labels filled in."""

    tree: Tree


class ContentDifference(Shape, frozen=True):
    """`nodeId` empty: the document itself. `before` and `after`: props that came, went or differ, or the place."""

    kind: Literal["added", "removed", "moved", "changed"]
    node_id: str
    type: str
    text: str
    before: Any
    after: Any


class ContentDifferences(Shape, frozen=True):
    changes: list[ContentDifference]


@post(
    "/content/{content_id:str}/check",
    operation_id="checkContent",
    tags=[TAG],
    status_code=200,
    sync_to_thread=True,
)
def check_content(content_id: FromPath[str], caller: GivenCaller, contents: GivenContents) -> CheckResult:
    """What keeps the drafts from being published, and what should be looked at. Any scope; nothing is changed."""
    return CheckResult(problems=contents.publishing.check(caller.workspace_id, content_id))


@post(
    "/content/{content_id:str}/publish",
    operation_id="publishContent",
    tags=[TAG],
    guards=[admin],
    status_code=202,
    sync_to_thread=True,
)
def publish_content(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    data: JSONBody[PublishOrder | None] = None,
) -> ContentShape:
    """Show drafts on pages, with the name, slug, order and placements of now. Scope admin.

    422 `not_publishable` with all that is wrong in `details.problems`; 409 `content_archived`.
    """
    order = data or PublishOrder()
    published = contents.publishing.publish(
        caller.workspace_id, content_id, document_ids=order.document_ids, note=order.note, by=author(caller)
    )
    return shape(contents, published)


@post(
    "/content/{content_id:str}/unpublish",
    operation_id="unpublishContent",
    tags=[TAG],
    guards=[admin],
    status_code=202,
    sync_to_thread=True,
)
def unpublish_content(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    data: JSONBody[UnpublishOrder | None] = None,
) -> ContentShape:
    """Take a content, or some of its documents, off all pages. Drafts and versions stay. Scope admin."""
    document_ids = None if data is None else data.document_ids
    taken = contents.publishing.unpublish(caller.workspace_id, content_id, document_ids=document_ids, by=author(caller))
    return shape(contents, taken)


@get("/content/{content_id:str}/versions", operation_id="listContentVersions", tags=[TAG], sync_to_thread=True)
def list_versions(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[ContentVersion]:
    """What was published of each document, the newest first. Any scope."""
    found = contents.publishing.history(caller.workspace_id, content_id)
    return page([ContentVersion(**_fields(each)) for each in found], limit, offset)


@get(
    "/content/{content_id:str}/versions/{version_id:str}",
    operation_id="getContentVersion",
    tags=[TAG],
    sync_to_thread=True,
)
def get_version(
    content_id: FromPath[str], version_id: FromPath[str], caller: GivenCaller, contents: GivenContents
) -> ContentVersionTree:
    """One version with its tree. Any scope."""
    found = contents.publishing.version(caller.workspace_id, content_id, version_id)
    return ContentVersionTree(**_fields(found), tree=found.tree)


@post(
    "/content/{content_id:str}/rollback",
    operation_id="rollbackContent",
    tags=[TAG],
    guards=[admin],
    status_code=202,
    sync_to_thread=True,
)
def rollback_content(
    content_id: FromPath[str], data: JSONBody[RollbackOrder], caller: GivenCaller, contents: GivenContents
) -> ContentShape:
    """Show a version of before, at once. The draft becomes it too, unless it has changes not published. Scope admin.

    422 `not_publishable` when what the version needs is there no more.
    """
    shown = contents.publishing.rollback(
        caller.workspace_id, content_id, document_id=data.document_id, version_id=data.version_id, by=author(caller)
    )
    return shape(contents, shown)


@get("/content/{content_id:str}/diff", operation_id="diffContent", tags=[TAG], sync_to_thread=True)
def diff_content(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    document_id: DocumentId,
    before: From = None,
    after: To = DRAFT,
) -> ContentDifferences:
    """What differs between two versions of a document, or between one and its draft. Any scope."""
    found = contents.publishing.diff(
        caller.workspace_id, content_id, document_id=document_id, before=before, after=after
    )
    changes = [
        ContentDifference(
            kind=each.kind,
            node_id=each.node_id,
            type=each.type,
            text=each.text,
            before=each.before,
            after=each.after,
        )
        for each in found
    ]
    return ContentDifferences(changes=changes)


def _fields(version: VersionHead) -> dict[str, Any]:
    return {
        "version_id": version.id,
        "document_id": version.document_id,
        "segment_id": version.segment_id,
        "number": version.number,
        "note": version.note,
        "published_at": version.published_at,
        "published_by": version.published_by,
        "live": version.live,
    }


ROUTES: list[HTTPRouteHandler] = [
    check_content,
    publish_content,
    unpublish_content,
    list_versions,
    get_version,
    rollback_content,
    diff_content,
]
