"""Colours that can be told apart, and components that may be listed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.base.errors import InvalidInput, Unprocessable
from headwater.surfaces import components, contrast, styleguide
from headwater.surfaces.model import ComponentEntry
from headwater.surfaces.styleguide import DEFAULT, Font, StyleGuide

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")


CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "conformance" / "contrast.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize(("one", "other", "ratio"), CASES["ratios"])
def test_the_contrast_of_two_colours_as_the_dashboard_counts_it(one: str, other: str, ratio: float) -> None:
    assert contrast.ratio(one, other) == contrast.ratio(other, one) == pytest.approx(ratio, abs=1e-6)


@pytest.mark.parametrize("case", CASES["guides"], ids=lambda case: "-".join(case["changed"]) or "default")
def test_the_pairs_that_are_too_alike_as_the_dashboard_finds_them(case: dict[str, Any]) -> None:
    found = styleguide.too_low(CASES["colors"] | case["changed"])
    assert [[each.token, each.behind] for each in found] == case["low"]


def test_ratios_of_the_standard() -> None:
    assert contrast.ratio("#000000", "#ffffff") == pytest.approx(21)
    assert contrast.ratio("#777777", "#777777") == pytest.approx(1)
    assert contrast.ratio("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)


@given(COLOURS, COLOURS, st.sampled_from([3.0, 4.5]))
def test_the_nearest_colour_passes_and_one_that_passes_stays(colour: str, behind: str, needed: float) -> None:
    near = contrast.nearest(colour, behind, needed)
    assert near is not None, "black or white has 4.5:1 on any colour"
    assert contrast.ratio(near, behind) >= needed
    if contrast.ratio(colour, behind) >= needed:
        assert near == colour


def test_the_default_passes_and_is_whole() -> None:
    assert styleguide.checked(DEFAULT) == DEFAULT
    assert styleguide.checked(StyleGuide(colors={}, dark={})) == DEFAULT
    assert set(DEFAULT.colors) == set(DEFAULT.dark or {}) == set(styleguide.TOKENS)


def test_colours_are_kept_in_one_form() -> None:
    assert styleguide.checked(StyleGuide(colors={"primary": "#1F5FBF"}, dark=None)).colors["primary"] == "#1f5fbf"


@pytest.mark.parametrize(
    ("guide", "field"),
    [
        (StyleGuide(colors={"accent": "#000000"}, dark=None), "colors.accent"),
        (StyleGuide(colors={"text": "black"}, dark=None), "colors.text"),
        (StyleGuide(colors={}, dark={"text": "#fff"}), "dark.text"),
        (StyleGuide(colors={}, dark=None, font=Font(family="x; } body {")), "font.family"),
        (StyleGuide(colors={}, dark=None, font=Font(family="'Inter")), "font.family"),
    ],
)
def test_what_is_no_style_guide(guide: StyleGuide, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        styleguide.checked(guide)
    assert refused.value.details == {"field": field}


@pytest.mark.parametrize(
    ("colors", "dark", "pair", "needed"),
    [
        ({"text": "#888888"}, None, ["text", "background"], 4.5),
        ({"muted": "#767676"}, None, ["muted", "surface"], 4.5),
        ({"primary": "#7aa7ff"}, None, ["primary", "background"], 4.5),
        ({"border": "#dddddd"}, None, ["border", "background"], 3.0),
        ({}, {"text": "#555555"}, ["text", "background"], 4.5),
    ],
)
def test_too_little_contrast(colors: dict[str, str], dark: Any, pair: list[str], needed: float) -> None:
    with pytest.raises(Unprocessable) as refused:
        styleguide.checked(StyleGuide(colors=colors, dark=dark))
    details = refused.value.details
    assert (refused.value.code, details["pair"], details["needed"]) == ("contrast_too_low", pair, needed)
    assert details["ratio"] < needed
    scheme = details["field"].split(".")[0]
    mended = {
        **(colors if scheme == "colors" else dark),
        pair[0]: details["nearest"],
        "surface": DEFAULT.colors["background"],
    }
    if scheme == "colors":
        styleguide.checked(StyleGuide(colors=mended, dark=None))


def entry(**more: Any) -> ComponentEntry:
    known = {"name": "rating", "kind": "element", "tag": "acme-rating", "title": "Rating", "props": []}
    return msgspec.convert(known | more, ComponentEntry)


def test_a_manifest() -> None:
    given = (
        entry(props=[{"name": "size", "type": "choice", "options": ["s", "l"], "default": "s"}]),
        entry(name="Chart", kind="react", tag=""),
    )
    assert components.checked(given) == given
    assert components.titles(given) == {"rating": "Rating", "Chart": "Rating"}


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"name": "a b"}, "components[0].name"),
        ({"title": " "}, "components[0].title"),
        ({"tag": "rating"}, "components[0].tag"),
        ({"tag": "Acme-Rating"}, "components[0].tag"),
        ({"tag": "font-face"}, "components[0].tag"),
        ({"kind": "react"}, "components[0].tag"),
        ({"props": [{"name": "innerHTML", "type": "string"}]}, "components[0].props[0].name"),
        ({"props": [{"name": "onclick", "type": "string"}]}, "components[0].props[0].name"),
        ({"props": [{"name": "__proto__", "type": "string"}]}, "components[0].props[0].name"),
        ({"props": [{"name": "a", "type": "choice"}]}, "components[0].props[0].options"),
        ({"props": [{"name": "a", "type": "string", "options": ["x"]}]}, "components[0].props[0].options"),
        ({"props": [{"name": "a", "type": "number", "default": "x"}]}, "components[0].props[0].default"),
        ({"props": [{"name": "a", "type": "string"}] * 2}, "components[0].props"),
    ],
)
def test_what_may_not_be_listed(more: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        components.checked([entry(**more)])
    assert refused.value.details == {"field": field}


def test_a_component_stands_in_the_manifest_once() -> None:
    with pytest.raises(InvalidInput, match="twice"):
        components.checked([entry(), entry(tag="acme-other")])
