"""The people as they lie in the file: what is written in one transaction, and what is read beside it."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from headwater.base.event import CleanEvent
from headwater.profiles import rows
from headwater.profiles.database import Database
from headwater.profiles.model import Group, Person

_CURSOR = "cursor"
_NEXT_PERSON = "next_person"
_NEXT_GROUP = "next_group"


class Claim(msgspec.Struct, frozen=True, gc=False):
    """Whose a name is, and since when."""

    ref: int
    at_ms: int


class Counts(msgspec.Struct, frozen=True):
    done: int = 0
    dead: int = 0


class Dead(msgspec.Struct, frozen=True):
    """An event that nothing could be made of."""

    workspace_id: str
    message_id: str
    reason: str
    at_ms: int
    body: bytes

    @property
    def event(self) -> CleanEvent:
        return msgspec.json.decode(self.body, type=CleanEvent)


class Outgoing(msgspec.Struct, frozen=True):
    """A transition that is to be announced. `body` is the event as the door takes it."""

    seq: int
    workspace_id: str
    body: bytes


class Store:
    """`db.begin` and `db.commit` stand around everything that writes; only one thread does."""

    def __init__(self, path: Path | None) -> None:
        self.db = Database(path)
        self._numbers: dict[str, int] = {id: no for no, id in self.db.write("SELECT no, id FROM workspaces")}
        self._ids = {no: id for id, no in self._numbers.items()}

    # Numbers

    def number(self, workspace_id: str) -> int:
        """A workspace's, given at its first event; within a transaction."""
        no = self._numbers.get(workspace_id)
        if no is None:
            self.db.write("INSERT OR IGNORE INTO workspaces (id) VALUES (?)", (workspace_id,))
            no = int(self.db.write("SELECT no FROM workspaces WHERE id = ?", (workspace_id,))[0][0])
            self._numbers[workspace_id], self._ids[no] = no, workspace_id
        return no

    def known_number(self, workspace_id: str) -> int | None:
        return self._numbers.get(workspace_id)

    def workspace_of(self, no: int) -> str:
        return self._ids[no]

    def forget_numbers(self) -> None:
        """After a transaction was taken back, which may have given some."""
        self._numbers = {id: no for no, id in self.db.write("SELECT no, id FROM workspaces")}
        self._ids = {no: id for id, no in self._numbers.items()}

    # The cursor, and the next refs

    def cursor(self) -> int | None:
        return self._meta(_CURSOR)

    def set_cursor(self, offset: int) -> None:
        self._set_meta(_CURSOR, offset)

    def next_refs(self) -> tuple[int, int]:
        """Of people and of groups."""
        return self._meta(_NEXT_PERSON) or 1, self._meta(_NEXT_GROUP) or 1

    def set_next_refs(self, person: int, group: int) -> None:
        self._set_meta(_NEXT_PERSON, person)
        self._set_meta(_NEXT_GROUP, group)

    # What a stretch needs

    def claims(self, names: Iterable[str]) -> dict[str, Claim]:
        found = self.db.write_listed("SELECT name, ref, at FROM names WHERE name IN ({})", list(names))
        return {name: Claim(ref, at_ms) for name, ref, at_ms in found}

    def people(self, refs: Sequence[int]) -> list[Person]:
        return self.weighed_people(refs)[0]

    def weighed_people(self, refs: Sequence[int]) -> tuple[list[Person], int]:
        """Those that there are, and how many bytes they take in the file."""
        query = f"SELECT {rows.PERSON_COLUMNS} WHERE p.ref IN ({{}})"
        found = self.db.write_listed(query, sorted(refs))
        return [rows.person_of(row, self._ids[row[6]]) for row in found], sum(len(row[2]) for row in found)

    def people_after(self, no: int, ref: int, limit: int) -> list[Person]:
        query = f"SELECT {rows.PERSON_COLUMNS} WHERE p.workspace = ? AND p.ref > ? ORDER BY p.ref LIMIT ?"
        return [rows.person_of(row, self._ids[no]) for row in self.db.write(query, (no, ref, limit))]

    def count(self, no: int) -> int:
        return int(self.db.write("SELECT count(*) FROM people WHERE workspace = ?", (no,))[0][0])

    def group(self, ref: int) -> Group | None:
        found = self.db.write(f"SELECT {rows.GROUP_COLUMNS} WHERE ref = ?", (ref,))
        return rows.group_of(found[0], self._ids[found[0][5]]) if found else None

    # What a stretch writes

    def put_people(self, people: Iterable[tuple[int, Person]]) -> None:
        self.db.write_many(
            "INSERT INTO people VALUES (?, ?, ?, ?) ON CONFLICT (ref) DO UPDATE SET body = excluded.body",
            [(person.ref, no, person.id, rows.body_of(person)) for no, person in people],
        )

    def put_seen(self, seen: Iterable[tuple[int, int, int, int]]) -> None:
        """(ref, number of the workspace, first, last)."""
        self.db.write_many(
            "INSERT INTO seen VALUES (?, ?, ?, ?) ON CONFLICT (ref) DO UPDATE SET"
            " first = min(first, excluded.first), last = max(last, excluded.last)",
            seen,
        )

    def put_meters(self, people: Iterable[Person]) -> None:
        self.db.write_many(
            "INSERT INTO meters VALUES (?, ?) ON CONFLICT (ref) DO UPDATE SET body = excluded.body",
            [(person.ref, rows.meters_of(person)) for person in people],
        )

    def put_groups(self, groups: Iterable[tuple[int, Group]]) -> None:
        self.db.write_many(
            "INSERT INTO groups VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (ref) DO UPDATE SET"
            " first = excluded.first, last = excluded.last, body = excluded.body",
            [(g.ref, no, g.id, g.first_seen_ms, g.last_seen_ms, rows.group_body(g)) for no, g in groups],
        )

    def put_names(self, claims: Mapping[str, Claim | None]) -> None:
        """None: the name leads to nobody any more."""
        gone = sorted(name for name, claim in claims.items() if claim is None)
        kept = sorted((name, claim.ref, claim.at_ms) for name, claim in claims.items() if claim is not None)
        self.db.write_many("DELETE FROM names WHERE name = ?", [(name,) for name in gone])
        self.db.write_many(
            "INSERT INTO names VALUES (?, ?, ?) ON CONFLICT (name) DO UPDATE SET ref = excluded.ref, at = excluded.at",
            kept,
        )

    def has_members(self, no: int, group_id: str, *, but: Collection[int]) -> bool:
        """Whether anybody else is in a group."""
        found = self.db.write(
            "SELECT ref FROM names WHERE name >= ? AND name < ? LIMIT ?", (*_members(no, group_id), len(but) + 1)
        )
        return any(ref not in but for (ref,) in found)

    def remove_groups(self, refs: Iterable[int]) -> None:
        self.db.write_many("DELETE FROM groups WHERE ref = ?", [(ref,) for ref in refs])

    def remove_people(self, refs: Iterable[int]) -> int:
        """Their rows, but for their names. Gives how many rows there were."""
        count = 0
        for ref in refs:
            for table in ("people", "seen", "meters", "waiting"):
                count += self.db.changed(f"DELETE FROM {table} WHERE ref = ?", (ref,))
        return count

    def add_counts(self, done: Mapping[str, int], dead: Mapping[str, int]) -> None:
        self.db.write_many(
            "INSERT INTO counts VALUES (?, ?, ?) ON CONFLICT (workspace) DO UPDATE SET"
            " done = done + excluded.done, dead = dead + excluded.dead",
            [(id, done.get(id, 0), dead.get(id, 0)) for id in done.keys() | dead.keys()],
        )

    def add_refusals(self, counts: Mapping[tuple[str, str], int]) -> None:
        self.db.write_many(
            "INSERT INTO refusals VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET count = count + excluded.count",
            [(workspace_id, reason, count) for (workspace_id, reason), count in counts.items()],
        )

    def add_outgoing(self, outgoing: Iterable[tuple[str, int, bytes]]) -> None:
        """(workspace, ref of the person, event)."""
        self.db.write_many("INSERT INTO outbox (workspace, ref, body) VALUES (?, ?, ?)", outgoing)

    def add_dead(self, dead: Dead) -> None:
        values = (dead.workspace_id, dead.message_id, dead.reason, dead.at_ms, dead.body)
        self.db.write("INSERT INTO dead (workspace, message, reason, at, body) VALUES (?, ?, ?, ?, ?)", values)

    def remove_dead_of(self, workspace_id: str, user_ids: Container[str], anonymous_ids: Container[str]) -> int:
        """There are few of them, if any: each is looked at."""
        found = self.db.write("SELECT id, body FROM dead WHERE workspace = ?", (workspace_id,))
        mine = [
            (id,)
            for id, body in found
            if ((event := msgspec.json.decode(body, type=CleanEvent)).user_id or "") in user_ids
            or (event.anonymous_id or "") in anonymous_ids
        ]
        self.db.write_many("DELETE FROM dead WHERE id = ?", mine)
        return len(mine)

    # A workspace that is gone

    def known_workspaces(self) -> dict[str, int]:
        """Their numbers, by id."""
        return dict(self._numbers)

    def some_refs(self, no: int, limit: int) -> list[int]:
        return [row[0] for row in self.db.write("SELECT ref FROM people WHERE workspace = ? LIMIT ?", (no, limit))]

    def clear_names(self, no: int, limit: int) -> bool:
        """Some of all the names of a workspace; False when there are none left."""
        chosen = "SELECT name FROM names WHERE name >= ? AND name < ? LIMIT ?"
        statement = f"DELETE FROM names WHERE name IN ({chosen})"
        prefixes = (f"{letter}{no}:" for letter in rows.LETTERS)
        return sum(self.db.changed(statement, (*rows.range_of(prefix), limit)) for prefix in prefixes) > 0

    def clear_rest(self, no: int) -> bool:
        """Groups, and what goes by the workspace's id; False when there was nothing left."""
        count = self.db.changed("DELETE FROM groups WHERE workspace = ?", (no,))
        for table in ("counts", "refusals", "outbox", "dead"):
            count += self.db.changed(f"DELETE FROM {table} WHERE workspace = ?", (self._ids[no],))
        return count > 0

    # Those who wait to be judged

    def add_waiting_members(self, no: int, group_id: str) -> None:
        self.db.write(
            "INSERT OR IGNORE INTO waiting SELECT ref FROM names WHERE name >= ? AND name < ?",
            _members(no, group_id),
        )

    def add_waiting(self, refs: Iterable[int]) -> None:
        self.db.write_many("INSERT OR IGNORE INTO waiting VALUES (?)", [(ref,) for ref in refs])

    def take_waiting(self, limit: int) -> list[int]:
        refs = [row[0] for row in self.db.write("SELECT ref FROM waiting ORDER BY ref LIMIT ?", (limit,))]
        self.db.write_many("DELETE FROM waiting WHERE ref = ?", [(ref,) for ref in refs])
        return refs

    # Announcements

    def outgoing(self, limit: int) -> list[Outgoing]:
        """The oldest that are committed."""
        found = self.db.read("SELECT seq, workspace, body FROM outbox ORDER BY seq LIMIT ?", (limit,))
        return [Outgoing(*row) for row in found]

    def remove_outgoing(self, seqs: Iterable[int]) -> None:
        self.db.write_many("DELETE FROM outbox WHERE seq = ?", [(seq,) for seq in seqs])

    def remove_outgoing_of(self, ref: int) -> int:
        return self.db.changed("DELETE FROM outbox WHERE ref = ?", (ref,))

    def outgoing_count(self) -> int:
        return int(self.db.read("SELECT count(*) FROM outbox")[0][0])

    # For who asks

    def counts(self, workspace_id: str) -> Counts:
        found = self.db.read("SELECT done, dead FROM counts WHERE workspace = ?", (workspace_id,))
        return Counts(*found[0]) if found else Counts()

    def refusals(self, workspace_id: str) -> dict[str, int]:
        found = self.db.read("SELECT reason, count FROM refusals WHERE workspace = ? ORDER BY reason", (workspace_id,))
        return dict(found)

    def all_refusals(self) -> dict[str, int]:
        found = self.db.read("SELECT reason, sum(count) FROM refusals GROUP BY reason ORDER BY reason")
        return dict(found)

    def dead(self, workspace_id: str, message_id: str) -> list[Dead]:
        query = "SELECT workspace, message, reason, at, body FROM dead WHERE workspace = ? AND message = ?"
        return [Dead(*row) for row in self.db.read(query, (workspace_id, message_id))]

    def totals(self) -> dict[str, int]:
        """Of the whole file: people and groups."""
        return {table: int(self.db.read(f"SELECT count(*) FROM {table}")[0][0]) for table in ("people", "groups")}

    def copy(self, target: Path) -> None:
        """A consistent copy as of now, while others write. Of a thread of its own."""
        with sqlite3.connect(target) as copy:
            self.db.copy(copy)
        copy.close()

    def close(self) -> None:
        self.db.close()

    def _meta(self, name: str) -> int | None:
        found: list[tuple[Any, ...]] = self.db.write("SELECT value FROM meta WHERE name = ?", (name,))
        return found[0][0] if found else None

    def _set_meta(self, name: str, value: int) -> None:
        self.db.write(
            "INSERT INTO meta VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value", (name, value)
        )


def _members(no: int, group_id: str) -> tuple[str, str]:
    """The names that lead to who is in a group are from the first up to the second."""
    return rows.range_of(rows.member_name(no, group_id, 0)[:-1])
