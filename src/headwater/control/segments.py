"""Segments: which rules may be kept, changed and removed, so that none ever names what is not there, or itself.

A rule is checked as a whole before it is stored. Every change is in the audit log and reaches the other processes at
their next look.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import Connection, Row, delete, func, insert, select, update

from headwater.base.errors import Conflict, NotFound, Unprocessable
from headwater.base.ids import new_short_id
from headwater.base.rules import EVERYONE, canonical
from headwater.base.rules_parse import NOT_COUNTED, NOT_SAVED, parse
from headwater.control import tables as t
from headwater.control.database import State, is_workspace
from headwater.control.model import Segment
from headwater.control.texts import checked_name

MAX_SEGMENTS: Final = 5_000
"""Segments of one workspace. Each is looked at when a person changes."""


class Segments:
    """The segments of every workspace, but for `Everyone`, which is built in and stored nowhere. Thread-safe; every
    call blocks for a few milliseconds at most."""

    def __init__(self, *, state: State) -> None:
        self._state = state

    def create(
        self, workspace_id: str, *, name: str, rule: Any, announce_members: bool = False, by: str = "system"
    ) -> Segment:
        """A segment.

        Raises InvalidInput `rule_invalid`, Conflict `name_taken`, Unprocessable `unknown_segment`, `too_many_segments`.
        """
        made_id, name, rule = new_short_id(), checked_name(name), checked_rule(rule)
        with self._state.writing() as db:
            if not is_workspace(db, workspace_id):
                raise NotFound(f'There is no workspace "{workspace_id}".')
            _refuse_too_many(db, workspace_id)
            _refuse_taken_name(db, workspace_id, name, "Nothing was created.")
            _refuse_unknown(self._rows(db, workspace_id), rule, "Nothing was created.")
            row = {"id": made_id, "workspace_id": workspace_id, "name": name, "rule": rule}
            row |= {"announce_members": announce_members, "created_at": self._state.present()}
            db.execute(insert(t.segments).values(**row, updated_at=row["created_at"]))
            self._record(db, by, "segment.create", made_id, workspace_id, name=name)
            return self._one(db, workspace_id, made_id)

    def of_workspace(self, workspace_id: str) -> list[Segment]:
        """The workspace's segments by name."""
        with self._state.reading() as db:
            return [_value(row) for row in self._rows(db, workspace_id)]

    def get(self, workspace_id: str, segment_id: str) -> Segment:
        with self._state.reading() as db:
            return self._one(db, workspace_id, segment_id)

    def update(
        self,
        workspace_id: str,
        segment_id: str,
        *,
        name: str | None = None,
        rule: Any = None,
        announce_members: bool | None = None,
        by: str = "system",
    ) -> Segment:
        """Change what is given; None leaves a field as it is.

        Raises as `create`, and Unprocessable `segment_cycle` when a segment would hold itself.
        """
        changes: dict[str, Any] = {
            "name": None if name is None else checked_name(name),
            "rule": None if rule is None else checked_rule(rule),
            "announce_members": announce_members,
        }
        with self._state.writing() as db:
            found = self._one(db, workspace_id, segment_id)
            changes = {key: new for key, new in changes.items() if new is not None and new != getattr(found, key)}
            if "name" in changes:
                _refuse_taken_name(db, workspace_id, changes["name"], "Nothing was changed.")
            if "rule" in changes:
                rows = self._rows(db, workspace_id)
                _refuse_unknown(rows, changes["rule"], "Nothing was changed.")
                _refuse_cycle(rows, found, changes["rule"])
            if changes:
                mine = t.segments.c.id == segment_id
                db.execute(update(t.segments).where(mine).values(**changes, updated_at=self._state.present()))
                self._record(db, by, "segment.update", segment_id, workspace_id, changed=sorted(changes))
            return self._one(db, workspace_id, segment_id)

    def delete(self, workspace_id: str, segment_id: str, *, by: str = "system") -> Segment:
        """Remove a segment and give it back as it was. Conflict `segment_in_use` when a rule or a content names it."""
        with self._state.writing() as db:
            found = self._one(db, workspace_id, segment_id)
            _refuse_used(db, self._rows(db, workspace_id), found)
            db.execute(delete(t.segments).where(t.segments.c.id == segment_id))
            self._record(db, by, "segment.delete", segment_id, workspace_id, name=found.name)
        return found

    def check(self, workspace_id: str, rule: Any) -> dict[str, Any]:
        """A rule that is not stored, as it would be. Raises as `create`."""
        checked = checked_rule(rule, outcome=NOT_COUNTED)
        with self._state.reading() as db:
            _refuse_unknown(self._rows(db, workspace_id), checked, NOT_COUNTED)
        return checked

    def _one(self, db: Connection, workspace_id: str, segment_id: str) -> Segment:
        rows = self._rows(db, workspace_id, segment_id)
        if not rows:
            raise NotFound(f'There is no segment "{segment_id[:40]}" in this workspace.')
        return _value(rows[0])

    def _rows(self, db: Connection, workspace_id: str, segment_id: str | None = None) -> Sequence[Row[Any]]:
        c = t.segments.c
        query = select(t.segments).where(c.workspace_id == workspace_id).order_by(func.lower(c.name), c.id)
        if segment_id is not None:
            query = query.where(c.id == segment_id)
        return db.execute(query).all()

    def _record(self, db: Connection, by: str, action: str, target: str, workspace_id: str, **detail: Any) -> None:
        self._state.record(db, by=by, action=action, target=target, workspace_id=workspace_id, detail=detail)


def checked_rule(given: Any, *, outcome: str = NOT_SAVED) -> dict[str, Any]:
    """The rule in its canonical form, as it is stored. Raises InvalidInput `rule_invalid` that points at the node."""
    return canonical(parse(given, outcome=outcome))


def named_segments(rule: Any, pointer: str = "") -> Iterator[tuple[str, str]]:
    """(where in the rule, the segment's id) of each segment that a rule names, in its order."""
    if isinstance(rule, Mapping):
        if isinstance(rule.get("segment"), str):
            yield f"{pointer}/segment", rule["segment"]
        for word in ("all", "any"):
            for index, inner in enumerate(rule.get(word) or ()):
                yield from named_segments(inner, f"{pointer}/{word}/{index}")
        yield from named_segments(rule.get("not"), f"{pointer}/not")


def _refuse_unknown(rows: Sequence[Row[Any]], rule: Mapping[str, Any], consequence: str) -> None:
    known = {row.id for row in rows} | {EVERYONE}
    for pointer, segment_id in named_segments(rule):
        if segment_id not in known:
            raise Unprocessable(
                f'The rule names the segment "{segment_id[:40]}" at {pointer}, which this workspace does not have. '
                f"{_known(rows)} {consequence}",
                code="unknown_segment",
                details={"field": "rule", "path": pointer, "segmentId": segment_id},
            )


def _refuse_cycle(rows: Sequence[Row[Any]], changed: Segment, rule: Mapping[str, Any]) -> None:
    """Whether somebody is in it would then depend on whether they are in it."""
    leads_to = {row.id: list(dict.fromkeys(name for _, name in named_segments(row.rule))) for row in rows}
    leads_to[changed.id] = list(dict.fromkeys(name for _, name in named_segments(rule)))
    way = _way(leads_to, changed.id)
    if way is None:
        return
    names = {row.id: row.name for row in rows}
    pointer = next(pointer for pointer, name in named_segments(rule) if name == way[1])
    raise Unprocessable(
        f"By this rule the segment would hold itself: {' → '.join(names[each] for each in way)}. "
        f"Take out the segment at {pointer}. Nothing was changed.",
        code="segment_cycle",
        details={"field": "rule", "path": pointer, "segmentIds": way},
    )


def _way(leads_to: Mapping[str, Sequence[str]], start: str) -> list[str] | None:
    """The way from a segment back to itself; None: there is none. What was once searched is not searched again."""
    ways, seen = [[start]], set[str]()
    while ways:
        way = ways.pop()
        for following in leads_to.get(way[-1], ()):
            if following == start:
                return [*way, start]
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None


def _refuse_used(db: Connection, rows: Sequence[Row[Any]], gone: Segment) -> None:
    segments = [row for row in rows if any(name == gone.id for _, name in named_segments(row.rule))]
    if segments:
        raise Conflict(
            f'The segment "{gone.name}" is part of the rule of {_listed(segments)}. Change or delete what uses it '
            "first. Nothing was deleted.",
            code="segment_in_use",
            details={"segments": [{"id": row.id, "name": row.name} for row in segments]},
        )
    contents = _contents_for(db, gone)
    if contents:
        raise Conflict(
            f'The segment "{gone.name}" is used by the content {_listed(contents)}. Unpublish and delete its document '
            "there, or give that another segment and publish it. Nothing was deleted.",
            code="segment_in_use",
            details={"contents": [{"id": row.id, "name": row.name} for row in contents]},
        )


def _contents_for(db: Connection, segment: Segment) -> list[Any]:
    """Contents with a document for this segment, or that show one to it, or count it for a goal; archived ones too."""
    c, of = t.experiences.c, t.experience_documents.c
    named = (of.segment_id == segment.id) | (of.live_segment_id == segment.id)
    in_documents = select(of.experience_id).where(of.workspace_id == segment.workspace_id, named)
    query = select(c.id, c.name, c.goals).where(c.workspace_id == segment.workspace_id).order_by(c.id)
    holding = set(db.scalars(in_documents))
    return [
        row
        for row in db.execute(query).all()
        if row.id in holding or any(goal.get("segmentId") == segment.id for goal in row.goals)
    ]


def _listed(rows: Sequence[Any]) -> str:
    names = ", ".join(f'"{row.name}" ({row.id})' for row in rows[:5])
    return names + (f" and {len(rows) - 5} more" if len(rows) > 5 else "")


def _refuse_taken_name(db: Connection, workspace_id: str, name: str, consequence: str) -> None:
    c = t.segments.c
    taken = db.scalar(select(c.id).where(c.workspace_id == workspace_id, c.name == name))
    if name == EVERYONE:
        taken = EVERYONE
    if taken is not None:
        raise Conflict(
            f'There is a segment with the name "{name}" already ({taken}). Choose another name. {consequence}',
            code="name_taken",
            details={"field": "name", "segmentId": taken},
        )


def _refuse_too_many(db: Connection, workspace_id: str) -> None:
    mine = t.segments.c.workspace_id == workspace_id
    if (db.scalar(select(func.count()).select_from(t.segments).where(mine)) or 0) >= MAX_SEGMENTS:
        raise Unprocessable(
            f"This workspace has {MAX_SEGMENTS} segments, which is the most. Delete one that is not needed first. "
            "Nothing was created.",
            code="too_many_segments",
        )


def _known(rows: Sequence[Row[Any]]) -> str:
    shown = [f"{row.id} ({row.name})" for row in rows[:10]]
    more = f" and {len(rows) - 10} more" if len(rows) > 10 else ""
    return f"It has: {', '.join([*shown, EVERYONE])}{more}."


def _value(row: Row[Any]) -> Segment:
    return Segment(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        rule=row.rule,
        announce_members=row.announce_members,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
