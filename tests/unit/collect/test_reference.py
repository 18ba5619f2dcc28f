"""The reference page names every path, code and limit of the door."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from headwater.base import event
from headwater.base.outcome import RejectCode
from headwater.collect import batch
from tests.unit.collect.doors import make_door

PAGE = (Path(__file__).parents[3] / "docs" / "reference" / "tracking-api.md").read_text("utf-8")


@pytest.mark.parametrize("path", [path for _, path in make_door().paths()])
def test_every_path_is_there(path: str) -> None:
    assert re.search(rf"[` ]{re.escape(path)}`", PAGE)


@pytest.mark.parametrize("code", RejectCode)
def test_every_code_is_there(code: RejectCode) -> None:
    assert f"`{code.value}`" in PAGE


def test_every_limit_is_there() -> None:
    for limit in (event.MAX_BODY_BYTES, event.MAX_BATCH_EVENTS, event.MAX_EVENT_BYTES):
        assert f" {limit:,} " in PAGE
    assert f"| {event.MAX_MESSAGE_ID_CHARS} characters |" in PAGE
    assert f"| {event.MAX_DEPTH} levels" in PAGE
    assert f"{batch.MAX_MERGED_BYTES // 1024**2} MiB" in PAGE
