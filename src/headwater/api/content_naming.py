"""What a content's numbers are about, which the warehouse knows by ids alone: its forms, goals, versions, segments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, Self, TypeVar

import msgspec

from headwater.api.content_figures import (
    ContentNumbers,
    Counted,
    CountedForm,
    CountedGoal,
    CountedPart,
    FieldNumbers,
    FormNumbers,
    GoalNumbers,
    Measures,
    PathNumbers,
    Period,
    SegmentNumbers,
    VersionNumbers,
)
from headwater.surfaces.labels import Labels, words
from headwater.surfaces.model import Block, Content, Goal, Tree, Version, walk
from headwater.surfaces.store import ContentStore

CLOSED_KINDS: Final = ("choice", "checkbox", "number", "scale")
"""Kinds of fields whose answers are the author's words or numbers, not the person's own."""

T = TypeVar("T", bound=Measures)


class Field(msgspec.Struct, frozen=True):
    """`several`: an answer may be a list."""

    label: str
    kind: str
    several: bool


class Form(msgspec.Struct, frozen=True):
    """A form as the newest tree with it has it, with the fields of every tree that had it."""

    form_id: str
    name: str
    fields: tuple[Field, ...]


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A content with its history."""

    content: Content
    versions: Sequence[Version]
    forms: Sequence[Form]
    segments: dict[str, str]

    @classmethod
    def of(cls, contents: ContentStore, workspace_id: str, given: str) -> Self:
        """Blocks. `given`: number, contentId or slug; raises NotFound."""
        content = contents.get(workspace_id, given)
        versions = contents.publishing.versions(workspace_id, str(content.id))
        trees = [each.tree for each in versions] or [each.tree for each in content.documents]
        return cls(
            content=content,
            versions=versions,
            forms=_forms(Labels(content.name, {}), trees),
            segments=contents.segment_names(workspace_id),
        )

    def asked_forms(self) -> list[dict[str, Any]]:
        return [
            {
                "form_id": form.form_id,
                "fields": [{"label": each.label, "several": each.several} for each in form.fields],
            }
            for form in self.forms
        ]

    def asked_goals(self) -> list[dict[str, Any]]:
        return [
            {"id": goal.id, "event": goal.event, "segment_id": goal.segment_id or None} for goal in self.content.goals
        ]

    def named(self, found: Counted, period: Period, *, own_words_too: bool) -> ContentNumbers:
        """`own_words_too`: with answers that people wrote themselves."""
        return ContentNumbers(
            period=period,
            totals=found.totals,
            by_segment=[self._segment(each) for each in found.by_segment],
            by_version=[self._version(each) for each in found.by_version],
            by_path=[_part(PathNumbers, each, path=each.key) for each in found.by_path],
            by_label=found.by_label,
            series=found.series,
            forms=[_form(form, each, own_words_too) for form, each in zip(self.forms, found.forms, strict=True)],
            goals=[_goal(goal, each) for goal, each in zip(self.content.goals, found.goals, strict=True)],
        )

    def _segment(self, part: CountedPart) -> SegmentNumbers:
        return _part(SegmentNumbers, part, segment_id=part.key, name=self.segments.get(part.key, part.key))

    def _version(self, part: CountedPart) -> VersionNumbers:
        known = next((each for each in self.versions if each.id == part.key), None)
        number = known.number if known else None
        return _part(
            VersionNumbers,
            part,
            version_id=part.key,
            number=number,
            segment_id=known.segment_id if known else None,
        )


def _forms(labels: Labels, trees: Iterable[Tree]) -> list[Form]:
    """`trees`: the newest first."""
    found: dict[str, Form] = {}
    for tree in trees:
        for block in walk(tree.blocks):
            form_id = block.props.get("formId")
            if block.type == "form" and isinstance(form_id, str):
                known = found.get(form_id)
                fields = _fields(block, known.fields if known else ())
                found[form_id] = Form(form_id, known.name if known else labels.form_name(block), fields)
    return list(found.values())


def _fields(form: Block, known: Sequence[Field]) -> tuple[Field, ...]:
    """Those known from newer trees, and those that only this one has."""
    fields = {each.label: each for each in known}
    for block in walk(form.blocks):
        label = words(block.props.get("label"))
        if block.type == "field" and label:
            kind = str(block.props.get("kind", "text"))
            fields.setdefault(label, Field(label, kind, several=block.props.get("multiple") is True))
    return tuple(fields.values())


def _part(kind: type[T], part: CountedPart, **more: Any) -> T:
    return kind(**msgspec.structs.asdict(part.measures), **more)


def _form(form: Form, counted: CountedForm, own_words_too: bool) -> FormNumbers:
    fields: list[FieldNumbers] = []
    for field, each in zip(form.fields, counted.fields, strict=True):
        hidden = not own_words_too and field.kind not in CLOSED_KINDS
        answers = [] if hidden else each.answers
        fields.append(FieldNumbers(label=field.label, kind=field.kind, hidden=hidden, answers=answers))
    return FormNumbers(form_id=form.form_id, form_name=form.name, responses=counted.responses, fields=fields)


def _goal(goal: Goal, counted: CountedGoal) -> GoalNumbers:
    figures = msgspec.structs.asdict(counted)
    return GoalNumbers(**figures, name=goal.name, event=goal.event)
