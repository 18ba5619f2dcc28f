"""The small path language: what to take out of an event for a field of a destination.

    userId|anonymousId              the first that is there
    properties.plan                 a key within an object
    context.page.url                and so on down
    properties.products[0].sku      an item of a list, counted from 0; [-1] is the last
    traits["total billed"]          a key that holds other characters than letters, digits, _, - and $
    traits.plan|"free"              a text, in single or double quotes; a backslash quotes the next character

A path begins with a field of the event. What is null or not there counts as absent, and the next alternative is
looked at. Reading never raises, whatever the event holds.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final, NoReturn

import msgspec

from headwater.base.errors import InvalidInput
from headwater.base.event import CleanEvent
from headwater.base.parts import opened

FIELDS: Final = tuple(field.encode_name for field in msgspec.structs.fields(CleanEvent))
"""What a path may begin with."""

MAX_CHARS: Final = 500
MAX_STEPS: Final = 20

_KEY: Final = re.compile(r"[\w$-]+")
_INDEX: Final = re.compile(r"-?\d{1,6}")
_SPACE: Final = re.compile(r"[ \t]*")


class MappingError(InvalidInput):
    """A path that cannot be read. `position` counts characters from 1."""

    code = "mapping_invalid"

    def __init__(self, message: str, *, position: int) -> None:
        super().__init__(message, details={"position": position})
        self.position = position


class Literal(msgspec.Struct, frozen=True):
    text: str


class Steps(msgspec.Struct, frozen=True):
    """Keys of objects are texts, places in lists are numbers."""

    steps: tuple[str | int, ...]


Path = tuple[Literal | Steps, ...]
"""Alternatives, the first that is there wins."""


@lru_cache(maxsize=4096)
def parse(text: str) -> Path:
    """Raises MappingError, whose sentence names the position."""
    return _Reader(text).path()


def find(path: Path, document: Mapping[str, Any]) -> Any:
    """What the path leads to in an event as JSON (see `document`); None when nothing is there."""
    for alternative in path:
        value = alternative.text if isinstance(alternative, Literal) else _walk(alternative.steps, document)
        if value is not None:
            return value
    return None


def mapped(mapping: Mapping[str, str], event: CleanEvent) -> dict[str, Any]:
    """Field to value; a field whose path leads nowhere is left out."""
    if not mapping:
        return {}
    whole = document(event)
    values = {field: find(parse(text), whole) for field, text in mapping.items()}
    return {field: value for field, value in values.items() if value is not None}


def document(event: CleanEvent) -> dict[str, Any]:
    """The event as a path sees it: camelCase, the raw parts taken apart, what is absent left out."""
    return opened(msgspec.Raw(msgspec.json.encode(event)))


def _walk(steps: tuple[str | int, ...], found: Any) -> Any:
    for step in steps:
        if isinstance(step, int):
            if not isinstance(found, list) or not -len(found) <= step < len(found):
                return None
            found = found[step]
        elif isinstance(found, dict):
            found = found.get(step)
        else:
            return None
    return found


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._at = 0

    def path(self) -> Path:
        if len(self._text) > MAX_CHARS:
            self._at = MAX_CHARS
            self._fail(f"a path has at most {MAX_CHARS} characters")
        alternatives = [self._alternative()]
        while self._take("|"):
            alternatives.append(self._alternative())
        if self._at < len(self._text):
            self._fail('"|" or the end is expected')
        return tuple(alternatives)

    def _alternative(self) -> Literal | Steps:
        self._skip()
        found = Literal(self._quoted()) if self._peek() in "\"'" and self._peek() else self._steps()
        self._skip()
        return found

    def _steps(self) -> Steps:
        steps: list[str | int] = [self._field()]
        while self._peek() in (".", "["):
            if len(steps) == MAX_STEPS:
                self._fail(f"a path has at most {MAX_STEPS} steps")
            steps.append(self._key("a key") if self._take(".") else self._bracket())
        return Steps(tuple(steps))

    def _field(self) -> str:
        at = self._at
        field = self._key("a field of the event or a text in quotes")
        if field not in FIELDS:
            self._at = at
            near = difflib.get_close_matches(field, FIELDS, n=1, cutoff=0.0)[0]
            self._fail(f'"{field}" is no field of an event; the nearest is "{near}". Allowed: {", ".join(FIELDS)}', "")
        return field

    def _key(self, what: str) -> str:
        found = _KEY.match(self._text, self._at)
        if found is None:
            self._fail(f"{what} is expected")
        self._at = found.end()
        return found[0]

    def _bracket(self) -> str | int:
        self._at += 1
        if self._peek() in ("'", '"'):
            step: str | int = self._quoted()
        else:
            found = _INDEX.match(self._text, self._at)
            if found is None:
                self._fail("a number or a key in quotes is expected")
            self._at, step = found.end(), int(found[0])
        if not self._take("]"):
            self._fail('"]" is expected')
        return step

    def _quoted(self) -> str:
        quote, start, text = self._peek(), self._at, ""
        self._at += 1
        while (character := self._peek()) != quote:
            if not character:
                self._at = start
                self._fail("the text in quotes has no end")
            self._at += 1
            if character == "\\":
                character = self._peek()
                self._at += len(character)
            text += character
        self._at += 1
        return text

    def _peek(self) -> str:
        return self._text[self._at : self._at + 1]

    def _take(self, character: str) -> bool:
        found = self._peek() == character
        self._at += found
        return found

    def _skip(self) -> None:
        found = _SPACE.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _fail(self, expected: str, there: str | None = None) -> NoReturn:
        if there is None:
            there = f'; "{self._peek()}" stands there' if self._peek() else "; the path ends there"
        raise MappingError(
            f'The path "{self._text[:100]}" cannot be read: character {self._at + 1}: {expected}{there}. '
            "It is not used until this is mended.",
            position=self._at + 1,
        )
