"""Takes people out: who they are by their ids, and every row and name of theirs, and what they said of
groups. Of the room's thread."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Final

from headwater.profiles import rows
from headwater.profiles.model import Person
from headwater.profiles.store import Store
from headwater.profiles.working import Working

SLICE: Final = 1_000


def people_of(
    store: Store, working: Working, workspace_id: str, user_ids: Sequence[str], anonymous_ids: Sequence[str]
) -> list[Person]:
    """Each person whom one of the ids names, once."""
    no = store.known_number(workspace_id)
    if no is None:
        return []
    names = [rows.user_name(no, id) for id in user_ids] + [rows.anonymous_name(no, id) for id in anonymous_ids]
    working.fetch_claims(names)
    refs = {claim.ref for name in names if (claim := working.claim(name)) is not None}
    return working.load(sorted(refs))


def erase(
    store: Store,
    working: Working,
    workspace_id: str,
    user_ids: Sequence[str],
    anonymous_ids: Sequence[str],
    groups: Mapping[str, Collection[int]] | None = None,
) -> int:
    """Gives how many rows there were of them: their own, the names that led to them, what was still to be announced,
    what could not be read of theirs, groups that nobody else is in.

    `groups`: when (ms since 1970-01-01 UTC) they said something of which groups; what a group has from then goes too.
    """
    no = store.known_number(workspace_id)
    if no is None:
        return 0
    people = people_of(store, working, workspace_id, user_ids, anonymous_ids)
    count = store.remove_dead_of(
        workspace_id,
        {*user_ids, *(id for person in people for id in person.user_ids)},
        {*anonymous_ids, *(id for person in people for id in person.anonymous_ids)},
    )
    said = {group_id: frozenset[int]() for person in people for group_id in person.groups}
    for group_id, times_ms in (groups or {}).items():
        said[group_id] = frozenset(times_ms)
    for person in people:
        count += store.remove_outgoing_of(person.ref) + working.remove(no, person)
        count += store.remove_people([person.ref])
    gone = frozenset(person.ref for person in people)
    return count + sum(_leave(store, working, no, group_id, times_ms, gone) for group_id, times_ms in said.items())


def _leave(
    store: Store, working: Working, no: int, group_id: str, times_ms: Collection[int], gone: Collection[int]
) -> int:
    """Gives how many groups went, or lost what was said of them at these times."""
    if store.has_members(no, group_id, but=gone):
        return int(working.take_back(no, group_id, times_ms))
    return int(working.remove_group(no, group_id))


def clear_workspace(store: Store, working: Working, no: int) -> bool:
    """Takes out a slice of a workspace that was deleted; False when nothing is left of it."""
    refs = store.some_refs(no, SLICE)
    for ref in refs:
        working.vanish(ref)
    return bool(refs) or store.clear_names(no, SLICE) or store.clear_rest(no)
