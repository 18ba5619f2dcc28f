"""Checks what the types of a catalogue entry cannot say: names that agree, examples that keep to their events."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, Final

import msgspec

from headwater.base.event import CALL_TYPES, CleanEvent
from headwater.base.naming import column_name, table_name
from headwater.catalog.destination import DestinationSpec
from headwater.catalog.example import expected_columns, expected_table
from headwater.catalog.model import (
    SETUP_WORDS,
    SHARED_SECRET,
    EventSpec,
    Example,
    PropertySpec,
    SettingSpec,
    SourceSpec,
    placeholders,
)
from headwater.catalog.position import Way
from headwater.catalog.shape import MAX_COMPLAINTS, Complaint, listed, nearest, quoted, shown
from headwater.catalog.violations import Plan

_SLUG: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_SETTING: Final = re.compile(r"[a-z][A-Za-z0-9]*")
_CONTACT: Final = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+|https://\S+")
_SETTING_TYPES: Final[dict[str, tuple[type, ...]]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
}


def senseless(spec: SourceSpec, stem: str) -> list[Complaint]:
    """What does not fit together in an entry whose file is named `<stem>.toml`."""
    checks = (
        head_complaints(spec, stem, "destination"),
        text_complaints(spec),
        _setup(spec.setup, spec.setup_to_add),
        form_complaints(spec.settings),
        _inbound(spec),
        _events(spec),
        _examples(spec),
    )
    return list(islice((complaint for check in checks for complaint in check), MAX_COMPLAINTS))


def _inbound(spec: SourceSpec) -> Iterator[Complaint]:
    for index, setting in enumerate(spec.settings):
        if setting.name == SHARED_SECRET and not (spec.inbound and setting.secret and setting.type == "string"):
            text = (
                f"{quoted(SHARED_SECRET)} is what signs the webhooks of a source with inbound = true: a secret string."
            )
            yield Complaint(("settings", index, "name"), text)


def head_complaints(spec: SourceSpec | DestinationSpec, stem: str, other: str) -> Iterator[Complaint]:
    """`other` is what `related` names: a destination of a source, a source of a destination."""
    if not _SLUG.fullmatch(spec.slug):
        yield Complaint(("slug",), f"{quoted(spec.slug)} is no slug: small letters and digits, joined by hyphens.")
    elif spec.slug != stem:
        yield Complaint(
            ("slug",), f"the slug is {quoted(spec.slug)} and the file is named {quoted(stem)}: name both alike."
        )
    if spec.related is not None and not _SLUG.fullmatch(spec.related):
        yield Complaint(("related",), f"{quoted(spec.related)} is no slug of a {other}.")
    if not spec.docs.startswith("https://"):
        yield Complaint(("docs",), f"{quoted(spec.docs)} is no address; it must begin with https://.")
    contact = spec.maintainer.contact
    if contact and not _CONTACT.fullmatch(contact):
        way = ("maintainer", "contact")
        yield Complaint(way, f"{quoted(contact)} is neither an e-mail address nor an https:// address.")
    if not spec.regions:
        yield Complaint(("regions",), "no region is named, so no workspace could connect it. Allowed: us, eu.")
    yield from _twice(spec.regions, ("regions",), "region")
    yield from _twice(spec.categories, ("categories",), "category")


def text_complaints(spec: SourceSpec | DestinationSpec) -> Iterator[Complaint]:
    for key in ("name", "description"):
        yield from _text(getattr(spec, key), (key,))
    yield from _text(spec.maintainer.name, ("maintainer", "name"))
    for index, category in enumerate(spec.categories):
        yield from _text(category, ("categories", index))


def _setup(steps: Sequence[str], to_add: int) -> Iterator[Complaint]:
    if not steps:
        yield Complaint(("setup",), "no set-up step is given; the page of the source would tell nobody what to do.")
    elif not 0 <= to_add < len(steps):
        text = f"{to_add} steps cannot be those that add the source; there are {len(steps)}, and one at least follows."
        yield Complaint(("setup_to_add",), f"{text} Allowed: 0 to {len(steps) - 1}.")
    for index, step in enumerate(steps):
        yield from _text(step, ("setup", index))
        for name in placeholders(step):
            if name not in SETUP_WORDS:
                near = nearest(name, SETUP_WORDS)
                text = f"unknown placeholder {quoted(name)}; the nearest is {quoted(near)}."
                yield Complaint(("setup", index), f"{text} Allowed: {listed(SETUP_WORDS)}.")


def form_complaints(settings: Sequence[SettingSpec]) -> Iterator[Complaint]:
    """What is wrong with the fields of a form."""
    yield from _twice([setting.name for setting in settings], ("settings",), "setting")
    for index, setting in enumerate(settings):
        yield from _setting(setting, ("settings", index))


def _setting(setting: SettingSpec, way: Way) -> Iterator[Complaint]:
    if not _SETTING.fullmatch(setting.name):
        yield Complaint((*way, "name"), f"{quoted(setting.name)} is no setting name: letters and digits, camelCase.")
    yield from _text(setting.label, (*way, "label"))
    if setting.choices and setting.type != "string":
        yield Complaint((*way, "choices"), f"a setting of type {setting.type} has no choices; a string has.")
    if setting.default is None:
        return
    if setting.secret:
        yield Complaint((*way, "default"), "a secret has no default: it would be public.")
    elif type(setting.default) not in _SETTING_TYPES[setting.type]:
        yield Complaint((*way, "default"), f"{shown(setting.default)} is not of the setting's type, {setting.type}.")
    elif setting.choices and setting.default not in setting.choices:
        text = f"{shown(setting.default)} is none of the choices: {listed(setting.choices)}."
        yield Complaint((*way, "default"), text)


def _events(spec: SourceSpec) -> Iterator[Complaint]:
    yield from _twice([event.name for event in spec.events], ("events",), "event")
    for index, event in enumerate(spec.events):
        way = ("events", index)
        yield from _text(event.name, (*way, "name"))
        yield from _text(event.description, (*way, "description"))
        yield from _properties(event.properties, way)
        yield from _one_column_each(event, (*way, "properties"))
    yield from _one_per_call(spec.events)
    yield from _one_table_each(spec.events)


def _one_per_call(events: Sequence[EventSpec]) -> Iterator[Complaint]:
    """An identify or a group call has no name to tell two declarations apart."""
    first: dict[str, str] = {}
    for index, event in enumerate(events):
        if event.call in ("identify", "group") and first.setdefault(event.call, event.name) != event.name:
            text = f"{quoted(first[event.call])} declares the {event.call} call already: its traits belong there."
            yield Complaint(("events", index, "call"), text)


def _one_table_each(events: Sequence[EventSpec]) -> Iterator[Complaint]:
    """Two names that fold to one table would mix their rows."""
    first: dict[str, str] = {}
    for index, event in enumerate(events):
        table = table_name(event.name)
        if first.setdefault(table, event.name) != event.name:
            text = f"{quoted(first[table])} and {quoted(event.name)} would share the table {quoted(table)}."
            yield Complaint(("events", index, "name"), text)


def _one_column_each(event: EventSpec, way: Way) -> Iterator[Complaint]:
    first: dict[str, str] = {}
    for keys, _, _ in event.flat_properties():
        dotted, column = ".".join(keys), column_name(*keys)
        if first.setdefault(column, dotted) != dotted:
            text = f"{quoted(first[column])} and {quoted(dotted)} would share the column {quoted(column)}."
            yield Complaint(way, text)


def _properties(specs: Sequence[PropertySpec], above: Way) -> Iterator[Complaint]:
    yield from _twice([spec.name for spec in specs], (*above, "properties"), "property")
    for index, spec in enumerate(specs):
        way = (*above, "properties", index)
        yield from _text(spec.name, (*way, "name"))
        yield from _text(spec.description, (*way, "description"))
        if spec.properties and spec.type != "object":
            yield Complaint(
                (*way, "properties"), f"a property of type {spec.type} holds no properties; an object does."
            )
        yield from _properties(spec.properties, way)


def _examples(spec: SourceSpec) -> Iterator[Complaint]:
    plan = Plan(spec)
    for index, example in enumerate(spec.examples):
        way = ("examples", index)
        yield from _text(example.title, (*way, "title"))
        yield from _example(example, plan, way)


def _example(example: Example, plan: Plan, way: Way) -> Iterator[Complaint]:
    event = _clean(example.body)
    if isinstance(event, Complaint):
        yield Complaint((*way, "body", *event.way), event.text)
        return
    if plan.spec.events:
        for violation in plan.violations(event):
            field = (*way, "body", *violation.field.split("."))
            yield Complaint(field, f"the example is not what its event declares: {violation.description}")
    yield from _outcome(example, plan.spec, way)


def _outcome(example: Example, spec: SourceSpec, way: Way) -> Iterator[Complaint]:
    """Whether the table and the row are those that the body gives."""
    table = expected_table(spec, example.body)
    if example.table != table:
        yield Complaint(
            (*way, "table"), f"{quoted(example.table)} is not where the body goes: that is {quoted(table)}."
        )
    columns = expected_columns(spec, example.body)
    for column, value in example.row.items():
        if column not in columns:
            text = f"the body gives no column {quoted(column)}. It gives: {listed(columns)}."
            yield Complaint((*way, "row", column), text)
        elif value != columns[column]:
            text = f"the row says {shown(value)}, and the body gives {shown(columns[column])}."
            yield Complaint((*way, "row", column), text)


def _clean(body: dict[str, Any]) -> CleanEvent | Complaint:
    """The body as a door would take it, or why a door would not."""
    call = body.get("type")
    if call not in CALL_TYPES:
        near = nearest(call, CALL_TYPES) if isinstance(call, str) else "track"
        text = f"the example's type is {shown(call)}; the nearest is {quoted(near)}. Allowed: {listed(CALL_TYPES)}."
        return Complaint(("type",), text)
    for key in ("event", "name", "userId", "anonymousId", "groupId", "previousId", "messageId", "timestamp"):
        if key in body and not isinstance(body[key], str):
            return Complaint((key,), f"{shown(body[key])} is not a string, and {key} must be one.")
    for key in ("properties", "traits", "context"):
        if key in body and not isinstance(body[key], dict):
            return Complaint((key,), f"{shown(body[key])} is not a table, and {key} must be one.")
    if not (body.get("userId") or body.get("anonymousId")):
        return Complaint(("userId",), "the example names nobody: give userId or anonymousId.")
    return CleanEvent(
        message_id="example",
        type=call,
        source_id="example",
        workspace_id="example",
        received_at="",
        timestamp="",
        event=body.get("event"),
        name=body.get("name"),
        properties=msgspec.Raw(msgspec.json.encode(body.get("properties", {}))),
        traits=msgspec.Raw(msgspec.json.encode(body.get("traits", {}))),
    )


def _text(text: str, way: Way) -> Iterator[Complaint]:
    if not text.strip():
        yield Complaint(way, "it is empty, and a text is expected.")


def _twice(names: Iterable[str], way: Way, what: str) -> Iterator[Complaint]:
    for name, count in Counter(names).items():
        if count > 1:
            yield Complaint(way, f"the {what} {quoted(name)} is given {count} times; once is enough.")
