"""Decides what a connection may be told: topics, filters, field mapping, retry schedule, pace.

What passes can be stored, shown and obeyed; what does not is refused with what is allowed.
"""

from __future__ import annotations

import difflib
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from headwater.base.errors import InvalidInput
from headwater.base.event import CALL_TYPES
from headwater.base.mapping import MappingError, parse
from headwater.base.topics import TOPICS
from headwater.control.model import Filters

MAX_FILTER_VALUES: Final = 1000
MAX_VALUE_CHARS: Final = 500
MAX_RETRIES: Final = 30
MAX_RETRY_S: Final = 7 * 86_400.0
MAX_PER_SECOND: Final = 100_000.0


def checked_topics(given: Iterable[str]) -> tuple[str, ...]:
    """The topics in the order of the list of them, each once."""
    wanted = list(given)
    for topic in wanted:
        if topic not in TOPICS:
            raise _refused("topics", f"{topic!r} is not a topic", f"Allowed: {', '.join(TOPICS)}")
    return tuple(topic for topic in TOPICS if topic in wanted)


def checked_filters(given: Filters) -> Filters:
    """An empty list means what an absent one does: that it does not matter."""
    for call in given.calls or ():
        if call not in CALL_TYPES:
            raise _refused("filters.calls", f"{call!r} is no kind of call", f"Allowed: {', '.join(CALL_TYPES)}")
    return Filters(
        content_ids=_values(given.content_ids, "filters.contentIds"),
        event_names=_values(given.event_names, "filters.eventNames"),
        calls=_values(given.calls, "filters.calls"),
    )


def require_something_to_send(topics: Sequence[str], filters: Filters) -> None:
    """A webhook without a topic and without a name would never send anything."""
    if not topics and not filters.event_names:
        raise _refused(
            "topics",
            "A webhook needs at least one topic, or at least one event name in filters.eventNames",
            f"Topics: {', '.join(TOPICS)}",
        )


def checked_mapping(given: Mapping[str, str], fields: Iterable[str], owner: str) -> dict[str, str]:
    """A path for each field; only fields that the destination has. An empty path takes the field's own back."""
    known = list(fields)
    for field, path in given.items():
        if field not in known:
            near = difflib.get_close_matches(field, known, n=1)
            hint = f'Did you mean "{near[0]}"? ' if near else ""
            has = f"It has: {', '.join(known)}" if known else "It has none"
            raise _refused(f"mapping.{field}", f'{owner} has no field "{field}" to map', hint + has)
        _check_path(field, path)
    return {field: path.strip() for field, path in given.items() if path.strip()}


def checked_schedule(given: Sequence[float] | None) -> tuple[float, ...] | None:
    """Seconds to wait before each further attempt; empty: one attempt alone; None: the usual schedule."""
    if given is None:
        return None
    if len(given) > MAX_RETRIES:
        raise _refused("schedule", f"{len(given)} retries are too many", f"At most {MAX_RETRIES}")
    for delay_s in given:
        if not math.isfinite(delay_s) or not 0 < delay_s <= MAX_RETRY_S:
            raise _refused(
                "schedule", f"{delay_s:g} s is no delay", f"Seconds, more than 0 and at most {MAX_RETRY_S:.0f}"
            )
    return tuple(float(delay_s) for delay_s in given)


def checked_pace(given: float | None) -> float | None:
    """Deliveries a second at most; None: as the destination says."""
    if given is not None and not 0 < given <= MAX_PER_SECOND:
        raise _refused("perSecond", f"{given:g} a second is no pace", f"More than 0 and at most {MAX_PER_SECOND:.0f}")
    return None if given is None else float(given)


def _check_path(field: str, path: str) -> None:
    refuse_surrogates(path, f"mapping.{field}")
    try:
        if path.strip():
            parse(path.strip())
    except MappingError as error:
        details = {"field": f"mapping.{field}", "position": error.position}
        raise InvalidInput(f"{error.message} Nothing was changed.", code=error.code, details=details) from None


def _values(given: Sequence[str] | None, field: str) -> tuple[str, ...] | None:
    if not given:
        return None
    if len(given) > MAX_FILTER_VALUES:
        raise _refused(field, f"{len(given)} values are too many", f"At most {MAX_FILTER_VALUES}")
    for value in given:
        if not value or len(value) > MAX_VALUE_CHARS:
            raise _refused(
                field, f"A value of {len(value)} characters cannot be matched", f"1 to {MAX_VALUE_CHARS} characters"
            )
        refuse_surrogates(value, field)
    return tuple(dict.fromkeys(given))


def refuse_surrogates(value: Any, field: str) -> None:
    """Half a surrogate pair is no character: no event holds one, and it cannot be stored."""
    if isinstance(value, str) and not value.isascii():
        try:
            value.encode()
        except UnicodeEncodeError:
            raise _refused(field, "The text holds an unpaired surrogate", "Characters of Unicode") from None


def _refused(field: str, what: str, allowed: str) -> InvalidInput:
    return InvalidInput(f"{what}. {allowed}. Nothing was changed.", details={"field": field})
