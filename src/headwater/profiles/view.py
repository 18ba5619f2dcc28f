"""The people as they are told to who asks: one, several by what they have, or which one an id names.

Reads what is committed, beside the loop, from any thread.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any, Final

import msgspec

from headwater.base.clock import iso_from_seconds
from headwater.profiles import rows
from headwater.profiles import traits as person_traits
from headwater.profiles.model import NULL, Group, Person, Trait
from headwater.profiles.ports import Segments
from headwater.profiles.refusals import MERGES
from headwater.profiles.store import Store

MOST_FOUND: Final = 10_000
"""People that a search by a part of an id finds at most, for each kind of id."""
MOST_CALLED: Final = 2_000
"""People who are looked at for the trait `name`."""
_PART: Final = 500


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """All that is given must hold. `query`: an id, or a part of a user id, of an e-mail address or of a name."""

    user_id: str | None = None
    email: str | None = None
    traits: Mapping[str, str] = {}
    segment_id: str | None = None
    query: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anybody may be meant."""
        return self.user_id is None and self.email is None and self.query is None and self.segment_id is None


class View:
    """As `ports.People`, too."""

    def __init__(self, store: Store, segments: Segments) -> None:
        self._store = store
        self._db = store.db
        self._segments = segments

    # As `ports.People`

    def load(self, refs: Sequence[int]) -> list[Person]:
        query = f"SELECT {rows.PERSON_COLUMNS} WHERE p.ref IN ({{}})"
        found = {row[0]: row for row in self._db.read_listed(query, list(refs))}
        return [rows.person_of(found[ref], self._store.workspace_of(found[ref][6])) for ref in refs if ref in found]

    def after(self, workspace_id: str, ref: int, limit: int) -> list[Person]:
        no = self._store.known_number(workspace_id)
        if no is None:
            return []
        query = f"SELECT {rows.PERSON_COLUMNS} WHERE p.workspace = ? AND p.ref > ? ORDER BY p.ref LIMIT ?"
        return [rows.person_of(row, workspace_id) for row in self._db.read(query, (no, ref, limit))]

    def count(self, workspace_id: str) -> int:
        no = self._store.known_number(workspace_id)
        return 0 if no is None else self._db.read("SELECT count(*) FROM people WHERE workspace = ?", (no,))[0][0]

    def find(self, workspace_id: str, user_id: str | None, anonymous_id: str | None) -> int | None:
        no = self._store.known_number(workspace_id)
        if no is None:
            return None
        found = self._ref(rows.user_name(no, user_id)) if user_id is not None else None
        if found is None and anonymous_id is not None:
            found = self._ref(rows.anonymous_name(no, anonymous_id))
        return found

    def group(self, workspace_id: str, group_id: str) -> Group | None:
        no = self._store.known_number(workspace_id)
        ref = None if no is None else self._ref(rows.group_name(no, group_id))
        if ref is None:
            return None
        found = self._db.read(f"SELECT {rows.GROUP_COLUMNS} WHERE ref = ?", (ref,))
        return rows.group_of(found[0], workspace_id) if found else None

    # People

    def person(self, workspace_id: str, id: str) -> Person | None:
        """By the public id."""
        no = self._store.known_number(workspace_id)
        ref = None if no is None else self._ref(rows.public_name(no, id))
        return next(iter(self.load([ref])), None) if ref is not None else None

    def named(self, workspace_id: str, user_id: str | None, anonymous_id: str | None) -> Person | None:
        ref = self.find(workspace_id, user_id, anonymous_id)
        return next(iter(self.load([ref])), None) if ref is not None else None

    def search(self, workspace_id: str, asked: Asked, *, limit: int, offset: int) -> tuple[list[Person], int]:
        """Last seen first, with how many there are in all. NotFound for a segment that there is not."""
        no = self._store.known_number(workspace_id)
        if no is None:
            return [], 0
        if asked.is_open:
            return self._scan(no, asked.traits, limit=limit, offset=offset)
        refs = self._last_first(self._candidates(workspace_id, no, asked))
        if asked.traits or asked.email is not None:
            refs = self._checked(refs, asked)
        return self.load(refs[offset : offset + limit]), len(refs)

    def shape(self, person: Person) -> dict[str, Any]:
        """As the management API tells of a person."""
        groups = [self._group_shape(person, id) for id in _newest_first(person.groups)]
        return {
            "id": person.id,
            "userIds": _newest_first(person.user_ids),
            "anonymousIds": _newest_first(person.anonymous_ids),
            "externalIds": _newest_first(person.external_ids),
            "traits": told(person.traits),
            "groups": groups,
            "segments": self._segments.of(person),
            "identified": person.is_told_of,
            "firstSeenAt": iso_ms(person.first_seen_ms),
            "lastSeenAt": iso_ms(person.last_seen_ms),
            "refused": dict(person.refused),
            "refusedMerges": {reason: count for reason, count in person.refused.items() if reason in MERGES},
        }

    def values(self, person: Person, traits: Sequence[str]) -> dict[str, Any]:
        """The traits of these names that the person has, as a rule would find them."""
        return _values(person.traits, traits)

    def group_values(self, person: Person, traits: Sequence[str]) -> dict[str, Any]:
        """Those of the group that the person was last said to be in; its id as `id`, unless a trait is called so."""
        group_id = max(person.groups, key=lambda id: (person.groups[id], id), default=None)
        if group_id is None:
            return {}
        group = self.group(person.workspace_id, group_id)
        own = {"id": group_id} if "id" in traits else {}
        return own | (_values(group.traits, traits) if group is not None else {})

    def export(self, person: Person) -> dict[str, Any]:
        """All that is kept of a person: also when each trait was said, what was cleared, and since when ids count."""
        since = {
            "userIds": person.user_ids,
            "anonymousIds": person.anonymous_ids,
            "externalIds": person.external_ids,
            "groups": person.groups,
        }
        return self.shape(person) | {
            "since": {kind: {id: iso_ms(at_ms) for id, at_ms in ids.items()} for kind, ids in since.items()},
            "traitHistory": {
                name: {"value": _value(trait.value), "at": iso_ms(trait.at_ms)} for name, trait in person.traits.items()
            },
            "eventTimes": {str(meter): times for meter, times in person.meters.items()},
        }

    # Inside

    def _group_shape(self, person: Person, group_id: str) -> dict[str, Any]:
        group = self.group(person.workspace_id, group_id)
        no = self._store.known_number(person.workspace_id) or 0
        query = "SELECT at FROM names WHERE name = ?"
        since = self._db.read(query, (rows.member_name(no, group_id, person.ref),))
        return {
            "id": group_id,
            "traits": told(group.traits) if group is not None else {},
            "since": iso_ms(since[0][0]) if since else None,
        }

    def _ref(self, name: str) -> int | None:
        found = self._db.read("SELECT ref FROM names WHERE name = ?", (name,))
        return found[0][0] if found else None

    def _candidates(self, workspace_id: str, no: int, asked: Asked) -> set[int]:
        sets: list[set[int]] = []
        if asked.user_id is not None:
            sets.append(self._exactly([rows.user_name(no, asked.user_id)]))
        if asked.email is not None:
            sets.append(self._beginning(rows.email_name(no, asked.email.strip().lower(), 0)[:-1]))
        if asked.query is not None:
            sets.append(self._queried(no, asked.query.strip()))
        if asked.segment_id is not None:
            sets.append(self._members(workspace_id, asked.segment_id))
        return set.intersection(*sets)

    def _queried(self, no: int, text: str) -> set[int]:
        """Those with an id, an address or a name that has the text in it."""
        kinds = (rows.public_name, rows.anonymous_name, rows.external_name)
        found = self._exactly([kind(no, text) for kind in kinds])
        for prefix, part in ((f"u{no}:", text), (f"e{no}:", text.lower())):
            query = "SELECT ref FROM names WHERE name >= ? AND name < ? AND instr(name, ?) > ? LIMIT ?"
            values = (*rows.range_of(prefix), part, len(prefix), MOST_FOUND)
            found |= {row[0] for row in self._db.read(query, values)}
        return found | self._called(no, text)

    def _called(self, no: int, text: str) -> set[int]:
        """By the trait `name`, as it is written, in lower case or with a capital."""
        forms = [form.encode() for form in dict.fromkeys((text, text.lower(), text.capitalize(), text.title()))]
        where = " OR ".join("instr(p.body, ?) > 0" for _ in forms)
        query = f"SELECT {rows.PERSON_COLUMNS} WHERE p.workspace = ? AND ({where}) LIMIT ?"
        people = [rows.person_of(row, "") for row in self._db.read(query, (no, *forms, MOST_CALLED))]
        return {person.ref for person in people if text.casefold() in _text(person.traits.get("name")).casefold()}

    def _exactly(self, names: Sequence[str]) -> set[int]:
        return {row[0] for row in self._db.read_listed("SELECT ref FROM names WHERE name IN ({})", names)}

    def _beginning(self, prefix: str) -> set[int]:
        query = "SELECT ref FROM names WHERE name >= ? AND name < ? LIMIT ?"
        return {row[0] for row in self._db.read(query, (*rows.range_of(prefix), MOST_FOUND))}

    def _last_first(self, refs: Collection[int]) -> list[int]:
        found = self._db.read_listed("SELECT ref, last FROM seen WHERE ref IN ({})", sorted(refs))
        return [ref for ref, _ in sorted(set(found), key=lambda row: (-row[1], -row[0]))]

    def _members(self, workspace_id: str, segment_id: str) -> set[int]:
        found: set[int] = set()
        after = 0
        while refs := self._segments.members(workspace_id, segment_id, after, MOST_FOUND):
            found.update(refs)
            after = refs[-1]
        return found

    def _checked(self, refs: Sequence[int], asked: Asked) -> list[int]:
        email = asked.email.strip().lower() if asked.email is not None else None
        found: list[int] = []
        for start in range(0, len(refs), _PART):
            for person in self.load(refs[start : start + _PART]):
                same = email is None or rows.email_of(person) == email
                if same and all(_has(person, name, text) for name, text in asked.traits.items()):
                    found.append(person.ref)
        return found

    def _scan(self, no: int, traits: Mapping[str, str], *, limit: int, offset: int) -> tuple[list[Person], int]:
        """Over all the people of a workspace, in the engine; the loop goes on meanwhile. What lies within a trait the
        engine only narrows down."""
        table, where = "seen s", "s.workspace = ?"
        values: list[Any] = [no]
        for name, text in traits.items():
            either, patterns = _holding(name, text)
            where += f" AND ({either})"
            values += patterns
        if traits:
            table = "seen s JOIN people p ON p.ref = s.ref"
        if any("." in name for name in traits):
            query = f"SELECT s.ref FROM {table} WHERE {where} ORDER BY s.last DESC, s.ref DESC"
            refs = self._checked([row[0] for row in self._db.read(query, values)], Asked(traits=traits))
            return self.load(refs[offset : offset + limit]), len(refs)
        total = self._db.read(f"SELECT count(*) FROM {table} WHERE {where}", values)[0][0]
        query = f"SELECT s.ref FROM {table} WHERE {where} ORDER BY s.last DESC, s.ref DESC LIMIT ? OFFSET ?"
        return self.load([row[0] for row in self._db.read(query, [*values, limit, offset])]), total


def told(traits: Mapping[str, Trait]) -> dict[str, Any]:
    """The traits that are not cleared, by name. A number that no double holds is told as its text."""
    return {name: _value(traits[name].value) for name in sorted(traits) if not traits[name].is_cleared}


def iso_ms(at_ms: int) -> str:
    """Times that an event may name and a calendar does not know are told as its ends."""
    return iso_from_seconds(min(max(at_ms, -62_135_596_800_000), 253_402_300_799_000) / 1000)


def forms_of(text: str) -> list[bytes]:
    """The JSON values that are written so: the text, and what it says as a number, true or false."""
    forms = [msgspec.json.encode(text)]
    try:
        value = msgspec.json.decode(text)
    except (msgspec.MsgspecError, RecursionError):
        return forms
    return [*forms, text.strip().encode()] if isinstance(value, bool | int | float) else forms


def _values(traits: Mapping[str, Trait], names: Sequence[str]) -> dict[str, Any]:
    found = {name: person_traits.found(traits, name) for name in names}
    return {name: _value(value) for name, value in found.items() if value not in (b"", NULL)}


def _has(person: Person, name: str, text: str) -> bool:
    return person_traits.found(person.traits, name) in forms_of(text)


def _holding(name: str, text: str) -> tuple[str, list[bytes]]:
    """A condition on the bytes of a person's body, with its values, that holds of all who have the trait so. A dotted
    name may lead into a trait, which stands there as the client wrote it: what is not found may have been escaped."""
    forms = forms_of(text)
    patterns = [rows.trait_pattern(name, form) for form in forms]
    either = " OR ".join("instr(p.body, ?) > 0" for _ in patterns)
    if "." not in name:
        return either, patterns
    first, *_, last = name.split(".")
    plain = " OR ".join("instr(p.body, ?) > 0" for _ in forms)
    within = f"instr(p.body, ?) > 0 AND (instr(p.body, ?) > 0 OR (instr(p.body, ?) > 0 AND ({plain})))"
    return f"{either} OR ({within})", [*patterns, rows.nested_pattern(first), b"\\", msgspec.json.encode(last), *forms]


def _value(value: bytes) -> Any:
    try:
        return msgspec.json.decode(value)
    except (msgspec.MsgspecError, RecursionError):
        return value.decode("utf-8", "replace")


def _text(trait: Trait | None) -> str:
    value = _value(trait.value) if trait is not None else None
    return value if isinstance(value, str) else ""


def _newest_first(ids: Mapping[str, int]) -> list[str]:
    return sorted(ids, key=lambda id: (-ids[id], id))
