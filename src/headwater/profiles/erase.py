"""Takes people out: who they are by their ids, and every row and name of theirs. Of the room's thread."""

from __future__ import annotations

from collections.abc import Sequence
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
    store: Store, working: Working, workspace_id: str, user_ids: Sequence[str], anonymous_ids: Sequence[str]
) -> int:
    """Gives how many rows there were of them: their own, the names that led to them, what was still to be announced,
    what could not be read of theirs."""
    no = store.known_number(workspace_id)
    if no is None:
        return 0
    people = people_of(store, working, workspace_id, user_ids, anonymous_ids)
    count = store.remove_dead_of(
        workspace_id,
        {*user_ids, *(id for person in people for id in person.user_ids)},
        {*anonymous_ids, *(id for person in people for id in person.anonymous_ids)},
    )
    for person in people:
        count += store.remove_outgoing_of(person.ref) + working.remove(no, person)
        count += store.remove_people([person.ref])
    return count


def clear_workspace(store: Store, working: Working, no: int) -> bool:
    """Takes out a slice of a workspace that was deleted; False when nothing is left of it."""
    refs = store.some_refs(no, SLICE)
    for ref in refs:
        working.vanish(ref)
    return bool(refs) or store.clear_names(no, SLICE) or store.clear_rest(no)
