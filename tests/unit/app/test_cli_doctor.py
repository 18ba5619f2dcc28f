"""What the doctor makes of what it finds."""

from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest

from headwater.app import doctor
from headwater.app.commands.events import delivery_words
from headwater.app.doctor import GIB, Figures
from tests.certificates import certificate


@pytest.mark.parametrize(("free_bytes", "status"), [(100 * GIB, "ok"), (GIB, "warn"), (GIB // 8, "fail"), (0, "fail")])
def test_free_space(free_bytes: int, status: str):
    check = doctor.free_space(Path("/data"), free_bytes, 200 * GIB)
    assert check.status == status
    assert bool(check.advice) == (status != "ok")


def test_what_opens_everything_is_its_owners_alone(tmp_path: Path):
    assert list(doctor.permissions(tmp_path)) == []
    for name, mode in (("admin-token", 0o600), ("secret.key", 0o640)):
        (tmp_path / name).touch(mode=mode)
        (tmp_path / name).chmod(mode)
    token, key = doctor.permissions(tmp_path)
    assert (token.status, key.status) == ("ok", "fail")
    assert "0640" in key.meaning


def test_a_clock_that_was_set_back(tmp_path: Path):
    segment = tmp_path / "journal" / "raw" / "0.log"
    segment.parent.mkdir(parents=True)
    segment.touch()
    os.utime(segment, (1_800_000_000, 1_800_000_000))
    assert doctor.clock(tmp_path, now=1_800_000_001).status == "ok"
    back = doctor.clock(tmp_path, now=1_800_000_000 - 3600)
    assert back.status == "fail"
    assert "3,600 s" in back.meaning


@pytest.mark.parametrize(
    ("after_days", "status", "told"),
    [(-2, "fail", "valid only from"), (0, "warn", "1 days from now"), (30, "fail", "expired on")],
)
def test_a_certificates_days(tmp_path: Path, after_days: int, status: str, told: str):
    path, _ = certificate(tmp_path)  # valid from yesterday until the day after tomorrow
    check = doctor.certificate(path, now=datetime.now(UTC) + timedelta(days=after_days))
    assert check.status == status
    assert told in check.meaning


def test_a_certificate_that_cannot_be_read(tmp_path: Path):
    (tmp_path / "x.pem").write_text("no")
    assert doctor.certificate(tmp_path / "x.pem", now=datetime.now(UTC)).status == "fail"
    assert doctor.certificate(tmp_path / "none.pem", now=datetime.now(UTC)).status == "fail"


def test_a_part_that_is_away():
    assert doctor.readiness(200, {"parts": {"collect": "ready", "warehouse": "ready"}}).status == "ok"
    check = doctor.readiness(503, {"parts": {"collect": "ready", "warehouse": "away"}})
    assert (check.status, "warehouse" in check.meaning) == ("fail", True)
    assert "/readyz answers 502" in doctor.readiness(502, None).meaning


def books(accepted: int, clean: int, *, done: int | None = None, dead: int = 0, **more: Any) -> dict[str, Any]:
    source = {"sourceId": "src", "accepted": accepted, "clean": clean, "duplicate": 1}
    source |= {"dropped": {"source_disabled": 2}, "parked": {}} | more
    done = clean - dead if done is None else done
    reader = {"reader": "warehouse", "clean": clean, "done": done, "pending": 0, "dead": dead, "skipped": 0}
    return {"sources": [source], "readers": [reader]}


@pytest.mark.parametrize(
    ("first", "last", "status", "told"),
    [
        (books(13, 10), books(13, 10), "ok", "over 13 accepted"),
        (books(15, 10), books(19, 12), "ok", ""),  # what was open at first is decided, and more came in
        (books(13, 12), books(16, 13), "ok", ""),  # the terms of one answer are a moment apart
        (books(15, 10), books(15, 10), "warn", "the fate of 2 is not decided"),
        (books(13, 11), books(13, 11), "fail", "had 13 events, and 14 fates"),
        (books(13, 10, done=9), books(13, 10, done=9), "warn", "reader warehouse"),
        (books(13, 10, dead=1), books(13, 10, dead=1), "warn", "1 events were given up"),
        (books(13, 10, parked={"unreadable": 1}), books(13, 10, parked={"unreadable": 1}), "fail", "14 fates"),
        (
            books(13, 9, parked={"journal_damaged": 1}),
            books(13, 9, parked={"journal_damaged": 1}),
            "warn",
            "1 of source",
        ),
        ({"sources": [], "readers": []}, {"sources": [], "readers": []}, "ok", "0 accepted"),
    ],
)
def test_the_accounting(first: dict[str, Any], last: dict[str, Any], status: str, told: str):
    check = doctor.accounting(first, last)
    assert check.status == status, check
    assert told in check.meaning


def at(lag_bytes: int, processed: int, *, window_s: float = 86400, wanted_s: float | None = 86400) -> Figures:
    return Figures(
        pipeline_lag_bytes=lag_bytes,
        warehouse_lag_bytes=0,
        window_s=window_s,
        window_wanted_s=wanted_s,
        processed=processed,
    )


@pytest.mark.parametrize(
    ("first", "second", "status"),
    [
        (at(0, 5), at(0, 5), "ok"),
        (at(900, 5), at(400, 5), "ok"),
        (at(900, 5), at(1900, 6), "ok"),
        (at(900, 5), at(900, 5), "fail"),
        (at(0, 5), at(900, 5), "ok"),
    ],
)
def test_a_pipeline_that_stands_still(first: Figures, second: Figures, status: str):
    assert doctor.pipeline(first, second).status == status


def test_a_window_that_shrank():
    assert doctor.window(at(0, 0)).status == "ok"
    assert doctor.window(at(0, 0, wanted_s=None)).status == "ok"
    check = doctor.window(at(0, 0, window_s=7200))
    assert check.status == "warn"
    assert "2.0 h, less than the 24.0 h set" in check.meaning


def test_a_warehouse_that_is_behind_and_events_that_wait():
    assert doctor.warehouse({"id": "builtin", "lagSeconds": 1.2}).status == "ok"
    assert doctor.warehouse({"id": "builtin", "lagSeconds": 90.0}).status == "warn"
    assert doctor.parked(0).status == "ok"
    assert (doctor.parked(0, 2).status, "2 stretches" in doctor.parked(0, 2).meaning) == ("ok", True)
    assert doctor.parked(1, 2).status == "warn"
    assert "3 acknowledged events" in doctor.parked(3).meaning


@pytest.mark.parametrize(
    ("lag_bytes", "announcements", "status", "told"),
    [
        (None, 0, "fail", "gives no figures"),
        (0, 0, "ok", "Every clean event"),
        (900, 5, "ok", "900 bytes"),
        (0, 10_001, "warn", "10,001 times"),
    ],
)
def test_people_that_are_behind(lag_bytes: float | None, announcements: float, status: str, told: str):
    figures = msgspec.structs.replace(at(0, 0), profiles_lag_bytes=lag_bytes, announcements=announcements)
    check = doctor.people(figures)
    assert check.status == status
    assert told in check.meaning


def test_tables_without_room_and_logs_that_were_too_much():
    assert doctor.columns(at(0, 0)).status == "ok"
    assert doctor.log(at(0, 0)).status == "ok"
    full = doctor.columns(msgspec.structs.replace(at(0, 0), full_tables=1))
    assert (full.status, "1 table has no room" in full.meaning) == ("warn", True)
    unread = doctor.log(msgspec.structs.replace(at(0, 0), unread_logs=3))
    assert (unread.status, "3 times" in unread.meaning) == ("warn", True)


def test_the_figures_are_read_off_the_metrics():
    text = """# TYPE headwater_events_processed_total counter
headwater_events_processed_total{source="a",fate="clean",reason=""} 3.0
headwater_events_processed_total{source="b",fate="duplicate",reason=""} 2.0
# TYPE headwater_pipeline_lag_bytes gauge
headwater_pipeline_lag_bytes 10.0
# TYPE headwater_warehouse_lag_bytes gauge
headwater_warehouse_lag_bytes 20.0
# TYPE headwater_warehouse_full_tables gauge
headwater_warehouse_full_tables 2.0
# TYPE headwater_warehouse_logs_unread_total counter
headwater_warehouse_logs_unread_total 1.0
# TYPE headwater_profiles_lag_bytes gauge
headwater_profiles_lag_bytes 40.0
# TYPE headwater_dedupe_window_seconds gauge
headwater_dedupe_window_seconds 30.0
"""
    found = doctor.figures(text)
    assert found == Figures(
        pipeline_lag_bytes=10,
        warehouse_lag_bytes=20,
        window_s=30,
        window_wanted_s=None,
        processed=5,
        profiles_lag_bytes=40,
        full_tables=2,
        unread_logs=1,
    )
    assert doctor.figures("# TYPE headwater_up gauge\nheadwater_up 0\n") is None


def connection(name: str, **state: Any) -> dict[str, Any]:
    reason = state.pop("disabledReason", "")
    well = {"pending": 2, "breaker": "closed", "nextAttemptAt": None, "failingSince": None, "warning": None}
    return {
        "id": f"wh_{name}",
        "name": name,
        "enabled": not reason,
        "disabledReason": reason,
        "state": well | state,
    }


def test_connections_in_trouble_are_named():
    since, then = "2026-03-04T09:15:00.000Z", "2026-03-04T10:15:00.000Z"
    found = [
        connection("well"),
        connection("off", disabledReason="It is gone."),
        connection("failing", failingSince=since),
        connection("open", failingSince=since, breaker="open", nextAttemptAt=then),
    ]
    off, failing, opened = doctor.sending(found)
    assert (off.name, off.status, "It is gone." in off.meaning) == ("connection off (wh_off)", "fail", True)
    assert failing.meaning == f"Every attempt since {since} failed; 2 events wait."
    assert opened.meaning.endswith(f"Nothing is tried until {then}.")
    assert [each.status for each in doctor.sending(found[:1])] == ["ok"]


def test_where_says_names_and_states_of_deliveries():
    names = {"wh_1": "Hook", "candu-segment": "Candu"}

    def words(id: str, status: str, detail: str = "", **more: Any) -> str:
        return delivery_words({"connectionId": id, "status": status, "attempts": 2, "detail": detail} | more, names)

    assert words("wh_1", "done") == "delivered to Hook"
    assert words("ws.candu-segment", "pending", nextAttemptAt="T") == "waiting for Candu until T"
    assert words("wh_1", "pending", nextAttemptAt=None) == "waiting for Hook"
    assert words("wh_1", "dead", "exhausted") == "given up for Hook after 2 attempts"
    assert words("wh_9", "skipped", "It was deleted.") == "left out for wh_9, which is gone (It was deleted)"
