"""The people of a stretch in memory: what was read of them, what changed, and how all of it is written at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Sequence

import msgspec

from headwater.profiles import rows
from headwater.profiles.bounds import MAX_ANONYMOUS_IDS, MAX_EXTERNAL_IDS, MAX_USER_IDS, join_newest
from headwater.profiles.identity import person_id
from headwater.profiles.merge import JoinMeters, merged, survivor
from headwater.profiles.model import Changed, Group, Person
from headwater.profiles.refusals import Refusal
from headwater.profiles.store import Claim, Store


class Kind(msgspec.Struct, frozen=True):
    """A kind of id: where a person keeps it, how many at most, what it means when one gives way."""

    letter: str
    most: int
    dropped: Refusal


USER = Kind("u", MAX_USER_IDS, Refusal.USER_ID_LIMIT)
ANONYMOUS = Kind("a", MAX_ANONYMOUS_IDS, Refusal.ANONYMOUS_ID_DROPPED)
EXTERNAL = Kind("x", MAX_EXTERNAL_IDS, Refusal.EXTERNAL_ID_DROPPED)


class Working:
    """Of one transaction of `store`, as `ports.People`. `counting`: what is refused now counts (no replay).
    `announces`: it wrote something that is to be announced. `held_bytes`: what was read of people, about."""

    def __init__(self, store: Store, *, join_meters: JoinMeters) -> None:
        self._store = store
        self._join_meters = join_meters
        self._next_person, self._next_group = store.next_refs()
        self._first_refs = (self._next_person, self._next_group)
        self.counting = True
        self.announces = False
        self._forget()

    def _forget(self) -> None:
        self._claims: dict[str, Claim | None] = {}
        self._new_claims: dict[str, Claim | None] = {}
        self._people: dict[int, Person] = {}
        self._written: set[int] = set()
        self._metered: set[int] = set()
        self._gone: set[int] = set()
        self._ids: dict[tuple[str, str], str] = {}
        self._seen: dict[int, list[int]] = {}
        """(workspace's number, first, last) by ref."""
        self._groups: dict[str, Group | None] = {}
        self._groups_written: set[str] = set()
        self._groups_gone: set[int] = set()
        self._groups_waiting: set[tuple[int, str]] = set()
        self._refused: Counter[tuple[str, str]] = Counter()
        self.groups_changed: dict[tuple[int, str], set[str]] = {}
        self.changed: dict[int, Changed] = {}
        self.held_bytes = 0

    # As `ports.People`

    def load(self, refs: Sequence[int]) -> list[Person]:
        self.fetch_people(refs)
        return [person for ref in refs if (person := self._people.get(ref)) is not None]

    def after(self, workspace_id: str, ref: int, limit: int) -> list[Person]:
        no = self._store.known_number(workspace_id)
        return [] if no is None else self._store.people_after(no, ref, limit)

    def count(self, workspace_id: str) -> int:
        no = self._store.known_number(workspace_id)
        return 0 if no is None else self._store.count(no)

    def find(self, workspace_id: str, user_id: str | None, anonymous_id: str | None) -> int | None:
        no = self._store.known_number(workspace_id)
        if no is None:
            return None
        user = self.claim(rows.user_name(no, user_id)) if user_id is not None else None
        if user is None and anonymous_id is not None:
            user = self.claim(rows.anonymous_name(no, anonymous_id))
        return None if user is None else user.ref

    def group(self, workspace_id: str, group_id: str) -> Group | None:
        no = self._store.known_number(workspace_id)
        return None if no is None else self._group(rows.group_name(no, group_id))

    # Names

    def fetch_claims(self, names: Iterable[str]) -> None:
        """Reads many at once, so that `claim` finds them."""
        missing = [name for name in names if name not in self._claims]
        if missing:
            self._claims |= dict.fromkeys(missing)
            self._claims |= self._store.claims(sorted(missing))

    def claim(self, name: str) -> Claim | None:
        if name not in self._claims:
            self.fetch_claims((name,))
        return self._claims[name]

    def _set_claim(self, name: str, claim: Claim | None) -> None:
        self._claims[name] = self._new_claims[name] = claim

    # People

    def fetch_people(self, refs: Iterable[int]) -> None:
        missing = {ref for ref in refs if ref not in self._people and ref not in self._gone}
        if missing:
            people, size_bytes = self._store.weighed_people(list(missing))
            self.held_bytes += size_bytes
            for person in people:
                self._people[person.ref] = self._with_seen(person)

    def person(self, ref: int) -> Person:
        found = self._people.get(ref)
        if found is None:
            self.fetch_people((ref,))
            found = self._people[ref]
        return found

    def _with_seen(self, person: Person) -> Person:
        seen = self._seen.get(person.ref)
        if seen is not None:
            person.first_seen_ms = min(person.first_seen_ms, seen[1])
            person.last_seen_ms = max(person.last_seen_ms, seen[2])
        return person

    def new_person(self, no: int, workspace_id: str, first_id: str, at_ms: int) -> Person:
        """`first_id` is the letter of its kind and the id."""
        id, attempt = self.id_of(workspace_id, first_id), 0
        while self.claim(rows.public_name(no, id)) is not None:
            attempt += 1
            id = person_id(workspace_id, first_id, attempt)
        person = Person(
            ref=self._next_person,
            id=id,
            workspace_id=workspace_id,
            first_seen_ms=at_ms,
            last_seen_ms=at_ms,
        )
        self._next_person += 1
        self._people[person.ref] = person
        self._set_claim(rows.public_name(no, id), Claim(person.ref, at_ms))
        self.saw(no, person.ref, at_ms)
        self.write(person)
        self.change(person).whole = True
        return person

    def id_of(self, workspace_id: str, first_id: str) -> str:
        """The id of somebody new, unless it is taken."""
        key = (workspace_id, first_id)
        found = self._ids.get(key)
        if found is None:
            found = self._ids[key] = person_id(workspace_id, first_id)
        return found

    def saw(self, no: int, ref: int, at_ms: int) -> None:
        """They were there at that time."""
        seen = self._seen.get(ref)
        if seen is None:
            self._seen[ref] = [no, at_ms, at_ms]
        elif at_ms < seen[1]:
            seen[1] = at_ms
        elif at_ms > seen[2]:
            seen[2] = at_ms
        person = self._people.get(ref)
        if person is not None:
            person.first_seen_ms = min(person.first_seen_ms, at_ms)
            person.last_seen_ms = max(person.last_seen_ms, at_ms)

    def write(self, person: Person) -> None:
        self._written.add(person.ref)

    def write_meters(self, person: Person) -> None:
        self._metered.add(person.ref)

    def change(self, person: Person) -> Changed:
        found = self.changed.get(person.ref)
        if found is None:
            found = self.changed[person.ref] = Changed()
        return found

    def refuse(self, person: Person | None, workspace_id: str, reason: Refusal, count: int = 1) -> None:
        if not self.counting or count == 0:
            return
        self._refused[workspace_id, reason.value] += count
        if person is not None:
            person.refused[reason.value] = person.refused.get(reason.value, 0) + count
            self.write(person)

    # Ids

    def give(self, no: int, person: Person, kind: Kind, id: str, at_ms: int) -> None:
        """Makes an id a person's, or says that it still is; it is taken from whoever had it."""
        ids = ids_of(person, kind)
        name = f"{kind.letter}{no}:{id}"
        owner = self.claim(name)
        if owner is not None and owner.ref != person.ref:
            other = self.person(owner.ref)
            ids_of(other, kind).pop(id, None)
            self.write(other)
            self._ids_changed(other, kind)
        if id not in ids:
            self._ids_changed(person, kind)
        dropped = join_newest(ids, {id: at_ms}, kind.most)
        self._set_claim(name, Claim(person.ref, ids.get(id, at_ms)))
        for each in dropped:
            self._set_claim(f"{kind.letter}{no}:{each}", None)
            self.refuse(person, person.workspace_id, kind.dropped)
        self.write(person)

    def _ids_changed(self, person: Person, kind: Kind) -> None:
        changed = self.change(person)
        changed.ids = True
        changed.whole = changed.whole or kind is USER

    def merge(self, no: int, one: Person, other: Person) -> Person:
        """The one person that the two are from now on."""
        stays, goes = survivor(one, other)
        before = {*rows.names_of(no, stays), *rows.names_of(no, goes)}
        person = merged(one, other, self._join_meters)
        after = set(rows.names_of(no, person))
        for name in before - after:
            self._set_claim(name, None)
        for name in after:
            claim = self.claim(name)
            if claim is None or claim.ref != person.ref:
                self._set_claim(name, Claim(person.ref, claim.at_ms if claim else person.last_seen_ms))
        self._remove(goes.ref)
        self._people[person.ref] = person
        self.saw(no, person.ref, person.first_seen_ms)
        self.saw(no, person.ref, person.last_seen_ms)
        self.write(person)
        self.write_meters(person)
        self.change(person).whole = True
        return person

    def remove(self, no: int, person: Person) -> int:
        """Erases a person with all that leads to it; gives how many rows there were."""
        names = list(rows.names_of(no, person))
        for name in names:
            self._set_claim(name, None)
        self._remove(person.ref)
        return len(names)

    def vanish(self, ref: int) -> None:
        """The same without the names, which go together."""
        self._remove(ref)

    def _remove(self, ref: int) -> None:
        self._people.pop(ref, None)
        self._seen.pop(ref, None)
        self.changed.pop(ref, None)
        self._written.discard(ref)
        self._metered.discard(ref)
        self._gone.add(ref)

    @property
    def gone(self) -> frozenset[int]:
        return frozenset(self._gone)

    def email_changed(self, no: int, person: Person, before: str | None) -> None:
        after = rows.email_of(person)
        if before is not None and before != after:
            self._set_claim(rows.email_name(no, before, person.ref), None)
        if after is not None and after != before:
            self._set_claim(rows.email_name(no, after, person.ref), Claim(person.ref, person.last_seen_ms))

    # Groups

    def group_to_write(self, no: int, workspace_id: str, group_id: str, at_ms: int) -> Group:
        name = rows.group_name(no, group_id)
        group = self._group(name)
        if group is None:
            group = Group(
                ref=self._next_group, id=group_id, workspace_id=workspace_id, first_seen_ms=at_ms, last_seen_ms=at_ms
            )
            self._next_group += 1
            self._set_claim(name, Claim(group.ref, at_ms))
            self._groups[name] = group
        self._groups_written.add(name)
        return group

    def _group(self, name: str) -> Group | None:
        if name not in self._groups:
            claim = self.claim(name)
            self._groups[name] = None if claim is None else self._store.group(claim.ref)
        return self._groups[name]

    def enter(self, no: int, person: Person, group_id: str, dropped: Sequence[str], *, is_new: bool) -> None:
        if is_new:
            self._set_claim(rows.member_name(no, group_id, person.ref), Claim(person.ref, person.groups[group_id]))
        for each in dropped:
            self._set_claim(rows.member_name(no, each, person.ref), None)
            self.refuse(person, person.workspace_id, Refusal.GROUP_DROPPED)

    def group_changed(self, no: int, group: Group, names: set[str]) -> None:
        self.groups_changed.setdefault((no, group.id), set()).update(names)

    def take_back(self, no: int, group_id: str, times_ms: Collection[int]) -> bool:
        """What a group has that was said at these times goes; False when there was nothing."""
        name = rows.group_name(no, group_id)
        group = self._group(name)
        names = (
            {each for each, trait in group.traits.items() if trait.at_ms in times_ms} if group is not None else set()
        )
        if group is None or not names:
            return False
        for each in names:
            del group.traits[each]
        self._groups_written.add(name)
        self.group_changed(no, group, names)
        return True

    def remove_group(self, no: int, group_id: str) -> bool:
        """Erases a group that nobody is in; False when there was none."""
        name = rows.group_name(no, group_id)
        group = self._group(name)
        if group is None:
            return False
        self._set_claim(name, None)
        self._groups[name] = None
        self._groups_gone.add(group.ref)
        return True

    def members_wait(self, no: int, group_id: str) -> None:
        """All of a group's people are to be judged by and by."""
        self._groups_waiting.add((no, group_id))

    # The end

    def save(self) -> None:
        """Writes all that changed, within the transaction under way, and lets go of everything it knows."""
        store = self._store
        store.remove_people(sorted(self._gone))
        written = [self._people[ref] for ref in sorted(self._written)]
        store.put_people([(store.number(person.workspace_id), person) for person in written])
        store.put_seen([(ref, seen[0], seen[1], seen[2]) for ref, seen in sorted(self._seen.items())])
        store.put_meters([self._people[ref] for ref in sorted(self._metered)])
        store.remove_groups(sorted(self._groups_gone))
        store.put_groups(
            [
                (store.number(g.workspace_id), g)
                for name in self._groups_written
                if (g := self._groups[name]) is not None
            ]
        )
        store.put_names(self._new_claims)
        for no, group_id in sorted(self._groups_waiting):
            store.add_waiting_members(no, group_id)
        store.add_refusals(self._refused)
        if self._first_refs != (self._next_person, self._next_group):
            store.set_next_refs(self._next_person, self._next_group)
        self._forget()


def ids_of(person: Person, kind: Kind) -> dict[str, int]:
    if kind is USER:
        return person.user_ids
    return person.anonymous_ids if kind is ANONYMOUS else person.external_ids
