"""Whether a content may be published: what would break for whoever sees it is found before anybody does.

Each finding says what is wrong, where, and what to do. An error keeps it from being published, a warning does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from headwater.surfaces import styleguide
from headwater.surfaces.blocks import BLOCKS, may_hold
from headwater.surfaces.check_actions import check_actions
from headwater.surfaces.check_forms import check_form, check_forms
from headwater.surfaces.check_placements import check_goals, check_placements
from headwater.surfaces.check_props import check_component, check_image, check_props
from headwater.surfaces.components import titles
from headwater.surfaces.contrast import EDGE, ratio
from headwater.surfaces.findings import Notes, Surroundings
from headwater.surfaces.labels import Labels, is_interactive
from headwater.surfaces.model import (
    MAX_BLOCKS,
    MAX_DEPTH,
    MAX_TREE_BYTES,
    Block,
    Content,
    Document,
    Finding,
    Tree,
    walk,
)
from headwater.surfaces.versions import canonical

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HOLDERS: Final = ("section", "columns", "column")
"""Of themselves they show nothing."""


def content(content: Content, documents: Sequence[Document], around: Surroundings) -> list[Finding]:
    """All that is found of a content when these documents of it are published."""
    notes = Notes()
    check_placements(notes, content.placements, _kinds(content, documents))
    check_goals(notes, content.goals, around)
    _check_slug(notes, content, around)
    for low in styleguide.too_low(around.style.colors):
        notes.error(
            "contrast_too_low",
            f"{low.token} and {low.behind} of the style guide have a contrast below {low.needed:g}:1. Change them.",
            field="styleguide",
        )
    return notes.found + [each for one in documents for each in document(content, one, around)]


def document(content: Content, document: Document, around: Surroundings) -> list[Finding]:
    """All that is found of one document."""
    notes = Notes(document_id=document.id)
    if document.segment_id not in around.segments:
        notes.error("unknown_segment", f"There is no segment {document.segment_id}. Choose another.", field="segmentId")
    tree = Labels(content.name, titles(around.components.values())).filled(document.tree)
    _check_limits(notes, tree)
    _check_ids(notes, tree)
    if not _shows_something(tree):
        notes.error("empty_document", "The document is empty. Add a block that shows something.", field="tree")
    if tree.kind == "modal" and not tree.title.strip():
        notes.error(
            "modal_without_title",
            "The modal has no title, by which screen readers announce it. Give it one.",
            field="title",
        )
    for block, path in _with_paths(tree.blocks, ()):
        _check_block(notes.at(block), block, path, around)
    check_forms(notes, tree)
    _check_labels(notes, tree)
    return notes.found


def _check_slug(notes: Notes, content: Content, around: Surroundings) -> None:
    """Who calls it by the slug that it had is told nowhere else, and would find nothing."""
    if content.live is None or content.live.slug == content.slug:
        return
    for name in around.callers:
        notes.warning(
            "slug_called",
            f'A button of "{name}" shows the content {content.live.slug}. Once this is published it is called '
            f"{content.slug}, and that button shows nothing. Choose it anew there.",
            field="slug",
        )


def _check_block(notes: Notes, block: Block, path: Sequence[Block], around: Surroundings) -> None:
    if not may_hold(path, block.type):
        inside = f"a {path[-1].type}" if path else "a document"
        what = "a field outside of a form" if block.type == "field" and not _in_form(path) else f"a {block.type}"
        notes.error("misplaced", f"{what.capitalize()} cannot stand in {inside} here. Move it.")
    check_props(notes, block)
    check_actions(notes, block, around, in_form=_in_form(path))
    if block.type == "image":
        check_image(notes, block)
    elif block.type == "columns":
        _check_columns(notes, block)
    elif block.type == "form":
        check_form(notes, block)
    elif block.type == "component":
        check_component(notes, block, around)
    elif block.type == "button":
        _check_button(notes, block, path, around)
    if block.blocks and not BLOCKS[block.type].holds:
        notes.error("misplaced", f"A {block.type} holds no other blocks. Move them out of it.")


def _check_columns(notes: Notes, block: Block) -> None:
    if not block.blocks:
        notes.error("columns_without_column", "The columns hold no column. Add one, or remove them.")
        return
    layout = str(block.props.get("layout", "1-1"))
    wanted = layout.count("-") + 1
    if wanted != len(block.blocks):
        notes.warning(
            "columns_unlike_layout",
            f"The layout {layout} is for {wanted} columns; there are {len(block.blocks)}.",
            field="layout",
        )


def _check_button(notes: Notes, block: Block, path: Sequence[Block], around: Surroundings) -> None:
    """On a ground of its own colour a button gets an edge; on one that is like it, none."""
    ground = next((each.props.get("background") for each in reversed(path) if each.props.get("background")), None)
    if block.props.get("style", "primary") != "primary" or ground in (None, "primary"):
        return
    for colours in (around.style.colors, around.style.dark or {}):
        if ground in colours and ratio(colours["primary"], colours[ground]) < EDGE:
            notes.warning(
                "button_hardly_seen",
                f"The button hardly stands out from the section's colour {ground}. Choose another colour or style.",
                field="style",
            )
            return


def _check_limits(notes: Notes, tree: Tree) -> None:
    found = (
        (sum(1 for _ in walk(tree.blocks)), MAX_BLOCKS, "blocks"),
        (_depth(tree.blocks), MAX_DEPTH, "levels of blocks within blocks"),
        (len(canonical(tree)), MAX_TREE_BYTES, "bytes as JSON"),
    )
    for number, most, what in found:
        if number > most:
            notes.error("too_large", f"The document has {number:,} {what}; {most:,} is the most.", field="tree")


def _check_ids(notes: Notes, tree: Tree) -> None:
    seen = set[str]()
    for block in walk(tree.blocks):
        if not _ID.fullmatch(block.id):
            notes.at(block).error(
                "id_invalid",
                f"{block.id[:40]!r} is no id of a block; use up to 32 letters, digits, _ and -.",
                field="id",
            )
        elif block.id in seen:
            notes.at(block).error(
                "id_twice", f"Two blocks have the id {block.id}; each needs one of its own.", field="id"
            )
        seen.add(block.id)


def _check_labels(notes: Notes, tree: Tree) -> None:
    seen = set[str]()
    for block in walk(tree.blocks):
        if not is_interactive(block):
            continue
        label = str(block.props.get("label"))
        if label in seen:
            notes.at(block).warning(
                "same_label",
                f'Two blocks have the label "{label}", so their interactions are counted together. Give one its own.',
                field="label",
            )
        seen.add(label)


def _shows_something(tree: Tree) -> bool:
    return any(each.type not in _HOLDERS for each in walk(tree.blocks))


def _in_form(path: Sequence[Block]) -> bool:
    return any(each.type == "form" for each in path)


def _with_paths(blocks: Sequence[Block], path: tuple[Block, ...]) -> Iterator[tuple[Block, tuple[Block, ...]]]:
    for block in blocks:
        yield block, path
        yield from _with_paths(block.blocks, (*path, block))


def _depth(blocks: Sequence[Block]) -> int:
    return 1 + max(_depth(each.blocks) for each in blocks) if blocks else 0


def _kinds(content: Content, documents: Sequence[Document]) -> Mapping[str, bool]:
    """Which kinds are shown once these are published: those of the drafts among them, and of whatever is live."""
    chosen = {each.id for each in documents}
    shown = [each for each in content.documents if each.id in chosen or each.version_id is not None]
    return {kind: any(each.tree.kind == kind for each in shown) for kind in ("inline", "modal")}
