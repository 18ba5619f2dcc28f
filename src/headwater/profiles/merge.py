"""Two people that turn out to be one.

Commutative, associative and idempotent: whichever is named first, and however often. A known person goes before an
anonymous one, then the one that was known here for longer: its `id` stays.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from headwater.profiles import traits
from headwater.profiles.bounds import (
    MAX_ANONYMOUS_IDS,
    MAX_EXTERNAL_IDS,
    MAX_GROUPS,
    MAX_USER_IDS,
    join_newest,
)
from headwater.profiles.model import Person

Meters = Mapping[int, list[int]]
JoinMeters = Callable[[Meters, Meters], dict[int, list[int]]]


def survivor(one: Person, other: Person) -> tuple[Person, Person]:
    """The one that stays, and the one that goes into it."""
    return (one, other) if _rank(one) <= _rank(other) else (other, one)


def merged(one: Person, other: Person, join_meters: JoinMeters) -> Person:
    """A new value; neither of the two is touched."""
    stays, goes = survivor(one, other)
    found = Person(
        ref=stays.ref,
        id=stays.id,
        workspace_id=stays.workspace_id,
        user_ids=dict(stays.user_ids),
        anonymous_ids=dict(stays.anonymous_ids),
        external_ids=dict(stays.external_ids),
        traits=dict(stays.traits),
        groups=dict(stays.groups),
        identified=stays.identified or goes.identified,
        first_seen_ms=min(stays.first_seen_ms, goes.first_seen_ms),
        last_seen_ms=max(stays.last_seen_ms, goes.last_seen_ms),
        turned_ms=max(stays.turned_ms, goes.turned_ms),
        refused={
            reason: max(stays.refused.get(reason, 0), goes.refused.get(reason, 0))
            for reason in stays.refused | goes.refused
        },
        meters=join_meters(stays.meters, goes.meters),
    )
    join_newest(found.user_ids, goes.user_ids, MAX_USER_IDS)
    join_newest(found.anonymous_ids, goes.anonymous_ids, MAX_ANONYMOUS_IDS)
    join_newest(found.external_ids, goes.external_ids, MAX_EXTERNAL_IDS)
    join_newest(found.groups, goes.groups, MAX_GROUPS)
    traits.join(found.traits, goes.traits)
    return found


def _rank(person: Person) -> tuple[bool, int]:
    return not person.is_known, person.ref
