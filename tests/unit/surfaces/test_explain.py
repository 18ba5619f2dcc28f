"""Why a placement shows or does not: what is judged, what cannot be, and what cannot be read."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.surfaces import explain
from headwater.surfaces.explain import Candidate, JudgedPlacement, Look
from headwater.surfaces.model import Content, Live, PageRule, Pages, Placement

SHOW = Pages(show=(PageRule(kind="path", value="/app"), PageRule(kind="query", value="x")))


def content(*placements: Placement, live: bool = True, archived: bool = False) -> Content:
    return Content(
        id=1,
        workspace_id="ws_1",
        content_id="content001",
        slug="banner",
        name="Banner",
        folder="",
        revision=1,
        documents=(),
        placements=placements,
        goals=(),
        live=Live(slug="banner", name="Banner", placements=placements) if live else None,
        archived=archived,
        created_at="",
        updated_at="",
        updated_by="",
        published_at=None,
    )


def judged(placement: Placement, **look: Any) -> JudgedPlacement:
    (found,) = explain.placements(content(placement), Look(**look))
    return found


@pytest.mark.parametrize(
    ("match", "address", "results", "expected"),
    [
        ("any", "https://a.example/app", [True, False], True),
        ("all", "https://a.example/app", [True, False], False),
        ("all", "https://a.example/app?x", [True, True], True),
        ("any", "https://a.example/b", [False, False], False),
        ("any", None, [None, None], None),
    ],
)
def test_rules_hold_by_any_or_all(match: Any, address: str | None, results: list[bool], expected: bool | None) -> None:
    pages = Pages(match=match, show=SHOW.show)
    found = judged(Placement(id="p", pages=pages), address=address)
    assert found.pages is not None
    assert ([rule.result for rule in found.pages.rules], found.pages.result) == (results, expected)
    assert found.result is expected


def test_a_rule_that_cannot_be_read_says_why_and_shows_nothing() -> None:
    pages = Pages(show=(PageRule(kind="path", value="/app"), PageRule(kind="path", value="/*/*/*/*/*/*")))
    found = judged(Placement(id="p", pages=pages), address="https://a.example/app")
    assert found.pages is not None
    assert found.pages.result is False
    assert [bool(rule.fault) for rule in found.pages.rules] == [False, True]


@pytest.mark.parametrize(
    ("language", "wanted", "expected"),
    [("de-AT", "de", True), ("DE", "de", True), ("del", "de", False), ("de", "de-AT", False), ("de-AT", "de-at", True)],
)
def test_a_language_is_one_of_its_kind(language: str, wanted: str, expected: bool) -> None:
    found = judged(Placement(id="p", languages=(wanted,)), language=language)
    assert found.languages is not None
    assert (found.languages.result, found.result) == (expected, expected)


def test_what_is_not_given_is_not_judged_but_one_no_is_enough() -> None:
    placement = Placement(id="p", pages=SHOW, devices=("mobile",), languages=("de",))
    assert judged(placement).result is None
    assert judged(placement, device="mobile").result is None
    assert judged(placement, device="desktop").result is False
    assert judged(placement, device="mobile", language="de", address="https://a.example/app").result is True
    assert judged(Placement(id="p")).result is True


def test_the_first_document_whose_segment_holds_the_person_is_chosen() -> None:
    of = [
        Candidate(document_id=n, segment_id=name, version_id=None) for n, name in enumerate(("pro", "new", "Everyone"))
    ]
    assert explain.chosen(of, {"pro": False, "new": True, "Everyone": True}) == 1
    assert explain.chosen(of, {"pro": False, "new": False, "Everyone": False}) is None


def test_a_sentence_says_what_decides() -> None:
    def note(of: Content, document_id: int | None = 1, **look: Any) -> str:
        return explain.note(of, document_id, explain.placements(of, Look(**look)))

    placed = Placement(id="p", pages=SHOW)
    assert note(content(archived=True)) == "Nobody sees it: it is archived."
    assert note(content(live=False)).startswith("Nobody sees it: it is not published.")
    assert note(content(placed), None) == "This person is in none of the segments that it has documents for."
    assert note(content()).startswith("It has no placement")
    assert note(content(placed), address="https://a.example/b").startswith("No placement shows it there")
    assert note(content(placed)).startswith("It shows where a placement finds its page")
    assert note(content(placed), address="https://a.example/app").startswith("It shows there, if")
