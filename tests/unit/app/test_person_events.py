"""Rows and arrivals as one list: nothing twice, nothing missing, whatever page is asked for."""

from __future__ import annotations

from typing import Any

from headwater.app.person_events import besides, joined


def arrival(message_id: str, at: int, fate: str = "clean") -> dict[str, Any]:
    moment = f"2026-01-01T00:00:{at:02}.000Z"
    return {"messageId": message_id, "at": moment, "receivedAt": moment, "fate": fate, "reason": None}


def row(message_id: str, at: int) -> dict[str, Any]:
    return {name: value for name, value in arrival(message_id, at).items() if name not in ("fate", "reason")}


def test_an_arrival_is_told_of_once() -> None:
    arrivals = [arrival("m4", 4), arrival("m3", 3), arrival("m2", 2, "duplicate"), arrival("", 1, "rejected")]
    assert besides(arrivals) == ["m3", "m4"]
    rows = {"data": [row("m3", 3), row("m2", 2), row("m1", 0)], "total": 7, "loaded": ["m3"]}
    found = joined(rows, arrivals, limit=10, offset=0)
    assert [(each["messageId"], each["fate"], each["loaded"]) for each in found["data"]] == [
        ("m4", "clean", False),
        ("m3", "clean", True),
        ("m2", "clean", True),
        ("m2", "duplicate", False),
        ("", "rejected", False),
        ("m1", "clean", True),
    ]
    assert found["total"] == 10


def test_pages_put_together_are_the_whole() -> None:
    every = [row(f"m{n}", 40 - n) for n in range(20)]
    arrivals = [arrival("late", 39), arrival("bad", 25, "dropped"), arrival("m0", 40)]
    pages: list[str] = []
    for offset in range(0, 25, 5):
        rows = {"data": every[: offset + 5], "total": len(every), "loaded": ["m0"]}
        pages += [each["messageId"] for each in joined(rows, arrivals, limit=5, offset=offset)["data"]]
    whole = joined({"data": every, "total": 20, "loaded": ["m0"]}, arrivals, limit=100, offset=0)
    assert pages == [each["messageId"] for each in whole["data"]]
    assert len(pages) == len(set(pages)) == whole["total"] == 22
