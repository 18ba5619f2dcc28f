"""Compares a document with a Struct type: unknown keys, missing keys, wrong types, choices that are none."""

from __future__ import annotations

import difflib
import json
import math
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime, time
from functools import cache
from itertools import islice
from types import NoneType
from typing import Any, Final, Literal, get_args, get_origin

import msgspec

from headwater.catalog.position import Way

MAX_COMPLAINTS: Final = 100
"""Of one document; the rest are not listed."""

_SHOWN_CHARS: Final = 60
_KINDS: Final[dict[type, str]] = {
    str: "a string",
    bool: "true or false",
    int: "an integer",
    float: "a number",
    list: "a list",
    dict: "a table",
    datetime: "a date and time",
    date: "a date",
    time: "a time",
}


class Complaint(msgspec.Struct, frozen=True):
    """`way` leads to what is wrong, or, where something is missing, to what should be there."""

    way: Way
    text: str


def misshapen(struct: type[msgspec.Struct], document: Mapping[str, Any]) -> list[Complaint]:
    """Every place where the document is not of this type."""
    return list(islice(_struct(struct, document, ()), MAX_COMPLAINTS))


def _struct(struct: type[msgspec.Struct], found: Any, way: Way) -> Iterator[Complaint]:
    if not isinstance(found, dict):
        yield _wrong_type(way, "a table", found)
        return
    fields = _fields(struct)
    misspelt = set()
    for key, value in found.items():
        field = fields.get(key)
        if field is None:
            near = nearest(key, fields)
            misspelt.add(near)
            yield Complaint((*way, key), _unknown_key(key, near, list(fields)))
        else:
            yield from _value(field.type, value, (*way, key))
    for key, field in fields.items():
        if field.required and key not in found and key not in misspelt:
            yield Complaint((*way, key), f'the key "{key}" is missing, and it is required.')


@cache
def _fields(struct: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    return {field.encode_name: field for field in msgspec.structs.fields(struct)}


def _value(expected: Any, found: Any, way: Way) -> Iterator[Complaint]:
    origin = get_origin(expected)
    if isinstance(expected, type) and issubclass(expected, msgspec.Struct):
        yield from _struct(expected, found, way)
    elif origin is Literal:
        yield from _choice(get_args(expected), found, way)
    elif origin is tuple:
        yield from _list(get_args(expected)[0], found, way)
    elif origin is dict:
        yield from _json_object(found, way)
    elif type(found) not in (options := _options(expected)):
        yield _wrong_type(way, " or ".join(_KINDS[option] for option in options), found)
    else:
        yield from _json_number(found, way)


def _options(expected: Any) -> tuple[type, ...]:
    """The types of `str | None`; TOML has no null, so None is none of them."""
    return tuple(option for option in get_args(expected) or (expected,) if option is not NoneType)


def _choice(choices: tuple[Any, ...], found: Any, way: Way) -> Iterator[Complaint]:
    if found not in choices:
        near = f" The nearest is {quoted(nearest(found, choices))}." if isinstance(found, str) else ""
        yield Complaint(way, f"{shown(found)} is not allowed here.{near} Allowed: {listed(choices)}.")


def _list(item: Any, found: Any, way: Way) -> Iterator[Complaint]:
    if not isinstance(found, list):
        yield _wrong_type(way, "a list", found)
        return
    for index, value in enumerate(found):
        yield from _value(item, value, (*way, index))


def _json_object(found: Any, way: Way) -> Iterator[Complaint]:
    if isinstance(found, dict):
        yield from _json(found, way)
    else:
        yield _wrong_type(way, "a table", found)


def _json(found: Any, way: Way) -> Iterator[Complaint]:
    """What TOML can say and JSON cannot."""
    if isinstance(found, dict):
        for key, value in found.items():
            yield from _json(value, (*way, key))
    elif isinstance(found, list):
        for index, value in enumerate(found):
            yield from _json(value, (*way, index))
    elif isinstance(found, datetime | date | time):
        yield Complaint(way, f"{found} is a TOML date or time, and JSON has none: put it in quotes.")
    else:
        yield from _json_number(found, way)


def _json_number(found: Any, way: Way) -> Iterator[Complaint]:
    if isinstance(found, float) and not math.isfinite(found):
        yield Complaint(way, f"{found} is not a number in JSON.")
    elif isinstance(found, int) and not -(2**63) <= found < 2**63:
        yield Complaint(way, "an integer past 64 bits would not come through a client whole.")


def _wrong_type(way: Way, expected: str, found: Any) -> Complaint:
    return Complaint(way, f"{shown(found)} is {_KINDS[type(found)]}, and {expected} is expected.")


def _unknown_key(key: str, near: str, known: Iterable[str]) -> str:
    return f"unknown key {quoted(key)}; the nearest known key is {quoted(near)}. Allowed: {listed(sorted(known))}."


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, however little it is like it."""
    return difflib.get_close_matches(word[:_SHOWN_CHARS], list(known), n=1, cutoff=0.0)[0]


def quoted(word: str) -> str:
    """In double quotes, with control characters and lone surrogates replaced, cut when it is long."""
    cut = word if len(word) <= _SHOWN_CHARS else word[:_SHOWN_CHARS] + "…"
    return json.dumps(cut.encode("utf-8", "replace").decode(), ensure_ascii=False)


def listed(words: Iterable[str]) -> str:
    return ", ".join(words)


def shown(value: Any) -> str:
    """A value as it may stand in a sentence."""
    if isinstance(value, str):
        return quoted(value)
    if isinstance(value, list | dict):
        return "the value"
    return str(value)[:_SHOWN_CHARS]
