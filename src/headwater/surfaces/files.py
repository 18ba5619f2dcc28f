"""A content as one JSON file: to keep, to look over, to take to another workspace.

What is exported is the draft. Segments are named by id and by name; they are made anew nowhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from headwater.base.errors import Unprocessable
from headwater.surfaces.drafts import Beginning
from headwater.surfaces.model import Content, Goal, Placement, Tree, Value


class FileDocument(Value, frozen=True, kw_only=True):
    """`segment` is its name, or Everyone; `segment_id` its id in the workspace that it comes from."""

    segment: str
    segment_id: str = ""
    tree: Tree


class ContentFile(Value, frozen=True, kw_only=True):
    """A content with its documents, in order."""

    headwater: Literal["content"]
    version: Literal[1]
    name: str
    slug: str
    folder: str = ""
    documents: tuple[FileDocument, ...]
    placements: tuple[Placement, ...] = ()
    goals: tuple[Goal, ...] = ()


def exported(content: Content, segment_names: Mapping[str, str]) -> ContentFile:
    """`segment_names`: by id."""
    documents = (
        FileDocument(segment=segment_names.get(each.segment_id, ""), segment_id=each.segment_id, tree=each.tree)
        for each in content.documents
    )
    return ContentFile(
        headwater="content",
        version=1,
        name=content.name,
        slug=content.slug,
        folder=content.folder,
        documents=tuple(documents),
        placements=content.placements,
        goals=content.goals,
    )


def imported(file: ContentFile, segment_names: Mapping[str, str]) -> Beginning:
    """What a file begins in a workspace with these segments. Raises Unprocessable `unknown_segment` naming each."""
    if not file.documents:
        raise Unprocessable("The file holds no document. Nothing was imported.", code="empty_file")
    found = [(_segment_of(each.segment_id, each.segment, segment_names), each) for each in file.documents]
    unknown = [each.segment or each.segment_id for segment_id, each in found if segment_id is None]
    if unknown:
        raise Unprocessable(
            f"This workspace has no segment {', '.join(map(repr, unknown))}. Make it first, or name another one in the "
            "file. Nothing was imported.",
            code="unknown_segment",
            details={"field": "documents", "segments": unknown},
        )
    return Beginning(
        name=file.name,
        like=file.slug,
        folder=file.folder,
        documents=[(segment_id, each.tree) for segment_id, each in found if segment_id is not None],
        placements=file.placements,
        goals=tuple(_goal(each, file, segment_names) for each in file.goals),
    )


def _segment_of(segment_id: str, name: str, segment_names: Mapping[str, str]) -> str | None:
    """By id, else by name."""
    if segment_id in segment_names:
        return segment_id
    return next((each for each, known in segment_names.items() if known == name and name), None)


def _goal(goal: Goal, file: ContentFile, segment_names: Mapping[str, str]) -> Goal:
    """A goal's segment goes by what the documents tell of it; one that is not there is the check's to refuse."""
    if isinstance(goal.segment_id, str) and goal.segment_id not in segment_names:
        name = next((each.segment for each in file.documents if each.segment_id == goal.segment_id), "")
        found = _segment_of("", name, segment_names)
        return goal if found is None else msgspec.structs.replace(goal, segment_id=found)
    return goal
