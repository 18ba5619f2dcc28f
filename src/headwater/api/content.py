"""Contents: what is shown on the host's pages. Their list, their drafts, and what becomes of them as wholes."""

from __future__ import annotations

from typing import Annotated, Final

from litestar import delete, get, patch, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody, QueryParameter
from msgspec import Meta

from headwater.api.auth import Caller, admin
from headwater.api.given import (
    DEFAULT_LIMIT,
    Body,
    Deleted,
    GivenCaller,
    GivenContents,
    Limit,
    Offset,
    Page,
    page,
)
from headwater.api.ports import Shape
from headwater.base.rules import EVERYONE
from headwater.surfaces.drafts import Beginning, Change, empty
from headwater.surfaces.model import (
    Author,
    Content,
    Document,
    DocumentStatus,
    Goal,
    Kind,
    Placement,
    Status,
    Summary,
    Tree,
)
from headwater.surfaces.store import ContentStore

TAG: Final = "Content"

Words = Annotated[str, QueryParameter(description="Part of the name or the slug, or the contentId.")]
OfStatus = Annotated[Status | None, QueryParameter(description="Only those of this status.")]
InFolder = Annotated[str | None, QueryParameter(description="Only those in this folder; empty: in none.")]
Archived = Annotated[bool, QueryParameter(description="Those that are archived, instead of those that are not.")]
Slug = Annotated[str, Meta(description="Lower-case letters, digits and hyphens: what pages and programs call it by.")]
Revision = Annotated[int, Meta(description="Of what the change was made of; 409 `changed_meanwhile` when it is older.")]


class NewContent(Body, frozen=True, kw_only=True):
    """`slug` left out: made of the name. `tree`: the document of Everyone; left out: empty, of this `kind`."""

    name: Annotated[str, Meta(examples=["Welcome banner"])]
    slug: Slug | None = None
    kind: Kind = "inline"
    folder: str = ""
    tree: Tree | None = None


class ContentChange(Body, frozen=True, kw_only=True):
    """What is null or left out stays. `documentOrder` names each document once, that of Everyone last."""

    revision: Revision
    name: str | None = None
    slug: Slug | None = None
    folder: str | None = None
    placements: list[Placement] | None = None
    goals: list[Goal] | None = None
    document_order: list[int] | None = None


class Named(Body, frozen=True):
    name: str


class ContentSummary(Shape, frozen=True):
    """`segments` are the names of those it has documents for, in order. `kind` is that of the first document."""

    id: int
    content_id: str
    slug: str
    name: str
    folder: str
    status: Status
    kind: Kind
    segments: list[str]
    updated_at: str
    updated_by: str
    published_at: str | None


class ContentDocument(Shape, frozen=True):
    """What one segment sees. `tree` is the draft, which would be the version `draftVersionId`; `versionId` is live."""

    id: int
    segment_id: str
    segment_name: str
    revision: int
    status: DocumentStatus
    version_id: str | None
    draft_version_id: str
    tree: Tree
    published_at: str | None
    published_by: str | None
    updated_at: str
    updated_by: str


class ContentShape(Shape, frozen=True):
    """`documents` in order: the first whose segment holds a person is what they see. `placements` are the draft's,
    `livePlacements` those that pages were told, null while nothing is live."""

    id: int
    content_id: str
    slug: str
    name: str
    folder: str
    status: Status
    revision: int
    documents: list[ContentDocument]
    placements: list[Placement]
    live_placements: list[Placement] | None
    goals: list[Goal]
    created_at: str
    updated_at: str
    updated_by: str
    published_at: str | None


@get("/content", operation_id="listContent", tags=[TAG], sync_to_thread=True)
def list_content(
    caller: GivenCaller,
    contents: GivenContents,
    q: Words = "",
    status: OfStatus = None,
    folder: InFolder = None,
    archived: Archived = False,
    limit: Limit = DEFAULT_LIMIT,
    offset: Offset = 0,
) -> Page[ContentSummary]:
    """The workspace's contents, what was changed last first. Any scope."""
    found = contents.summaries(
        caller.workspace_id, q=q, status=status, folder=folder, archived=archived or status == "archived"
    )
    names = contents.segment_names(caller.workspace_id)
    cut = page(found, limit, offset)
    return Page(data=[_summary(each, names) for each in cut.data], pagination=cut.pagination)


@post("/content", operation_id="createContent", tags=[TAG], guards=[admin], sync_to_thread=True)
def create_content(data: JSONBody[NewContent], caller: GivenCaller, contents: GivenContents) -> ContentShape:
    """Make a content with one document, for Everyone. Nothing of it is shown until it is published. Scope admin.

    400 for a name or slug that cannot be one, 409 `slug_taken`, 422 `tree_too_large` or `too_many_contents`.
    """
    beginning = Beginning(
        name=data.name,
        slug=data.slug,
        folder=data.folder,
        documents=[(EVERYONE, data.tree or empty(data.kind))],
    )
    return shape(contents, contents.drafts.create(caller.workspace_id, beginning, by=author(caller)))


@get("/content/{content_id:str}", operation_id="getContent", tags=[TAG], sync_to_thread=True)
def get_content(content_id: FromPath[str], caller: GivenCaller, contents: GivenContents) -> ContentShape:
    """One content with its drafts, by its number, contentId or slug. Any scope."""
    return shape(contents, contents.get(caller.workspace_id, content_id))


@patch("/content/{content_id:str}", operation_id="updateContent", tags=[TAG], guards=[admin], sync_to_thread=True)
def update_content(
    content_id: FromPath[str], data: JSONBody[ContentChange], caller: GivenCaller, contents: GivenContents
) -> ContentShape:
    """Change a content, but for its documents' trees; pages see it once it is published. Scope admin.

    Goals count at once. A page that names the content by its old slug finds nothing once another slug is published.
    409 `changed_meanwhile` with who was first; 409 `slug_taken`.
    """
    change = Change(
        name=data.name,
        slug=data.slug,
        folder=data.folder,
        placements=None if data.placements is None else tuple(data.placements),
        goals=None if data.goals is None else tuple(data.goals),
        document_order=None if data.document_order is None else tuple(data.document_order),
    )
    changed = contents.drafts.update(caller.workspace_id, content_id, change, revision=data.revision, by=author(caller))
    return shape(contents, changed)


@delete(
    "/content/{content_id:str}",
    operation_id="deleteContent",
    tags=[TAG],
    guards=[admin],
    status_code=200,
    sync_to_thread=True,
)
def delete_content(content_id: FromPath[str], caller: GivenCaller, contents: GivenContents) -> Deleted:
    """Remove a content with all of its versions; its events and numbers stay. Scope admin.

    409 `content_live` while pages show it.
    """
    gone = contents.drafts.delete(caller.workspace_id, content_id, by=author(caller))
    return Deleted(id=str(gone.id), deleted=True)


@post(
    "/content/{content_id:str}/archive",
    operation_id="archiveContent",
    tags=[TAG],
    guards=[admin],
    status_code=202,
    sync_to_thread=True,
)
def archive_content(content_id: FromPath[str], caller: GivenCaller, contents: GivenContents) -> ContentShape:
    """Take a content off all pages and out of the list. Scope admin."""
    return shape(contents, contents.publishing.archive(caller.workspace_id, content_id, by=author(caller)))


@post(
    "/content/{content_id:str}/restore",
    operation_id="restoreContent",
    tags=[TAG],
    guards=[admin],
    status_code=202,
    sync_to_thread=True,
)
def restore_content(content_id: FromPath[str], caller: GivenCaller, contents: GivenContents) -> ContentShape:
    """Make an archived content a draft again. Scope admin."""
    return shape(contents, contents.publishing.restore(caller.workspace_id, content_id, by=author(caller)))


@post(
    "/content/{content_id:str}/duplicate",
    operation_id="duplicateContent",
    tags=[TAG],
    guards=[admin],
    sync_to_thread=True,
)
def duplicate_content(
    content_id: FromPath[str], data: JSONBody[Named], caller: GivenCaller, contents: GivenContents
) -> ContentShape:
    """Another content with the same drafts. Its forms are forms of their own. Scope admin."""
    copied = contents.drafts.duplicate(caller.workspace_id, content_id, name=data.name, by=author(caller))
    return shape(contents, copied)


def author(caller: Caller) -> Author:
    return Author(caller.actor, caller.name)


def shape(contents: ContentStore, content: Content) -> ContentShape:
    """The content as the API shows it, with the names of its segments."""
    names = contents.segment_names(content.workspace_id)
    return ContentShape(
        id=content.id,
        content_id=content.content_id,
        slug=content.slug,
        name=content.name,
        folder=content.folder,
        status=content.status,
        revision=content.revision,
        documents=[_document(each, names) for each in content.documents],
        placements=list(content.placements),
        live_placements=None if content.live is None else list(content.live.placements),
        goals=list(content.goals),
        created_at=content.created_at,
        updated_at=content.updated_at,
        updated_by=content.updated_by,
        published_at=content.published_at,
    )


def _document(document: Document, names: dict[str, str]) -> ContentDocument:
    return ContentDocument(
        id=document.id,
        segment_id=document.segment_id,
        segment_name=names.get(document.segment_id, document.segment_id),
        revision=document.revision,
        status=document.status,
        version_id=document.version_id,
        draft_version_id=document.draft_version_id,
        tree=document.tree,
        published_at=document.published_at,
        published_by=document.published_by,
        updated_at=document.updated_at,
        updated_by=document.updated_by,
    )


def _summary(summary: Summary, names: dict[str, str]) -> ContentSummary:
    return ContentSummary(
        id=summary.id,
        content_id=summary.content_id,
        slug=summary.slug,
        name=summary.name,
        folder=summary.folder,
        status=summary.status,
        kind=summary.kind,
        segments=[names.get(each, each) for each in summary.segment_ids],
        updated_at=summary.updated_at,
        updated_by=summary.updated_by,
        published_at=summary.published_at,
    )


ROUTES: list[HTTPRouteHandler] = [
    list_content,
    create_content,
    get_content,
    update_content,
    delete_content,
    archive_content,
    restore_content,
    duplicate_content,
]
