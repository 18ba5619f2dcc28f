"""The reference pages name every path and code of the doors, and the limits that they share."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headwater.base import event
from headwater.base.outcome import RejectCode
from headwater.collect import batch
from tests.unit.collect.doors import make_door
from tests.unit.collect.side_doors import make_doors

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
PAGE = (REFERENCE / "tracking-api.md").read_text("utf-8")
OTHERS = "".join(
    (REFERENCE / f"{page}.md").read_text("utf-8") for page in ("customer-events", "inbound-hooks", "rest-api", "sdk")
)


@pytest.mark.parametrize("path", [path for _, path in make_door().paths()])
def test_every_path_is_there(path: str) -> None:
    assert re.search(rf"[` ]{re.escape(path)}`", PAGE)


@pytest.mark.parametrize("path", [path for _, path in make_doors().paths() if path not in dict(make_door().paths())])
def test_every_path_of_the_other_doors_is_there(path: str) -> None:
    assert path in PAGE + OTHERS


@pytest.mark.parametrize("code", RejectCode)
def test_every_code_is_there(code: RejectCode) -> None:
    assert f"`{code.value}`" in PAGE + OTHERS


def test_every_limit_is_there() -> None:
    for limit in (event.MAX_BODY_BYTES, event.MAX_BATCH_EVENTS, event.MAX_EVENT_BYTES):
        assert f" {limit:,} " in PAGE
    assert f"| {event.MAX_MESSAGE_ID_CHARS} characters |" in PAGE
    assert f"| {event.MAX_DEPTH} levels" in PAGE
    assert f"{batch.MAX_MERGED_BYTES // 1024**2} MiB" in PAGE
