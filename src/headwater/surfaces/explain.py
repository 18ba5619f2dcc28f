"""Why somebody sees a content, or not: whose document it would be, and what each placement says to a page.

Only the page knows how often something was shown there, whether its element is there, and whether its trigger came;
those are told as they are set.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import msgspec

from headwater.surfaces.model import Content, Device, Document, PageRule, Pages, Placement, builtins
from headwater.surfaces.pages import RuleFault, is_met, source_of


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """Where somebody looks from; None: not said. `address` as `pages.address_of` gives it."""

    address: str | None = None
    language: str | None = None
    device: Device | None = None


class JudgedRule(msgspec.Struct, frozen=True, kw_only=True):
    """`result` None: no address was given. `fault`: why the rule cannot be read, and so is met by no page."""

    list: Literal["show", "hide"]
    kind: str
    value: str
    result: bool | None
    fault: str | None = None


class JudgedPages(msgspec.Struct, frozen=True, kw_only=True):
    result: bool | None
    match: Literal["any", "all"]
    rules: tuple[JudgedRule, ...]


class JudgedChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Devices or languages: which may be, which was given, and whether it is one of them."""

    allowed: tuple[str, ...]
    given: str | None
    result: bool | None


class JudgedPlacement(msgspec.Struct, frozen=True, kw_only=True):
    """`pages`, `devices`, `languages` None: all do. `result` None: not all is known that it depends on."""

    placement_id: str
    name: str | None
    selectors: tuple[str, ...]
    result: bool | None
    pages: JudgedPages | None
    devices: JudgedChoice | None
    languages: JudgedChoice | None
    trigger: Any
    delay_s: float
    frequency: Any


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """A document in its place among those of the content, for whom it is, and its version that is live."""

    document_id: int
    segment_id: str
    version_id: str | None


def candidates(content: Content) -> list[Candidate]:
    """The documents in order: those that are live, or while none is the drafts."""
    if content.live is None:
        return [
            Candidate(document_id=each.id, segment_id=each.segment_id, version_id=None) for each in content.documents
        ]
    live = [each for each in content.documents if each.version_id is not None]
    return [
        Candidate(document_id=each.id, segment_id=each.live_segment_id or each.segment_id, version_id=each.version_id)
        for each in sorted(live, key=_place)
    ]


def placements(content: Content, look: Look) -> list[JudgedPlacement]:
    """What each placement says: those that are live, or while none is the drafts'."""
    of = content.placements if content.live is None else content.live.placements
    return [_judged(each, look) for each in of]


def chosen(documents: Sequence[Candidate], member: Mapping[str, bool]) -> int | None:
    """The first whose segment holds the person."""
    return next((each.document_id for each in documents if member.get(each.segment_id)), None)


def note(content: Content, document_id: int | None, judged: Sequence[JudgedPlacement]) -> str:
    """What decides, in a sentence."""
    if content.archived:
        return "Nobody sees it: it is archived."
    if content.live is None:
        return "Nobody sees it: it is not published. What follows is of the draft."
    if document_id is None:
        return "This person is in none of the segments that it has documents for."
    if not judged:
        return "It has no placement: it shows where another content or the page asks for it."
    if all(each.result is False for each in judged):
        return "No placement shows it there: not on this page, device or language."
    if all(each.result is None for each in judged):
        return "It shows where a placement finds its page; give the page's address to have its rules judged."
    return "It shows there, if the page has its element, its trigger comes, and it was not shown too often already."


def is_ruled_out(judged: Sequence[JudgedPlacement]) -> bool:
    """Whether there are placements, and none can show it."""
    return bool(judged) and all(each.result is False for each in judged)


def _place(document: Document) -> tuple[int, int]:
    return document.live_position or 0, document.id


def _judged(placement: Placement, look: Look) -> JudgedPlacement:
    judged_pages = _pages(placement.pages, look.address)
    devices = _choice(placement.devices, look.device, look.device in placement.devices)
    spoken = look.language is not None and any(speaks(look.language, each) for each in placement.languages)
    languages = _choice(placement.languages, look.language, spoken)
    results = [each.result for each in (judged_pages, devices, languages) if each is not None]
    return JudgedPlacement(
        placement_id=placement.id,
        name=placement.name or None,
        selectors=placement.selectors,
        result=False if False in results else None if None in results else True,
        pages=judged_pages,
        devices=devices,
        languages=languages,
        trigger=builtins(placement.trigger),
        delay_s=placement.delay_s,
        frequency=builtins(placement.frequency),
    )


def speaks(language: str, wanted: str) -> bool:
    """Whether a browser's language is one: `de-AT` is `de`."""
    return f"{language.lower()}-".startswith(f"{wanted.lower()}-")


def _choice(allowed: Sequence[str], given: str | None, result: bool) -> JudgedChoice | None:
    if not allowed:
        return None
    return JudgedChoice(allowed=tuple(allowed), given=given, result=None if given is None else result)


def _pages(pages: Pages, address: str | None) -> JudgedPages | None:
    if not pages.show and not pages.hide:
        return None
    shown = tuple(_rule("show", rule, address) for rule in pages.show)
    hidden = tuple(_rule("hide", rule, address) for rule in pages.hide)
    return JudgedPages(result=_result(pages, shown, hidden, address), match=pages.match, rules=(*shown, *hidden))


def _result(
    pages: Pages, shown: Sequence[JudgedRule], hidden: Sequence[JudgedRule], address: str | None
) -> bool | None:
    """As the page decides it: by the one expression. Nothing shows by rules of which one cannot be read."""
    if address is None:
        return None
    try:
        source_of(pages)
    except RuleFault:
        return False
    held = [rule.result is True for rule in shown]
    fits = not held or (all(held) if pages.match == "all" else any(held))
    return fits and not any(rule.result for rule in hidden)


def _rule(where: Literal["show", "hide"], rule: PageRule, address: str | None) -> JudgedRule:
    fault = None
    try:
        result = is_met(rule, address or "")
    except RuleFault as error:
        result, fault = False, error.message
    return JudgedRule(
        list=where, kind=rule.kind, value=rule.value, result=None if address is None else result, fault=fault
    )
