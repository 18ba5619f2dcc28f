"""Reads a rule from JSON; whatever is wrong with it is said with the place, the value, and what is allowed.

What cannot be read is refused as a whole: a rule never holds of other people than was meant because a part of it was
overlooked. So a key that is not known is an error, with the nearest known one.
"""

from __future__ import annotations

import difflib
import math
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, NoReturn, cast

import msgspec

from headwater.base.errors import InvalidInput
from headwater.base.rules import (
    PERSON_DATES,
    PERSON_FIELDS,
    TIMED,
    All,
    Any_,
    Member,
    Not,
    Performed,
    Rule,
    Scope,
    Test,
    canonical,
)
from headwater.base.rules_ops import OPS, TAKES, Takes, date_ms, is_number

MAX_DEPTH: Final = 10
MAX_NODES: Final = 200
MAX_VALUES: Final = 1_000
MAX_CHARS: Final = 1_000
MAX_BYTES: Final = 262_144
MAX_COUNT: Final = 1_000
MAX_DAYS: Final = 36_500
MIN_DAYS: Final = 0.00001

KINDS: Final = ("all", "any", "not", "trait", "groupTrait", "person", "event", "segment")
_TEST_KEYS: Final = ("op", "value")
_EVENT_KEYS: Final = ("event", "op", "count", "withinDays", "where")
_EVENT_OPS: Final = ("performed", "notPerformed")
_WHERE_OPS: Final = tuple(op for op in OPS if op not in TIMED)
_DATE_OPS: Final = tuple(op for op, takes in TAKES.items() if takes in ("range", "date", "days"))
NOT_SAVED: Final = "Nothing was saved."
NOT_COUNTED: Final = "Nothing was counted."


class RuleError(InvalidInput):
    """A rule that cannot be used. `path` is a JSON pointer to what is wrong in it, '' for the rule itself; `outcome`
    says what therefore was not done."""

    code = "rule_invalid"

    def __init__(self, path: str, message: str, *, nearest: str | None = None, outcome: str = NOT_SAVED) -> None:
        self.path = path
        self.nearest = nearest
        self._said = message
        details = {"path": path} if nearest is None else {"path": path, "nearest": nearest}
        super().__init__(f"{path or 'The rule'}: {message} {outcome}", details=details)

    def but(self, outcome: str) -> RuleError:
        """The same of another undertaking."""
        return RuleError(self.path, self._said, nearest=self.nearest, outcome=outcome)


def parse(value: Any, *, kept: bool = False, outcome: str = NOT_SAVED) -> Rule:
    """Raises RuleError for the first thing that is wrong, in reading order.

    `kept`: the rule was let through once, perhaps when dates of people could be compared as texts. It is still read.
    """
    try:
        return _parsed(value, kept)
    except RuleError as error:
        raise error.but(outcome) from None


def _parsed(value: Any, kept: bool) -> Rule:
    rule = _Reader(kept).rule(value, "", 1)
    size_bytes = len(msgspec.json.encode(canonical(rule)))
    if size_bytes > MAX_BYTES:
        _fail("", f"it has {size_bytes:,} bytes as JSON; at most {MAX_BYTES:,} are allowed.")
    return rule


class _Reader:
    def __init__(self, kept: bool) -> None:
        self._nodes = 0
        self._kept = kept

    def rule(self, value: Any, path: str, depth: int) -> Rule:
        self._count(path)
        given = _object(value, path, f"a condition, with one of {_listed(KINDS)}")
        kind = _kind(given, path)
        if kind in ("all", "any", "not"):
            if depth >= MAX_DEPTH:
                _fail(f"{path}/{kind}", f"rules are nested {MAX_DEPTH} deep at most.")
            return self._group(given, kind, path, depth)
        if kind == "event":
            return self._event(given, path)
        if kind == "segment":
            _keys(given, ("segment",), path)
            return Member(_name(given["segment"], f"{path}/segment", "the id of a segment"))
        if kind == "person":
            _keys(given, ("person", *_TEST_KEYS), path)
            field = _one_of(given["person"], PERSON_FIELDS, f"{path}/person", "what is known of a person")
            if field in PERSON_DATES and not self._kept:
                return _test_of_date(given, field, path)
        return _test(given, cast(Scope, kind), path, OPS)

    def _group(self, given: Mapping[str, Any], kind: str, path: str, depth: int) -> Rule:
        _keys(given, (kind,), path)
        inner = given[kind]
        if kind == "not":
            return Not(self.rule(inner, f"{path}/not", depth + 1))
        if not isinstance(inner, list | tuple) or not inner:
            _fail(f"{path}/{kind}", f"a list of at least one condition is expected, and there is {_shown(inner)}.")
        inside = tuple(
            self.rule(each, f"{path}/{kind}/{index}", depth + 1)
            for index, each in enumerate(cast("Sequence[Any]", inner))
        )
        return All(inside) if kind == "all" else Any_(inside)

    def _event(self, given: Mapping[str, Any], path: str) -> Rule:
        _keys(given, _EVENT_KEYS, path)
        name = _name(given["event"], f"{path}/event", "the name of an event")
        op = _one_of(given.get("op", "performed"), _EVENT_OPS, f"{path}/op", "an operator of events")
        at_least, at_most = _counts(given.get("count"), f"{path}/count")
        days = given.get("withinDays")
        return Performed(
            event=name,
            at_least=at_least,
            at_most=at_most,
            within_days=None if days is None else _days(days, f"{path}/withinDays"),
            where=self._where(given.get("where"), f"{path}/where"),
            negated=op == "notPerformed",
        )

    def _where(self, value: Any, path: str) -> tuple[Test, ...]:
        if value is None:
            return ()
        if not isinstance(value, list | tuple):
            _fail(path, f"a list of conditions on properties is expected, and there is {_shown(value)}.")
        return tuple(self._property(each, f"{path}/{index}") for index, each in enumerate(cast("Sequence[Any]", value)))

    def _property(self, value: Any, path: str) -> Test:
        self._count(path)
        given = _object(value, path, 'a condition with the key "property"')
        _keys(given, ("property", *_TEST_KEYS), path)
        if "property" not in given:
            _fail(path, 'a condition within "where" needs the key "property".')
        op = given.get("op")
        if op in TIMED:
            _fail(
                f"{path}/op",
                f'"{op}" is not allowed within "where", as an event is judged when it comes: use "withinDays" beside'
                ' "event" for when it was performed, "before" or "after" for dates among its properties.',
            )
        return _test(given, "property", path, _WHERE_OPS)

    def _count(self, path: str) -> None:
        self._nodes += 1
        if self._nodes > MAX_NODES:
            _fail(path, f"a rule has at most {MAX_NODES} conditions; this is number {self._nodes}.")


def _kind(given: Mapping[str, Any], path: str) -> str:
    found = [kind for kind in KINDS if kind in given]
    if len(found) > 1:
        _fail(path, f"a condition has one of {_listed(KINDS)}; this one has {_listed(found)}. Wrap them in an all.")
    if found:
        return found[0]
    if not given:
        _fail(path, f"the condition is empty; it needs one of {_listed(KINDS)}.")
    unknown = next((key for key in given if key not in (*_TEST_KEYS, *_EVENT_KEYS)), next(iter(given)))
    if unknown in (*_TEST_KEYS, *_EVENT_KEYS):
        _fail(path, f"the condition does not say what it looks at; it needs one of {_listed(KINDS)}.")
    return _unknown(unknown, KINDS, f"{path}/{_escaped(unknown)}", "no kind of condition")


def _test(given: Mapping[str, Any], scope: Scope, path: str, ops: Sequence[str]) -> Test:
    _keys(given, (scope, *_TEST_KEYS), path)
    name = _name(given[scope], f"{path}/{scope}", "a name")
    if "op" not in given:
        _fail(path, f'the condition on "{_cut(name)}" has no "op". Allowed: {_listed(ops)}.')
    op = _one_of(given["op"], ops, f"{path}/op", "an operator")
    takes = TAKES[op]
    if takes == "nothing":
        if given.get("value") is not None:
            _fail(f"{path}/value", f'"{op}" takes no value, and there is {_shown(given["value"])}.')
        return Test(scope, name, op)
    if given.get("value") is None:
        hint = ' To ask for what is missing, use "notExists".' if "value" in given else ""
        _fail(f"{path}/value", f'"{op}" needs a value: {_EXPECTED[takes]}.{hint}')
    return Test(scope, name, op, _VALUES[takes](given["value"], f"{path}/value", op))


def _test_of_date(given: Mapping[str, Any], field: str, path: str) -> Test:
    """What compares texts or numbers would never hold of a date, or always."""
    op = given.get("op")
    if isinstance(op, str) and op in OPS and op not in _DATE_OPS:
        _fail(f"{path}/op", f'"{op}" is not for {field}, which always is a date. Allowed: {_listed(_DATE_OPS)}.')
    test = _test(given, "person", path, _DATE_OPS)
    if op == "between" and not isinstance(test.value[0], str):
        _fail(f"{path}/value", f"{field} lies between two dates in ISO 8601, and there is {_shown(given['value'])}.")
    return test


def _scalar(value: Any, path: str, op: str) -> Any:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        return _text_value(value, path)
    if is_number(value):
        return _number(value, path, op)
    return _expected(path, op, value)


def _item(value: Any, path: str, op: str) -> Any:
    return _text(value, path, op) if isinstance(value, str) else _scalar(value, path, op)


def _list(value: Any, path: str, op: str) -> tuple[Any, ...]:
    if not isinstance(value, list | tuple) or not value:
        _expected(path, op, value)
    values = cast("Sequence[Any]", value)
    if len(values) > MAX_VALUES:
        _fail(path, f"the list has {len(values):,} values; at most {MAX_VALUES:,} are allowed.")
    read = [_scalar(each, f"{path}/{index}", op) for index, each in enumerate(values)]
    return tuple({(isinstance(each, bool), each): each for each in read}.values())


def _text(value: Any, path: str, op: str) -> str:
    if not isinstance(value, str) or not value:
        _expected(path, op, value)
    return _text_value(value, path)


def _number(value: Any, path: str, op: str) -> int | float:
    if not is_number(value):
        _expected(path, op, value)
    if not abs(value) <= 1e300:
        _fail(path, "the number is too large; it lies between -1e300 and 1e300.")
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value


def _range(value: Any, path: str, op: str) -> tuple[Any, Any]:
    if not isinstance(value, list | tuple) or len(cast("Sequence[Any]", value)) != 2:
        _expected(path, op, value)
    low, high = cast("Sequence[Any]", value)
    read = _date if isinstance(low, str) else _number
    low, high = read(low, f"{path}/0", op), read(high, f"{path}/1", op)
    if isinstance(low, str) is not isinstance(high, str):
        _expected(path, op, value)
    if (cast(int, date_ms(low)) > cast(int, date_ms(high))) if isinstance(low, str) else low > high:
        _fail(path, f"the first value is greater than the second: {_shown(value)}. Nothing lies between them.")
    return low, high


def _date(value: Any, path: str, op: str) -> Any:
    if date_ms(value) is None:
        _expected(path, op, value)
    return value if isinstance(value, str) else _number(value, path, op)


def _days(value: Any, path: str, op: str = "withinDays") -> int | float:
    if not is_number(value) or not MIN_DAYS <= value <= MAX_DAYS:
        _expected(path, op, value)
    return _number(value, path, op)


_VALUES: Final[Mapping[Takes, Callable[[Any, str, str], Any]]] = {
    "scalar": _scalar,
    "list": _list,
    "item": _item,
    "text": _text,
    "number": _number,
    "range": _range,
    "date": _date,
    "days": _days,
}
_EXPECTED: Final[Mapping[Takes, str]] = {
    "scalar": "a text, a number, true or false",
    "list": "a list of at least one text, number, true or false",
    "item": "a text that is not empty, a number, true or false",
    "text": "a text that is not empty",
    "number": "a number",
    "range": "[low, high], two numbers or two dates in ISO 8601",
    "date": "a date in ISO 8601, or seconds since 1970",
    "days": f"a number of days from {MIN_DAYS:.5f} to {MAX_DAYS:,}, fractions allowed",
}


def _expected(path: str, op: str, value: Any) -> NoReturn:
    wanted = _EXPECTED[TAKES.get(op, "days")]
    _fail(path, f'"{op}" takes {wanted}, and there is {_shown(value)}.')


def _counts(value: Any, path: str) -> tuple[int, int | None]:
    if value is None:
        return 1, None
    given = _object(value, path, 'an object with "atLeast", "atMost" or "exactly"')
    _keys(given, ("atLeast", "atMost", "exactly"), path)
    if not given or ("exactly" in given and len(given) > 1):
        _fail(path, f'either "exactly", or "atLeast", "atMost" or both are expected, and there is {_shown(value)}.')
    if "exactly" in given:
        exactly = _times(given["exactly"], f"{path}/exactly", 0)
        return exactly, exactly
    at_least = _times(given["atLeast"], f"{path}/atLeast", 1) if "atLeast" in given else 0
    at_most = _times(given["atMost"], f"{path}/atMost", 0) if "atMost" in given else None
    if at_most is not None and at_most < at_least:
        _fail(path, f'"atMost" ({at_most}) is less than "atLeast" ({at_least}): no count is both.')
    return at_least, at_most


def _times(value: Any, path: str, least: int) -> int:
    whole = isinstance(value, float) and value.is_integer()
    if not is_number(value) or not (isinstance(value, int) or whole) or not least <= value <= MAX_COUNT:
        _fail(path, f"a whole number from {least} to {MAX_COUNT:,} is expected, and there is {_shown(value)}.")
    return int(value)


def _object(value: Any, path: str, wanted: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        _fail(path, f"an object is expected: {wanted}; there is {_shown(value)}.")
    return cast("Mapping[str, Any]", value)


def _keys(given: Mapping[str, Any], known: Sequence[str], path: str) -> None:
    for key in given:
        if key not in known:
            _unknown(key, known, f"{path}/{_escaped(key)}", "no key of this condition")


def _name(value: Any, path: str, wanted: str) -> str:
    if not isinstance(value, str) or not value.strip():
        _fail(path, f"{wanted} is expected, a text that is not empty; there is {_shown(value)}.")
    return _text_value(value, path)


def _text_value(value: str, path: str) -> str:
    if len(value) > MAX_CHARS:
        _fail(path, f"the text has {len(value):,} characters; at most {MAX_CHARS:,} are allowed.")
    if any("\ud800" <= character <= "\udfff" for character in value):
        _fail(path, "the text holds half of a character (a lone surrogate), which no UTF-8 can hold.")
    return unicodedata.normalize("NFC", value)


def _one_of(value: Any, known: Sequence[str], path: str, what: str) -> str:
    if not isinstance(value, str):
        _fail(path, f"{what} is expected, a text; there is {_shown(value)}. Allowed: {_listed(known)}.")
    if value not in known:
        _unknown(value, known, path, f"not {what}")
    return value


def _unknown(word: str, known: Sequence[str], path: str, what: str) -> NoReturn:
    by_lower = {each.lower(): each for each in known}
    near = by_lower[difflib.get_close_matches(word[:100].lower(), list(by_lower), n=1, cutoff=0.0)[0]]
    message = f'"{_cut(word)}" is {what}; the nearest is "{near}". Allowed: {_listed(known)}.'
    raise RuleError(path, message, nearest=near)


def _fail(path: str, message: str) -> NoReturn:
    raise RuleError(path, message)


def _escaped(key: str) -> str:
    return _cut(key).replace("~", "~0").replace("/", "~1")


def _listed(words: Sequence[str]) -> str:
    return ", ".join(words)


def _shown(value: Any) -> str:
    text = repr(value) if isinstance(value, float) and not math.isfinite(value) else _cut(_json(value))
    return "nothing" if value is None else text


def _json(value: Any) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except (TypeError, UnicodeEncodeError, RecursionError):
        return f"a {type(value).__name__}"


def _cut(text: str) -> str:
    return text if len(text) <= 60 else f"{text[:59]}…"
