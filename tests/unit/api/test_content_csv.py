"""A content's numbers as CSV: one figure a line, and no text that a spreadsheet would compute."""

from __future__ import annotations

import csv
import io

from headwater.api.content_csv import numbers_csv, viewers_csv
from headwater.api.content_figures import (
    AnswerCount,
    ContentNumbers,
    DayNumbers,
    FieldNumbers,
    FormNumbers,
    GoalNumbers,
    LabelNumbers,
    Measures,
    PathNumbers,
    Period,
    Viewer,
)

FIGURES = {
    "views": 4,
    "unique_viewers": 2,
    "interactions": 3,
    "unique_interactors": 1,
    "form_responses": 1,
    "dismissals": 0,
    "conversion_rate": 0.5,
}
NUMBERS = ContentNumbers(
    period=Period(start="2026-03-01T00:00:00.000Z", end="2026-03-02T00:00:00.000Z"),
    totals=Measures(**FIGURES),
    by_segment=[],
    by_version=[],
    by_path=[PathNumbers(**FIGURES, path="=1+1")],
    by_label=[LabelNumbers(label='@SUM("x")', count=3, people=1, last_at="2026-03-01T10:00:00.000Z")],
    series=[DayNumbers(day="2026-03-01", views=4, unique_viewers=2, interactions=3)],
    forms=[
        FormNumbers(
            form_id="f",
            form_name="Intro - Feedback",
            responses=1,
            fields=[FieldNumbers(label="Why", kind="text", hidden=False, answers=[AnswerCount("-2+3", 1)])],
        )
    ],
    goals=[GoalNumbers(id="g", name="Made one", event="E", viewers=2, converted=0, rate=0.0, median_hours=None)],
)


def read(body: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(body.decode(), newline="")))


def test_one_figure_a_line() -> None:
    lines = read(numbers_csv(NUMBERS))
    assert lines[0] == ["part", "item", "measure", "value"]
    assert ["totals", "", "conversionRate", "0.5"] in lines
    assert ["day", "2026-03-01", "uniqueViewers", "2"] in lines
    assert ["form", "Intro - Feedback", "responses", "1"] in lines
    assert ["goal", "Made one", "medianHours", ""] in lines


def test_no_cell_is_a_formula() -> None:
    lines = read(numbers_csv(NUMBERS))
    assert ["path", "'=1+1", "views", "4"] in lines
    assert ["label", '\'@SUM("x")', "count", "3"] in lines
    assert ["answer", "Intro - Feedback: Why", "'-2+3", "1"] in lines
    viewer = Viewer(
        user_id="+49",
        anonymous_id=None,
        email="\t=cmd",
        views=1,
        interactions=0,
        last_view_at="2026-03-01T10:00:00.000Z",
    )
    assert read(viewers_csv([viewer]))[1] == ["'+49", "", "'\t=cmd", "1", "0", "2026-03-01T10:00:00.000Z"]
