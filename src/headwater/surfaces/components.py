"""The components of the host's pages that authors may use: the workspace's manifest, and which of them it may list."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from msgspec import UNSET

from headwater.base.errors import InvalidInput, Unprocessable
from headwater.surfaces.model import ComponentEntry, ComponentProp
from headwater.surfaces.texts import refuse_half_characters

MAX_COMPONENTS: Final = 200
MAX_PROPS: Final = 50

_NAME: Final = re.compile(r"[A-Za-z_$][A-Za-z0-9_$.-]{0,79}")
_TAG: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+")
_TAKEN_TAGS: Final = frozenset(
    {
        "annotation-xml",
        "color-profile",
        "font-face",
        "font-face-src",
        "font-face-uri",
        "font-face-format",
        "font-face-name",
        "missing-glyph",
    }
)
"""Names that HTML keeps for elements which are no custom ones."""


_REFUSED_PROPS: Final = frozenset(
    {"__proto__", "constructor", "prototype", "innerhtml", "outerhtml", "srcdoc", "dangerouslysetinnerhtml", "style"}
)
"""Through these a text would become markup or script."""


def checked(entries: Sequence[ComponentEntry]) -> tuple[ComponentEntry, ...]:
    """The manifest. Raises InvalidInput that names the field, Unprocessable when there are too many."""
    if len(entries) > MAX_COMPONENTS:
        raise Unprocessable(f"A workspace has at most {MAX_COMPONENTS} components. Nothing was changed.")
    refuse_half_characters(entries, "components")
    _refuse_twice((entry.name for entry in entries), "components")
    for index, entry in enumerate(entries):
        _check_entry(entry, f"components[{index}]")
    return tuple(entries)


def titles(entries: Iterable[ComponentEntry]) -> Mapping[str, str]:
    return {entry.name: entry.title for entry in entries}


def tags(entries: Iterable[ComponentEntry]) -> dict[str, str]:
    """The tags of those that are custom elements, by name."""
    return {each.name: each.tag for each in entries if each.kind == "element"}


def fits(prop: ComponentProp, value: Any) -> bool:
    """Whether a value is of the type that the manifest gives this prop."""
    if prop.type == "boolean":
        return isinstance(value, bool)
    if prop.type == "number":
        return isinstance(value, (int, float)) and not isinstance(value, bool)
    return isinstance(value, str) and (prop.type == "string" or value in prop.options)


def _check_entry(entry: ComponentEntry, field: str) -> None:
    if not _NAME.fullmatch(entry.name):
        raise _invalid(f"{field}.name", f"{entry.name[:60]!r} is no name; use letters, digits, _, $, . and -")
    if not 1 <= len(entry.title.strip()) <= 200:
        raise _invalid(f"{field}.title", "a component needs a title of 1 to 200 characters for authors to know it by")
    if entry.kind == "element" and (not _TAG.fullmatch(entry.tag) or entry.tag in _TAKEN_TAGS):
        wanted = "a custom element's is lower-case with a hyphen, like acme-rating"
        raise _invalid(f"{field}.tag", f"{entry.tag[:60]!r} is no tag of a custom element; {wanted}")
    if entry.kind == "react" and entry.tag:
        raise _invalid(f"{field}.tag", "only custom elements have a tag")
    if len(entry.props) > MAX_PROPS:
        raise _invalid(f"{field}.props", f"a component has at most {MAX_PROPS} props")
    _refuse_twice((prop.name for prop in entry.props), f"{field}.props")
    for index, prop in enumerate(entry.props):
        _check_prop(prop, f"{field}.props[{index}]")


def _check_prop(prop: ComponentProp, field: str) -> None:
    if not _NAME.fullmatch(prop.name) or _is_refused(prop.name):
        raise _invalid(f"{field}.name", f"{prop.name[:60]!r} cannot be a prop; it is no name, or it would run code")
    if prop.type == "choice" and not prop.options:
        raise _invalid(f"{field}.options", f"the choice {prop.name} needs options")
    if prop.type != "choice" and prop.options:
        raise _invalid(f"{field}.options", "only a choice has options")
    if prop.default is not UNSET and not fits(prop, prop.default):
        raise _invalid(f"{field}.default", f"{prop.default!r} is no {prop.type}")


def _is_refused(name: str) -> bool:
    """Handlers as well: set as attributes, their text would be script."""
    return name.lower() in _REFUSED_PROPS or re.match(r"on[a-z]", name, re.IGNORECASE) is not None


def _refuse_twice(names: Iterable[str], field: str) -> None:
    seen = set[str]()
    for name in names:
        if name in seen:
            raise _invalid(field, f"{name[:60]!r} is there twice")
        seen.add(name)


def _invalid(field: str, why: str) -> InvalidInput:
    return InvalidInput(f"{field}: {why}. Nothing was changed.", details={"field": field})
