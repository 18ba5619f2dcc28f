"""Reads JSON objects without losing anything, and writes values back as JSON.

A plain object takes the fast decoder. What that one would change (a repeated key, a number that no double holds,
the sign of a zero) is read again, slowly, into `Number` and `Repeated`, which keep what was written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from decimal import Decimal
from math import isinf
from typing import Any, Final

import msgspec

INT64_MIN: Final = -(2**63)
INT64_MAX: Final = 2**63 - 1


class Unreadable(ValueError):
    """The text is no JSON object, or one nested too deep to be walked."""


class JsonText(str):
    """A value in JSON: an array, which a column holds as its text."""

    __slots__ = ()


class Number(str):
    """The text of a number that neither an int64 nor a double holds exactly."""

    __slots__ = ()


class Repeated(list[tuple[str, Any]]):
    """An object in which a key stands twice: its pairs in order."""

    __slots__ = ()

    def items(self) -> Iterable[tuple[str, Any]]:
        return self


_SIMPLE = frozenset({str, int, bool, type(None)})
_HOLDERS = frozenset({dict, list})


class _Inexact(Exception):
    pass


def read_object(raw: bytes) -> dict[str, Any] | Repeated:
    """An object with all its keys and exact numbers; absent text and `null` read as an empty one.

    Raises Unreadable.
    """
    if not raw:
        return {}
    try:
        found = _read_fast(raw)
    except (_Inexact, msgspec.MsgspecError, RecursionError):
        found = _read_slowly(raw)
    if found is None:
        return {}
    if not isinstance(found, dict | Repeated):
        raise Unreadable("not a JSON object")
    return found


def json_text(value: Any) -> str:
    """Any value that `read_object` gives, in compact JSON, exactly."""
    if isinstance(value, str):
        return str(value) if isinstance(value, Number | JsonText) else json.dumps(value, ensure_ascii=False)
    if value is None or isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, dict | Repeated):
        return "{" + ",".join(f"{json_text(key)}:{json_text(item)}" for key, item in value.items()) + "}"
    if _SIMPLE.issuperset(map(type, value)):
        return msgspec.json.encode(value).decode()
    return "[" + ",".join(map(json_text, value)) + "]"


def is_double(text: str, number: float) -> bool:
    """Whether the double says what the text says: to the digits written, at most the 17 that a double has."""
    if isinf(number):
        return False
    try:
        written = Decimal(text)
        if written == Decimal(number):
            return True
        digits = len(written.normalize().as_tuple().digits)
        return digits <= 17 and Decimal(f"{number:.{digits}g}") == written
    except ArithmeticError:  # an exponent beyond what decimals know
        return False


def _plain_float(text: str) -> float:
    """Only what is written back in no more characters than it had: see `_read_fast`."""
    number = float(text)
    if repr(number) == text and "e" not in text:
        return number
    raise _Inexact


def _exact_float(text: str) -> float | Number:
    number = float(text)
    return number if is_double(text, number) else Number(text)


def _exact_int(text: str) -> int | float | Number:
    if text == "-0":
        return -0.0
    return int(text) if len(text) <= 20 and INT64_MIN <= int(text) <= INT64_MAX else Number(text)


_FAST = msgspec.json.Decoder(float_hook=_plain_float)
_LOOSE = msgspec.json.Decoder(float_hook=_exact_float)
_ENCODE = msgspec.json.Encoder().encode
_APART = re.compile(rb"[ \t\r\n]:|[:, \t\r\n\[]-0")
"""A colon that stands apart from its key, or a number that begins with -0."""


def _read_fast(raw: bytes) -> Any:
    """Raises _Inexact when it cannot be sure that all is there.

    Written back, nothing gets longer than it was. So when the length is the same, no key was lost and no zero its
    sign. Otherwise (spaces, escapes, other ways to write a number) the keys are counted.
    """
    try:
        found = _FAST.decode(raw)
        if len(_ENCODE(found)) == len(raw):
            return found
    except _Inexact:
        found = _LOOSE.decode(raw)
    if _APART.search(raw) or (type(found) is dict and raw.count(b'":') != _count_keys(found)):
        raise _Inexact
    return found


def _count_keys(found: dict[str, Any]) -> int:
    count = 0
    waiting: list[Any] = [found]
    while waiting:
        item = waiting.pop()
        if type(item) is dict:
            count += len(item)
            item = item.values()
        waiting += [value for value in item if type(value) in _HOLDERS]
    return count


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Repeated:
    found = dict(pairs)
    return found if len(found) == len(pairs) else Repeated(pairs)


def _refuse_constant(text: str) -> Any:
    raise Unreadable(f"{text} is not JSON")


def _read_slowly(raw: bytes) -> Any:
    try:
        return json.loads(
            raw.decode("utf-8"),
            object_pairs_hook=_pairs,
            parse_float=_exact_float,
            parse_int=_exact_int,
            parse_constant=_refuse_constant,
        )
    except (ValueError, RecursionError) as error:
        raise Unreadable(str(error)) from error
