"""Whether the settings of a block are those that its type has, with no variable or address that may not be there."""

from __future__ import annotations

from typing import Any

from headwater.surfaces import links
from headwater.surfaces.blocks import BLOCKS, MAX_LINE_CHARS, MAX_TEXT_CHARS, Prop, Variables
from headwater.surfaces.components import fits
from headwater.surfaces.findings import Notes, Surroundings
from headwater.surfaces.labels import words
from headwater.surfaces.markup import links_in
from headwater.surfaces.model import Block, ComponentEntry
from headwater.surfaces.variables import variables_in

LINKS = "Use https:, http:, mailto:, tel:, or a path of the same site such as /plans."
FILES = "Use https:, or a path of the same site such as /logo.svg."


def check_props(notes: Notes, block: Block) -> None:
    known = BLOCKS[block.type].props
    for name, value in block.props.items():
        if name not in known:
            notes.error("unknown_prop", f"A {block.type} has no {name[:40]}. Remove it.", field=name)
        elif value is not None:
            _check_value(notes, name, value, known[name])
    for name, prop in known.items():
        if prop.required and prop.kind != "actions" and _is_missing(block.props.get(name), prop):
            notes.error(prop.fault, f"The {block.type} has no {_called(name)}. Fill it in.", field=name)


def check_image(notes: Notes, block: Block) -> None:
    alt = block.props.get("alt")
    if isinstance(alt, str) and words(alt):
        return
    if block.props.get("href"):
        notes.error("alt_missing", "The image is a link, so it needs words that say where it leads.", field="alt")
    elif block.props.get("decorative") is not True:
        notes.error(
            "alt_missing",
            "The image has no words for who cannot see it. Write them, or mark it decorative.",
            field="alt",
        )


def check_component(notes: Notes, block: Block, around: Surroundings) -> None:
    name = block.props.get("name")
    if not isinstance(name, str) or not name:
        return
    entry = around.components.get(name)
    if entry is None:
        known = ", ".join(sorted(around.components)[:10]) or "none"
        notes.error(
            "unknown_component",
            f"The workspace's manifest has no component {name[:60]!r}. It has: {known}. Choose one, or add it there.",
            field="name",
        )
        return
    given = block.props.get("props", {})
    if isinstance(given, dict):
        _check_given(notes, entry, given)


def check_variables(notes: Notes, text: str, field: str, allowed: Variables) -> None:
    for variable in variables_in(text):
        shown = "{{" + variable.path[:60] + "}}"
        if not variable.is_known:
            notes.error(
                "unknown_variable",
                f"{shown} is no variable. There are {{{{user.…}}}} and {{{{account.…}}}}, and in addresses of buttons, "
                "images and videos {{url.…}}.",
                field=field,
            )
        elif allowed == "none":
            notes.error(
                "variable_not_allowed", f"{shown} cannot stand here: it must be the same for everybody.", field=field
            )
        elif variable.is_url and allowed != "url":
            notes.error(
                "variable_not_allowed",
                f"{shown} can only stand in addresses of buttons, cards, images and videos. Remove it.",
                field=field,
            )


def check_link(notes: Notes, href: str, field: str, allowed: Variables) -> None:
    check_variables(notes, href, field, allowed)
    if not links.may_lead_to(href):
        notes.error("url_not_allowed", f"A link cannot lead to {href[:80]!r}. {LINKS}", field=field)


def _check_value(notes: Notes, name: str, value: Any, prop: Prop) -> None:
    if prop.kind in ("markup", "line", "link", "file"):
        if not isinstance(value, str):
            _wrong(notes, name, value, "a text")
        else:
            _check_text(notes, name, value, prop)
    elif prop.kind == "choice":
        if isinstance(value, bool) or value not in prop.choices:
            _wrong(notes, name, value, f"one of {', '.join(repr(each) for each in prop.choices)}")
    elif prop.kind == "switch" and not isinstance(value, bool):
        _wrong(notes, name, value, "true or false")
    elif prop.kind == "number":
        _check_number(notes, name, value, prop)
    elif prop.kind == "given" and not isinstance(value, dict):
        _wrong(notes, name, value, "an object")
    elif prop.kind == "options" and not (isinstance(value, list) and all(isinstance(each, str) for each in value)):
        _wrong(notes, name, value, "a list of texts")


def _check_text(notes: Notes, name: str, value: str, prop: Prop) -> None:
    most = MAX_TEXT_CHARS if prop.kind == "markup" else MAX_LINE_CHARS
    if len(value) > most:
        notes.error("text_too_long", f"{name} has {len(value):,} characters; {most:,} is the most.", field=name)
        return
    if prop.kind == "link":
        if value:
            check_link(notes, value, name, prop.variables)
        return
    check_variables(notes, value, name, prop.variables)
    if prop.kind == "file" and value.strip():
        _check_file(notes, name, value)
    elif prop.kind == "markup":
        for link in links_in(value):
            check_link(notes, link.href, name, "url")  # what is wrong with variables was said of the whole text
            if not link.label.strip():
                notes.error("link_without_text", "A link has no text that could be clicked. Write one.", field=name)


def _check_file(notes: Notes, name: str, value: str) -> None:
    if not links.may_come_from(value):
        notes.error("url_not_allowed", f"Nothing can be loaded from {value[:80]!r}. {FILES}", field=name)
    elif links.is_open(value):
        notes.warning("unencrypted", "Pages with https: do not load what comes by http:. Use https:.", field=name)


def _check_number(notes: Notes, name: str, value: Any, prop: Prop) -> None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        _wrong(notes, name, value, "a number")
    elif (prop.least is not None and value < prop.least) or (prop.most is not None and value > prop.most):
        _wrong(notes, name, value, f"a number from {prop.least:g} to {prop.most:g}")


def _check_given(notes: Notes, entry: ComponentEntry, given: dict[str, Any]) -> None:
    known = {prop.name: prop for prop in entry.props}
    for name, value in given.items():
        field = f"props.{name}"
        if name not in known:
            notes.error(
                "unknown_prop", f"The component {entry.title} has no prop {name[:40]!r}. Remove it.", field=field
            )
        elif not fits(known[name], value):
            prop = known[name]
            wanted = f"one of {', '.join(prop.options)}" if prop.type == "choice" else f"a {prop.type}"
            _wrong(notes, field, value, wanted)
        elif isinstance(value, str):
            check_variables(notes, value, field, "own")


def _is_missing(value: Any, prop: Prop) -> bool:
    """Text that says nothing to somebody of whom nothing is known is missing, but for addresses."""
    if prop.kind in ("line", "markup"):
        return value is None or (isinstance(value, str) and not value.strip())
    return value is None or value == "" or (isinstance(value, str) and not value.strip())


def _called(name: str) -> str:
    return {"src": "address", "formId": "id"}.get(name, name)


def _wrong(notes: Notes, name: str, value: Any, wanted: str) -> None:
    notes.error("wrong_type", f"{name} is {_shown(value)}; it must be {wanted}.", field=name)


def _shown(value: Any) -> str:
    return repr(value)[:60]
