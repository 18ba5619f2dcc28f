"""Contents as JSON files: out of one workspace, into another."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar import get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody

from headwater.api.auth import admin
from headwater.api.content import TAG, ContentShape, author, shape
from headwater.api.given import Body, GivenCaller, GivenContents
from headwater.api.ports import Shape
from headwater.base.errors import NotFound
from headwater.surfaces.files import ContentFile, FileDocument, exported, imported
from headwater.surfaces.model import Goal, Placement
from headwater.surfaces.store import ContentStore


class ContentExport(Shape, frozen=True):
    """A content's drafts. `segment` is the name of a document's segment, `segmentId` its id in this workspace."""

    headwater: Literal["content"]
    version: Literal[1]
    name: str
    slug: str
    folder: str
    documents: list[FileDocument]
    placements: list[Placement]
    goals: list[Goal]


class ContentImport(Body, frozen=True, kw_only=True):
    """What was exported. `as` replace: it becomes the drafts of the content with its slug; new: a further content."""

    headwater: Literal["content"]
    version: Literal[1]
    name: str
    slug: str
    folder: str = ""
    documents: list[FileDocument]
    placements: tuple[Placement, ...] = ()
    goals: tuple[Goal, ...] = ()
    as_: Literal["new", "replace"] = msgspec.field(default="new", name="as")


@get("/content/{content_id:str}/export", operation_id="exportContent", tags=[TAG], sync_to_thread=True)
def export_content(content_id: FromPath[str], caller: GivenCaller, contents: GivenContents) -> ContentExport:
    """The drafts of a content as one JSON file. Any scope."""
    file = exported(contents.get(caller.workspace_id, content_id), contents.segment_names(caller.workspace_id))
    return ContentExport(
        headwater=file.headwater,
        version=file.version,
        name=file.name,
        slug=file.slug,
        folder=file.folder,
        documents=list(file.documents),
        placements=list(file.placements),
        goals=list(file.goals),
    )


@post("/content/import", operation_id="importContent", tags=[TAG], guards=[admin], sync_to_thread=True)
def import_content(data: JSONBody[ContentImport], caller: GivenCaller, contents: GivenContents) -> ContentShape:
    """Make a content of a file, as a draft. Segments are found by their id, then by their name. Scope admin.

    A slug that is taken gets a number. 422 `unknown_segment` names the segments that this workspace does not have.
    """
    file = ContentFile(
        headwater=data.headwater,
        version=data.version,
        name=data.name,
        slug=data.slug,
        folder=data.folder,
        documents=tuple(data.documents),
        placements=data.placements,
        goals=data.goals,
    )
    beginning = imported(file, contents.segment_names(caller.workspace_id))
    replaced = _existing(contents, caller.workspace_id, file.slug) if data.as_ == "replace" else None
    if replaced is None:
        return shape(contents, contents.drafts.create(caller.workspace_id, beginning, by=author(caller)))
    return shape(contents, contents.drafts.replace(caller.workspace_id, replaced, beginning, by=author(caller)))


def _existing(contents: ContentStore, workspace_id: str, slug: str) -> str | None:
    try:
        return contents.get(workspace_id, slug).content_id
    except NotFound:
        return None


ROUTES: list[HTTPRouteHandler] = [export_content, import_content]
