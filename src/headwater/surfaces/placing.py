"""Where, when and how often something shows, as the page is told: what does not restrict is left out."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from headwater.surfaces.model import Always, OnLoad, Placement, builtins
from headwater.surfaces.pages import RuleFault, source_of


def placement(given: Placement) -> dict[str, Any]:
    """In the shape of `Placement` in `web/packages/surfaces/src/model.ts`. RuleFault."""
    told: dict[str, Any] = {"id": given.id, "place": given.place}
    if given.selectors:
        told["selectors"] = list(given.selectors)
    if given.text:
        told["text"] = given.text
    if (pages := source_of(given.pages)) is not None:
        told["pages"] = pages
    if not isinstance(given.trigger, OnLoad):
        told["trigger"] = builtins(given.trigger)
    if given.delay_s:
        told["delayS"] = given.delay_s
    if not isinstance(given.frequency, Always):
        told["frequency"] = builtins(given.frequency)
    if given.devices:
        told["devices"] = list(given.devices)
    if given.languages:
        told["languages"] = list(given.languages)
    return told


def drafts(given: Iterable[Placement]) -> list[dict[str, Any]]:
    """Placements that are still being written, with their names. One whose page rules cannot be read shows on no
    page."""
    return [_draft(each) | ({"name": each.name} if isinstance(each.name, str) else {}) for each in given]


def _draft(given: Placement) -> dict[str, Any]:
    try:
        return placement(given)
    except RuleFault:
        plain = Placement(id=given.id, selectors=given.selectors, text=given.text, place=given.place)
        return placement(plain) | {"pages": NOWHERE}


NOWHERE = r"[^\s\S]"
"""An expression that no address meets."""
