"""What a rule is held against: the facts of one person, as plain values."""

from __future__ import annotations

from collections.abc import Container, Mapping, Sequence
from typing import Any, Final

import msgspec

MARK_BITS: Final = 20
_MARK_MASK: Final = (1 << MARK_BITS) - 1
_LATEST_MS: Final = (1 << 42) - 1


class Facts(msgspec.Struct, frozen=True):
    """Texts are in NFC (see `rules_ops.plain`); null counts as absent.

    `groups`: the traits of each group of the person. `person`: the fields of `rules.PERSON_FIELDS`, each as a list.
    `meters`: the newest times of what rules count, newest first, as `timed` writes them. `segments`: the ids of the
    segments that the person is in, without `Everyone`.
    """

    traits: Mapping[str, Any] = {}
    groups: Sequence[Mapping[str, Any]] = ()
    person: Mapping[str, Sequence[Any]] = {}
    meters: Mapping[Any, Sequence[int]] = {}
    segments: Container[str] = ()


def timed(at_ms: int, mark: int) -> int:
    """An event's time, and a mark of the event, so that two events of one moment are two and one that comes again is
    one. Greater is later."""
    return max(0, min(at_ms, _LATEST_MS)) << MARK_BITS | mark & _MARK_MASK


def time_of(timed: int) -> int:
    """Milliseconds since 1970."""
    return timed >> MARK_BITS


def newest(times: Sequence[int], more: Sequence[int], depth: int) -> list[int]:
    """The union of both, newest first, at most `depth` of them: in any order and grouping the same."""
    return sorted({*times, *more}, reverse=True)[:depth]
