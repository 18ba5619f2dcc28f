"""What one content brought about, in figures worked out by hand."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import msgspec
import pytest

from headwater.base.event import CleanEvent
from headwater.warehouse.content_numbers import Measures, numbers, viewers
from headwater.warehouse.content_people import Asked, Form, FormField, Goal
from headwater.warehouse.layout import Collection, SourceTables
from headwater.warehouse.loader import Warehouse
from tests.unit.warehouse.made import PLAIN, Sources, event

CUSTOMERS = SourceTables(
    "ce",
    "customer_events",
    (
        Collection("candu.sdk.content", "screen", ((("contentId",), "varchar"),)),
        Collection("candu.sdk.content.interaction", "track", ((("contentId",), "varchar"),)),
    ),
    standard=("screens", "form_submissions"),
)
FORM = "V1StGXR8_Z5jdHi6B-myT"
FIRST, SECOND = "a" * 40, "b" * 40
MARCH = {"start": datetime(2026, 3, 1), "end": datetime(2026, 3, 4)}


@pytest.fixture
def warehouse() -> Iterator[Warehouse]:
    made = Warehouse(None, layout=Sources(CUSTOMERS, PLAIN))
    for source in (CUSTOMERS, PLAIN):
        made.ensure_source(source)
    yield made
    made.close()


class Story:
    """Events of a page in order; `at` is the day of March 2026 and the time."""

    def __init__(self) -> None:
        self.events: list[CleanEvent] = []

    def add(self, at: str, kind: Any = "track", **fields: Any) -> None:
        moment = f"2026-03-{at}.000Z"
        number = f"m{len(self.events)}"
        fields = {"source_id": "ce", "timestamp": moment, "received_at": moment} | fields
        self.events.append(event(number, kind, **fields))

    def sees(self, at: str, *, segment: str = "Everyone", version: str = FIRST, path: str = "/", **who: Any) -> None:
        properties = _about(segment, version)
        context = {"page": {"path": path}}
        self.add(at, "screen", name="candu.sdk.content", properties=properties, context=context, **who)

    def uses(self, at: str, label: str, *, segment: str = "Everyone", path: str = "/", **who: Any) -> None:
        properties = _about(segment, FIRST) | {"eventName": label}
        context = {"page": {"path": path}}
        self.add(at, event="candu.sdk.content.interaction", properties=properties, context=context, **who)

    def answers(self, at: str, name: str = "Intro - Feedback", form: str = FORM, **given: Any) -> None:
        who = {key: given.pop(key) for key in ("user_id", "anonymous_id") if key in given}
        properties = {"formName": name, "formId": form} | {f"{name}_{label}": value for label, value in given.items()}
        self.add(at, event=f"{name}_responded", form=True, properties=properties, **who)


def _about(segment: str, version: str, content: str = "C0ntent001") -> dict[str, Any]:
    return {"contentId": content, "documentId": 7, "segmentId": segment, "versionId": version}


def asked(**given: Any) -> Asked:
    return Asked(**{"content_id": "C0ntent001", **MARCH} | given)


def loaded(warehouse: Warehouse, story: Story) -> Warehouse:
    warehouse.load(story.events, next_offset=len(story.events))
    return warehouse


@pytest.fixture
def lived(warehouse: Warehouse) -> Warehouse:
    """Three viewers: ann as a member, twice and clicking; bob, first unknown, with an answer; a stranger who leaves."""
    story = Story()
    story.sees("01T10:00:00", segment="members", user_id="ann", anonymous_id="a-1")
    story.uses("01T10:00:05", "Intro - Try it clicked", segment="members", user_id="ann", anonymous_id="a-1")
    story.uses("01T10:00:09", "Intro - Try it clicked", segment="members", user_id="ann", anonymous_id="a-1")
    story.sees("02T08:00:00", segment="members", version=SECOND, path="/reports", user_id="ann", anonymous_id="a-1")
    story.sees("02T09:00:00", path="/reports", anonymous_id="b-1")
    story.sees("02T09:05:00", path="/reports", user_id="bob", anonymous_id="b-1")
    story.answers("02T09:06:00", Why="Fast", Which=["x", "y"], user_id="bob", anonymous_id="b-1")
    story.sees("03T23:59:59", anonymous_id="c-1")
    story.add(
        "03T23:59:59",
        event="candu.sdk.content.dismiss",
        properties=_about("Everyone", FIRST),
        context={"page": {"path": "/"}},
        anonymous_id="c-1",
    )
    story.sees("04T00:00:00", user_id="late")
    story.add(
        "02T10:00:00", "screen", name="candu.sdk.content", user_id="x", properties=_about("E", FIRST, "0therOne01")
    )
    return loaded(warehouse, story)


def test_nothing_was_ever_told(warehouse: Warehouse) -> None:
    empty = Warehouse(None, layout=Sources(PLAIN))
    for each in (warehouse, empty):
        found = numbers(each.engine, asked(forms=(Form(FORM),), goals=(Goal("g", "Ordered"),)))
        assert found.totals == Measures()
        assert [day.day for day in found.series] == ["2026-03-01", "2026-03-02", "2026-03-03"]
        assert (found.by_segment, found.by_label) == ([], [])
        assert (found.forms[0].responses, found.goals[0].viewers, found.goals[0].median_hours) == (0, 0, None)
        assert viewers(each.engine, asked(), words=None, limit=10, offset=0).total == 0
    empty.close()


def test_totals_count_people_once_also_before_they_said_who_they_are(lived: Warehouse) -> None:
    found = numbers(lived.engine, asked(forms=(Form(FORM),)))
    assert found.totals == Measures(
        views=5,
        unique_viewers=3,  # ann; bob, with the view of b-1 before he said so; c-1
        interactions=2,
        unique_interactors=1,
        form_responses=1,
        dismissals=1,
        conversion_rate=0.6667,  # ann and bob of three
    )
    assert [(day.day, day.views, day.unique_viewers, day.interactions) for day in found.series] == [
        ("2026-03-01", 1, 1, 2),
        ("2026-03-02", 3, 2, 0),
        ("2026-03-03", 1, 1, 0),
    ]
    (label,) = found.by_label
    assert (label.label, label.count, label.people, label.last_at) == (
        "Intro - Try it clicked",
        2,
        1,
        "2026-03-01T10:00:09.000Z",
    )


def test_parts_by_segment_version_and_path(lived: Warehouse) -> None:
    found = numbers(lived.engine, asked(forms=(Form(FORM),)))

    def told(parts: Any) -> list[tuple[Any, ...]]:
        return [(each.key, *msgspec.structs.astuple(each.measures)) for each in parts]

    assert told(found.by_segment) == [
        ("Everyone", 3, 2, 0, 0, 1, 1, 0.5),  # the answer goes with bob's view before it
        ("members", 2, 1, 2, 1, 0, 0, 1.0),
    ]
    assert told(found.by_version) == [(FIRST, 4, 3, 2, 1, 1, 1, 0.6667), (SECOND, 1, 1, 0, 0, 0, 0, 0.0)]
    assert told(found.by_path) == [("/reports", 3, 2, 0, 0, 1, 0, 0.5), ("/", 2, 2, 2, 1, 0, 1, 0.5)]


def test_filters_and_bounds(lived: Warehouse) -> None:
    def views(**given: Any) -> tuple[int, int, int]:
        totals = numbers(lived.engine, asked(forms=(Form(FORM),), **given)).totals
        return totals.views, totals.interactions, totals.form_responses

    assert views(segment_id="members") == (2, 2, 0)
    assert views(version_id=SECOND) == (1, 0, 0)
    assert views(path="/reports") == (3, 0, 1)
    assert views(segment_id="' OR 1=1 --") == (0, 0, 0)
    assert views(start=datetime(2026, 3, 3, 23, 59, 59), end=datetime(2026, 3, 4)) == (1, 0, 0)
    assert views(end=datetime(2026, 3, 4, 0, 0, 1)) == (6, 2, 1)  # half open: the view of midnight is in
    assert numbers(lived.engine, asked(content_id="0therOne01")).totals.views == 1


def test_answers_of_a_form_under_each_name_that_it_had(warehouse: Warehouse) -> None:
    story = Story()
    story.sees("01T10:00:00", user_id="ann")
    story.answers("01T10:01:00", Why="Fast", Which=["x", "y", "x"], user_id="ann")
    story.answers("01T10:02:00", Why="2026-01-02", Which="y", user_id="bob")
    story.answers("01T10:03:00", name="Renamed - Feedback", Why="Fast", user_id="cid")
    story.answers("01T10:04:00", form="another form's id ...", Why="Never", user_id="dan")
    fields = (FormField("Why"), FormField("Which", several=True), FormField("Not asked yet"))
    found = numbers(loaded(warehouse, story).engine, asked(forms=(Form(FORM, fields),)))
    (form,) = found.forms
    assert (form.form_id, form.responses) == (FORM, 3)
    assert {each.label: [(one.value, one.count) for one in each.answers] for each in form.fields} == {
        "Why": [("Fast", 2), ("2026-01-02", 1)],
        "Which": [("y", 2), ("x", 1)],
        "Not asked yet": [],
    }
    assert found.totals.conversion_rate == 1.0  # of the one who saw it


def test_a_value_of_another_type_than_its_column_is_an_answer_too(warehouse: Warehouse) -> None:
    story = Story()
    story.answers("01T10:01:00", Grade=7, user_id="ann")
    story.answers("01T10:02:00", Grade="eight", user_id="bob")
    found = numbers(loaded(warehouse, story).engine, asked(forms=(Form(FORM, (FormField("Grade"),)),)))
    assert [(one.value, one.count) for one in found.forms[0].fields[0].answers] == [("7", 1), ("eight", 1)]


def test_a_goal_is_met_within_seven_days_after_the_first_view(warehouse: Warehouse) -> None:
    story = Story()
    for name in ("before", "soon", "week", "late", "other"):
        story.sees("01T12:00:00", user_id=name)
    story.sees("02T12:00:00", user_id="soon")
    story.sees("01T12:00:00", segment="members", anonymous_id="d-1")
    done = {"source_id": "s2", "event": "Report Created"}
    story.add("01T11:59:59", user_id="before", **done)
    story.add("01T14:00:00", user_id="soon", **done)
    story.add("03T12:00:00", user_id="soon", **done)
    story.add("08T12:00:00", user_id="week", **done)  # 7 days to the second
    story.add("08T12:00:01", user_id="late", **done)
    story.add("02T12:00:00", source_id="s2", event="Report Deleted", user_id="other")
    story.add("01T16:00:00", user_id="new", anonymous_id="d-1", **done)  # the stranger said who it is afterwards
    goals = (Goal("g1", "Report Created"), Goal("g2", "Report Created", "members"), Goal("g3", "Never"))
    first, second, third = numbers(loaded(warehouse, story).engine, asked(goals=goals)).goals
    assert (first.viewers, first.converted, first.rate, first.median_hours) == (6, 3, 0.5, 4.0)  # of 2, 4 and 168 hours
    assert (second.viewers, second.converted, second.median_hours) == (1, 1, 4.0)
    assert (third.viewers, third.converted, third.rate, third.median_hours) == (6, 0, 0.0, None)


def test_who_saw_it_with_the_address_that_was_said_last(lived: Warehouse) -> None:
    for count, (who, mail) in enumerate([("ann", "old@x.test"), ("ann", "ann@x.test"), ("late", "late@x.test")]):
        moment = f"2026-03-01T00:00:0{count}.000Z"
        said = {"user_id": who, "traits": {"email": mail}, "source_id": "s2", "received_at": moment}
        lived.load([event(f"i{count}", "identify", timestamp=moment, **said)], next_offset=100 + count)
    found = viewers(lived.engine, asked(), words=None, limit=10, offset=0)
    assert found.total == 3
    assert [(each.user_id, each.anonymous_id, each.email, each.views, each.interactions) for each in found.data] == [
        (None, "c-1", None, 1, 0),
        ("bob", "b-1", None, 2, 0),
        ("ann", "a-1", "ann@x.test", 2, 2),
    ]
    assert found.data[0].last_view_at == "2026-03-03T23:59:59.000Z"
    for words, expected in (("ANN@x", ["ann"]), ("b-", ["bob"]), ("%", []), ("u", [])):
        names = [each.user_id for each in viewers(lived.engine, asked(), words=words, limit=10, offset=0).data]
        assert names == expected, words
    second = viewers(lived.engine, asked(), words=None, limit=1, offset=1)
    assert ([each.user_id for each in second.data], second.total) == (["bob"], 3)
    assert viewers(lived.engine, asked(), words=None, limit=1, offset=9).total == 3
