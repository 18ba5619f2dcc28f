"""Why a person sees a content on a page, or not: each rule with what it saw."""

from __future__ import annotations

import asyncio
from typing import Annotated, Any, Final, Literal

import msgspec
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, QueryParameter

from headwater.api.auth import data as data_scope
from headwater.api.given import GivenCaller, GivenContents, GivenProfiles
from headwater.api.ports import Shape
from headwater.api.profiles import Explained, Explanation, Person, Profiles
from headwater.base.errors import InvalidInput, NotFound
from headwater.base.rules import EVERYONE
from headwater.surfaces import explain
from headwater.surfaces.explain import Candidate, JudgedPlacement, Look
from headwater.surfaces.model import Device
from headwater.surfaces.pages import address_of

TAG: Final = "Content"
MAX_URL_CHARS: Final = 2_000
MAX_LANGUAGE_CHARS: Final = 50

PersonId = Annotated[
    str | None, QueryParameter(name="personId", description="Who looks. Left out: somebody whom nobody knows.")
]
Url = Annotated[str | None, QueryParameter(description="The page's whole address. Left out: its rules are not judged.")]
Language = Annotated[str | None, QueryParameter(description="The browser's language, like de-AT.")]
OnDevice = Annotated[Device | None, QueryParameter(description="What it is looked at on.")]


class DocumentReason(Shape, frozen=True):
    """A document in its order. `versionId` is the live one, null of a draft. `tree` says why the person is in the
    segment or not; `note` what stands above its rule."""

    document_id: int
    segment_id: str
    segment_name: str
    version_id: str | None
    member: bool
    tree: Explained
    note: str | None


class PageRuleReason(Shape, frozen=True):
    """`result` is null when no address was given. `fault`: why the rule cannot be read."""

    list: Literal["show", "hide"]
    kind: str
    value: str
    result: bool | None
    fault: str | None


class PagesReason(Shape, frozen=True):
    """Of the rules in `show` one must hold, or with `match` all; of those in `hide` none."""

    result: bool | None
    match: Literal["any", "all"]
    rules: list[PageRuleReason]


class ChoiceReason(Shape, frozen=True):
    """Which there may be, which was given, and whether that is one of them; null when none was given."""

    allowed: list[str]
    given: str | None
    result: bool | None


class PlacementReason(Shape, frozen=True):
    """`pages`, `devices` and `languages` are null where all do. `result` is null when not all is known."""

    placement_id: str
    name: str | None
    selectors: list[str]
    result: bool | None
    pages: PagesReason | None
    devices: ChoiceReason | None
    languages: ChoiceReason | None
    trigger: dict[str, Any]
    delay_s: float
    frequency: dict[str, Any]


class ContentExplanation(Shape, frozen=True):
    """`shown` is the document that the person gets there, null when none. `live`: it is published; if not, documents
    and placements are the draft's. `note` says in a sentence what decides."""

    shown: int | None
    live: bool
    documents: list[DocumentReason]
    placements: list[PlacementReason]
    note: str


@get("/content/{content_id:str}/explain", operation_id="explainContent", tags=[TAG], guards=[data_scope])
async def explain_content(
    content_id: FromPath[str],
    caller: GivenCaller,
    contents: GivenContents,
    profiles: GivenProfiles,
    person_id: PersonId = None,
    url: Url = None,
    language: Language = None,
    device: OnDevice = None,
) -> ContentExplanation:
    """Why a person sees a content, or not: each segment's rule with the value it saw, each page rule with its result.

    Scope data. How often it was shown, whether the page has its element and whether its trigger came is known to the
    browser alone. 400 when the address is none.
    """
    found = await asyncio.to_thread(contents.get, caller.workspace_id, content_id)
    names = await asyncio.to_thread(contents.segment_names, caller.workspace_id)
    look = Look(address=_address(url), language=_language(language), device=device)
    await _require_person(profiles, caller.workspace_id, person_id)
    of = explain.candidates(found)
    reasons = [await _reason(profiles, caller.workspace_id, person_id, each, names) for each in of]
    placements = explain.placements(found, look)
    chosen = explain.chosen(of, {each.segment_id: each.member for each in reasons})
    live = found.live is not None and not found.archived
    return ContentExplanation(
        shown=chosen if live and not explain.is_ruled_out(placements) else None,
        live=live,
        documents=reasons,
        placements=[_shape(each) for each in placements],
        note=explain.note(found, chosen, placements),
    )


async def _require_person(profiles: Profiles, workspace_id: str, person_id: str | None) -> None:
    if person_id is None:
        return
    found = await profiles.person(workspace_id, person_id)
    if found is None:
        raise NotFound(
            f'There is no person "{person_id[:40]}" in this workspace. People are found by GET /people?userId='
        )
    msgspec.convert(found, Person)


async def _reason(
    profiles: Profiles, workspace_id: str, person_id: str | None, of: Candidate, names: dict[str, str]
) -> DocumentReason:
    why = await _explained(profiles, workspace_id, person_id, of.segment_id, names)
    return DocumentReason(
        document_id=of.document_id,
        segment_id=of.segment_id,
        segment_name=names.get(of.segment_id, of.segment_id),
        version_id=of.version_id,
        member=why.member,
        tree=why.tree,
        note=why.note,
    )


async def _explained(
    profiles: Profiles, workspace_id: str, person_id: str | None, segment_id: str, names: dict[str, str]
) -> Explanation:
    if segment_id == EVERYONE:
        return _known(segment_id, True)
    if segment_id not in names:
        return _known(segment_id, False, "The segment was deleted, so it holds nobody.")
    if person_id is None:
        return _known(segment_id, False, f"Somebody whom nobody knows is in {EVERYONE} alone.")
    return msgspec.convert(await profiles.explain(workspace_id, person_id, segment_id), Explanation)


def _known(segment_id: str, member: bool, note: str | None = None) -> Explanation:
    tree = Explained(rule={"segment": segment_id}, value=member, result=member)
    return Explanation(segment_id=segment_id, member=member, tree=tree, note=note)


def _shape(judged: JudgedPlacement) -> PlacementReason:
    return msgspec.convert(judged, PlacementReason, from_attributes=True)


def _address(url: str | None) -> str | None:
    if url is None or not url.strip():
        return None
    if len(url) > MAX_URL_CHARS:
        raise InvalidInput(
            f"`url` has {len(url)} characters; allowed are {MAX_URL_CHARS}. Nothing was read.", details={"field": "url"}
        )
    return address_of(url)


def _language(language: str | None) -> str | None:
    if language is not None and len(language) > MAX_LANGUAGE_CHARS:
        raise InvalidInput(
            f"`language` has {len(language)} characters; it is a tag such as de or pt-BR. Nothing was read.",
            details={"field": "language"},
        )
    return language or None


ROUTES: list[HTTPRouteHandler] = [explain_content]
