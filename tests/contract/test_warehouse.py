"""What every engine of the warehouse promises; run over the file and its twin in memory."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from headwater.base.outcome import ParkReason
from headwater.warehouse.layout import Gone, SourceTables
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.report import Counts
from tests.unit.warehouse.made import CANDU, PLAIN, Sources, columns, dump, event, rows, tracks

NOON = datetime(2026, 3, 1, 12)
Opener = Callable[[], Warehouse]


@pytest.fixture
def known() -> Sources:
    return Sources(CANDU, PLAIN)


@pytest.fixture(params=["file", "memory"])
def opened(request: pytest.FixtureRequest, tmp_path: Path, known: Sources) -> Iterator[Opener]:
    made: list[Warehouse] = []

    def make() -> Warehouse:
        path = tmp_path / f"{len(made)}.duckdb" if request.param == "file" else None
        made.append(Warehouse(path, layout=known))
        return made[-1]

    yield make
    for warehouse in made:
        warehouse.close()


@pytest.fixture
def warehouse(opened: Opener) -> Warehouse:
    return opened()


def test_a_source_has_its_schema_and_typed_tables_before_the_first_event(warehouse: Warehouse) -> None:
    warehouse.ensure_source(CANDU)
    tables = [name.removeprefix("candu_prod.") for name in dump(warehouse)]
    assert tables == ["identifies", "screens", "tour_step", "tracks", "tutorial_view", "users"]
    assert columns(warehouse, "candu_prod", "tutorial_view") == {
        "id": "VARCHAR",
        "received_at": "TIMESTAMP",
        "timestamp": "TIMESTAMP",
        "sent_at": "TIMESTAMP",
        "original_timestamp": "TIMESTAMP",
        "user_id": "VARCHAR",
        "anonymous_id": "VARCHAR",
        "event": "VARCHAR",
        "event_text": "VARCHAR",
        "tutorial_id": "BIGINT",
        "segment_id": "VARCHAR",
        "portal_id": "BIGINT",
        "version_id": "VARCHAR",
        "_unfit": "JSON",
    }
    assert columns(warehouse, "candu_prod", "tour_step")["metadata_step_index"] == "BIGINT"


def test_ensuring_again_changes_nothing_but_adds_what_the_catalogue_names_since(warehouse: Warehouse) -> None:
    warehouse.ensure_source(SourceTables("s1", "candu_prod", CANDU.collections[:1]))
    warehouse.load([event("m1", "screen", source_id="s1", name="tutorial.view")], next_offset=1)
    warehouse.ensure_source(CANDU)
    before = dump(warehouse)
    warehouse.ensure_source(CANDU)
    assert dump(warehouse) == before
    assert "candu_prod.tour_step" in before
    assert len(before["candu_prod.tutorial_view"][1]) == 1


def test_a_screen_of_the_catalogue_lands_in_two_tables(warehouse: Warehouse) -> None:
    given = {"tutorialId": 7, "segmentId": "Everyone", "portalId": 1, "versionId": "v1"}
    screen = event("m1", "screen", source_id="s1", name="tutorial.view", user_id="u1", properties=given)
    report = warehouse.load([screen], next_offset=1)
    assert (report.events, report.rows, report.inserted, report.duplicates, report.unfit) == (1, 2, 2, 0, 0)
    assert rows(
        warehouse,
        "SELECT id, user_id, received_at, event, event_text, tutorial_id, segment_id, portal_id, version_id, _unfit "
        "FROM candu_prod.tutorial_view",
    ) == [("m1", "u1", NOON, "tutorial_view", "tutorial.view", 7, "Everyone", 1, "v1", None)]
    assert rows(warehouse, "SELECT id, name, category, tutorial_id FROM candu_prod.screens") == [
        ("m1", "tutorial.view", None, 7)
    ]


def test_a_form_s_submission_lands_with_the_forms_and_in_its_own_table(warehouse: Warehouse) -> None:
    given = {"formName": "NPS", "formResponseId": "0a1b2c3d4e", "NPS_Why": "Fast"}
    forms = [event(each, event="NPS_responded", form=True, properties=given) for each in ("m1", "m1", "m2")]
    report = warehouse.load([*forms, event("m3")], next_offset=1)
    assert (report.events, report.inserted, report.duplicates) == (4, 6, 2)
    query = "SELECT id, event, event_text, form_name, nps_why FROM web_app.{} ORDER BY id"
    expected = [(each, "nps_responded", "NPS_responded", "NPS", "Fast") for each in ("m1", "m2")]
    assert rows(warehouse, query.format("form_submissions")) == expected
    assert rows(warehouse, query.format("nps_responded")) == expected
    assert rows(warehouse, "SELECT id FROM web_app.tracks") == [("m3",)]
    places = [f"{found.schema}.{found.table}" for found in warehouse.find("m1")]
    assert places == ["web_app.form_submissions", "web_app.nps_responded"]
    assert warehouse.load(forms, next_offset=2).inserted == 0


def test_a_track_lands_in_tracks_and_in_its_own_table(warehouse: Warehouse) -> None:
    track = event(
        "m1",
        event="Order Completed",
        anonymous_id="a1",
        timestamp="2026-03-01T11:00:00.123Z",
        original_timestamp="2026-03-01T10:00:00.123456Z",
        sent_at="2026-03-01T11:00:01.000Z",
        properties={"total": 12.5, "coupon": None},
        context={"ip": "1.2.3.4", "app": {"version": 3}},
    )
    warehouse.load([track, event("m2", event="order_completed")], next_offset=1)
    assert rows(warehouse, "FROM web_app.tracks WHERE id = 'm1'") == [
        (
            "m1",
            NOON,
            datetime(2026, 3, 1, 11, 0, 0, 123000),
            datetime(2026, 3, 1, 11, 0, 1),
            datetime(2026, 3, 1, 10, 0, 0, 123456),
            None,
            "a1",
            "order_completed",
            "Order Completed",
            None,
            "1.2.3.4",
            3,
        )
    ]
    assert rows(warehouse, "SELECT id, event, event_text, total FROM web_app.order_completed ORDER BY id") == [
        ("m1", "order_completed", "Order Completed", 12.5),
        ("m2", "order_completed", "order_completed", None),
    ]
    assert "coupon" not in columns(warehouse, "web_app", "order_completed")


def test_names_that_need_care(warehouse: Warehouse) -> None:
    names = ["Users", "2FA Enabled", "order", "日本語", "a" * 300, ""]
    warehouse.load([event(f"m{at}", event=name) for at, name in enumerate(names)], next_offset=1)
    events = dict(rows(warehouse, "SELECT event_text, event FROM web_app.tracks"))
    assert events["Users"] == "event_users"
    assert events["2FA Enabled"] == "_2fa_enabled"
    for name in names:
        assert rows(warehouse, f'SELECT event_text FROM web_app."{events[name]}"') == [(name,)]


@pytest.mark.parametrize(
    ("given", "type_", "values", "unfit"),
    [
        ((1, 2, None), "BIGINT", [1, 2, None], [None, None, None]),
        ((1, 1.5, 2), "DOUBLE", [1.0, 1.5, 2.0], [None] * 3),
        ((2**53 + 1, 1.5), "BIGINT", [2**53 + 1, None], [None, '{"v":1.5}']),
        ((True, "yes"), "BOOLEAN", [True, None], [None, '{"v":"yes"}']),
        (("2026-03-01", "soon"), "TIMESTAMP", [datetime(2026, 3, 1), None], [None, '{"v":"soon"}']),
        (("x", 1, [1, "a"]), "VARCHAR", ["x", None, '[1,"a"]'], [None, '{"v":1}', None]),
        ((5, {"w": 1}, [2]), "BIGINT", [5, None, None], [None, None, '{"v":[2]}']),
    ],
)
@pytest.mark.parametrize("split", [False, True])
def test_types_widen_or_keep_what_does_not_fit(
    warehouse: Warehouse, given: Any, type_: str, values: Any, unfit: Any, split: bool
) -> None:
    events = tracks(*({"v": value} for value in given))
    loads = [[one] for one in events] if split else [events]
    reports = [warehouse.load(load, next_offset=1) for load in loads]
    assert columns(warehouse, "web_app", "ordered")["v"] == type_
    assert rows(warehouse, "SELECT v, _unfit FROM web_app.ordered ORDER BY id") == list(zip(values, unfit, strict=True))
    assert sum(report.unfit for report in reports) == sum(one is not None for one in unfit)


def test_the_catalogues_type_stands_whatever_comes_first(warehouse: Warehouse) -> None:
    warehouse.ensure_source(CANDU)
    step = event("m1", source_id="s1", event="Tour Step", properties={"tour_id": "5488", "metadata": {"stepIndex": 2}})
    warehouse.load([step], next_offset=1)
    assert rows(warehouse, "SELECT tour_id, metadata_step_index, _unfit FROM candu_prod.tour_step") == [
        (None, 2, '{"tour_id":"5488"}')
    ]


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ('{"n":1e400}', '{"n":1e400}'),
        ('{"n":123456789012345678901234567890}', '{"n":123456789012345678901234567890}'),
        ('{"n":0.12345678901234567890123}', '{"n":0.12345678901234567890123}'),
        ('{"a":1,"a":2,"A":"x"}', '{"a":2,"a#2":"x"}'),
        ('{"k":"x\\u0000y","K":"\\u0000"}', '{"k":"\\u0000"}'),
    ],
)
def test_nothing_is_lost(warehouse: Warehouse, text: str, kept: str) -> None:
    warehouse.load(tracks(text), next_offset=1)
    assert rows(warehouse, "SELECT _unfit FROM web_app.ordered") == [(kept,)]


def test_a_nul_within_text_is_kept(warehouse: Warehouse) -> None:
    warehouse.load(tracks('{"k":"x\\u0000y"}'), next_offset=1)
    assert rows(warehouse, "SELECT k FROM web_app.ordered") == [("x\0y",)]


def test_more_properties_than_a_table_has_columns_for(warehouse: Warehouse) -> None:
    many = {f"p{number}": number for number in range(4_000)}
    warehouse.load(tracks(many, {"p3999": 5, "p0": 6}), next_offset=1)
    [(first, last, unfit)] = rows(warehouse, "SELECT p0, p1400, _unfit FROM web_app.ordered WHERE id = 'm0'")
    assert (first, last) == (0, 1400)
    assert '"p3999":3999' in unfit
    assert rows(warehouse, "SELECT p0, _unfit FROM web_app.ordered WHERE id = 'm1'") == [(6, '{"p3999":5}')]
    assert len(columns(warehouse, "web_app", "ordered")) == 1_501


def test_an_id_has_one_row_in_each_table_whatever_is_sent_again(warehouse: Warehouse) -> None:
    first = event("m1", properties={"a": 1})
    again = event("m1", properties={"a": 2, "fresh": "x"})
    other = event("m1", event="Renamed")
    report = warehouse.load([first, again], next_offset=1)
    assert (report.rows, report.inserted, report.duplicates) == (4, 2, 2)
    report = warehouse.load([again, other], next_offset=2)
    assert (report.rows, report.inserted, report.duplicates) == (4, 1, 3)
    assert rows(warehouse, "SELECT a FROM web_app.ordered") == [(1,)]
    assert "fresh" not in columns(warehouse, "web_app", "ordered")
    assert rows(warehouse, "SELECT count(*) FROM web_app.tracks") == [(1,)]
    assert rows(warehouse, "SELECT count(*) FROM web_app.renamed") == [(1,)]


def test_the_cursor_moves_with_the_rows(warehouse: Warehouse) -> None:
    assert warehouse.cursor() is None
    warehouse.load(tracks({}), next_offset=10)
    warehouse.load(tracks({}, {}), next_offset=None)
    assert warehouse.cursor() == 10
    warehouse.load([], next_offset=12, reader="other")
    assert (warehouse.cursor(), warehouse.cursor("other")) == (10, 12)


def test_events_without_a_source_are_parked(warehouse: Warehouse) -> None:
    lost = event("m1", source_id="nobody")
    report = warehouse.load([lost, event("m2")], next_offset=3)
    assert [(one.event, one.reason) for one in report.parked] == [(lost, ParkReason.UNKNOWN_SOURCE)]
    assert report.inserted == 2
    assert warehouse.cursor() == 3


def test_what_was_parked_is_done_when_it_comes_again_and_can_be_loaded(warehouse: Warehouse, known: Sources) -> None:
    events = [event(f"m{number}", source_id="late") for number in range(3)]
    warehouse.load(events, next_offset=3)
    assert warehouse.counts() == Counts(dead=3)
    known.become("late", SourceTables("late", "late"))
    warehouse.load(events[:2], next_offset=None)  # as a replay does
    assert warehouse.counts() == Counts(done=2, dead=1)
    assert (warehouse.dead("m0"), len(warehouse.dead("m2"))) == ([], 1)
    assert rows(warehouse, "SELECT count(*) FROM late.tracks") == [(2,)]
    warehouse.drop_schema("late", source_ids=["late"])
    assert warehouse.counts() == Counts(done=2, skipped=1)
    assert warehouse.dead("m2") == []


def test_events_of_a_source_whose_rows_were_dropped_are_skipped(warehouse: Warehouse, known: Sources) -> None:
    events = [event(f"m{number}", source_id="brief") for number in range(3)]
    warehouse.load(events[:1], next_offset=1)
    known.become("brief", Gone())
    report = warehouse.load([*events[1:], event("m9")], next_offset=4)
    assert (report.skipped, report.parked, report.inserted) == (2, [], 2)
    assert warehouse.counts() == Counts(done=1, dead=1, skipped=2)
    warehouse.load(events[:1], next_offset=None)
    assert warehouse.counts() == Counts(done=1, skipped=3)


@pytest.mark.parametrize(
    ("broken", "reason"),
    [
        ('{"a":"\\ud800"}', ParkReason.WAREHOUSE_REFUSED),
        ("{", ParkReason.UNREADABLE),
        ("[1]", ParkReason.UNREADABLE),
    ],
)
def test_a_record_that_cannot_be_stored_is_parked_alone(warehouse: Warehouse, broken: str, reason: ParkReason) -> None:
    events = [event(f"m{number}", properties={"a": number}) for number in range(50)]
    events[33] = event("m33", properties=broken)
    report = warehouse.load(events, next_offset=50)
    assert [(one.event.message_id, one.reason) for one in report.parked] == [("m33", reason)]
    assert report.parked[0].detail
    assert rows(warehouse, "SELECT count(*), sum(a) FROM web_app.ordered") == [(49, sum(range(50)) - 33)]
    assert rows(warehouse, "SELECT count(*) FROM web_app.tracks") == [(49,)]
    assert warehouse.cursor() == 50
    assert (warehouse.counts().done, warehouse.counts().dead) == (49, 1)


def test_a_key_that_is_no_text_is_folded_away(warehouse: Warehouse) -> None:
    report = warehouse.load(tracks('{"\\ud800":[1]}'), next_offset=1)
    assert report.parked == []
    assert rows(warehouse, "SELECT COLUMNS('property_.*') FROM web_app.ordered") == [("[1]",)]


def test_users_hold_the_latest_value_of_each_trait(warehouse: Warehouse) -> None:
    def said(number: int, minute: int, **traits: Any) -> Any:
        at = f"2026-03-01T11:{minute:02}:00.000Z"
        return event(f"m{number}", "identify", user_id="u1", timestamp=at, traits=traits)

    warehouse.load([said(1, 10, plan="free", age=5), said(2, 30, plan="pro")], next_offset=1)
    late = [said(3, 20, plan="trial", age=6, city="Bern"), said(4, 30, city=None, plan="team"), said(5, 5, city="X")]
    warehouse.load(late, next_offset=2)
    assert rows(warehouse, "SELECT id, timestamp, plan, age, city, _unfit FROM web_app.users") == [
        ("u1", datetime(2026, 3, 1, 11, 30), "team", 6, None, None)
    ]
    assert rows(warehouse, "SELECT count(*) FROM web_app.identifies") == [(5,)]


def test_loading_again_leaves_users_as_they_are(warehouse: Warehouse) -> None:
    old = event("m1", "identify", user_id="u1", traits={"plan": "free"})
    new = event("m2", "identify", user_id="u1", traits={"plan": "pro"})
    warehouse.load([old, new], next_offset=1)
    warehouse.load([old], next_offset=1)
    assert rows(warehouse, "SELECT plan FROM web_app.users") == [("pro",)]


def test_a_clock_that_runs_ahead_does_not_hold_a_trait_for_years(warehouse: Warehouse) -> None:
    ahead = event("m1", "identify", user_id="u1", timestamp="2096-01-01T00:00:00.000Z", traits={"plan": "free"})
    later = event(
        "m2",
        "identify",
        user_id="u1",
        received_at="2026-03-01T12:06:00.000Z",
        timestamp="2026-03-01T12:06:00.000Z",
        traits={"plan": "pro"},
    )
    warehouse.load([ahead, later], next_offset=1)
    assert rows(warehouse, "SELECT plan FROM web_app.users") == [("pro",)]


def test_a_users_unfit_traits_stand_beside_the_row(warehouse: Warehouse) -> None:
    first = event("m1", "identify", user_id="u1", traits={"age": 5})
    second = event("m2", "identify", user_id="u2", traits='{"age":"five","Age":7,"tags":["a"],"since":"2024-05-06"}')
    warehouse.load([first, second], next_offset=1)
    assert rows(warehouse, "SELECT id, age, tags, since, _unfit FROM web_app.users ORDER BY id") == [
        ("u1", 5, None, None, None),
        ("u2", None, '["a"]', datetime(2024, 5, 6), '{"age":"five","age#2":7}'),
    ]
    third = event("m3", "identify", user_id="u2", traits={"age": 6})
    warehouse.load([third], next_offset=2)
    assert rows(warehouse, "SELECT age, tags, _unfit FROM web_app.users WHERE id = 'u2'") == [(6, '["a"]', None)]


def test_identifies_without_a_user_make_no_user(warehouse: Warehouse) -> None:
    warehouse.load([event("m1", "identify", anonymous_id="a1", traits={"plan": "pro"})], next_offset=1)
    assert rows(warehouse, "SELECT plan FROM web_app.identifies") == [("pro",)]
    assert "web_app.users" not in dump(warehouse) or rows(warehouse, "FROM web_app.users") == []


def test_accounts_hold_the_latest_state_of_a_group(warehouse: Warehouse) -> None:
    groups = [
        event("m1", "group", group_id="g1", user_id="u1", traits={"name": "Acme", "employees": 329}),
        event("m2", "group", group_id="g1", traits={"employees": 330}),
    ]
    warehouse.load(groups, next_offset=1)
    assert rows(warehouse, "SELECT id, name, employees FROM web_app.accounts") == [("g1", "Acme", 330)]
    assert rows(warehouse, "SELECT id, group_id, user_id, employees FROM web_app.groups ORDER BY id") == [
        ("m1", "g1", "u1", 329),
        ("m2", "g1", None, 330),
    ]


def test_aliases_and_pages(warehouse: Warehouse) -> None:
    warehouse.load(
        [
            event("m1", "alias", user_id="new", previous_id="old"),
            event("m2", "page", name="Home", category="Docs", properties={"name": "Home", "url": "https://x.test/"}),
        ],
        next_offset=1,
    )
    assert rows(warehouse, "SELECT id, user_id, previous_id FROM web_app.aliases") == [("m1", "new", "old")]
    assert rows(warehouse, "SELECT id, name, category, url FROM web_app.pages") == [
        ("m2", "Home", "Docs", "https://x.test/")
    ]


def test_a_dropped_schema_is_empty_when_it_comes_again(warehouse: Warehouse) -> None:
    warehouse.ensure_source(PLAIN)
    identify = event("m1", "identify", user_id="u1", traits={"age": 2**60})
    warehouse.load([identify], next_offset=1)
    warehouse.drop_schema("web_app")
    warehouse.drop_schema("web_app")
    assert dump(warehouse) == {}
    warehouse.ensure_source(PLAIN)
    fresh = [
        event("m1", "identify", user_id="u1", traits={"plan": "pro"}),
        event("m2", "identify", user_id="u1", traits={"age": 5}),
        event("m3", "identify", user_id="u1", traits={"age": 5.5}),
    ]
    warehouse.load(fresh, next_offset=2)
    assert rows(warehouse, "SELECT plan, age FROM web_app.users") == [("pro", 5.5)]


def test_stats_count_what_is_there(warehouse: Warehouse) -> None:
    assert warehouse.stats().last_load_at is None
    identifies = [event(f"m{number}", "identify", user_id="u1", traits={"a": number}) for number in range(5)]
    for one in identifies:
        warehouse.load([one], next_offset=1)
    stats = warehouse.stats()
    counted = {table.table: (table.rows, table.columns) for table in stats.tables}
    assert counted == {"identifies": (5, 9), "users": (1, 7)}
    assert stats.last_load_at is not None
    assert stats.last_load_at.endswith("Z")


def test_the_rows_of_one_event_are_found(warehouse: Warehouse) -> None:
    warehouse.load([event("m1"), event("m2", event="Other")], next_offset=1)
    assert sorted((found.schema, found.table) for found in warehouse.find("m1")) == [
        ("web_app", "ordered"),
        ("web_app", "tracks"),
    ]
    assert warehouse.find("m3") == []


def test_a_load_of_several_pieces_is_one_load(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns are added and widened in a table that the same transaction has written to."""
    monkeypatch.setattr("headwater.warehouse.load.CHUNK_EVENTS", 2)
    values: list[Any] = [1, 2, 2.5, {"deep": "x"}, "text", None, 2**53 + 1, 3]
    events = tracks(*({"v": value, f"c{at}": at} for at, value in enumerate(values)))
    people = [event(f"i{at}", "identify", user_id="u1", traits={"v": value}) for at, value in enumerate(values)]
    report = warehouse.load([*events, *people, events[0]], next_offset=1)
    assert (report.inserted, report.duplicates) == (24, 2)
    assert rows(warehouse, "SELECT v, v_deep, _unfit FROM web_app.ordered ORDER BY id") == [
        (1.0, None, None),
        (2.0, None, None),
        (2.5, None, None),
        (None, "x", None),
        (None, None, '{"v":"text"}'),
        (None, None, None),
        (None, None, f'{{"v":{2**53 + 1}}}'),
        (3.0, None, None),
    ]
    assert rows(warehouse, "SELECT v, v_deep, _unfit FROM web_app.users") == [(3.0, "x", None)]


def test_a_schema_with_all_its_tables_keeps_further_events_in_tracks(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("headwater.warehouse.load.MAX_TABLES", 5)
    warehouse.ensure_source(PLAIN)
    named = [event(f"m{at}", event=f"Kind {at}", properties={"n": at, "N": "x"}) for at in range(4)]
    report = warehouse.load([*named, event("p1", "page", name="Home")], next_offset=1)
    assert report.parked == []
    tables = [name.removeprefix("web_app.") for name in dump(warehouse)]
    assert tables == ["identifies", "kind_0", "kind_1", "pages", "tracks", "users"]
    assert rows(warehouse, "SELECT id, event, _unfit FROM web_app.tracks ORDER BY id") == [
        ("m0", "kind_0", None),
        ("m1", "kind_1", None),
        ("m2", "kind_2", '{"n":2,"n#2":"x"}'),
        ("m3", "kind_3", '{"n":3,"n#2":"x"}'),
    ]
    assert warehouse.load(named, next_offset=2).inserted == 0
