"""Who gets what: the first document that fits, in few bytes, and of a person only what is named."""

from __future__ import annotations

import json
from typing import Any

import pytest

from headwater.surfaces.model import PageRule, Pages, Placement, tree_of
from headwater.surfaces.target import MAX_BYTES, Names, Published, Shown, Target, Version, names_in

STYLE = {"light": {"text": "#000000"}, "dark": None, "font": "inherit", "sizePx": 16, "radiusPx": 8}


def tree(text: str, **props: Any) -> dict[str, Any]:
    return {"kind": "inline", "blocks": [{"id": "a", "type": "text", "props": {"text": text} | props}]}


def content(number: int, *of: tuple[str, str], placements: tuple[Placement, ...] = ()) -> Published:
    """`of`: (segment, text) of each document."""
    return Published(
        id=number,
        content_id=f"content{number:03}",
        slug=f"slug-{number}",
        name=f"Content {number}",
        placements=placements,
        documents=tuple(
            Version(
                document_id=number * 10 + place,
                segment_id=segment,
                version_id=f"{number * 10 + place:040x}",
                shown=Shown.of(tree_of(tree(text))),
            )
            for place, (segment, text) in enumerate(of)
        ),
    )


def told(target: Target, segments: list[str], **values: Any) -> dict[str, Any]:
    return json.loads(target.body(segments, {"user": {}, "account": {}} | values))


def test_of_each_content_the_first_document_whose_segment_holds_the_person() -> None:
    target = Target([content(1, ("pro", "A"), ("new", "B"), ("Everyone", "C")), content(2, ("new", "D"))], style=STYLE)
    for segments, expected in (
        (["Everyone"], [12]),
        (["Everyone", "new"], [11, 20]),
        (["Everyone", "new", "pro"], [10, 20]),
        (["Everyone", "unheard of"], [12]),
        ([], [12]),
    ):
        assert target.documents_for(segments) == expected
        assert [each["documentId"] for each in told(target, segments)["experiences"]] == expected


def test_an_experience_has_what_the_renderer_needs() -> None:
    placement = Placement(id="p1", selectors=("#a",), place="after", delay_s=2, languages=("de",), devices=("mobile",))
    target = Target([content(1, ("Everyone", "A"), placements=(placement,))], style=STYLE)
    answer = told(target, ["Everyone"])
    assert answer == {
        "segments": ["Everyone"],
        "experiences": [
            {
                "type": "content",
                "contentId": "content001",
                "slug": "slug-1",
                "name": "Content 1",
                "documentId": 10,
                "segmentId": "Everyone",
                "versionId": f"{10:040x}",
                "kind": "inline",
                "placements": [
                    {
                        "id": "p1",
                        "place": "after",
                        "selectors": ["#a"],
                        "delayS": 2,
                        "devices": ["mobile"],
                        "languages": ["de"],
                    }
                ],
                "tree": tree("A"),
            }
        ],
        "variables": {"user": {}, "account": {}},
        "style": STYLE,
    }


def test_without_something_to_show_there_is_nothing_else_either() -> None:
    assert told(Target([content(1, ("pro", "A"))], style=STYLE), ["Everyone"]) == {
        "segments": ["Everyone"],
        "experiences": [],
    }


@pytest.mark.parametrize("segments", [["Everyone"], ["Everyone", *(f"segment{n:03}" for n in range(40))]])
def test_trees_are_put_in_while_there_is_room(segments: list[str]) -> None:
    sizes = [3_000, 9_500, 3_000, 3_000, 400]
    contents = [content(n, ("Everyone", "x" * size)) for n, size in enumerate(sizes)]
    target = Target(contents, style=STYLE)
    body = target.body(segments)
    assert len(body) < MAX_BYTES
    experiences = json.loads(body)["experiences"]
    assert [("tree" in each) for each in experiences] == [True, False, True, False, True]
    assert json.loads(target.tree(experiences[1]["versionId"]) or b"") == tree("x" * 9_500)


def test_the_answer_is_as_full_as_it_may_be_and_no_fuller() -> None:
    for size in range(8_000, 10_000, 37):
        target = Target([content(1, ("Everyone", "x" * size))], style=STYLE)
        body = target.body(["Everyone"])
        assert len(body) < MAX_BYTES
        if b'"tree"' not in body:
            assert len(body) + size > MAX_BYTES - 200
            break
    else:
        raise AssertionError("every tree was put in")


def test_names_are_found_wherever_a_text_stands() -> None:
    blocks = [
        {"id": "a", "type": "heading", "props": {"text": "Hi {{user.name|there}}, {{ account.plan }}"}},
        {
            "id": "b",
            "type": "form",
            "props": {"formId": "f", "name": "N"},
            "blocks": [
                {"id": "c", "type": "button", "props": {"text": "{{user.address.city}}", "actions": []}},
                {
                    "id": "d",
                    "type": "component",
                    "props": {"name": "x", "props": {"who": "{{user.email}} {{url.pathname}} {{other.thing}}"}},
                },
                {
                    "id": "e",
                    "type": "button",
                    "props": {"text": "t", "actions": [{"type": "url", "href": "/u/{{user.id}}"}]},
                },
            ],
        },
    ]
    assert names_in(tree_of({"kind": "inline", "blocks": blocks})) == Names(
        frozenset({"name", "address.city", "email", "id"}), frozenset({"plan"})
    )


def test_only_values_that_a_shown_text_names_are_told() -> None:
    contents = [content(1, ("pro", "{{user.plan}}"), ("Everyone", "{{user.name}} {{account.seats}} {{user.list}}"))]
    target = Target(contents, style=STYLE)
    assert target.names == Names(frozenset({"plan", "name", "list"}), frozenset({"seats"}))
    user = {"name": "Ann", "plan": "pro", "list": [1], "email": "ann@example.com"}
    answer = told(target, ["Everyone"], user=user, account={"seats": 5, "name": "Acme"})
    assert answer["variables"] == {"user": {"name": "Ann"}, "account": {"seats": 5}}
    assert told(target, ["pro"], user=user)["variables"] == {"user": {"plan": "pro"}, "account": {}}


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("", True),
        (0, True),
        (1.5, True),
        (False, True),
        ("x" * 1_000, True),
        ("x" * 1_001, False),
        (None, False),
        ([], False),
        ({"a": 1}, False),
    ],
)
def test_a_value_is_a_text_a_number_or_a_truth(value: Any, expected: bool) -> None:
    target = Target([content(1, ("Everyone", "{{user.a}}"))], style=STYLE)
    assert told(target, [], user={"a": value})["variables"]["user"] == ({"a": value} if expected else {})


def test_a_content_that_cannot_be_shown_keeps_no_other_from_it() -> None:
    broken = Placement(id="p", pages=Pages(show=(PageRule(kind="path", value="/*/*/*/*/*/*"),)))
    logged: list[str] = []
    contents = [content(1, ("Everyone", "A"), placements=(broken,)), content(2, ("Everyone", "B"))]
    target = Target(contents, style=STYLE, log=logged.append)
    assert target.documents_for(["Everyone"]) == [20]
    assert logged == [
        "The content 1 is shown to nobody, as its page rules cannot be read: The page rule '/*/*/*/*/*/*' has 6 "
        "wildcards (*, **, ?); allowed are 5."
    ]


def test_people_of_the_same_segments_that_matter_share_their_bytes() -> None:
    target = Target([content(1, ("pro", "A"), ("Everyone", "B"))], style=STYLE)
    first = target.body(["Everyone", "other"])
    assert first == target.body(["Everyone", "other"])
    assert target.body(["Everyone", "third"]) == first.replace(b"other", b"third")
