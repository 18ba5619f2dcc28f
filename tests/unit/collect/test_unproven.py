"""The report of user ids that came without a right signature: counts that last, names that do not."""

from __future__ import annotations

from pathlib import Path

from headwater.collect import unproven
from headwater.collect.unproven import MAX_ID_CHARS, NEWEST, Unproven


class Wall:
    def __init__(self) -> None:
        self.seconds = 1_700_000_000.0

    def __call__(self) -> float:
        self.seconds += 1
        return self.seconds


def test_each_door_is_counted_and_the_newest_named() -> None:
    report = Unproven(clock=Wall())
    for user_id, standing in (("a", "missing"), ("b", "wrong"), ("c", "proven"), ("a", "wrong")):
        report.note("ws_1", "bootstrap", user_id, standing)
    report.note("ws_1", "customer-events", "a", "missing")
    report.note("ws_2", "bootstrap", "z", "missing")
    told = report.report("ws_1")
    assert [(each["door"], each["proven"], each["missing"], each["wrong"]) for each in told["doors"]] == [
        ("bootstrap", 1, 1, 2),
        ("customer-events", 0, 1, 0),
    ]
    assert [(each["userId"], each["door"], each["reason"], each["times"]) for each in told["newest"]] == [
        ("a", "customer-events", "missing", 1),
        ("a", "bootstrap", "wrong", 2),
        ("b", "bootstrap", "wrong", 1),
    ]
    assert told["newest"][1]["at"] == "2023-11-14T22:13:24.000Z"
    assert told["doors"][0]["since"] == "2023-11-14T22:13:21.000Z"
    assert report.report("ws_3") == {"doors": [], "newest": []}


def test_however_many_come_so_many_are_named() -> None:
    report = Unproven(clock=Wall())
    for number in range(NEWEST * 3):
        report.note("ws_1", "bootstrap", f"user-{number}", "missing")
    report.note("ws_1", "bootstrap", "x" * 100_000, "missing")
    told = report.report("ws_1")
    assert told["doors"][0]["missing"] == NEWEST * 3 + 1
    assert len(told["newest"]) == NEWEST
    assert told["newest"][0]["userId"] == "x" * MAX_ID_CHARS
    assert told["newest"][1]["userId"] == f"user-{NEWEST * 3 - 1}"


def test_counts_are_there_after_a_restart_and_names_are_not(tmp_path: Path) -> None:
    path = tmp_path / "identities.json"
    report = Unproven(clock=Wall())
    report.load(path)
    assert report.changed() is None
    report.note("ws_1", "bootstrap", "person-of-name", "missing")
    counts = report.changed()
    assert counts is not None
    assert report.changed() is None
    unproven.save(path, counts)
    assert b"person-of-name" not in path.read_bytes()
    later = Unproven(clock=Wall())
    later.load(path)
    assert later.report("ws_1")["doors"] == report.report("ws_1")["doors"]
    assert later.report("ws_1")["newest"] == []
    path.write_bytes(b"{spoiled")
    spoiled = Unproven(clock=Wall())
    spoiled.load(path)
    assert spoiled.report("ws_1")["doors"] == []


def test_people_are_forgotten_and_a_report_begins_anew() -> None:
    report = Unproven(clock=Wall())
    for user_id in ("a", "b", "x" * 300):
        report.note("ws_1", "bootstrap", user_id, "missing")
    assert report.forget("ws_1", ["a", "x" * 300, "nobody"]) == 2
    assert report.forget("ws_9", ["a"]) == 0
    assert [each["userId"] for each in report.report("ws_1")["newest"]] == ["b"]
    assert report.report("ws_1")["doors"][0]["missing"] == 3
    report.reset("ws_1")
    assert report.report("ws_1") == {"doors": [], "newest": []}
    assert report.changed() == b"{}"
