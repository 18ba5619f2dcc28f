"""What an author's own page is told within an author session: the content as it is being written, not as it is live."""

from __future__ import annotations

from typing import Any

from headwater.base.errors import NotFound
from headwater.surfaces import placing, rows, styleguide
from headwater.surfaces.authoring import AuthorSession
from headwater.surfaces.labels import labels_of
from headwater.surfaces.model import Content, Document, builtins
from headwater.surfaces.store import ContentStore


class Desk:
    """Thread-safe; every call blocks for a few milliseconds at most."""

    def __init__(self, *, contents: ContentStore) -> None:
        self._contents = contents

    def check(self, workspace_id: str, given: str, document_id: int | None) -> Content:
        """The content that a session is to be about. NotFound, also of a document that it has not."""
        found = self._contents.get(workspace_id, given)
        if document_id is not None:
            rows.document_in(found, document_id)
        return found

    def told(self, session: AuthorSession) -> dict[str, Any]:
        """JSON: the content, its document, placements, style and components. NotFound when it was deleted since."""
        found = self._contents.get(session.workspace_id, str(session.content_id))
        components = self._contents.components(session.workspace_id).entries
        document, shown = _document(found, session), None
        if document is not None:
            tree = labels_of(found.name, components).filled(document.tree)
            shown = {"id": document.id, "segmentId": document.segment_id, "tree": builtins(tree)}
        return {
            "mode": session.mode,
            "content": {"name": found.name, "contentId": found.content_id, "slug": found.slug},
            "document": shown,
            "placements": placing.drafts(found.placements),
            "style": styleguide.compiled(self._contents.style(session.workspace_id).guide),
            "components": builtins(components),
        }


def _document(content: Content, session: AuthorSession) -> Document | None:
    """The one that was asked for; else the last, which is Everyone's. None where a content has none."""
    if session.document_id is not None:
        try:
            return rows.document_in(content, session.document_id)
        except NotFound:
            return None
    return content.documents[-1] if content.documents and session.mode == "preview" else None
