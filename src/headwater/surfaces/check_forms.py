"""Whether forms can be answered, and their answers told apart."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from headwater.surfaces.findings import Notes
from headwater.surfaces.labels import words
from headwater.surfaces.model import Block, Tree, walk

MAX_STEPS: Final = 21
"""Of a scale: each is a target of its own on a small screen."""
MAX_OPTIONS: Final = 200
MAX_TRAIT_CHARS: Final = 200

_FORM_ID: Final = re.compile(r"[A-Za-z0-9_-]{21}")


def check_forms(notes: Notes, tree: Tree) -> None:
    """What lies between the forms of a document."""
    names, ids = set[str](), set[Any]()
    for form in (each for each in walk(tree.blocks) if each.type == "form"):
        name, form_id = words(form.props.get("name")), form.props.get("formId")
        if form_id in ids:
            notes.at(form).error(
                "form_id_twice", "Two forms have the same id. Remove one and add it anew.", field="formId"
            )
        elif name in names:
            notes.at(form).warning(
                "same_form_name", f'Two forms are called "{name}", so their answers go by the same names.', field="name"
            )
        names.add(name)
        ids.add(form_id)


def check_form(notes: Notes, form: Block) -> None:
    form_id = form.props.get("formId")
    if isinstance(form_id, str) and form_id and not _FORM_ID.fullmatch(form_id):
        notes.error(
            "form_id_invalid", "The form's id must be 21 letters, digits, _ and -. Leave it out.", field="formId"
        )
    fields = list(_fields(form))
    if not fields:
        notes.error("form_without_field", "The form asks nothing. Add a field.")
    seen = set[str]()
    for field in fields:
        label = field.props.get("label")
        if isinstance(label, str) and label.strip():
            if label.strip() in seen:
                notes.at(field).error(
                    "same_field_label",
                    f'Two fields of the form are called "{label.strip()[:60]}"; one answer would replace the other. '
                    "Change one.",
                    field="label",
                )
            seen.add(label.strip())
        _check_field(notes.at(field), field)


def _fields(form: Block) -> Iterator[Block]:
    return (each for each in walk(form.blocks) if each.type == "field")


def _check_field(notes: Notes, field: Block) -> None:
    kind = field.props.get("kind", "text")
    if kind == "choice":
        _check_options(notes, field.props.get("options"))
    elif kind in ("number", "scale"):
        _check_range(notes, field, is_scale=kind == "scale")
    trait = field.props.get("trait")
    if isinstance(trait, str) and len(trait) > MAX_TRAIT_CHARS:
        notes.error("text_too_long", f"A trait's name has at most {MAX_TRAIT_CHARS} characters.", field="trait")


def _check_options(notes: Notes, options: Any) -> None:
    found = [each.strip() for each in options if isinstance(each, str)] if isinstance(options, list) else []
    if not found or not all(found):
        notes.error("choice_without_options", "There is nothing to choose from, or an empty option.", field="options")
    elif len(set(found)) != len(found):
        notes.error("same_option", "Two options are the same, so nobody could tell which was chosen.", field="options")
    elif len(found) > MAX_OPTIONS:
        notes.error("too_many_options", f"A choice has at most {MAX_OPTIONS} options.", field="options")


def _check_range(notes: Notes, field: Block, *, is_scale: bool) -> None:
    least, most = field.props.get("min", 0 if is_scale else None), field.props.get("max", 10 if is_scale else None)
    if not isinstance(least, (int, float)) or not isinstance(most, (int, float)):
        return
    if least >= most:
        notes.error(
            "wrong_range", f"It goes from {least:g} to {most:g}; the end must be above the beginning.", field="max"
        )
    elif is_scale and (most - least + 1 > MAX_STEPS or int(least) != least or int(most) != most):
        notes.error("wrong_range", f"A scale has whole steps, at most {MAX_STEPS} of them.", field="max")
