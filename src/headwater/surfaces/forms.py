"""Which form is which: the id that answers go by, 21 characters as nanoid makes them."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from typing import Final

import msgspec

from headwater.surfaces.model import Block, Tree

ID_CHARS: Final = 21

_ALPHABET: Final = string.ascii_letters + string.digits + "_-"


def with_ids(tree: Tree) -> Tree:
    """The tree in which each form has an id."""
    return _each_form(tree, lambda form: str(form.props.get("formId") or _new_id()))


def with_new_ids(tree: Tree) -> Tree:
    """The tree whose forms are not those that they were copied from."""
    return _each_form(tree, lambda _form: _new_id())


def _each_form(tree: Tree, id_of: Callable[[Block], str]) -> Tree:
    def changed(block: Block) -> Block:
        props = block.props | {"formId": id_of(block)} if block.type == "form" else block.props
        return msgspec.structs.replace(block, props=props, blocks=tuple(map(changed, block.blocks)))

    return msgspec.structs.replace(tree, blocks=tuple(map(changed, tree.blocks)))


def _new_id() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(ID_CHARS))
