"""Trees as tests write them: blocks with ids of their own, and a content around them."""

from __future__ import annotations

import itertools
from typing import Any

import msgspec

from headwater.surfaces import check, styleguide
from headwater.surfaces.findings import Surroundings
from headwater.surfaces.model import ComponentEntry, Content, Document, Finding, Goal, Placement, Tree, tree_of

_IDS = itertools.count()

RATING = msgspec.convert(
    {
        "name": "Rating",
        "kind": "react",
        "title": "Stars",
        "props": [
            {"name": "stars", "type": "number"},
            {"name": "size", "type": "choice", "options": ["small", "large"]},
            {"name": "title", "type": "string"},
            {"name": "open", "type": "boolean"},
        ],
    },
    ComponentEntry,
)
AROUND = Surroundings(
    segments=frozenset({"Everyone", "seg0000001"}),
    slugs=frozenset({"welcome", "draft-one"}),
    live_slugs=frozenset({"welcome"}),
    components={"Rating": RATING},
    style=styleguide.DEFAULT,
)
PLACED = Placement(id="abc123", selectors=("#hero",))


def block(type: str, *blocks: dict[str, Any], id: str | None = None, **props: Any) -> dict[str, Any]:
    made = {"id": id or f"b{next(_IDS)}", "type": type, "props": props}
    return made | ({"blocks": list(blocks)} if blocks else {})


def button(**props: Any) -> dict[str, Any]:
    return block("button", **({"text": "Go", "actions": [{"type": "dismiss"}]} | props))


def form(*blocks: dict[str, Any], **props: Any) -> dict[str, Any]:
    return block("form", *blocks, **({"formId": "f" * 21, "name": "Feedback"} | props))


def field(**props: Any) -> dict[str, Any]:
    return block("field", **({"kind": "text", "label": "Why?"} | props))


def tree(*blocks: dict[str, Any], **more: Any) -> Tree:
    return tree_of({"kind": "inline", "blocks": list(blocks), **more})


def document(of: Tree, **more: Any) -> Document:
    known: dict[str, Any] = {
        "id": 7,
        "segment_id": "Everyone",
        "revision": 1,
        "tree": of,
        "draft_version_id": "d",
        "version_id": None,
        "live_segment_id": None,
        "live_position": None,
        "updated_at": "",
        "updated_by": "",
        "published_at": None,
        "published_by": None,
    }
    return Document(**(known | more))


def content(
    *documents: Document, placements: tuple[Placement, ...] = (PLACED,), goals: tuple[Goal, ...] = ()
) -> Content:
    return Content(
        id=1,
        workspace_id="ws_1",
        content_id="abcdefghij",
        slug="this",
        name="This",
        folder="",
        revision=1,
        documents=documents,
        placements=placements,
        goals=goals,
        live=None,
        archived=False,
        created_at="",
        updated_at="",
        updated_by="",
        published_at=None,
    )


def found(of: Tree, around: Surroundings = AROUND, **more: Any) -> list[Finding]:
    """What is found of a content with this document alone."""
    one = document(of, **more)
    return check.content(content(one), [one], around)


def codes(of: Tree, around: Surroundings = AROUND, **more: Any) -> list[str]:
    return [each.code for each in found(of, around, **more)]
