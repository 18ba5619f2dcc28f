"""What each type of block may hold and be told, in one table: what the page draws (`web/packages/surfaces`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, Literal

import msgspec

from headwater.surfaces.model import Block, BlockType
from headwater.surfaces.styleguide import TOKENS

PropKind = Literal["markup", "line", "link", "file", "choice", "number", "switch", "options", "actions", "given"]
Variables = Literal["none", "own", "url"]
"""Which variables may stand in it: of the person and the account, or those of the page's address as well."""

MAX_LINE_CHARS: Final = 1_000
MAX_TEXT_CHARS: Final = 20_000
MAX_SIDE_PX: Final = 10_000


class Prop(msgspec.Struct, frozen=True, kw_only=True):
    """A setting of a block. `least` and `most`: of a number. `fault`: the code when it is required and left out."""

    kind: PropKind
    required: bool = False
    fault: str = "prop_missing"
    variables: Variables = "none"
    choices: tuple[str | int, ...] = ()
    least: float | None = None
    most: float | None = None


class Spec(msgspec.Struct, frozen=True, kw_only=True):
    props: Mapping[str, Prop]
    holds: frozenset[BlockType] = frozenset()


def _line(*, required: bool = False, fault: str = "prop_missing", variables: Variables = "own") -> Prop:
    return Prop(kind="line", required=required, fault=fault, variables=variables)


def _choice(*values: str | int) -> Prop:
    return Prop(kind="choice", choices=values)


_TEXT: Final = Prop(kind="markup", required=True, fault="text_missing", variables="own")
_ALIGN: Final = _choice("start", "center", "end")
_SIZE: Final = _choice("small", "medium", "large")
_PX: Final = Prop(kind="number", least=1, most=MAX_SIDE_PX)
_SWITCH: Final = Prop(kind="switch")
_NUMBER: Final = Prop(kind="number")
_LABEL: Final = _line()
_PLAIN: Final = _line(variables="none")

_LEAVES: Final[tuple[BlockType, ...]] = (
    "heading",
    "text",
    "image",
    "video",
    "button",
    "badge",
    "divider",
    "component",
)
_IN_CARDS: Final[frozenset[BlockType]] = frozenset(("section", "columns", "card", *_LEAVES))
_FORM: Final[frozenset[BlockType]] = frozenset(("form",))
_COLUMN: Final[frozenset[BlockType]] = frozenset(("column",))
_FIELD: Final[frozenset[BlockType]] = frozenset(("field",))
ANYTHING: Final[frozenset[BlockType]] = _IN_CARDS | _FORM
"""What may stand at the top of a document."""

BLOCKS: Final[Mapping[BlockType, Spec]] = {
    "section": Spec(
        props={"background": _choice("", *TOKENS), "padding": _choice("none", *_SIZE.choices), "align": _ALIGN},
        holds=ANYTHING,
    ),
    "columns": Spec(
        props={"layout": _choice("1-1", "1-2", "2-1", "1-1-1", "1-1-1-1"), "gap": _SIZE},
        holds=_COLUMN,
    ),
    "column": Spec(props={}, holds=ANYTHING | _FIELD),
    "heading": Spec(props={"text": _TEXT, "level": _choice(1, 2, 3, 4, 5, 6), "align": _ALIGN}),
    "text": Spec(props={"text": _TEXT, "size": _SIZE, "align": _ALIGN}),
    "image": Spec(
        props={
            "src": Prop(kind="file", required=True, fault="source_missing", variables="url"),
            "alt": _line(),
            "decorative": _SWITCH,
            "width": _PX,
            "height": _PX,
            "href": Prop(kind="link", variables="url"),
            "label": _LABEL,
        }
    ),
    "video": Spec(
        props={
            "src": Prop(kind="file", required=True, fault="source_missing", variables="url"),
            "title": _line(required=True, fault="title_missing"),
            "captions": Prop(kind="file"),
            "poster": Prop(kind="file"),
        }
    ),
    "button": Spec(
        props={
            "text": _line(required=True, fault="button_without_text"),
            "style": _choice("primary", "secondary", "link"),
            "actions": Prop(kind="actions", required=True, fault="button_without_action", variables="url"),
            "label": _LABEL,
        }
    ),
    "card": Spec(
        props={"actions": Prop(kind="actions", variables="url"), "label": _LABEL, "title": _line()},
        holds=_IN_CARDS,
    ),
    "badge": Spec(props={"text": _TEXT, "tone": _choice("neutral", "info", "success", "warning", "danger")}),
    "divider": Spec(props={}),
    "form": Spec(
        props={
            "formId": _line(required=True, variables="none"),
            "name": _line(required=True, fault="name_missing", variables="none"),
            "submitText": _line(),
            "label": _LABEL,
            "once": _SWITCH,
            "successText": _line(),
        },
        holds=_IN_CARDS | _FIELD,
    ),
    "field": Spec(
        props={
            "kind": _choice("text", "area", "choice", "checkbox", "email", "number", "scale"),
            "label": _line(required=True, fault="label_missing", variables="none"),
            "required": _SWITCH,
            "hint": _line(),
            "options": Prop(kind="options"),
            "multiple": _SWITCH,
            "min": _NUMBER,
            "max": _NUMBER,
            "minText": _line(),
            "maxText": _line(),
            "trait": _PLAIN,
        }
    ),
    "component": Spec(
        props={
            "name": _line(required=True, fault="name_missing", variables="none"),
            "props": Prop(kind="given", variables="own"),
            "label": _LABEL,
        }
    ),
}


def may_hold(path: Sequence[Block], type: BlockType) -> bool:
    """Whether such a block may stand there; `path` is what would hold it, from the top inwards."""
    in_form = any(each.type == "form" for each in path)
    if type == "form" and (in_form or any(each.type == "card" for each in path)):
        return False
    if type == "field" and not in_form:
        return False
    return type in (BLOCKS[path[-1].type].holds if path else ANYTHING)
