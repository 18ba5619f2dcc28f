"""Every key and source in memory, for rooms that ask on each request; never older than the last commit.

A look costs a dictionary access and a memory read. When the state cannot be read, the last snapshot answers on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, TypeVar

import msgspec
from sqlalchemy import Connection, Engine, func, select
from sqlalchemy.exc import SQLAlchemyError

from headwater.base.clock import Clock, iso_from_seconds, now
from headwater.base.errors import Transient
from headwater.catalog.model import Platform
from headwater.control import tables as t
from headwater.control.access import digest_of
from headwater.control.connections import earliest_end, live_secrets
from headwater.control.database import open_engine, reading
from headwater.control.generation import Generation
from headwater.control.model import ConnectionKind, Filters, IdentityVerification, Scope
from headwater.control.seal import Sealer
from headwater.control.sources import opened, write_keys_of
from headwater.control.suppression import Suppressed, SuppressedPeople

T = TypeVar("T")

RETRY_S: Final = 1.0
"""How long to answer from the last snapshot before the state is tried again."""


class SourceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A source as doors and readers need it. Secret settings are in the clear: never log or show one."""

    source_id: str
    workspace_id: str
    catalog: str
    schema: str
    enabled: bool
    platform: Platform
    feeds_profiles: bool
    settings: dict[str, Any]
    write_keys: tuple[str, ...]
    name: str


class DeletedSource(msgspec.Struct, frozen=True, kw_only=True):
    """A source that is gone. `schema` holds its rows still; None: they were dropped, and no further ones come."""

    source_id: str
    workspace_id: str
    catalog: str
    schema: str | None


class WorkspaceEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A workspace as the doors need it. `identity_secrets` are HMAC keys in the clear, all of them valid."""

    workspace_id: str
    region: str
    allowed_origins: tuple[str, ...]
    identity_verification: IdentityVerification
    identity_secrets: tuple[bytes, ...]
    segment_anonymous: bool


class ApiKeyEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An API key as the doors need it. `workspace_id` None: the installation's, of every workspace."""

    id: str
    workspace_id: str | None
    scopes: tuple[Scope, ...]


class ConnectionEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A connection as `send` needs it (see `model.Connection`). Secret settings are in the clear, and so are
    `signing_secrets` (`whsec_…`, newest first, expired ones left out): never log or show one."""

    id: str
    workspace_id: str
    kind: ConnectionKind
    catalog: str
    name: str
    enabled: bool
    disabled_reason: str
    paused: bool
    settings: dict[str, Any]
    source_ids: tuple[str, ...]
    topics: tuple[str, ...]
    filters: Filters
    mapping: dict[str, str]
    schedule_s: tuple[float, ...] | None
    per_second: float | None
    ordered: bool
    signing_secrets: tuple[str, ...]


class SegmentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A segment as `profiles` needs it (see `model.Segment`). `updated_at` tells one form of it from the next."""

    id: str
    workspace_id: str
    name: str
    rule: dict[str, Any]
    announce_members: bool
    updated_at: str


class ContentEntry(msgspec.Struct, frozen=True, kw_only=True):
    """A content as programs list it: as pages show it, or as its draft is called while nothing of it is live."""

    name: str
    slug: str


class _Snapshot(msgspec.Struct, frozen=True, kw_only=True):
    by_id: dict[str, SourceEntry]
    deleted: dict[str, DeletedSource]
    by_write_key: dict[str, SourceEntry]
    by_inbound_key: dict[str, SourceEntry]
    by_client_token: dict[str, WorkspaceEntry]
    by_api_digest: dict[str, ApiKeyEntry]
    workspaces: dict[str, WorkspaceEntry]
    first_workspace_id: str
    gone_workspaces: frozenset[str]


class _Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """`until_s`: when the first of the signing secrets ends, in seconds since 1970."""

    entries: list[ConnectionEntry]
    by_id: dict[str, ConnectionEntry]
    until_s: float


class _Look(Generic[T]):
    """What `load` reads of the state, read again when the state has changed since."""

    def __init__(
        self,
        load: Callable[[Connection], T],
        *,
        engine: Engine,
        generation: Generation,
        steady: Callable[[], float],
        stale: Callable[[T], bool] = lambda _: False,
    ) -> None:
        self._load = load
        self._engine = engine
        self._generation = generation
        self._steady = steady
        self._stale = stale
        self._seen = -1
        self._retry_at = float("-inf")
        self._last: T | None = None

    def __call__(self) -> T:
        last = self._last
        if last is not None and self._generation.read() == self._seen and not self._stale(last):
            return last
        return self._reload(last)

    def _reload(self, last: T | None) -> T:
        if last is not None and self._steady() < self._retry_at:
            return last
        seen = self._generation.read()  # before the read: a commit in between must be seen next time
        try:
            with reading(self._engine) as connection:
                found = self._load(connection)
        except SQLAlchemyError as error:
            if last is None:
                raise Transient("The state database cannot be read now; try again in a second.") from error
            self._retry_at = self._steady() + RETRY_S
            return last
        self._last, self._seen = found, seen
        return found


class Directory:
    """Answers who owns a key, and what is sent where. One instance per process; safe to share between threads."""

    def __init__(
        self,
        *,
        store_url: str,
        generation: Generation,
        sealer: Sealer,
        steady: Callable[[], float] = time.monotonic,
        clock: Clock = now,
    ) -> None:
        self._engine = open_engine(store_url)
        # Two looks: a door asks for no connection, and should not open the secrets of all of them at each change.
        self._current = _Look(lambda db: _load(db, sealer), engine=self._engine, generation=generation, steady=steady)
        self._outgoing = _Look(
            lambda db: _load_outgoing(db, sealer, clock()),
            engine=self._engine,
            generation=generation,
            steady=steady,
            stale=lambda found: found.until_s <= clock(),
        )
        self._segments = _Look(_SegmentRows(), engine=self._engine, generation=generation, steady=steady)
        self._contents = _Look(_load_contents, engine=self._engine, generation=generation, steady=steady)
        self._suppressed = _Look(SuppressedPeople(sealer), engine=self._engine, generation=generation, steady=steady)

    def by_write_key(self, key: str) -> SourceEntry | None:
        return self._current().by_write_key.get(key)

    def by_inbound_key(self, key: str) -> SourceEntry | None:
        return self._current().by_inbound_key.get(key)

    def by_id(self, source_id: str) -> SourceEntry | None:
        return self._current().by_id.get(source_id)

    def deleted_source(self, source_id: str) -> DeletedSource | None:
        """A source that there was; events of it may still be on their way."""
        return self._current().deleted.get(source_id)

    def deleted_sources(self) -> list[DeletedSource]:
        """Every source of the installation that was deleted, but for those whose workspace is gone too."""
        return list(self._current().deleted.values())

    def by_client_token(self, token: str) -> WorkspaceEntry | None:
        return self._current().by_client_token.get(token)

    def by_api_token(self, token: str) -> ApiKeyEntry | None:
        """The API key whose text this is; its use is not noted."""
        return self._current().by_api_digest.get(digest_of(token))

    def workspace(self, workspace_id: str) -> WorkspaceEntry | None:
        return self._current().workspaces.get(workspace_id)

    def sources(self) -> list[SourceEntry]:
        """Every source of the installation."""
        return list(self._current().by_id.values())

    def workspaces(self) -> list[WorkspaceEntry]:
        """Every workspace of the installation, oldest first."""
        return list(self._current().workspaces.values())

    def first_workspace_id(self) -> str:
        """The workspace that the installation was made with, be it deleted since; '' when there is none yet."""
        return self._current().first_workspace_id

    def gone_workspaces(self) -> frozenset[str]:
        """The ids of those that were deleted. Events of theirs may still be on their way."""
        return self._current().gone_workspaces

    def connections(self) -> list[ConnectionEntry]:
        """Every connection of the installation, oldest first. The same objects for as long as nothing changes."""
        return list(self._outgoing().entries)

    def connection(self, connection_id: str) -> ConnectionEntry | None:
        return self._outgoing().by_id.get(connection_id)

    def segments(self) -> list[SegmentEntry]:
        """Every segment of the installation, oldest first. An entry is the same object until the segment is changed,
        and so is the list until any is."""
        return self._segments()

    def contents(self, workspace_id: str) -> Sequence[ContentEntry]:
        """The workspace's contents that are not archived, by name."""
        return self._contents().get(workspace_id, ())

    def suppressed(self, workspace_id: str) -> Suppressed | None:
        """Whose events the workspace does not take; None: it takes everybody's."""
        return self._suppressed().get(workspace_id)

    def close(self) -> None:
        self._engine.dispose()


class _SegmentRows:
    """Reads the segments, and gives the entry of before for each that has not changed since."""

    def __init__(self) -> None:
        self._last: list[SegmentEntry] = []

    def __call__(self, connection: Connection) -> list[SegmentEntry]:
        c = t.segments.c
        before = {entry.id: entry for entry in self._last}
        rows = connection.execute(select(t.segments).order_by(c.created_at, c.id))
        fresh = [_segment(row, before.get(row.id)) for row in rows]
        if len(fresh) != len(self._last) or any(new is not old for new, old in zip(fresh, self._last, strict=True)):
            self._last = fresh
        return self._last


def _segment(row: Any, before: SegmentEntry | None) -> SegmentEntry:
    entry = SegmentEntry(
        id=row.id,
        workspace_id=row.workspace_id,
        name=row.name,
        rule=row.rule,
        announce_members=row.announce_members,
        updated_at=row.updated_at,
    )
    return before if before is not None and before == entry else entry


def _load(connection: Connection, sealer: Sealer) -> _Snapshot:
    rows = connection.execute(select(t.sources)).all()
    keys = write_keys_of(connection, [row.id for row in rows])
    entries = {row.id: _source(row, keys[row.id], sealer) for row in rows}
    workspaces = _workspaces(connection, sealer)
    tokens = connection.execute(select(t.client_tokens)).all()
    c = t.workspaces.c
    ever = connection.execute(select(c.id, c.deleted_at).order_by(c.created_at, c.id)).all()
    return _Snapshot(
        by_id=entries,
        deleted={row.id: _deleted(row) for row in connection.execute(select(t.deleted_sources))},
        by_write_key={key: entry for entry in entries.values() for key in entry.write_keys},
        by_inbound_key={row.inbound_key: entries[row.id] for row in rows},
        by_client_token={row.token: workspaces[row.workspace_id] for row in tokens},
        by_api_digest={row.digest: _api_key(row) for row in connection.execute(select(t.api_keys))},
        workspaces=workspaces,
        first_workspace_id=ever[0].id if ever else "",
        gone_workspaces=frozenset(row.id for row in ever if row.deleted_at is not None),
    )


def _load_contents(connection: Connection) -> dict[str, list[ContentEntry]]:
    c = t.experiences.c
    name, slug = func.coalesce(c.live_name, c.name), func.coalesce(c.live_slug, c.slug)
    query = select(c.workspace_id, name.label("name"), slug.label("slug")).where(c.archived_at.is_(None))
    found: dict[str, list[ContentEntry]] = {}
    for row in connection.execute(query.order_by(func.lower(name), slug)):
        found.setdefault(row.workspace_id, []).append(ContentEntry(name=row.name, slug=row.slug))
    return found


def _deleted(row: Any) -> DeletedSource:
    return DeletedSource(source_id=row.id, workspace_id=row.workspace_id, catalog=row.catalog, schema=row.schema_name)


def _api_key(row: Any) -> ApiKeyEntry:
    return ApiKeyEntry(id=row.id, workspace_id=row.workspace_id, scopes=tuple(row.scopes))


def _source(row: Any, keys: tuple[str, ...], sealer: Sealer) -> SourceEntry:
    return SourceEntry(
        source_id=row.id,
        workspace_id=row.workspace_id,
        catalog=row.catalog,
        schema=row.schema_name,
        enabled=row.enabled,
        platform=row.platform,
        feeds_profiles=row.feeds_profiles,
        settings={**row.settings, **opened(sealer, row.sealed_settings)},
        write_keys=keys,
        name=row.name,
    )


def _load_outgoing(connection: Connection, sealer: Sealer, present_s: float) -> _Outgoing:
    secrets = live_secrets(connection, sealer, iso_from_seconds(present_s))
    rows = connection.execute(select(t.connections).order_by(t.connections.c.created_at, t.connections.c.id)).all()
    entries = [_outgoing(row, [each.secret for each in secrets.get(row.id, ())], sealer) for row in rows]
    return _Outgoing(entries=entries, by_id={each.id: each for each in entries}, until_s=earliest_end(secrets))


def _outgoing(row: Any, secrets: Sequence[str], sealer: Sealer) -> ConnectionEntry:
    return ConnectionEntry(
        id=row.id,
        workspace_id=row.workspace_id,
        kind=row.kind,
        catalog=row.catalog,
        name=row.name,
        enabled=row.enabled,
        disabled_reason=row.disabled_reason,
        paused=row.paused,
        settings={**row.settings, **opened(sealer, row.sealed_settings)},
        source_ids=tuple(row.source_ids),
        topics=tuple(row.topics),
        filters=msgspec.convert(row.filters, Filters),
        mapping=row.mapping,
        schedule_s=None if row.schedule_s is None else tuple(row.schedule_s),
        per_second=row.per_second,
        ordered=row.ordered,
        signing_secrets=tuple(secrets),
    )


def _workspaces(connection: Connection, sealer: Sealer) -> dict[str, WorkspaceEntry]:
    secrets: dict[str, list[bytes]] = {}
    for row in connection.execute(select(t.identity_secrets)):
        secrets.setdefault(row.workspace_id, []).append(sealer.open(row.sealed).encode())
    c = t.workspaces.c
    ordered = select(t.workspaces).where(c.deleted_at.is_(None)).order_by(c.created_at, c.id)
    return {
        row.id: WorkspaceEntry(
            workspace_id=row.id,
            region=row.region,
            allowed_origins=tuple(row.allowed_origins),
            identity_verification=row.identity_verification,
            identity_secrets=tuple(secrets.get(row.id, ())),
            segment_anonymous=row.segment_anonymous,
        )
        for row in connection.execute(ordered)
    }
