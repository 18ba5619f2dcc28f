"""The label that an interaction has by default is the one that the editor shows greyed: both are held to one file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from headwater.surfaces.labels import Labels
from headwater.surfaces.model import Block

FILE = json.loads((Path(__file__).parents[2] / "conformance" / "labels.json").read_text("utf-8"))


@pytest.mark.parametrize("case", FILE["cases"], ids=lambda case: case["label"])
def test_by_default(case: dict[str, Any]) -> None:
    labels = Labels(FILE["contentName"], FILE["components"])
    assert labels.default(msgspec.convert(case["block"], Block)) == case["label"]
