"""What one content brought about: who saw it, used it, answered, and did afterwards what it was made for.

Counted from the rows of the customer events alone (see `content_people`), at one moment: loading goes on.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

import msgspec

from headwater.base.clock import iso
from headwater.warehouse.content_people import (
    MOMENT,
    SCHEMA,
    Asked,
    Connection,
    Form,
    FormField,
    Goal,
    Place,
    gather,
)
from headwater.warehouse.engine import DATABASE, Engine, quoted
from headwater.warehouse.layout import FORMS, property_column
from headwater.warehouse.schema import NOT_OF_SOURCES

MOST: Final = 500
"""Parts of a list of figures, the largest first; paths and labels come from pages, so there may be any number."""

MOST_ANSWERS: Final = 200
"""Different answers to one question, the most frequent first."""

GOAL_DAYS: Final = 7
_NAMES_OF_A_FORM: Final = 20
"""Under so many names a form's answers are looked for: it has another one when its content was renamed."""

_HOUR_US: Final = 3_600_000_000


class Shape(msgspec.Struct, frozen=True, rename="camel"):
    """A JSON object of the wire."""


class Measures(Shape, frozen=True):
    """`conversion_rate`: of those who saw it, the part that used it or answered; 0 when nobody saw it."""

    views: int = 0
    unique_viewers: int = 0
    interactions: int = 0
    unique_interactors: int = 0
    form_responses: int = 0
    dismissals: int = 0
    conversion_rate: float = 0.0


class PartMeasures(Shape, frozen=True):
    """`key`: the segment's id, the version's, or the path."""

    key: str
    measures: Measures


class LabelCount(Shape, frozen=True):
    label: str
    count: int
    people: int
    last_at: str


class DayCount(Shape, frozen=True):
    day: str
    views: int
    unique_viewers: int
    interactions: int


class AnswerCount(Shape, frozen=True):
    value: str
    count: int


class FieldCount(Shape, frozen=True):
    label: str
    answers: list[AnswerCount]


class FormCount(Shape, frozen=True):
    form_id: str
    responses: int
    fields: list[FieldCount]


class GoalCount(Shape, frozen=True):
    """`median_hours` from the first view to the event; None when nobody got there."""

    id: str
    viewers: int
    converted: int
    rate: float
    median_hours: float | None


class Numbers(Shape, frozen=True):
    totals: Measures
    by_segment: list[PartMeasures]
    by_version: list[PartMeasures]
    by_path: list[PartMeasures]
    by_label: list[LabelCount]
    series: list[DayCount]
    forms: list[FormCount]
    goals: list[GoalCount]


class Viewer(Shape, frozen=True):
    user_id: str | None
    anonymous_id: str | None
    email: str | None
    views: int
    interactions: int
    last_view_at: str


class Viewers(Shape, frozen=True):
    data: list[Viewer]
    total: int


def numbers(engine: Engine, asked: Asked) -> Numbers:
    with _gathered(engine, asked) as connection:
        return Numbers(
            totals=next((each.measures for each in _parts(connection, "''")), Measures()),
            by_segment=_parts(connection, "segment_id"),
            by_version=_parts(connection, "version_id"),
            by_path=_parts(connection, "path"),
            by_label=_labels(connection),
            series=_series(connection, asked),
            forms=[_form(connection, form) for form in asked.forms],
            goals=[_goal(connection, goal, asked) for goal in asked.goals],
        )


def viewers(engine: Engine, asked: Asked, *, words: str | None, limit: int, offset: int) -> Viewers:
    """Who saw it, the latest first. `words`: part of an id or of the e-mail address, whatever its case."""
    with _gathered(engine, asked) as connection:
        rows = connection.execute(
            _VIEWERS.format(mails=_mails(connection), limit=int(limit), offset=int(offset)), {"words": words}
        ).fetchall()
        total = rows[0][-1] if rows else 0
        if not rows and offset:
            query = _VIEWERS.format(mails=_mails(connection), limit=1, offset=0)
            first = connection.execute(query, {"words": words}).fetchall()
            total = first[0][-1] if first else 0
    return Viewers(data=[_viewer(row) for row in rows], total=total)


@contextmanager
def _gathered(engine: Engine, asked: Asked) -> Iterator[Connection]:
    """A connection that has the content's rows in tables of its own, and sees one moment."""
    with engine.reading() as connection:
        connection.begin()
        try:
            gather(connection, asked)
            yield connection
        finally:
            connection.rollback()


def _parts(connection: Connection, by: str) -> list[PartMeasures]:
    """The measures of each part; `by` is a column of `counted`, or a constant for all together."""
    rows = connection.execute(_PARTS.format(by=by, most=MOST)).fetchall()
    return [PartMeasures(key=key, measures=_measures(*figures)) for key, *figures in rows]


def _measures(
    views: int, viewers: int, interactions: int, interactors: int, answers: int, dismissals: int, converted: int
) -> Measures:
    return Measures(
        views=views,
        unique_viewers=viewers,
        interactions=interactions,
        unique_interactors=interactors,
        form_responses=answers,
        dismissals=dismissals,
        conversion_rate=_rate(converted, viewers),
    )


def _rate(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _labels(connection: Connection) -> list[LabelCount]:
    rows = connection.execute(_LABELS.format(most=MOST)).fetchall()
    return [LabelCount(label=label, count=count, people=people, last_at=_iso(at)) for label, count, people, at in rows]


def _series(connection: Connection, asked: Asked) -> list[DayCount]:
    """Each day of the period, UTC, also those on which nothing happened."""
    found: dict[date, tuple[int, int, int]] = {row[0]: row[1:] for row in connection.execute(_DAYS).fetchall()}
    start, end = asked.bounds
    first, last = start.date(), (end - timedelta(microseconds=1)).date()
    days = [first + timedelta(days=count) for count in range((last - first).days + 1)]
    return [DayCount(day.isoformat(), *found.get(day, (0, 0, 0))) for day in days]


def _form(connection: Connection, form: Form) -> FormCount:
    """A form's answers under every name that it had; the name is part of the column of each answer."""
    place = Place(connection, SCHEMA, FORMS)
    (responses,) = connection.execute(_RESPONSES, {"form": form.form_id}).fetchall()[0]
    names: list[str] = []
    if responses:
        name = place.text("form_name")
        query = _FORM_NAMES.format(name=name, place=place.sql, most=_NAMES_OF_A_FORM)
        names = [found for (found,) in connection.execute(query, {"form": form.form_id}).fetchall()]
    fields = [FieldCount(each.label, _answers(connection, place, form, each, names)) for each in form.fields]
    return FormCount(form_id=form.form_id, responses=responses, fields=fields)


def _answers(connection: Connection, place: Place, form: Form, field: FormField, names: list[str]) -> list[AnswerCount]:
    counts: Counter[str] = Counter()
    for name in names:
        column = property_column(FORMS, f"{name}_{field.label}")
        query = _ANSWERS.format(value=place.text(column), name=place.text("form_name"), place=place.sql)
        for value, count in connection.execute(query, {"form": form.form_id, "name": name}).fetchall():
            for one in _several(value) if field.several else [value]:
                counts[one] += count
    ranked = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return [AnswerCount(value, count) for value, count in ranked[:MOST_ANSWERS]]


def _several(text: str) -> list[str]:
    """What was chosen, each once; a text that is no list is one choice."""
    try:
        found = msgspec.json.decode(text, type=list[str])
    except (msgspec.DecodeError, msgspec.ValidationError):
        return [text]
    return list(dict.fromkeys(each for each in found if each))


def _goal(connection: Connection, goal: Goal, asked: Asked) -> GoalCount:
    given: dict[str, Any] = {"segment": goal.segment_id}
    (seen,) = connection.execute(f"SELECT count(*) FROM ({_FIRST_VIEWS})", given).fetchall()[0]
    done = _done(connection)
    converted, median_us = 0, None
    if seen and done:
        start, end = asked.bounds
        given |= {"event": goal.event, "start": start, "end": end}
        query = _GOAL.format(first=_FIRST_VIEWS, done=done, days=GOAL_DAYS)
        converted, median_us = connection.execute(query, given).fetchall()[0]
    hours = None if median_us is None else round(median_us / _HOUR_US, 2)
    return GoalCount(goal.id, seen, converted, _rate(converted, seen), hours)


def _done(connection: Connection) -> str:
    """Every track of the name, of all sources; `tracks` has those that have a table of their own as well."""
    return " UNION ALL ".join(
        f"SELECT nullif(user_id, '') AS user_id, nullif(anonymous_id, '') AS anonymous_id, {MOMENT} AS moment "
        f"FROM {quoted(DATABASE, schema, table)} WHERE nfc_normalize(event_text) = nfc_normalize($event)"
        for schema, table in _tables(connection, "tracks", FORMS)
    )


def _mails(connection: Connection) -> str:
    """(person, email, moment) of whoever said an address, of all sources."""
    parts = ["SELECT NULL AS person, NULL AS email, NULL AS moment WHERE false"]
    for schema, table in _tables(connection, "users", "identifies"):
        place = Place(connection, schema, table)
        if "email" in place.columns:
            person = "'u' || id" if table == "users" else "'a' || anonymous_id"
            only = "" if table == "users" else " WHERE user_id IS NULL"
            parts.append(f"SELECT {person}, {place.text('email')}, received_at FROM {place.sql}{only}")
    return " UNION ALL ".join(parts)


def _tables(connection: Connection, *names: str) -> list[tuple[str, str]]:
    found = connection.execute(
        "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = ? "
        "AND table_name IN (SELECT unnest(?)) ORDER BY ALL",
        [DATABASE, list(names)],
    ).fetchall()
    return [(schema, table) for schema, table in found if schema not in NOT_OF_SOURCES]


def _viewer(row: tuple[Any, ...]) -> Viewer:
    person, anonymous_id, email, views, interactions, last_at, _ = row
    return Viewer(
        user_id=person[1:] if person.startswith("u") else None,
        anonymous_id=anonymous_id,
        email=email,
        views=views,
        interactions=interactions,
        last_view_at=_iso(last_at),
    )


def _iso(moment: datetime) -> str:
    return iso(moment.replace(tzinfo=UTC))


_PARTS: Final = """
WITH each AS (
    SELECT {by} AS part, person,
        count(*) FILTER (kind = 'view') AS views, count(*) FILTER (kind = 'interaction') AS interactions,
        count(*) FILTER (kind = 'answer') AS answers, count(*) FILTER (kind = 'dismissal') AS dismissals
    FROM counted WHERE {by} IS NOT NULL GROUP BY ALL)
SELECT part, sum(views)::BIGINT, count(*) FILTER (views > 0), sum(interactions)::BIGINT,
    count(*) FILTER (interactions > 0), sum(answers)::BIGINT, sum(dismissals)::BIGINT,
    count(*) FILTER (views > 0 AND interactions + answers > 0)
FROM each GROUP BY part ORDER BY 2 DESC, part LIMIT {most:d}"""
_LABELS: Final = """
SELECT label, count(*), count(DISTINCT person), max(moment) FROM counted
WHERE kind = 'interaction' AND label IS NOT NULL GROUP BY label ORDER BY 2 DESC, label LIMIT {most:d}"""
_DAYS: Final = """
SELECT CAST(moment AS DATE), count(*) FILTER (kind = 'view'), count(DISTINCT person) FILTER (kind = 'view'),
    count(*) FILTER (kind = 'interaction') FROM counted GROUP BY ALL"""
_RESPONSES: Final = "SELECT count(*) FROM counted WHERE kind = 'answer' AND form_id = $form"
_FORM_NAMES: Final = """
SELECT {name} FROM {place} WHERE id IN (SELECT id FROM counted WHERE kind = 'answer' AND form_id = $form)
AND {name} IS NOT NULL GROUP BY ALL ORDER BY count(*) DESC, 1 LIMIT {most:d}"""
_ANSWERS: Final = """
SELECT value, count(*) FROM (
    SELECT {value} AS value FROM {place}
    WHERE id IN (SELECT id FROM counted WHERE kind = 'answer' AND form_id = $form) AND {name} = $name)
WHERE value <> '' GROUP BY value ORDER BY 2 DESC, value LIMIT 10000"""
_FIRST_VIEWS: Final = """
SELECT person, min(moment) AS seen FROM counted
WHERE kind = 'view' AND ($segment IS NULL OR segment_id = $segment) GROUP BY person"""
_GOAL: Final = """
WITH first AS ({first}),
done AS (SELECT * FROM ({done}) WHERE moment > $start AND moment <= $end + INTERVAL {days:d} DAY),
theirs AS (
    SELECT 'u' || user_id AS person, moment FROM done WHERE user_id IS NOT NULL
    UNION ALL SELECT 'a' || anonymous_id, moment FROM done WHERE anonymous_id IS NOT NULL
    UNION ALL SELECT 'u' || owners.user_id, moment FROM done JOIN owners USING (anonymous_id)
        WHERE done.user_id IS NULL),
got AS (
    SELECT first.person, min(epoch_us(theirs.moment) - epoch_us(seen)) AS took FROM first JOIN theirs
    ON theirs.person = first.person AND theirs.moment > seen AND theirs.moment <= seen + INTERVAL {days:d} DAY
    GROUP BY first.person)
SELECT count(*), median(took) FROM got"""
_VIEWERS: Final = """
WITH mails AS (SELECT person, arg_max(email, moment) AS email FROM ({mails}) WHERE email <> '' GROUP BY person),
each AS (
    SELECT person, arg_max(anonymous_id, moment) AS anonymous_id, count(*) FILTER (kind = 'view') AS views,
        count(*) FILTER (kind = 'interaction') AS interactions, max(moment) FILTER (kind = 'view') AS last_at
    FROM counted GROUP BY person HAVING count(*) FILTER (kind = 'view') > 0)
SELECT each.person, anonymous_id, email, views, interactions, last_at, count(*) OVER ()
FROM each LEFT JOIN mails ON mails.person = each.person
WHERE $words IS NULL OR contains(lower(each.person[2:]), lower($words))
    OR contains(lower(anonymous_id), lower($words)) OR contains(lower(email), lower($words))
ORDER BY last_at DESC, each.person LIMIT {limit:d} OFFSET {offset:d}"""
