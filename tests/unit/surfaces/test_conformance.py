"""The server and the page read texts alike, and agree on what blocks are. The page is held to the same file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from headwater.surfaces.blocks import BLOCKS
from headwater.surfaces.markup import links_in, plain

CASES: dict[str, Any] = json.loads(
    (Path(__file__).parents[2] / "conformance" / "content.json").read_text(encoding="utf-8")
)


@pytest.mark.parametrize("case", CASES["texts"], ids=lambda case: case["text"])
def test_a_text(case: dict[str, Any]) -> None:
    assert plain(case["text"]) == case["plain"]
    assert [[link.label, link.href] for link in links_in(case["text"])] == case["links"]


def test_what_blocks_are() -> None:
    known = {type: {"props": sorted(spec.props), "holds": sorted(spec.holds)} for type, spec in BLOCKS.items()}
    assert known == CASES["blocks"]
