"""What several processes know a part of, put together."""

from __future__ import annotations

from typing import Any

import pytest

from headwater.app.remote_work import reader_account, trail
from headwater.base.errors import NotFound

SEEN = {"sourceId": "s1", "receivedAt": "2026-11-21T10:00:00.000Z"}
DUPLICATE = SEEN | {"fate": "duplicate", "reason": None, "note": None}


def told(*fates: dict[str, Any], clean: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"fates": list(fates), "clean": clean, "payload": None}


def standing(status: str, event: dict[str, Any] | None = None) -> dict[str, Any]:
    return {"status": status, "detail": {}, "event": event}


def test_an_event_that_nobody_knows_was_never_seen() -> None:
    with pytest.raises(NotFound, match="m1") as refused:
        trail("m1", told(), {"warehouse": standing("pending")})
    for reason in ("refused", "another workspace", "never arrived", "suppressed", "erased"):
        assert reason in refused.value.message


def test_what_went_no_further_is_at_no_reader() -> None:
    found = trail("m1", told(DUPLICATE), {"warehouse": standing("pending")})
    assert (found["fates"], found["readers"]) == ([DUPLICATE], [])


def test_a_clean_event_is_pending_at_each_reader_until_it_says_more() -> None:
    readers = {"warehouse": standing("done", SEEN), "send": standing("pending")}
    found = trail("m1", told(DUPLICATE, clean=SEEN), readers)
    assert [fate["fate"] for fate in found["fates"]] == ["clean", "duplicate"]
    assert [(one["reader"], one["status"]) for one in found["readers"]] == [("warehouse", "done"), ("send", "pending")]


def test_a_reader_remembers_what_the_pipeline_does_not() -> None:
    found = trail("m1", told(), {"warehouse": standing("dead", SEEN), "send": standing("pending")})
    assert found["fates"] == [SEEN | {"fate": "clean", "reason": None, "note": None}]


def test_what_a_reader_has_not_dealt_with_is_pending() -> None:
    assert reader_account("warehouse", 10, {"done": 6, "dead": 1, "skipped": 1}) == {
        "reader": "warehouse",
        "clean": 10,
        "done": 6,
        "pending": 2,
        "dead": 1,
        "skipped": 1,
    }
