"""The shapes of a content's numbers: as the warehouse counts them, and as the API tells them with names."""

from __future__ import annotations

import msgspec

from headwater.api.ports import Shape


class Measures(Shape, frozen=True):
    """People are counted once: by their user id, or as long as there is none by their anonymous id.

    `conversionRate`: of those who saw it, the part that used it or answered, from 0 to 1; 0 when nobody saw it.
    """

    views: int
    unique_viewers: int
    interactions: int
    unique_interactors: int
    form_responses: int
    dismissals: int
    conversion_rate: float


class SegmentNumbers(Measures, frozen=True):
    """As one segment saw it. `name` is the id where the segment is gone."""

    segment_id: str
    name: str


class VersionNumbers(Measures, frozen=True):
    """`number` counts the versions of the document; null for one that is not known here."""

    version_id: str
    number: int | None
    segment_id: str | None


class PathNumbers(Measures, frozen=True):
    path: str


class LabelNumbers(Shape, frozen=True):
    """How often something was used, by how many, and when the last time."""

    label: str
    count: int
    people: int
    last_at: str


class DayNumbers(Shape, frozen=True):
    """A day of UTC; the first and the last one only as far as the period goes."""

    day: str
    views: int
    unique_viewers: int
    interactions: int


class AnswerCount(Shape, frozen=True):
    value: str
    count: int


class FieldNumbers(Shape, frozen=True):
    """`answers` are the 200 most frequent. `hidden`: they are people's own words, which need scope data."""

    label: str
    kind: str
    hidden: bool
    answers: list[AnswerCount]


class FormNumbers(Shape, frozen=True):
    form_id: str
    form_name: str
    responses: int
    fields: list[FieldNumbers]


class GoalNumbers(Shape, frozen=True):
    """Of those who saw it, who did the event within 7 days after their first view in the period.

    `medianHours` from that view to the event; null when nobody did it.
    """

    id: str
    name: str
    event: str
    viewers: int
    converted: int
    rate: float
    median_hours: float | None


class Period(Shape, frozen=True):
    """At or after `from`, before `to`."""

    start: str = msgspec.field(name="from")
    end: str = msgspec.field(name="to")


class ContentNumbers(Shape, frozen=True):
    """Lists hold at most 500 parts, those with the most views or uses first.

    An answer of a form counts to the segment, version and path of the person's last view before it.
    """

    period: Period
    totals: Measures
    by_segment: list[SegmentNumbers]
    by_version: list[VersionNumbers]
    by_path: list[PathNumbers]
    by_label: list[LabelNumbers]
    series: list[DayNumbers]
    forms: list[FormNumbers]
    goals: list[GoalNumbers]


class Viewer(Shape, frozen=True):
    """One person who saw it. `anonymousId` is the latest; `email` the trait, where somebody said it."""

    user_id: str | None
    anonymous_id: str | None
    email: str | None
    views: int
    interactions: int
    last_view_at: str


class ViewersPage(Shape, frozen=True):
    data: list[Viewer]
    total: int


class CountedPart(Shape, frozen=True):
    """`key`: a segment's id, a version's, or a path."""

    key: str
    measures: Measures


class CountedField(Shape, frozen=True):
    label: str
    answers: list[AnswerCount]


class CountedForm(Shape, frozen=True):
    form_id: str
    responses: int
    fields: list[CountedField]


class CountedGoal(Shape, frozen=True):
    id: str
    viewers: int
    converted: int
    rate: float
    median_hours: float | None


class Counted(Shape, frozen=True):
    """What the warehouse counts, which knows ids alone."""

    totals: Measures
    by_segment: list[CountedPart]
    by_version: list[CountedPart]
    by_path: list[CountedPart]
    by_label: list[LabelNumbers]
    series: list[DayNumbers]
    forms: list[CountedForm]
    goals: list[CountedGoal]
