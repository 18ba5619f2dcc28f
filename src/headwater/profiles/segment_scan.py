"""Looks through many people for a few rules, reading as little of each as the rules need."""

from __future__ import annotations

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import astuple

from headwater.base.rules import Looks
from headwater.base.rules_facts import Facts
from headwater.profiles import rows
from headwater.profiles.model import Group, Person
from headwater.profiles.segment_facts import KNOWN, Wants, facts_of, value_of

Row = tuple[Any, ...]
Read = Callable[[str, Sequence[Any]], list[Row]]
"""Rows of a query, of what is committed or of what the transaction sees."""

SLICE: Final = 1_000
_GROUPS_KNOWN: Final = 5_000
_NO_IDS: Final = b"\x80"
"""An empty map in MessagePack."""
_NO_FIELD: Final = re.compile(r'[\\"\x00-\x1f]')
"""What no field of a Struct may be called."""


class _Value(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """A trait without the rest of it."""

    value: bytes


class Groups:
    """Groups by their ids, read when needed; for as long as a slice takes."""

    def __init__(self, read: Read, no: int, workspace_id: str) -> None:
        self._read = read
        self._no = no
        self._workspace_id = workspace_id
        self._known: dict[str, Group | None] = {}

    def __call__(self, id: str) -> Group | None:
        if id not in self._known:
            if len(self._known) >= _GROUPS_KNOWN:
                self._known.clear()
            self._known[id] = self._group(id)
        return self._known[id]

    def _group(self, id: str) -> Group | None:
        query = f"SELECT {rows.GROUP_COLUMNS} WHERE ref = (SELECT ref FROM names WHERE name = ?)"
        found = self._read(query, (rows.group_name(self._no, id),))
        return rows.group_of(found[0], self._workspace_id) if found else None


class Scanner:
    """`anonymous`: who gave no traits can be in segments too. `counted` are times that no meter keeps, by key, ref."""

    def __init__(
        self,
        looked: Iterable[Looks],
        *,
        no: int,
        workspace_id: str,
        anonymous: bool,
        read: Read,
        counted: Mapping[Hashable, Mapping[int, Sequence[int]]] | None = None,
    ) -> None:
        every = list(looked)
        self._wants = Wants.of(every)
        self._no = no
        self._workspace_id = workspace_id
        self._anonymous = anonymous
        self._read = read
        self._counted = counted or {}
        self._names = self._wants.traits
        self._groups = Groups(read, no, workspace_id)
        nameable = not any(map(_NO_FIELD.search, self._wants.traits))
        self._is_slim = nameable and not self._wants.group_traits and not self._wants.person
        self._has_meters = any(each.meters for each in every)
        self._body = _slim_decoder(self._wants.traits) if self._is_slim else None
        self._query = (
            f"SELECT {rows.PERSON_COLUMNS}"
            if not self._is_slim
            else "SELECT p.ref, p.body, m.body FROM people p LEFT JOIN meters m ON m.ref = p.ref"
            if self._has_meters
            else "SELECT p.ref, p.body, NULL FROM people p"
        ) + " WHERE p.workspace = ? AND p.ref > ? ORDER BY p.ref LIMIT ?"

    def after(self, ref: int, limit: int = SLICE) -> list[Row]:
        """The next people, each with the ref first."""
        return self._read(self._query, (self._no, ref, limit))

    def facts(self, row: Row, segments: Any = ()) -> Facts | None:
        """None: the person can be in no segment but `Everyone`."""
        facts = self._slim(row, segments) if self._is_slim else self._full(row, segments)
        if facts is None or not self._counted:
            return facts
        more = {key: times[row[0]] for key, times in self._counted.items() if row[0] in times}
        return msgspec.structs.replace(facts, meters={**facts.meters, **more})

    def _slim(self, row: Row, segments: Any) -> Facts | None:
        assert self._body is not None
        body = self._body(row[1])
        if not ((body.identified and bytes(body.user_ids) != _NO_IDS) or self._anonymous):
            return None
        traits: dict[str, Any] = {}
        known = KNOWN
        for name, trait in zip(self._names, astuple(body.traits), strict=True):
            if trait is not None:
                value = known.get(trait.value, known)
                if value is known:
                    value = value_of(trait.value)
                if value is not None:
                    traits[name] = value
        return Facts(traits, (), {}, rows.meters_in(row[2]) if row[2] is not None else {}, segments)

    def _full(self, row: Row, segments: Any) -> Facts | None:
        person: Person = rows.person_of(row, self._workspace_id)
        if not (person.is_told_of or self._anonymous):
            return None
        return facts_of(person, self._wants, self._groups, segments)


def _slim_decoder(names: Sequence[str]) -> Callable[[bytes], Any]:
    """For a person's body (see `rows.Body`): the traits of these names, whether identified, and nothing else read."""
    locals_ = [f"t{place}" for place in range(len(names))]
    traits = msgspec.defstruct(
        "Traits",
        [(local, _Value | None, None) for local in locals_],
        rename=dict(zip(locals_, names, strict=True)),
        gc=False,
    )
    raw = [(name, msgspec.Raw) for name in ("user_ids", "anonymous_ids", "external_ids")]
    body = msgspec.defstruct(
        "Body", [*raw, ("traits", traits), ("groups", msgspec.Raw), ("identified", bool)], array_like=True, gc=False
    )
    return msgspec.msgpack.Decoder(body).decode
