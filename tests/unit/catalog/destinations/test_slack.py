"""What is told, how it is cut, and that nobody is called by what a user wrote."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.catalog.destinations import slack
from tests.receivers.slack_limits import check_message, units
from tests.unit.catalog.destinations.jobs import body, event, made, only

URL = "https://hooks.slack.com/services/T/B/x"


def message(**given: Any) -> dict[str, Any]:
    found = body(only(made("slack", event(**given), url=URL)))
    check_message(found)
    return found


def fields(found: dict[str, Any]) -> list[str]:
    return [field["text"] for block in found["blocks"] for field in block.get("fields", [])]


def form(answers: dict[str, Any]) -> dict[str, Any]:
    named = {f"F_{label}": value for label, value in answers.items()}
    fixed = {"formName": "F", "formId": "i", "formResponseId": "r"}
    return message(form=True, event="F_responded", user_id="u", properties={**fixed, **named})


@pytest.mark.parametrize("count", [0, 1, 9, 10, 11, 49, 50, 51, 60])
def test_answers_stand_ten_to_a_section_and_fifty_in_all(count: int):
    found = form({f"Q{number}": "a" for number in range(count)})
    assert fields(found) == [f"*Q{number}*\na" for number in range(min(count, 50))]
    assert [len(block["fields"]) for block in found["blocks"] if "fields" in block] == [
        min(10, count - start) for start in range(0, min(count, 50), 10)
    ]
    foot = found["blocks"][-1]["elements"][0]["text"]
    assert (f"{count - 50} more not shown" in foot) == (count > 50)


ROOM = slack.FIELD - units("*Q*\n")


@pytest.mark.parametrize("character", ["x", "🦆"])
def test_an_answer_is_whole_at_the_limit_and_cut_past_it(character: str):
    size = units(character)
    whole = character * (ROOM // size)
    assert fields(form({"Q": whole})) == [f"*Q*\n{whole}"]
    (cut,) = fields(form({"Q": whole + character}))
    assert cut.endswith(f"{character}…")
    assert slack.FIELD - size <= units(cut) <= slack.FIELD


def test_escapes_count_and_are_never_cut_in_the_middle():
    (cut,) = fields(form({"Q": "&" * 1000}))
    assert cut.removeprefix("*Q*\n").removesuffix("…").replace("&amp;", "") == ""
    assert units(cut) <= slack.FIELD


@pytest.mark.parametrize("length", [slack.TEXT - 5, slack.TEXT - 4, 10_000])
def test_the_sentence_is_cut_to_its_section(length: int):
    found = message(event="candu.sdk.content.interaction", user_id="u", properties={"eventName": "🦆" * length})
    assert units(found["text"]) <= slack.TEXT
    assert found["text"].startswith("u: 🦆")


def test_all_fields_together_stay_within_what_a_message_may_hold():
    found = form({f"Q{number}": "x" * 1900 for number in range(20)})
    assert 5 <= len(fields(found)) <= 7
    assert "more not shown" in found["blocks"][-1]["elements"][0]["text"]


@pytest.mark.parametrize(
    "said",
    ["<!channel>", "<!here|here>", "<@U12345>", "<https://x.example.com|click>", "@channel", "@everyone https://x.y"],
)
def test_nobody_is_called_and_nothing_becomes_a_link(said: str):
    for found in (
        form({"Q": said, said: "a"}),
        message(event=said, user_id=said, properties={said: said}),
        message(type="identify", user_id="u", traits={"name": said}),
        message(type="screen", name="candu.sdk.content", properties={"slug": said}),
    ):
        assert said not in found["text"] or said.isalnum()


def test_a_label_does_not_end_its_own_bold_letters():
    assert fields(form({"a*b": "c"})) == ["*a∗b*\nc"]


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"type": "screen", "name": "candu.sdk.content", "properties": {"slug": "s"}}, "u saw s"),
        ({"type": "screen", "name": "candu.sdk.content", "properties": {}}, "u saw a piece of content"),
        ({"event": "candu.sdk.content.interaction", "properties": {"eventName": "L"}}, "u: L"),
        ({"event": "F_responded", "form": True, "properties": {}}, "u answered F"),
        (
            {"type": "screen", "name": "candu.sdk.impression", "properties": {"variantId": 2}},
            "u saw 2 of an experiment",
        ),
        ({"event": "Ordered"}, "u did Ordered"),
        ({"type": "page", "name": "Home"}, "u saw the page Home"),
        ({"type": "page"}, "u saw the page"),
        ({"type": "screen", "name": "Start"}, "u saw the screen Start"),
        ({"type": "identify"}, "u was identified"),
        ({"type": "group", "group_id": "g"}, "u belongs to g"),
        ({"type": "alias", "previous_id": "p"}, "p is now u"),
    ],
)
def test_each_kind_has_its_sentence(given: dict[str, Any], sentence: str):
    assert message(**{"user_id": "u", **given})["text"] == sentence


@pytest.mark.parametrize(
    ("given", "who"),
    [
        ({"user_id": "u", "context": {"traits": {"name": "Mike"}}}, "Mike"),
        ({"user_id": "u", "context": {"traits": {"email": "mike@x.example.com"}}}, "mike@\u200bx.example.com"),
        ({"anonymous_id": "a"}, "a"),
        ({"user_id": "  "}, "Somebody"),
        ({}, "Somebody"),
    ],
)
def test_who_it_was_is_the_best_name_there_is(given: dict[str, Any], who: str):
    assert message(**given)["text"] == f"{who} did Thing Done"


def test_odd_values_are_told_as_they_are():
    found = form({"list": ["a", "b"], "mixed": ["a", 1], "object": {"a": 1}, "yes": True, "none": None, "empty": " "})
    assert fields(found) == [
        "*list*\na, b",
        '*mixed*\n["a",1]',
        '*object*\n{"a":1}',
        "*yes*\ntrue",
        "*none*\n–",
        "*empty*\n–",
    ]


def test_a_revoked_webhook_switches_the_connection_off_and_a_bad_message_ends_the_event():
    assert {"no_service", "invalid_token"} <= set(slack.SPEC.retry.gone_bodies)
    assert 400 in slack.SPEC.retry.terminal
    assert slack.SPEC.limits.per_second == 1
