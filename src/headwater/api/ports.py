"""What the management API needs of the process that runs the pipeline and the warehouse, and in which shapes.

Every method may raise the errors of `base.errors`: Transient when the process is away, NotFound, InvalidInput,
Conflict or Unprocessable when it says so itself. Answers may be plain data (as they come over a socket) or the
Structs below; field names are camelCase. Source ids are the stored ones (`ws_….rest` for a built-in source); the
API shows and takes the public ones. Times are ISO 8601 with `Z`.
"""

from __future__ import annotations

from typing import Any, Literal, Protocol

import msgspec


class Shape(msgspec.Struct, frozen=True, kw_only=True, rename="camel"):
    """A JSON object of the wire."""


class SqlColumn(Shape, frozen=True):
    """`type` is the warehouse's name of it, such as BIGINT or VARCHAR."""

    name: str
    type: str


class SqlResult(Shape, frozen=True):
    """`truncated`: the query has more rows than were asked for. Decimals and integers beyond 64 bits are text."""

    columns: list[SqlColumn]
    rows: list[list[Any]]
    truncated: bool


class EventViolation(Shape, frozen=True):
    """Where the event differs from what the catalogue declares of it."""

    type: str
    field: str
    description: str


class SeenEvent(Shape, frozen=True):
    """One event as the debugger shows it.

    `seq` grows with each event of the source, over restarts too. `type` is the call kind, `name` the track's event
    or the page's or screen's name, `fate` one of rejected, duplicate, dropped, parked, clean; `reason` says why,
    `note` says it to people.
    """

    seq: int
    message_id: str
    type: str | None
    name: str | None
    received_at: str
    fate: str
    reason: str | None
    note: str | None
    violations: list[EventViolation]
    payload: Any


class EventFate(Shape, frozen=True):
    """What the pipeline made of one arrival of the message. `note` is for people."""

    source_id: str
    received_at: str
    fate: str
    reason: str | None
    note: str | None


class EventAtReader(Shape, frozen=True):
    """Where a reader of the clean stream stands with it: done, pending, dead or skipped.

    `detail` is the reader's own, for the warehouse the tables with a row of it.
    """

    reader: str
    status: str
    detail: dict[str, Any]


class EventTrail(Shape, frozen=True):
    """What became of a message, arrival by arrival and reader by reader; both empty: it was never seen."""

    message_id: str
    fates: list[EventFate]
    readers: list[EventAtReader]
    payload: Any


class IdentityDoor(Shape, frozen=True):
    """User ids that came by one door since `since`, where the workspace observes or requires signatures.

    `door` is a source's id (customer-events, or one in browsers), or `bootstrap`. `missing` came without a signature,
    `wrong` with one that is none of their own: under require, those fail.
    """

    door: str
    since: str
    proven: int
    missing: int
    wrong: int


class UnprovenUser(Shape, frozen=True):
    """A user id that came without a right signature: how often, and why and when the last time."""

    user_id: str
    door: str
    reason: Literal["missing", "wrong"]
    at: str
    times: int


class IdentityReport(Shape, frozen=True):
    """`newest` are the last 100 user ids, latest first; they are forgotten when the server is started again."""

    doors: list[IdentityDoor]
    newest: list[UnprovenUser]


class PersonEvent(Shape, frozen=True):
    """One event of a person. `at` is the event's own time, `receivedAt` when it came.

    `type` is the call kind, `name` the track's event or the page's or screen's name. `fate` is that of the debugger:
    clean, or rejected, duplicate, dropped, parked with `reason`. `loaded`: it has its row in the warehouse.
    `GET /events/{messageId}` says more.
    """

    message_id: str
    source_id: str
    type: str | None
    name: str | None
    at: str
    received_at: str
    user_id: str | None
    anonymous_id: str | None
    fate: str
    reason: str | None
    loaded: bool


class PersonEvents(Shape, frozen=True):
    data: list[PersonEvent]
    total: int


class SourceAccount(Shape, frozen=True):
    """accepted = duplicate + dropped + parked + clean, in events.

    Parked as `journal_damaged` is what was acknowledged and then lay in a stretch that the disk has spoiled.
    """

    source_id: str
    accepted: int
    duplicate: int
    dropped: dict[str, int]
    parked: dict[str, int]
    clean: int


class ReaderAccount(Shape, frozen=True):
    """clean = done + pending + dead + skipped, in events."""

    reader: str
    clean: int
    done: int
    pending: int
    dead: int
    skipped: int


class Accounting(Shape, frozen=True):
    """What became of every accepted event. Replayed events are not counted again."""

    sources: list[SourceAccount]
    readers: list[ReaderAccount]


class ParkedEvent(Shape, frozen=True):
    """An acknowledged event that waits to be released. `payload` is as it was sent.

    `hindrance` says why it cannot be released just now; null when it can. An empty `sourceId` stands for a record, or a
    stretch of the journal, that cannot be read so far that its source is known.
    """

    id: str
    message_id: str
    source_id: str
    reason: str
    note: str | None
    received_at: str
    hindrance: str | None
    payload: Any


class Replay(Shape, frozen=True):
    """A stretch of the past that is worked off again. `events` is how many have gone by."""

    id: str
    reader: str
    status: Literal["RUNNING", "FINISHED", "FAILED"]
    events: int
    error: str | None


class UserTable(Shape, frozen=True):
    """A read-only table of the user's own, to join with; it is queried as `production.<name>`.

    `kind`: csv and parquet are files copied in, postgres is copied from a server. `every_seconds`: how often the copy
    is renewed; null when only on demand. `error`: why the last renewal failed.
    """

    name: str
    schema: str
    kind: Literal["csv", "parquet", "postgres"]
    columns: list[SqlColumn]
    rows: int
    refreshed_at: str | None
    every_seconds: int | None
    error: str | None


class Warehouse(Shape, frozen=True):
    """`lag_seconds`: how far the rows are behind the acknowledged events; 0 when nothing waits."""

    id: str
    kind: str
    source_ids: list[str]
    enabled: bool
    last_load_at: str | None
    lag_seconds: float


class BackupDone(Shape, frozen=True):
    """A backup that `headwater restore` takes. `dir` lies on the server."""

    dir: str
    files: int
    size_bytes: int


class ExportedTable(Shape, frozen=True):
    schema: str
    table: str
    file: str
    rows: int


class ExportDone(Shape, frozen=True):
    """Every table as a Parquet file. `dir` lies on the server."""

    dir: str
    tables: list[ExportedTable]


class ParkedPage(Shape, frozen=True):
    data: list[ParkedEvent]
    total: int


class Work(Protocol):
    """The worker process, as the management API sees it."""

    async def sql(self, workspace_id: str, query: str, limit: int | None) -> Any:
        """→ SqlResult; without a limit as many rows as the settings say.

        InvalidInput for what is no allowed SELECT or names an unknown table.
        """
        ...

    async def source_events(self, source_id: str, limit: int, after_seq: int, wait_s: float) -> Any:
        """→ list[SeenEvent], newest first, those with a larger `seq`; waits up to `wait_s` for the first one."""
        ...

    async def event(self, workspace_id: str, message_id: str) -> Any:
        """→ EventTrail; NotFound when no event of this id was seen."""
        ...

    async def person_events(
        self, workspace_id: str, user_ids: list[str], anonymous_ids: list[str], *, limit: int, offset: int
    ) -> Any:
        """→ PersonEvents: those with any of the ids, newest first by their own time."""
        ...

    async def content_numbers(self, workspace_id: str, asked: dict[str, Any]) -> Any:
        """→ content_numbers.Counted: what a content brought about. `asked` is a content_numbers.Asked."""
        ...

    async def content_viewers(
        self, workspace_id: str, asked: dict[str, Any], words: str | None, limit: int, offset: int
    ) -> Any:
        """→ content_numbers.ViewersPage: who saw it, the latest first; `words`: part of an id or e-mail address."""
        ...

    async def identity_report(self, workspace_id: str) -> Any:
        """→ IdentityReport."""
        ...

    async def reset_identity_report(self, workspace_id: str) -> None:
        """Counts and names begin anew."""
        ...

    async def accounting(self, workspace_id: str) -> Any:
        """→ Accounting."""
        ...

    async def ensure_source(self, source_id: str) -> None:
        """Make the source's schema and its empty typed tables; done when they can be queried."""
        ...

    async def drop_schema(self, workspace_id: str, schema: str) -> None:
        """Drop a source's schema with every row. Nothing there: nothing happens."""
        ...

    async def remove_warehouse(self, workspace_id: str) -> None:
        """Delete the rows of a workspace that was deleted. Nothing there: nothing happens."""
        ...

    async def tables_list(self, workspace_id: str) -> Any:
        """→ list[UserTable]."""
        ...

    async def tables_put_file(self, workspace_id: str, name: str, format: str, path: str) -> Any:
        """Copy a csv or parquet file of this machine into table `name`, replacing it whole → UserTable."""
        ...

    async def tables_put_postgres(self, workspace_id: str, name: str, dsn: str, table: str, every_s: int | None) -> Any:
        """Copy a table of a Postgres server into table `name` → UserTable. The dsn is a secret."""
        ...

    async def tables_refresh(self, workspace_id: str, name: str) -> Any:
        """Copy a Postgres table again → UserTable."""
        ...

    async def tables_remove(self, workspace_id: str, name: str) -> None:
        """NotFound when there is no such table."""
        ...

    async def warehouses(self, workspace_id: str) -> Any:
        """→ list[Warehouse]."""
        ...

    async def parked(self, workspace_id: str, limit: int, offset: int, unowned: bool) -> Any:
        """→ ParkedPage, newest first. `unowned`: with that whose workspace is not known."""
        ...

    async def release(self, workspace_id: str, ids: list[str] | None, unowned: bool) -> Any:
        """Let parked events go on (None: all that can) → Replay. NotFound; Unprocessable `not_releasable`."""
        ...

    async def replay(
        self, workspace_id: str, reader: str, start: str | None, end: str | None, connection_id: str | None
    ) -> Any:
        """Begin a replay of received times [start, end) → Replay. Unprocessable, naming the earliest time there is."""
        ...

    async def replay_status(self, workspace_id: str, replay_id: str) -> Any:
        """→ Replay; NotFound."""
        ...

    async def replays(self, workspace_id: str) -> Any:
        """→ list[Replay], newest first."""
        ...

    async def last_event_at(self, source_ids: list[str]) -> dict[str, str | None]:
        """When each source last had an event; None: never."""
        ...

    async def backup(self, dir: str) -> Any:
        """→ BackupDone. `dir` is an absolute path that is empty or not there."""
        ...

    async def export(self, workspace_id: str, dir: str) -> Any:
        """→ ExportDone. `dir` is an absolute path that is empty or not there."""
        ...
