"""Whose rows tell of one content, as temporary tables of a connection: views, interactions, dismissals and answers.

A person is a user id, else an anonymous id; an anonymous id that came with a user id in these rows counts as that user.
Answers of forms carry no segment, version or page: they take those of the person's last view before them. What has no
table or column yet has no rows.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final

import duckdb
import msgspec

from headwater.warehouse.engine import DATABASE, quoted
from headwater.warehouse.layout import FORMS, UNFIT_COLUMN

SCHEMA: Final = "customer_events"
VIEW: Final = "candu.sdk.content"
INTERACTION: Final = "candu.sdk.content.interaction"
DISMISSAL: Final = "candu.sdk.content.dismiss"

MOMENT: Final = 'least(coalesce("timestamp", received_at), received_at + INTERVAL 5 MINUTE)'
"""When it happened; a clock that runs ahead of ours counts for no more than five minutes."""

_TABLES: Final = {
    "view": ("screens", "name", VIEW),
    "interaction": ("candu_sdk_content_interaction", "event_text", INTERACTION),
    "dismissal": ("candu_sdk_content_dismiss", "event_text", DISMISSAL),
}
"""By kind: the table, and the column that holds which name."""

Connection = duckdb.DuckDBPyConnection


class FormField(msgspec.Struct, frozen=True):
    """`several`: what is answered may be a list."""

    label: str
    several: bool = False


class Form(msgspec.Struct, frozen=True):
    form_id: str
    fields: tuple[FormField, ...] = ()


class Goal(msgspec.Struct, frozen=True):
    """`segment_id`: only who saw the content as one of this segment."""

    id: str
    event: str
    segment_id: str | None = None


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """Which content, and which part of its rows: times half open, UTC where no zone is named; None: all."""

    content_id: str
    start: datetime
    end: datetime
    segment_id: str | None = None
    version_id: str | None = None
    path: str | None = None
    forms: tuple[Form, ...] = ()
    goals: tuple[Goal, ...] = ()

    @property
    def bounds(self) -> tuple[datetime, datetime]:
        """The times as rows have them: UTC, without zone."""
        return _plain(self.start), _plain(self.end)


def _plain(moment: datetime) -> datetime:
    return moment if moment.tzinfo is None else moment.astimezone(UTC).replace(tzinfo=None)


class Place:
    """One table as it is now: which columns it has."""

    def __init__(self, connection: Connection, schema: str, table: str) -> None:
        found = connection.execute(
            "SELECT column_name FROM duckdb_columns() WHERE database_name = ? AND schema_name = ? AND table_name = ?",
            [DATABASE, schema, table],
        ).fetchall()
        self.columns = {name for (name,) in found}
        self.sql = quoted(DATABASE, schema, table)

    def text(self, column: str) -> str:
        """A column's value as text, as SQL: what did not fit it stands in the row's own JSON."""
        own = f"CAST({quoted(column)} AS VARCHAR)" if column in self.columns else "NULL"
        path = f'$."{column}"'.replace("'", "''")
        aside = f"{UNFIT_COLUMN} ->> '{path}'" if UNFIT_COLUMN in self.columns else "NULL"
        return f"coalesce({own}, {aside})"


def gather(connection: Connection, asked: Asked) -> None:
    """Makes the tables `counted` (the rows of the period and the filters) and `owners` (whose an anonymous id is)."""
    parts = [part for kind in _TABLES if (part := _part(connection, kind))]
    parts += [part for part in [_answers(connection)] if asked.forms and part]
    given = {"content": asked.content_id, "forms": [form.form_id for form in asked.forms]}
    told = " UNION ALL ".join(parts)
    connection.execute(_TOLD)
    if told:
        used = {name: value for name, value in given.items() if f"${name}" in told}
        connection.execute(f"INSERT INTO told {told}", used)
    connection.execute(_OWNERS)
    connection.execute(_OWNED)
    connection.execute(_PLACED)
    connection.execute(_COUNTED, _bounds(asked))


def _bounds(asked: Asked) -> dict[str, Any]:
    start, end = asked.bounds
    return {
        "start": start,
        "end": end,
        "segment": asked.segment_id,
        "version": asked.version_id,
        "path": asked.path,
    }


def _part(connection: Connection, kind: str) -> str:
    """The rows of one kind, all times; empty when there is no table."""
    table, named, name = _TABLES[kind]
    place = Place(connection, SCHEMA, table)
    if named not in place.columns:
        return ""
    columns = ("segment_id", "version_id", "context_page_path", "event_name")
    values = ", ".join(place.text(column) for column in columns)
    return (
        f"SELECT '{kind}', id, {MOMENT}, nullif(user_id, ''), nullif(anonymous_id, ''), {values}, NULL "
        f"FROM {place.sql} WHERE {quoted(named)} = '{name}' AND {place.text('content_id')} = $content"
    )


def _answers(connection: Connection) -> str:
    place = Place(connection, SCHEMA, FORMS)
    if not place.columns:
        return ""
    form = place.text("form_id")
    return (
        f"SELECT 'answer', id, {MOMENT}, nullif(user_id, ''), nullif(anonymous_id, ''), NULL, NULL, NULL, NULL, {form} "
        f"FROM {place.sql} WHERE {form} IN (SELECT unnest($forms))"
    )


_TOLD: Final = """CREATE TEMP TABLE told (
    kind VARCHAR, id VARCHAR, moment TIMESTAMP, user_id VARCHAR, anonymous_id VARCHAR, segment_id VARCHAR,
    version_id VARCHAR, path VARCHAR, label VARCHAR, form_id VARCHAR)"""
_OWNERS: Final = """CREATE TEMP TABLE owners AS
    SELECT anonymous_id, first(user_id ORDER BY moment, user_id) AS user_id FROM told
    WHERE user_id IS NOT NULL AND anonymous_id IS NOT NULL GROUP BY anonymous_id"""
_OWNED: Final = """CREATE TEMP TABLE owned AS
    SELECT told.*, CASE WHEN coalesce(told.user_id, owners.user_id) IS NOT NULL
        THEN 'u' || coalesce(told.user_id, owners.user_id) ELSE 'a' || told.anonymous_id END AS person
    FROM told LEFT JOIN owners ON owners.anonymous_id = told.anonymous_id
    WHERE told.user_id IS NOT NULL OR told.anonymous_id IS NOT NULL"""
_PLACED: Final = """CREATE TEMP TABLE placed AS
    WITH views AS (SELECT person, moment, segment_id, version_id, path FROM owned WHERE kind = 'view'),
    earliest AS (SELECT person, arg_min((segment_id, version_id, path), moment) AS seen FROM views GROUP BY person)
    SELECT owned.* EXCLUDE (segment_id, version_id, path),
        CASE WHEN views.person IS NULL THEN earliest.seen[1] ELSE views.segment_id END AS segment_id,
        CASE WHEN views.person IS NULL THEN earliest.seen[2] ELSE views.version_id END AS version_id,
        CASE WHEN views.person IS NULL THEN earliest.seen[3] ELSE views.path END AS path
    FROM owned ASOF LEFT JOIN views ON views.person = owned.person AND owned.moment >= views.moment
    LEFT JOIN earliest ON earliest.person = owned.person
    WHERE owned.kind = 'answer'
    UNION ALL BY NAME SELECT * FROM owned WHERE kind <> 'answer'"""
_COUNTED: Final = """CREATE TEMP TABLE counted AS SELECT * FROM placed
    WHERE moment >= $start AND moment < $end
    AND ($segment IS NULL OR segment_id = $segment)
    AND ($version IS NULL OR version_id = $version)
    AND ($path IS NULL OR path = $path)"""
