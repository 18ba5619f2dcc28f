"""Erasure and suppression: what was asked for, whose events are not taken meanwhile, how far each store is.

The ids that a regulation is about are kept sealed until it is finished, then only as keyed digests. While one that
deletes is under way its people are suppressed, so that nothing new of theirs comes in behind the erasure.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
from sqlalchemy import Connection, Row, delete, func, insert, select, update

from headwater.base.errors import InvalidInput, NotFound, Unprocessable
from headwater.base.ids import new_id
from headwater.base.subject import IdKind, Subject
from headwater.control import tables as t
from headwater.control.database import State, is_workspace
from headwater.control.seal import Sealer

RegulationType = Literal[
    "SUPPRESS_WITH_DELETE",
    "DELETE_ONLY",
    "SUPPRESS_WITH_DELETE_INTERNAL",
    "DELETE_INTERNAL",
    "SUPPRESS_ONLY",
    "UNSUPPRESS",
]
SubjectType = Literal["USER_ID", "ANONYMOUS_ID"]
Status = Literal["INITIALIZED", "RUNNING", "FINISHED"]

DELETING: Final = frozenset({"SUPPRESS_WITH_DELETE", "DELETE_ONLY", "SUPPRESS_WITH_DELETE_INTERNAL", "DELETE_INTERNAL"})
SUPPRESSING: Final = frozenset({"SUPPRESS_WITH_DELETE", "SUPPRESS_WITH_DELETE_INTERNAL", "SUPPRESS_ONLY"})
STORES: Final = (
    "profiles",
    "journal",
    "debugger",
    "deliveries",
    "attempts",
    "files",
    "warehouse",
    "identities",
    "logs",
)
"""What an erasure rewrites, in this order. Who carries it out knows how."""
KINDS: Final[Mapping[SubjectType, IdKind]] = {"USER_ID": "user", "ANONYMOUS_ID": "anonymous"}
MAX_SUBJECTS: Final = 5_000
MAX_ID_CHARS: Final = 1_000
UNFINISHED: Final = ("INITIALIZED", "RUNNING")
FOUND: Final = ""
"""The subject of a suppression that was not asked for by itself: of another id of the same people."""


class StoreState(msgspec.Struct, frozen=True, kw_only=True):
    """How far a store is. `rows_deleted` counts what was removed there, in the store's own unit; `at`: since when it
    is so; `error`: why it waits."""

    name: str
    status: Status = "INITIALIZED"
    rows_deleted: int = 0
    at: str | None = None
    error: str | None = None


class Regulation(msgspec.Struct, frozen=True, kw_only=True):
    """`subjects` are keyed digests of the ids that it was asked for."""

    id: str
    workspace_id: str
    type: RegulationType
    subject_type: SubjectType
    subjects: tuple[str, ...]
    status: Status
    stores: tuple[StoreState, ...]
    error: str | None
    created_by: str
    created_at: str
    finished_at: str | None

    @property
    def deletes(self) -> bool:
        return self.type in DELETING

    @property
    def suppresses(self) -> bool:
        return self.type in SUPPRESSING


class Suppression(msgspec.Struct, frozen=True, kw_only=True):
    """`subject`: the keyed digest of an id whose events are not taken, since `at`."""

    subject: str
    regulation_id: str
    at: str


class _Sealed(msgspec.Struct, frozen=True):
    user_ids: list[str]
    anonymous_ids: list[str]
    emails: list[str]


class Regulations:
    """Thread-safe; every call blocks for a few milliseconds at most, but `request` of thousands of ids."""

    def __init__(self, *, state: State, sealer: Sealer) -> None:
        self._state = state
        self._sealer = sealer

    # For who asks

    def request(
        self,
        workspace_id: str,
        *,
        type: RegulationType,
        subject_type: SubjectType,
        subject_ids: Sequence[str],
        by: str,
        id: str | None = None,
    ) -> Regulation:
        """Takes it on: from the commit on, the people are suppressed or no longer. One with a known `id` is given back.

        Raises InvalidInput for ids that are none, and Unprocessable for too many.
        """
        ids = checked_ids(subject_ids)
        kind = KINDS[subject_type]
        digests = [self._sealer.digest(workspace_id, kind, each) for each in ids]
        made = id or new_id("reg")
        with self._state.writing() as db:
            if not is_workspace(db, workspace_id):
                raise NotFound(f'There is no workspace "{workspace_id}".')
            known = self._rows(db, t.regulations.c.id == made)
            if known:
                return _value(known[0])
            row = {"id": made, "workspace_id": workspace_id, "type": type, "subject_type": subject_type}
            row |= {"subjects": digests, "created_by": by, "created_at": self._state.present()}
            ended = type == "UNSUPPRESS"
            row |= {
                "status": "FINISHED" if ended else "INITIALIZED",
                "finished_at": row["created_at"] if ended else None,
            }
            sealed = None if ended else self._sealed(_subject(workspace_id, kind, ids))
            stores = [StoreState(name=name) for name in STORES] if type in DELETING else []
            row["stores"] = msgspec.to_builtins(stores)
            db.execute(insert(t.regulations).values(**row, sealed=sealed, error=None))
            if ended:
                _unsuppress(db, workspace_id, digests)
            else:
                self._suppress(db, row, [(digest, digest) for digest in digests])
            detail = {"regulationType": type, "subjectType": subject_type, "subjects": digests[:100], "count": len(ids)}
            self._record(db, by, "regulation.create", made, workspace_id, detail)
            return _value(self._rows(db, t.regulations.c.id == made)[0])

    def of_workspace(self, workspace_id: str, *, limit: int, offset: int) -> tuple[list[Regulation], int]:
        """Newest first, and how many there are."""
        mine = t.regulations.c.workspace_id == workspace_id
        with self._state.reading() as db:
            total = db.scalar(select(func.count()).select_from(t.regulations).where(mine)) or 0
            order = (t.regulations.c.created_at.desc(), t.regulations.c.id)
            rows = db.execute(select(t.regulations).where(mine).order_by(*order).limit(limit).offset(offset)).all()
        return [_value(row) for row in rows], total

    def get(self, workspace_id: str, id: str) -> Regulation:
        with self._state.reading() as db:
            rows = self._rows(db, (t.regulations.c.id == id) & (t.regulations.c.workspace_id == workspace_id))
        if not rows:
            raise NotFound(f'There is no regulation "{id[:60]}" in this workspace.')
        return _value(rows[0])

    def suppressions(
        self, workspace_id: str, *, user_id: str | None = None, limit: int, offset: int
    ) -> tuple[list[Suppression], int]:
        """Who is suppressed for good, newest first: by digest, as nothing else is kept. `user_id`: only that one."""
        c = t.suppressions.c
        mine = (c.workspace_id == workspace_id) & c.lasting & (c.subject != FOUND)
        if user_id is not None:
            mine &= c.digest == self._sealer.digest(workspace_id, "user", user_id)
        with self._state.reading() as db:
            total = db.scalar(select(func.count()).select_from(t.suppressions).where(mine)) or 0
            query = select(c.subject, c.regulation_id, c.created_at).where(mine).order_by(c.number.desc())
            rows = db.execute(query.limit(limit).offset(offset)).all()
        return [Suppression(subject=row[0], regulation_id=row[1], at=row[2]) for row in rows], total

    # For who carries them out

    def unfinished(self) -> list[Regulation]:
        """Of all workspaces, oldest first."""
        c = t.regulations.c
        with self._state.reading() as db:
            rows = db.execute(
                select(t.regulations).where(c.status.in_(UNFINISHED)).order_by(c.created_at, c.id).limit(100)
            ).all()
        return [_value(row) for row in rows]

    def subject(self, regulation: Regulation) -> Subject:
        """Whom it is about, as far as it is known. Raises NotFound when it is finished."""
        with self._state.reading() as db:
            sealed = db.scalar(select(t.regulations.c.sealed).where(t.regulations.c.id == regulation.id))
        if sealed is None:
            raise NotFound(f"the regulation {regulation.id} holds no ids any more")
        found = msgspec.json.decode(self._sealer.open(sealed), type=_Sealed)
        return Subject(
            workspace_id=regulation.workspace_id,
            user_ids=frozenset(found.user_ids),
            anonymous_ids=frozenset(found.anonymous_ids),
            emails=frozenset(found.emails),
        )

    def resolved(self, regulation: Regulation, subject: Subject) -> None:
        """More ids of the same people: they are suppressed too from the commit on."""
        digests = [self._sealer.digest(regulation.workspace_id, "user", each) for each in subject.user_ids]
        digests += [self._sealer.digest(regulation.workspace_id, "anonymous", each) for each in subject.anonymous_ids]
        mine = t.regulations.c.id == regulation.id
        with self._state.writing() as db:
            c = t.suppressions.c
            known = set(db.scalars(select(c.digest).where(c.regulation_id == regulation.id)))
            row = {"id": regulation.id, "workspace_id": regulation.workspace_id, "type": regulation.type}
            row |= {"created_at": self._state.present()}
            self._suppress(db, row, [(FOUND, digest) for digest in digests if digest not in known])
            db.execute(update(t.regulations).where(mine).values(sealed=self._sealed(subject)))

    def progress(self, id: str, *, stores: Iterable[StoreState], error: str | None = None) -> None:
        values = {"status": "RUNNING", "stores": msgspec.to_builtins(list(stores)), "error": error}
        with self._state.noting() as db:
            db.execute(update(t.regulations).where(t.regulations.c.id == id).values(**values))

    def finish(self, regulation: Regulation, *, stores: Sequence[StoreState]) -> None:
        """Nothing but digests is left of whom it was about; who was suppressed for as long as it took, no longer is."""
        c = t.suppressions.c
        values: dict[str, Any] = {"status": "FINISHED", "stores": msgspec.to_builtins(list(stores)), "error": None}
        values |= {"sealed": None, "finished_at": self._state.present()}
        with self._state.writing() as db:
            db.execute(update(t.regulations).where(t.regulations.c.id == regulation.id).values(**values))
            db.execute(delete(t.suppressions).where(c.regulation_id == regulation.id, ~c.lasting))
            detail = {"rowsDeleted": {store.name: store.rows_deleted for store in stores}}
            self._record(db, "system", "regulation.finish", regulation.id, regulation.workspace_id, detail)
        self._state.shred()

    # Inside

    def _rows(self, db: Connection, where: Any) -> Sequence[Row[Any]]:
        return db.execute(select(t.regulations).where(where)).all()

    def _sealed(self, subject: Subject) -> str:
        sealed = _Sealed(sorted(subject.user_ids), sorted(subject.anonymous_ids), sorted(subject.emails))
        return self._sealer.seal(msgspec.json.encode(sealed).decode())

    def _suppress(self, db: Connection, row: Mapping[str, Any], digests: Sequence[tuple[str, str]]) -> None:
        common = {"workspace_id": row["workspace_id"], "regulation_id": row["id"], "created_at": row["created_at"]}
        common["lasting"] = row["type"] in SUPPRESSING
        rows = [common | {"subject": subject, "digest": digest} for subject, digest in digests]
        if rows:
            db.execute(insert(t.suppressions), rows)

    def _record(self, db: Connection, by: str, action: str, target: str, workspace_id: str, detail: Any) -> None:
        self._state.record(db, by=by, action=action, target=target, workspace_id=workspace_id, detail=detail)


def checked_ids(given: Sequence[str]) -> list[str]:
    """Each once. Raises InvalidInput and Unprocessable."""
    ids = list(dict.fromkeys(given))
    if not ids:
        raise InvalidInput("subjectIds is empty, but must name 1 id or more. Nothing was begun.")
    if len(ids) > MAX_SUBJECTS:
        raise Unprocessable(
            f"subjectIds names {len(ids):,} ids, but {MAX_SUBJECTS:,} is the most. Send the rest in a further call. "
            "Nothing was begun.",
            code="too_many_subjects",
        )
    if any(not each.strip() or len(each) > MAX_ID_CHARS for each in ids):
        raise InvalidInput(
            f"subjectIds holds an id that is blank or longer than {MAX_ID_CHARS} characters. Nothing was begun.",
            details={"field": "subjectIds"},
        )
    return ids


def _subject(workspace_id: str, kind: IdKind, ids: Iterable[str]) -> Subject:
    found = frozenset(ids)
    if kind == "user":
        return Subject(workspace_id=workspace_id, user_ids=found)
    return Subject(workspace_id=workspace_id, anonymous_ids=found)


def _unsuppress(db: Connection, workspace_id: str, digests: Sequence[str]) -> None:
    """Also the further ids of the same people, once all whom they were found for are let go. What an erasure under way
    still needs stays until it is finished."""
    c = t.suppressions.c
    of_workspace = c.workspace_id == workspace_id
    touched: set[str] = set()
    for start in range(0, len(digests), 500):
        mine = of_workspace & c.digest.in_(digests[start : start + 500])
        touched |= set(db.scalars(select(c.regulation_id).where(mine)))
        _let_go(db, mine)
    for regulation_id in touched:
        of_it = of_workspace & (c.regulation_id == regulation_id)
        if not db.scalar(select(func.count()).select_from(t.suppressions).where(of_it, c.subject != FOUND, c.lasting)):
            _let_go(db, of_it)


def _let_go(db: Connection, which: Any) -> None:
    r = t.regulations.c
    running = t.suppressions.c.regulation_id.in_(select(r.id).where(r.status.in_(UNFINISHED)))
    db.execute(update(t.suppressions).where(which, running).values(lasting=False))
    db.execute(delete(t.suppressions).where(which, ~running))


def _value(row: Row[Any]) -> Regulation:
    return Regulation(
        id=row.id,
        workspace_id=row.workspace_id,
        type=row.type,
        subject_type=row.subject_type,
        subjects=tuple(row.subjects),
        status=row.status,
        stores=tuple(msgspec.convert(row.stores, list[StoreState])),
        error=row.error,
        created_by=row.created_by,
        created_at=row.created_at,
        finished_at=row.finished_at,
    )
