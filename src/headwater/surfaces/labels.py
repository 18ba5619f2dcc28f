"""By which label an interaction goes: each interactive block has one, its own or one that is made of its text."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.surfaces.components import tags, titles
from headwater.surfaces.markup import plain
from headwater.surfaces.model import Block, ComponentEntry, Tree, walk

MAX_CHARS: Final = 200

_TEXT_OF: Final = {"button": "text", "image": "alt"}


class Labels:
    """The labels of a content's blocks. `titles` and `tags`: of the host's components, by name; only those that are
    custom elements have a tag."""

    def __init__(self, content_name: str, titles: Mapping[str, str], tags: Mapping[str, str] | None = None) -> None:
        self._content_name = content_name
        self._titles = titles
        self._tags = tags or {}

    def of(self, block: Block) -> str:
        return words(block.props.get("label"))[:MAX_CHARS] or self.default(block)

    def default(self, block: Block) -> str:
        """`<Content name> - <text> clicked`; of a form its name."""
        if block.type == "form":
            return self.form_name(block)
        return f"{self._content_name} - {self._text(block) or block.type} clicked"[:MAX_CHARS]

    def form_name(self, form: Block) -> str:
        """What a form's answers go by: `<Content name> - <form name>`."""
        return f"{self._content_name} - {words(form.props.get('name')) or 'Form'}"[:MAX_CHARS]

    def filled(self, tree: Tree) -> Tree:
        """The tree with the label of each interactive block filled in, and the tag of each custom element: pages do
        not know the manifest."""
        return _each(tree, lambda block: _with(block, self._given(block)))

    def cleared(self, tree: Tree) -> Tree:
        """The tree without those tags and labels that would be filled in anyway."""
        return _each(tree, self._cleared)

    def _given(self, block: Block) -> dict[str, Any]:
        given = {"label": self.of(block)} if is_interactive(block) else {}
        tag = self._tags.get(str(block.props.get("name"))) if block.type == "component" else None
        return given if tag is None else given | {"tag": tag}

    def _cleared(self, block: Block) -> Block:
        left = _without(block, "tag") if block.type == "component" else block
        return _without(left, "label") if self._is_default(block) else left

    def _is_default(self, block: Block) -> bool:
        return is_interactive(block) and block.props.get("label") == self.default(block)

    def _text(self, block: Block) -> str:
        if block.type == "card":
            return words(block.props.get("title")) or next(_headings(block), "")
        if block.type == "component":
            name = block.props.get("name")
            return words(self._titles.get(str(name), name))
        return words(block.props.get(_TEXT_OF[block.type]))


def labels_of(content_name: str, manifest: Sequence[ComponentEntry]) -> Labels:
    """With all that the workspace's manifest says, as pages get it: what is published, and what is previewed."""
    return Labels(content_name, titles(manifest), tags(manifest))


def is_interactive(block: Block) -> bool:
    """Whether somebody can do something with it that is told of. A link within a text is not."""
    if block.type in ("card", "image"):
        return bool(block.props.get("actions" if block.type == "card" else "href"))
    return block.type in ("button", "form", "component")


def words(text: Any) -> str:
    """What a text says to somebody of whom nothing is known, in one line."""
    return " ".join(plain(text).split()) if isinstance(text, str) else ""


def _headings(block: Block) -> Iterator[str]:
    return (words(each.props.get("text")) for each in walk(block.blocks) if each.type == "heading")


def _each(tree: Tree, change: Callable[[Block], Block]) -> Tree:
    def changed(block: Block) -> Block:
        return change(msgspec.structs.replace(block, blocks=tuple(map(changed, block.blocks))))

    return msgspec.structs.replace(tree, blocks=tuple(map(changed, tree.blocks)))


def _with(block: Block, props: dict[str, Any]) -> Block:
    return msgspec.structs.replace(block, props=block.props | props)


def _without(block: Block, prop: str) -> Block:
    return msgspec.structs.replace(block, props={key: each for key, each in block.props.items() if key != prop})
