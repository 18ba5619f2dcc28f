"""What keeps a content from being published: each fault with its code, and where it points."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from msgspec import UNSET

from headwater.surfaces import check, styleguide
from headwater.surfaces.model import Goal, OnClick, OnEvent, PageRule, Pages, Placement
from tests.unit.surfaces.trees import AROUND, PLACED, block, button, codes, content, document, field, form, found, tree

TEXT = block("text", text="Hello {{user.name|you}}")
ACTION = "actions"
WAITING = Placement(id="p", selectors=("#a",), trigger=OnEvent(event=""))
CLICKED = Placement(id="p", selectors=("#a",), trigger=OnClick(selector=">"))


def url(href: str) -> list[dict[str, Any]]:
    return [{"type": "url", "href": href}]


def test_a_content_with_a_block_of_each_type_passes() -> None:
    everything = tree(
        block("section", TEXT, block("badge", text="New", tone="info"), background="surface", padding="large"),
        block("columns", block("column", TEXT | {"id": "c1"}), block("column", block("divider")), layout="1-2"),
        block("heading", text="**Hi** _there_ [more](/more)", level=1, align="center"),
        block("image", src="/logo.svg", alt="Logo", width=10, height=10, href="https://example.com/{{user.id}}"),
        block("image", src="https://example.com/a.png", decorative=True),
        block("video", src="https://example.com/{{url.hostname}}.mp4", title="Tour", captions="/tour.vtt"),
        button(actions=url("{{url.pathname}}?from={{url.search.from|x}}")),
        block("card", block("heading", text="In it"), actions=[{"type": "email", "to": "a@example.com"}]),
        form(field(), block("section", button(text="Send it", actions=[{"type": "submit"}, {"type": "dismiss"}]))),
        form(
            field(kind="choice", label="Which", options=["a", "b"], multiple=True),
            field(kind="scale", label="How much"),
            field(kind="number", label="How many", min=1, max=3, trait="count"),
            formId="g" * 21,
            name="Other",
        ),
        block("component", name="Rating", props={"stars": 3, "size": "small", "title": "{{user.name}}", "open": True}),
    )
    assert found(everything) == []


CASES: list[tuple[str, dict[str, Any] | list[dict[str, Any]], str | None]] = [
    ("button_without_text", button(text=" "), "text"),
    ("button_without_action", button(actions=[]), ACTION),
    ("button_without_action", block("button", text="Go"), ACTION),
    ("wrong_action", button(actions=[{"type": "explode"}]), ACTION),
    ("wrong_action", button(actions=[{"type": "url"}]), ACTION),
    ("submit_outside_form", button(actions=[{"type": "submit"}]), ACTION),
    ("url_not_allowed", button(actions=url("javascript:alert(1)")), "actions[0].href"),
    ("url_not_allowed", button(actions=url(" JavaScript:alert(1)")), "actions[0].href"),
    ("url_not_allowed", button(actions=url("java\tscript:alert(1)")), "actions[0].href"),
    ("url_not_allowed", button(actions=url("data:text/html,x")), "actions[0].href"),
    ("url_not_allowed", button(actions=url("{{user.x|javascript:1}}")), "actions[0].href"),
    ("action_incomplete", button(actions=url(" ")), "actions[0].href"),
    ("action_incomplete", button(actions=[{"type": "email", "to": "nobody"}]), "actions[0].to"),
    ("action_incomplete", button(actions=[{"type": "track", "event": ""}]), "actions[0].event"),
    ("action_incomplete", button(actions=[{"type": "callback", "name": " "}]), "actions[0].name"),
    ("variable_not_allowed", button(actions=[{"type": "track", "event": "{{user.id}}"}]), "actions[0].event"),
    ("unknown_content", button(actions=[{"type": "content", "slug": "none"}]), "actions[0].slug"),
    ("too_many_actions", button(actions=[{"type": "dismiss"}] * 11), ACTION),
    ("text_missing", block("text", text=""), "text"),
    ("text_missing", block("heading"), "text"),
    ("url_not_allowed", block("text", text="see [this](javascript:alert%281%29)"), "text"),
    ("url_not_allowed", block("text", text="see [this](javascript:alert(1))"), "text"),
    ("url_not_allowed", block("text", text="see [this](vbscript:x)"), "text"),
    ("link_without_text", block("text", text="see [ ](/x)"), "text"),
    ("variable_not_allowed", block("text", text="{{url.pathname}}"), "text"),
    ("variable_not_allowed", block("text", text="[here](/{{url.pathname}})"), "text"),
    ("unknown_variable", block("text", text="{{traits.name}}"), "text"),
    ("unknown_variable", block("text", text="{{user}}"), "text"),
    ("unknown_variable", button(actions=url("/{{url.href}}")), "actions[0].href"),
    ("alt_missing", block("image", src="/a.png"), "alt"),
    ("alt_missing", block("image", src="/a.png", alt="{{user.name}}"), "alt"),
    ("alt_missing", block("image", src="/a.png", decorative=True, href="/x"), "alt"),
    ("source_missing", block("image", alt="x"), "src"),
    ("url_not_allowed", block("image", src="javascript:1", alt="x"), "src"),
    ("url_not_allowed", block("image", src="data:image/png;base64,AA", alt="x"), "src"),
    ("url_not_allowed", block("image", src="/a.png", alt="x", href="javascript:1"), "href"),
    ("title_missing", block("video", src="/a.mp4"), "title"),
    ("columns_without_column", block("columns"), None),
    ("misplaced", block("columns", TEXT), None),
    ("misplaced", block("column", TEXT), None),
    ("misplaced", field(), None),
    ("misplaced", block("card", form(field())), None),
    ("misplaced", form(field(), block("section", form(field(), formId="g" * 21, name="Inner"))), None),
    ("misplaced", block("text", TEXT, text="x"), None),
    ("unknown_prop", block("divider", colour="red"), "colour"),
    ("wrong_type", block("heading", text="x", level="2"), "level"),
    ("wrong_type", block("heading", text="x", level=True), "level"),
    ("wrong_type", block("heading", text="x", level=7), "level"),
    ("wrong_type", block("text", text=7), "text"),
    ("wrong_type", block("section", TEXT, background="red"), "background"),
    ("wrong_type", block("image", src="/a.png", alt="x", width=0), "width"),
    ("wrong_type", block("image", src="/a.png", alt="x", decorative="yes"), "decorative"),
    ("text_too_long", block("text", text="x" * 20_001), "text"),
    ("form_without_field", form(), None),
    ("same_field_label", form(field(), field()), "label"),
    ("label_missing", form(field(label="")), "label"),
    ("variable_not_allowed", form(field(label="{{user.name}}")), "label"),
    ("choice_without_options", form(field(kind="choice")), "options"),
    ("choice_without_options", form(field(kind="choice", options=["a", " "])), "options"),
    ("same_option", form(field(kind="choice", options=["a", "a"])), "options"),
    ("wrong_range", form(field(kind="number", min=3, max=3)), "max"),
    ("wrong_range", form(field(kind="scale", max=100)), "max"),
    ("wrong_range", form(field(kind="scale", min=0.5, max=3)), "max"),
    ("wrong_type", form(field(kind="colour")), "kind"),
    ("form_id_invalid", form(field(), formId="short"), "formId"),
    ("form_id_twice", [form(field()), form(field(), name="Two")], "formId"),
    ("name_missing", form(field(), name=""), "name"),
    ("submit_not_first", form(field(), button(actions=[{"type": "dismiss"}, {"type": "submit"}])), ACTION),
    ("unknown_component", block("component", name="Other"), "name"),
    ("unknown_prop", block("component", name="Rating", props={"colour": "red"}), "props.colour"),
    ("wrong_type", block("component", name="Rating", props={"stars": "3"}), "props.stars"),
    ("wrong_type", block("component", name="Rating", props={"stars": True}), "props.stars"),
    ("wrong_type", block("component", name="Rating", props={"size": "huge"}), "props.size"),
    ("variable_not_allowed", block("component", name="Rating", props={"title": "{{url.pathname}}"}), "props.title"),
    ("id_invalid", block("divider", id="a b"), "id"),
    ("id_invalid", block("divider", id="x" * 33), "id"),
    ("id_twice", [block("divider", id="a"), block("divider", id="a")], "id"),
]


@pytest.mark.parametrize(
    ("code", "blocks", "field_name"), CASES, ids=lambda each: each if isinstance(each, str) else ""
)
def test_each_fault_of_a_block_is_found_at_its_place(code: str, blocks: Any, field_name: str | None) -> None:
    errors = found(tree(*(blocks if isinstance(blocks, list) else [blocks]), TEXT))
    wanted = [each for each in errors if each.code == code]
    assert wanted, errors
    assert all(each.severity == "error" and each.document_id == 7 and each.node_id is not UNSET for each in wanted)
    assert field_name is None or field_name in {each.field for each in wanted}
    assert all(each.message.endswith(".") for each in wanted)


def test_an_empty_document() -> None:
    assert codes(tree()) == ["empty_document"]
    assert codes(tree(block("section", block("section")))) == ["empty_document"]


def test_a_modal_needs_a_title_and_no_selector() -> None:
    assert codes(tree(TEXT, kind="modal")) == ["modal_without_title"]
    one = document(tree(TEXT, kind="modal", title="Hello"))
    assert check.content(content(one, placements=(Placement(id="p"),)), [one], AROUND) == []


def test_a_segment_that_is_gone() -> None:
    assert codes(tree(TEXT), segment_id="gone") == ["unknown_segment"]
    assert codes(tree(TEXT), segment_id="seg0000001") == []


def test_limits_hold_with_the_labels_that_are_filled_in() -> None:
    many = tree(*(button() for _ in range(400)), block("text", text="x" * 19_000), block("text", text="x" * 19_000))
    assert "too_large" not in codes(many)
    long = tree(*(button() for _ in range(499)), *(block("text", text="x" * 19_000) for _ in range(3)))
    assert "too_large" in codes(long)
    deep = TEXT
    for _ in range(8):
        deep = block("section", deep)
    assert codes(tree(deep)) == ["too_large"]


@pytest.mark.parametrize(
    ("placement", "code", "field_name"),
    [
        (Placement(id="p"), "placement_without_selector", "placements[0].selectors"),
        (Placement(id="p", selectors=("",)), "selector_invalid", "placements[0].selectors[0]"),
        (Placement(id="p", selectors=("#a", "a[")), "selector_invalid", "placements[0].selectors[1]"),
        (Placement(id="p", selectors=("x" * 1_001,)), "selector_invalid", "placements[0].selectors[0]"),
        (Placement(id="p", selectors=("#a",) * 21), "too_many_selectors", "placements[0].selectors"),
        (Placement(id="p q", selectors=("#a",)), "id_invalid", "placements[0].id"),
        (WAITING, "trigger_incomplete", "placements[0].trigger.event"),
        (CLICKED, "selector_invalid", "placements[0].trigger.selector"),
        (Placement(id="p", selectors=("#a",), languages=("deutsch",)), "language_invalid", "placements[0].languages"),
        (
            Placement(id="p", selectors=("#a",), pages=Pages(show=(PageRule(kind="path", value=""),))),
            "page_rule_invalid",
            "placements[0].pages",
        ),
        (
            Placement(id="p", selectors=("#a",), pages=Pages(hide=(PageRule(kind="path", value="/a"),) * 21)),
            "page_rule_invalid",
            "placements[0].pages",
        ),
    ],
)  # fmt: skip
def test_each_fault_of_a_placement(placement: Placement, code: str, field_name: str) -> None:
    one = document(tree(TEXT))
    errors = check.content(content(one, placements=(placement,)), [one], AROUND)
    assert [(each.code, each.field, each.severity) for each in errors] == [(code, field_name, "error")]


def test_a_page_rule_that_hardly_ever_fits_does_not_stop() -> None:
    one = document(tree(TEXT))
    pages = Pages(show=(PageRule(kind="path", value="/a"),), hide=(PageRule(kind="path", value="nope**[/orders**"),))
    placed = Placement(id="p", selectors=("#a",), pages=pages)
    (note,) = check.content(content(one, placements=(placed,)), [one], AROUND)
    assert (note.code, note.severity, note.field) == ("page_rule_odd", "warning", "placements[0].pages")
    assert "does not begin with /" in note.message


def test_goals_that_nobody_could_reach() -> None:
    one = document(tree(TEXT))
    goals = (Goal(id="g", name="", event="Paid"), Goal(id="h", name="Paid", event="Paid", segment_id="gone"))
    errors = check.content(content(one, goals=goals), [one], AROUND)
    assert [(each.code, each.field) for each in errors] == [
        ("goal_incomplete", "goals[0]"),
        ("unknown_segment", "goals[1]"),
    ]


def test_a_style_guide_that_cannot_be_read() -> None:
    style = msgspec.structs.replace(styleguide.DEFAULT, colors={**styleguide.DEFAULT.colors, "muted": "#cccccc"})
    around = msgspec.structs.replace(AROUND, style=style)
    assert codes(tree(TEXT), around) == ["contrast_too_low", "contrast_too_low"]


@pytest.mark.parametrize(
    ("code", "blocks"),
    [
        ("same_label", [button(), button()]),
        ("content_not_live", [button(actions=[{"type": "content", "slug": "draft-one"}])]),
        ("unencrypted", [block("image", src="http://example.com/a.png", alt="x")]),
        ("columns_unlike_layout", [block("columns", block("column", TEXT), layout="1-1")]),
        ("same_form_name", [form(field()), form(field(), formId="g" * 21)]),
        ("button_hardly_seen", [block("section", button(), background="success")]),
    ],
)
def test_what_should_be_looked_at_does_not_stop(code: str, blocks: list[dict[str, Any]]) -> None:
    notes = found(tree(*blocks))
    assert code in [each.code for each in notes]
    assert {each.severity for each in notes} == {"warning"}


def test_without_a_placement_it_shows_only_where_it_is_asked_for() -> None:
    one = document(tree(TEXT))
    notes = check.content(content(one, placements=()), [one], AROUND)
    assert [(each.code, each.severity) for each in notes] == [("no_placement", "warning")]


def test_selectors_are_needed_for_what_is_live_beside_the_document_published() -> None:
    modal = document(tree(TEXT, kind="modal", title="x"))
    inline = document(tree(TEXT), id=8, segment_id="seg0000001", version_id="v", live_segment_id="seg0000001")
    bare = (Placement(id="p"),)
    errors = check.content(content(inline, modal, placements=bare), [modal], AROUND)
    assert [each.code for each in errors] == ["placement_without_selector"]
    draft = msgspec.structs.replace(inline, version_id=None)
    assert check.content(content(draft, modal, placements=bare), [modal], AROUND) == []
    assert check.content(content(draft, modal, placements=(PLACED,)), [modal], AROUND) == []
