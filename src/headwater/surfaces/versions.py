"""Which version a tree is: the digest of what is shown, so that the same tree is the same version wherever it is."""

from __future__ import annotations

import hashlib
from typing import Final

import msgspec

from headwater.base.errors import Unprocessable
from headwater.surfaces.model import MAX_BLOCKS, MAX_DEPTH, MAX_TREE_BYTES, Block, Tree, builtins, walk
from headwater.surfaces.texts import refuse_half_characters

DIGITS: Final = 40


def version_id(tree: Tree) -> str:
    """The first 40 hex digits of the SHA-256 of the tree's canonical JSON: sorted keys, no blanks, UTF-8."""
    return hashlib.sha256(canonical(tree)).hexdigest()[:DIGITS]


def canonical(tree: Tree) -> bytes:
    return msgspec.json.encode(builtins(tree), order="sorted")


def checked_tree(tree: Tree) -> Tree:
    """A tree that can be kept. Raises InvalidInput for text that is no UTF-8, Unprocessable `tree_too_large`."""
    refuse_half_characters(tree, "tree")
    _refuse_over(len(canonical(tree)), MAX_TREE_BYTES, "bytes as JSON")
    _refuse_over(sum(1 for _ in walk(tree.blocks)), MAX_BLOCKS, "blocks")
    _refuse_over(_depth(tree.blocks), MAX_DEPTH, "levels of blocks within blocks")
    return tree


def _refuse_over(found: int, allowed: int, what: str) -> None:
    if found > allowed:
        raise Unprocessable(
            f"The document has {found:,} {what}; {allowed:,} is the most. Make two contents of it, or take some out. "
            "Nothing was saved.",
            code="tree_too_large",
            details={"field": "tree", "found": found, "allowed": allowed},
        )


def _depth(blocks: tuple[Block, ...]) -> int:
    return 1 + max((_depth(each.blocks) for each in blocks), default=0) if blocks else 0
