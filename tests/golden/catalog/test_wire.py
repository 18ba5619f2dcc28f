"""The catalogue API's JSON of every bundled source, as it is promised. After a meant change:

GOLDEN=write .venv/bin/pytest tests/golden/catalog
"""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from headwater.catalog.load import load_catalog
from headwater.catalog.model import SourceSpec, to_wire

GOLDEN = Path(__file__).parent / "wire"
SOURCES = load_catalog().sources()


@pytest.mark.parametrize("spec", SOURCES, ids=lambda spec: spec.slug)
def test_the_wire_form_is_the_recorded_one(spec: SourceSpec):
    path = GOLDEN / f"{spec.slug}.json"
    text = json.dumps(to_wire(spec), indent=1, ensure_ascii=False) + "\n"
    if os.environ.get("GOLDEN") == "write":
        path.write_text(text, "utf-8")
    assert text == path.read_text("utf-8")


def test_no_recorded_form_is_left_over():
    assert {path.stem for path in GOLDEN.glob("*.json")} == {spec.slug for spec in SOURCES}
