"""Whether a content can be found a place, and a time to show."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from msgspec import UNSET

from headwater.base.errors import InvalidInput
from headwater.surfaces import pages, selectors
from headwater.surfaces.findings import Notes, Surroundings
from headwater.surfaces.model import Goal, OnClick, OnEvent, Placement

MAX_LANGUAGES: Final = 50

_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,32}")
_LANGUAGE: Final = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{1,8})*")


def check_placements(notes: Notes, placements: Sequence[Placement], kinds: Mapping[str, bool]) -> None:
    """`kinds`: which of inline and modal are shown."""
    if not placements:
        notes.warning(
            "no_placement", "It has no placement, so it shows only where another content or the page asks for it."
        )
    for index, placement in enumerate(placements):
        _check(notes, placement, f"placements[{index}]", inline=kinds["inline"])


def check_goals(notes: Notes, goals: Sequence[Goal], around: Surroundings) -> None:
    for index, goal in enumerate(goals):
        if not goal.event.strip() or not goal.name.strip():
            notes.error("goal_incomplete", "A goal needs a name and an event.", field=f"goals[{index}]")
        if goal.segment_id is not UNSET and goal.segment_id not in around.segments:
            notes.error(
                "unknown_segment", f"There is no segment {goal.segment_id}. Choose another.", field=f"goals[{index}]"
            )


def _check(notes: Notes, placement: Placement, field: str, *, inline: bool) -> None:
    if not _ID.fullmatch(placement.id):
        notes.error("id_invalid", "A placement's id is up to 32 letters, digits, _ and -.", field=f"{field}.id")
    if inline and not placement.selectors:
        notes.error(
            "placement_without_selector",
            "The placement names no element, so there is nowhere to show. Pick one on the page.",
            field=f"{field}.selectors",
        )
    if len(placement.selectors) > selectors.MAX_SELECTORS:
        notes.error(
            "too_many_selectors",
            f"A placement has at most {selectors.MAX_SELECTORS} selectors.",
            field=f"{field}.selectors",
        )
    for index, selector in enumerate(placement.selectors):
        _check_selector(notes, selector, f"{field}.selectors[{index}]")
    try:
        pages.source_of(placement.pages)
    except InvalidInput as fault:
        notes.error("page_rule_invalid", fault.message, field=f"{field}.pages")
    else:
        _check_odd(notes, placement, f"{field}.pages")
    _check_trigger(notes, placement, f"{field}.trigger")
    if len(placement.languages) > MAX_LANGUAGES or not all(map(_LANGUAGE.fullmatch, placement.languages)):
        notes.error("language_invalid", "A language is a tag such as de or pt-BR.", field=f"{field}.languages")


def _check_odd(notes: Notes, placement: Placement, field: str) -> None:
    """It can be read, but is hardly what was meant."""
    for rule in (*placement.pages.show, *placement.pages.hide):
        odd = pages.oddity(rule)
        if odd is not None:
            notes.warning("page_rule_odd", odd, field=field)


def _check_selector(notes: Notes, selector: str, field: str) -> None:
    fault = selectors.fault(selector)
    if fault is not None:
        notes.error(
            "selector_invalid", f"{selector[:80]!r} is no CSS selector: {fault}. Pick the element again.", field=field
        )


def _check_trigger(notes: Notes, placement: Placement, field: str) -> None:
    trigger = placement.trigger
    if isinstance(trigger, OnEvent) and not trigger.event.strip():
        notes.error("trigger_incomplete", "It waits for an event without a name. Give it one.", field=f"{field}.event")
    elif isinstance(trigger, OnClick):
        _check_selector(notes, trigger.selector, f"{field}.selector")
