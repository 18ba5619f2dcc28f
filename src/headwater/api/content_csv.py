"""A content's numbers and viewers as CSV files, which are safe to open in a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from typing import Any, Final

from litestar import Response

from headwater.api.content_figures import ContentNumbers, Measures, Viewer

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
"""What a cell must not begin with: spreadsheets would compute it."""

_MEASURES: Final = {
    "views": "views",
    "uniqueViewers": "unique_viewers",
    "interactions": "interactions",
    "uniqueInteractors": "unique_interactors",
    "formResponses": "form_responses",
    "dismissals": "dismissals",
    "conversionRate": "conversion_rate",
}

Cell = str | int | float | None


def numbers_csv(numbers: ContentNumbers) -> bytes:
    """One figure a line: `part` says of what (period, totals, segment, version, path, label, day, form, answer, goal),
    `item` of which one, `measure` what was counted; of an answer it is the answer."""
    return _written(("part", "item", "measure", "value"), _lines(numbers))


def viewers_csv(viewers: Iterable[Viewer]) -> bytes:
    names = ("userId", "anonymousId", "email", "views", "interactions", "lastViewAt")
    rows = ((v.user_id, v.anonymous_id, v.email, v.views, v.interactions, v.last_view_at) for v in viewers)
    return _written(names, rows)


def attachment(body: bytes, name: str) -> Response[bytes]:
    """A file to keep; `name` is of letters, digits, `-` and `_`."""
    headers = {"Content-Disposition": f'attachment; filename="{name}.csv"'}
    return Response(body, media_type="text/csv", headers=headers)


def _lines(numbers: ContentNumbers) -> Iterator[tuple[Cell, ...]]:
    yield "period", "", "from", numbers.period.start
    yield "period", "", "to", numbers.period.end
    yield from _measured("totals", "", numbers.totals)
    for segment in numbers.by_segment:
        yield from _measured("segment", segment.name, segment)
    for version in numbers.by_version:
        yield from _measured("version", version.version_id, version)
    for path in numbers.by_path:
        yield from _measured("path", path.path, path)
    for label in numbers.by_label:
        yield "label", label.label, "count", label.count
        yield "label", label.label, "people", label.people
        yield "label", label.label, "lastAt", label.last_at
    for day in numbers.series:
        yield "day", day.day, "views", day.views
        yield "day", day.day, "uniqueViewers", day.unique_viewers
        yield "day", day.day, "interactions", day.interactions
    yield from _answers(numbers)
    for goal in numbers.goals:
        yield "goal", goal.name, "viewers", goal.viewers
        yield "goal", goal.name, "converted", goal.converted
        yield "goal", goal.name, "rate", goal.rate
        yield "goal", goal.name, "medianHours", goal.median_hours


def _answers(numbers: ContentNumbers) -> Iterator[tuple[Cell, ...]]:
    for form in numbers.forms:
        yield "form", form.form_name, "responses", form.responses
        for field in form.fields:
            for answer in field.answers:
                yield "answer", f"{form.form_name}: {field.label}", answer.value, answer.count


def _measured(part: str, item: str, measures: Measures) -> Iterator[tuple[Cell, ...]]:
    for name, attribute in _MEASURES.items():
        yield part, item, name, getattr(measures, attribute)


def _written(names: Iterable[str], rows: Iterable[Iterable[Any]]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(names)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return text.getvalue().encode()


def _safe(cell: Cell) -> Cell:
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA) else cell
