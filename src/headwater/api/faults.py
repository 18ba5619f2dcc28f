"""Puts what is wrong with a body or a parameter into sentences: what it is, and what is allowed.

The framework and msgspec say it in their own words, field by field; the handler's types say what would be right.
"""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from litestar import Request
from msgspec import inspect as kinds

from headwater.base.errors import InvalidInput

NO_BODY: Final = "'data'"
"""What the framework says of a body that is not there."""
_HALF_A_PAIR: Final = "it holds half of a surrogate pair (an escape from \\ud800 to \\udfff), which is no character"
_MISSING: Final = re.compile(r"Object missing required field `(.*)`", re.DOTALL)
_UNKNOWN: Final = re.compile(r"Object contains unknown field `(.*)`", re.DOTALL)
_ENUM: Final = re.compile(r"Invalid enum value (.+)", re.DOTALL)
_EXPECTED: Final = re.compile(r"Expected `([^`]+)`([^,]*)(?:, got `([^`]+)`)?", re.DOTALL)
_STEP: Final = re.compile(r"\[(?:\d+|\.\.\.)\]|[^.\[\]]+")
_WORDS: Final = {
    "str": "a string",
    "int": "an integer",
    "float": "a number",
    "bool": "true or false",
    "object": "an object",
    "array": "a list",
    "null": "null",
}


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong. `key` is the way to the field, '' for the whole body; `source`: body, query, …"""

    key: str
    source: str
    message: str


def faults(request: Request[Any, Any, Any], found: Iterable[dict[str, Any]]) -> list[Fault]:
    """What the framework found, in words for the caller."""
    return [_fault(request, each) for each in found]


def unreadable(shape: Any, reason: str, body: bytes) -> InvalidInput:
    """The body is no JSON; `shape` is the type that it should have, `reason` the decoder's own message."""
    why = reason.removeprefix("JSON is malformed: ").replace("(byte", "(at byte")
    if reason == "Input data was truncated":
        why = _HALF_A_PAIR if _is_complete(body) else "it ends in the middle"
    return InvalidInput(
        f"The body is not valid JSON: {why}. It must be {_described(_kind(shape))}. Nothing was changed."
    )


def _is_complete(body: bytes) -> bool:
    """Whether it ends where it should: the decoder also says so of half a surrogate pair near the end."""
    try:
        json.loads(body)
    except ValueError:
        return False
    return True


def unfit(shape: Any, told: str) -> InvalidInput:
    """The body is JSON and no `shape`; `told` is the decoder's own message."""
    text, _, way = told.partition(" - at `$")
    key = way.rstrip("`").lstrip(".")
    fault = Fault(key=key, source="body", message=_of_body(_kind(shape), key, text))
    return InvalidInput(sentence([fault]), details=[fault])


def consequence(method: str) -> str:
    """What came of a request of this method that was refused."""
    return "Nothing was read." if method in ("GET", "HEAD") else "Nothing was changed."


def sentence(found: list[Fault], *, method: str = "POST") -> str:
    """All of them, and what happens next."""
    text = "; ".join(each.message for each in found)
    return f"{text[0].upper()}{text[1:]}{'' if text.endswith('?') else '.'} {consequence(method)}"


def body_shape(request: Request[Any, Any, Any]) -> Any:
    """The type that the handler wants the body to have; None when it reads the body itself."""
    field = request.route_handler.parsed_data_field
    return None if field is None else field.annotation


def _fault(request: Request[Any, Any, Any], found: dict[str, Any]) -> Fault:
    source = str(getattr(where := found.get("source", "body"), "value", where))
    told = str(found.get("message", ""))
    key = str(found.get("key") or "")
    if source == "body":
        key = "" if key == "data" else key
        return Fault(key=key, source=source, message=_of_body(_kind(body_shape(request)), key, told))
    name = re.sub(r"_(\w)", lambda letter: letter[1].upper(), key)
    given = request.query_params.get(name) if source == "query" else None
    is_what = f"`{name}` is {given[:40]!r}; it" if given is not None else f"`{name}`"
    if given is not None and _ENUM.fullmatch(told) and (choices := _choices(_parameter(request, key))):
        return Fault(key=name, source=source, message=f"`{name}` is {given[:40]!r}; allowed: {_joined(choices)}")
    return Fault(key=name, source=source, message=f"{is_what} must be {_must_be(told)}")


def _parameter(request: Request[Any, Any, Any], key: str) -> kinds.Type | None:
    """The type of a parameter of the handler; None when it has none of that name."""
    found = request.route_handler.parsed_fn_signature.parameters.get(key)
    return None if found is None else _kind(found.annotation)


def _of_body(whole: kinds.Type | None, key: str, told: str) -> str:
    place = f"`{key}`" if key else "the body"
    kind = _kind_at(whole, key)
    if told == NO_BODY:
        return f"the request has no body; it must be {_described(whole)}"
    if missing := _MISSING.fullmatch(told):
        return f"`{missing[1]}` is missing in {place}, which must be {_described(kind)}"
    if unknown := _UNKNOWN.fullmatch(told):
        return f"`{unknown[1][:80]}` is no field of {place}, which must be {_described(kind)}{_near(unknown[1], kind)}"
    if enum := _ENUM.fullmatch(told):
        return f"{place} is {enum[1]}; allowed: {_joined(_choices(kind))}"
    expected = _EXPECTED.fullmatch(told)
    got = f"; it is {_words(expected[3])}" if expected and expected[3] else ""
    must_be = _described(kind) if expected and expected[1].startswith("object") else _must_be(told)
    return f"{place} must be {must_be}{got}"


def _joined(choices: Iterable[Any]) -> str:
    return ", ".join(map(str, choices))


def _must_be(told: str) -> str:
    expected = _EXPECTED.fullmatch(told)
    return f"{_words(expected[1])}{expected[2]}" if expected else f"something else ({told})"


def _words(types: str) -> str:
    """`str | null` as people say it."""
    return " or ".join(_WORDS.get(each, each) for each in types.split(" | "))


def _described(kind: kinds.Type | None) -> str:
    """`a JSON object with catalog and name, and optionally settings`."""
    found = _struct(kind)
    if found is None:
        return "a JSON object"
    required = [field.encode_name for field in found.fields if field.required]
    optional = [field.encode_name for field in found.fields if not field.required]
    parts = [_listed(required)] if required else []
    parts += ["optionally " + _listed(optional)] if optional else []
    return "a JSON object with " + ", and ".join(parts)


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _near(name: str, kind: kinds.Type | None) -> str:
    found = _struct(kind)
    near = difflib.get_close_matches(name, [field.encode_name for field in found.fields] if found else [], n=1)
    return f". Did you mean `{near[0]}`?" if near else ""


def _kind(shape: Any) -> kinds.Type | None:
    return None if shape is None else kinds.type_info(shape)


def _kind_at(kind: kinds.Type | None, way: str) -> kinds.Type | None:
    """The type of the field that a way like `filters.calls[0]` leads to; None when it cannot be told."""
    for step in _STEP.findall(way):
        kind = _below(kind, step)
    return kind


def _below(kind: kinds.Type | None, step: str) -> kinds.Type | None:
    for each in _options(kind):
        if step.startswith("[") and isinstance(each, kinds.ListType | kinds.VarTupleType):
            return each.item_type
        if step.startswith("[") and isinstance(each, kinds.DictType):
            return each.value_type
        if isinstance(each, kinds.StructType):
            return next((field.type for field in each.fields if field.encode_name == step), None)
    return None


def _options(kind: kinds.Type | None) -> list[kinds.Type]:
    """The kinds that a union allows, or the one kind."""
    if isinstance(kind, kinds.Metadata):
        return _options(kind.type)
    if isinstance(kind, kinds.UnionType):
        return [inner for each in kind.types for inner in _options(each)]
    return [] if kind is None else [kind]


def _struct(kind: kinds.Type | None) -> kinds.StructType | None:
    return next((each for each in _options(kind) if isinstance(each, kinds.StructType)), None)


def _choices(kind: kinds.Type | None) -> list[Any]:
    return [value for each in _options(kind) if isinstance(each, kinds.LiteralType) for value in each.values]
