"""What differs between two trees, block by block: what came and went, stands elsewhere, or is said otherwise."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

import msgspec
from msgspec import UNSET

from headwater.surfaces.labels import words
from headwater.surfaces.model import Block, Tree

TEXT_PROPS = ("text", "title", "label", "name", "alt")


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """`node_id` '' and `type` "document": the document itself. `text` is by what somebody knows the block.

    `before` and `after` are the props that came or went or differ, or where it stands (`parent`, '' for the document,
    and `index`); null where there was none.
    """

    kind: Literal["added", "removed", "moved", "changed"]
    node_id: str
    type: str
    text: str
    before: Any
    after: Any


class _Standing(msgspec.Struct, frozen=True):
    block: Block
    parent: str
    index: int

    @property
    def place(self) -> dict[str, Any]:
        return {"parent": self.parent, "index": self.index}


def differences(before: Tree, after: Tree) -> list[Difference]:
    """In the order of the later tree; what went comes last."""
    old, new = dict(_standing(before.blocks, "")), dict(_standing(after.blocks, ""))
    moved = _moved(old, new)
    found = list(_changed("", "document", after.title, _settings(before), _settings(after)))
    for node_id, now in new.items():
        then, kind, text = old.get(node_id), now.block.type, text_of(now.block)
        if then is None:
            found.append(_difference("added", node_id, kind, text, None, now.block.props))
            continue
        if node_id in moved:
            found.append(_difference("moved", node_id, kind, text, then.place, now.place))
        found += _changed(node_id, kind, text, _props(then.block, now.block), now.block.props)
    gone = (then for node_id, then in old.items() if node_id not in new)
    return found + [
        _difference("removed", each.block.id, each.block.type, text_of(each.block), each.block.props, None)
        for each in gone
    ]


def text_of(block: Block) -> str:
    return next((found for name in TEXT_PROPS if (found := words(block.props.get(name)))), "")[:120]


def _props(then: Block, now: Block) -> Mapping[str, Any]:
    """A block of another type under the same id: its type has changed as well."""
    return then.props if then.type == now.type else {**then.props, "type": then.type}


def _settings(tree: Tree) -> dict[str, Any]:
    settings = {"kind": tree.kind, "title": tree.title, "size": tree.size}
    return {name: value for name, value in settings.items() if value not in ("", UNSET)}


def _changed(
    node_id: str, kind: str, text: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> Iterator[Difference]:
    names = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    if names:
        then = {name: before[name] for name in names if name in before}
        now = {name: after[name] for name in names if name in after}
        yield _difference("changed", node_id, kind, text, then, now)


def _difference(
    kind: Literal["added", "removed", "moved", "changed"], node_id: str, type: str, text: str, before: Any, after: Any
) -> Difference:
    return Difference(kind=kind, node_id=node_id, type=type, text=text, before=before, after=after)


def _standing(blocks: Sequence[Block], parent: str) -> Iterator[tuple[str, _Standing]]:
    for index, block in enumerate(blocks):
        yield block.id, _Standing(block, parent, index)
        yield from _standing(block.blocks, block.id)


def _moved(old: Mapping[str, _Standing], new: Mapping[str, _Standing]) -> set[str]:
    """Those that stand within another block, and of those within the same one the fewest that had to move."""
    both = [node_id for node_id in new if node_id in old]
    moved = {node_id for node_id in both if old[node_id].parent != new[node_id].parent}
    stayed: dict[str, list[str]] = {}
    for node_id in both:
        if node_id not in moved:
            stayed.setdefault(new[node_id].parent, []).append(node_id)
    for siblings in stayed.values():
        places = [old[node_id].index for node_id in siblings]
        kept = _longest_rise(places)
        moved |= {node_id for place, node_id in zip(places, siblings, strict=True) if place not in kept}
    return moved


def _longest_rise(places: Iterable[int]) -> set[int]:
    """The longest of the subsequences whose numbers rise."""
    tails: list[int] = []
    before: dict[int, int | None] = {}
    for place in places:
        spot = bisect_left(tails, place)
        before[place] = tails[spot - 1] if spot else None
        tails[spot : spot + 1] = [place]
    kept, last = set[int](), tails[-1] if tails else None
    while last is not None:
        kept.add(last)
        last = before[last]
    return kept
