"""Decides where an event differs from what its source's catalogue entry declares. It blocks nothing: it tells.

A source without declared events has no violations. Identify, group and alias calls are looked at only where the
entry declares one; track, page and screen calls are matched by name alone, since a collection is the same
collection by whichever of these calls it comes. Never raises, whatever the event holds.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from itertools import islice
from typing import Any, Final, Literal

import msgspec

from headwater.base.clock import parse_iso
from headwater.base.event import CleanEvent
from headwater.catalog.model import EventSpec, PropertySpec, SourceSpec

ViolationType = Literal["Required", "Invalid Type", "Unplanned Event", "Unplanned Property"]

MAX_VIOLATIONS: Final = 50
"""Of one event; the rest are not listed."""

_NAMED: Final = {"track": "event", "page": "name", "screen": "name"}
_SHOWN_CHARS: Final = 100
_LONGEST_INT: Final = 400
"""Digits beyond which a number is not worth reading: its type is known."""


class Violation(msgspec.Struct, frozen=True, kw_only=True):
    """`field` is the way from the top of the event, such as `properties.metadata.stepIndex`."""

    type: ViolationType
    field: str
    description: str


class Plan:
    """A source's declared events, laid out for looking up. Made once per source, asked once per event."""

    def __init__(self, spec: SourceSpec) -> None:
        self.spec = spec
        self._source = spec.name
        self._named = {event.name: _Shape(event.properties) for event in spec.events if event.call in _NAMED}
        self._respelt = {_letters(name): name for name in self._named}
        self._traits = {event.call: _Shape(event.properties) for event in spec.events if event.call not in _NAMED}

    def violations(self, event: CleanEvent) -> list[Violation]:
        if event.type in _NAMED:
            name = event.event if event.type == "track" else event.name
            shape = self._named.get(name or "")
            return shape.violations(event.properties, "properties") if shape else [self._unplanned(event, name)]
        traits = self._traits.get(event.type)
        return traits.violations(event.traits, "traits") if traits else []

    def _unplanned(self, event: CleanEvent, name: str | None) -> Violation:
        field = _NAMED[event.type]
        if not name:
            text = f"A {event.type} call without a name is none of the events of {self._source}."
        else:
            text = f'"{_short(name)}" is none of the events of {self._source}.'
            if near := self._respelt.get(_letters(name)):
                text += f' There is "{near}": the spelling must be the same.'
        return Violation(type="Unplanned Event", field=field, description=text)


def violations(spec: SourceSpec, event: CleanEvent) -> list[Violation]:
    """How the event differs from what its source declares, in the order of the catalogue file."""
    return plan(spec).violations(event) if spec.events else []


_plans: dict[str, Plan] = {}


def plan(spec: SourceSpec) -> Plan:
    """The source's plan, kept until another spec comes under the same slug."""
    known = _plans.get(spec.slug)
    if known is None or known.spec is not spec:
        known = _plans[spec.slug] = Plan(spec)
    return known


class _Shape:
    """What an object may hold and must hold."""

    def __init__(self, properties: tuple[PropertySpec, ...]) -> None:
        self._required = tuple(spec.name for spec in properties if spec.required)
        self._respelt = {_letters(spec.name): spec.name for spec in properties}
        self._types = {spec.name: (spec.type, _FITS[spec.type]) for spec in properties}
        self._inner = {spec.name: _Shape(spec.properties) for spec in properties if spec.properties}
        self._exact = _exact_decoder(properties)

    def violations(self, raw: msgspec.Raw, at: str) -> list[Violation]:
        if self._exact is not None and len(memoryview(raw)):
            try:
                self._exact.decode(raw)
            except (msgspec.MsgspecError, RecursionError):
                pass  # something differs; what it is takes a closer look
            else:
                return []
        return list(islice(self.compare(_read(raw), at), MAX_VIOLATIONS))

    def compare(self, found: Mapping[str, Any], at: str) -> Iterator[Violation]:
        for name in self._required:
            if found.get(name) is None:
                yield _missing(f"{at}.{name}")
        for name, value in found.items():
            known = self._types.get(name)
            if known is None:
                yield self._unplanned(name, at)
            elif value is not None:
                expected, fits = known
                if not fits(value):
                    yield _wrong_type(f"{at}.{name}", expected, value)
                elif name in self._inner:
                    yield from self._inner[name].compare(value, f"{at}.{name}")

    def _unplanned(self, name: str, at: str) -> Violation:
        field = f"{at}.{_short(name)}"
        near = self._respelt.get(_letters(name))
        hint = f' There is "{near}": the spelling must be the same.' if near else ""
        return Violation(type="Unplanned Property", field=field, description=f"{field} is not declared.{hint}")


def _exact_decoder(properties: tuple[PropertySpec, ...]) -> msgspec.json.Decoder[Any] | None:
    """Takes only what has no violation, several times faster than the closer look; None where types do not do."""
    struct = _struct_of(properties)
    return None if struct is None else msgspec.json.Decoder(struct)


def _struct_of(properties: tuple[PropertySpec, ...]) -> type[msgspec.Struct] | None:
    fields: list[tuple[str, Any, Any]] = []
    names: dict[str, str] = {}
    for index, spec in enumerate(properties):
        type_ = _struct_of(spec.properties) if spec.properties else _EXACT.get(spec.type)
        if type_ is None:
            return None
        names[f"p{index}"] = spec.name
        default = msgspec.NODEFAULT if spec.required else None
        fields.append((f"p{index}", type_ if spec.required else type_ | None, default))
    return msgspec.defstruct("Exact", fields, kw_only=True, forbid_unknown_fields=True, rename=names)


_EXACT: Final[dict[str, Any]] = {
    "string": str,
    "integer": int,
    "number": float,
    "boolean": bool,
    "object": dict[str, msgspec.Raw],
    "array": list[msgspec.Raw],
}
"""Types that say all that the catalogue's says. A date-time needs its text read, and `any` may not be null."""


def event_of(spec: SourceSpec, body: Mapping[str, Any]) -> EventSpec | None:
    """The declared event that a Tracking API body is one of; None when it is none."""
    call = body.get("type")
    if call in _NAMED:
        name = body.get(_NAMED[call])
        return next((event for event in spec.events if event.name == name and event.call in _NAMED), None)
    return next((event for event in spec.events if event.call == call), None)


def _missing(field: str) -> Violation:
    return Violation(type="Required", field=field, description=f"{field} is missing or null.")


def _wrong_type(field: str, expected: str, value: Any) -> Violation:
    text = f"{field} is {_kind(value)}; the catalogue says {expected}."
    return Violation(type="Invalid Type", field=field, description=text)


def _read(raw: msgspec.Raw) -> dict[str, Any]:
    """The object in the raw part; empty when it is absent, no object, or past reading."""
    try:
        value = msgspec.json.decode(raw) if len(memoryview(raw)) else {}
    except (msgspec.MsgspecError, RecursionError):
        value = _read_leniently(bytes(raw))
    return value if isinstance(value, dict) else {}


def _read_leniently(raw: bytes) -> Any:
    """JSON that msgspec does not take: lone surrogates, numbers past any float."""
    try:
        return json.loads(raw, parse_int=lambda digits: int(digits[:_LONGEST_INT]))
    except (ValueError, RecursionError):
        return None


def _kind(value: Any) -> str:
    if isinstance(value, bool):
        return "a boolean"
    if isinstance(value, int):
        return "an integer"
    if isinstance(value, float):
        return "a number"
    if isinstance(value, str):
        return "a string"
    return "an array" if isinstance(value, list) else "an object"


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_integer(value: Any) -> bool:
    return _is_number(value) and (isinstance(value, int) or value.is_integer())


_FITS: Final[dict[str, Callable[[Any], bool]]] = {
    "string": lambda value: isinstance(value, str),
    "integer": _is_integer,
    "number": _is_number,
    "boolean": lambda value: isinstance(value, bool),
    "datetime": lambda value: isinstance(value, str) and parse_iso(value) is not None,
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
    "any": lambda value: True,
}


def _letters(name: str) -> str:
    """`Nps Widget Shown` and `NPS_widget_shown` are the same letters."""
    return "".join(char for char in name[:_SHOWN_CHARS].casefold() if char.isalnum())


def _short(name: str) -> str:
    """A name as it may stand in an answer: cut when it is long, and with nothing that UTF-8 cannot say."""
    cut = name if len(name) <= _SHOWN_CHARS else name[:_SHOWN_CHARS] + "…"
    return cut.encode("utf-8", "replace").decode()
