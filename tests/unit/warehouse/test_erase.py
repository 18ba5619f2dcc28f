"""People are taken out of every table, and out of the file; all others and what queries see stay."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from headwater.base.errors import Transient
from headwater.base.event import CleanEvent
from headwater.base.subject import Subject
from headwater.warehouse import engine as engine_module
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from tests.unit.warehouse.made import BOTH, CANDU, dump, event, rows

SECRET = "ann@example.com"
ANN = Subject(workspace_id="w1", user_ids=frozenset(["ann"]), anonymous_ids=frozenset(["ann-phone"]))


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    made.ensure_source(CANDU)
    yield made
    made.close()


def load_both(warehouse: Warehouse) -> None:
    mine = [
        event("a1", "identify", user_id="ann", anonymous_id="ann-phone", traits={"email": SECRET}),
        event("a2", user_id="ann", properties={"note": SECRET}),
        event("a3", anonymous_id="ann-phone", properties={"note": "before she signed in"}),
        event("a4", "alias", user_id="bob", previous_id="ann"),
        event("a5", "screen", source_id="s1", name="tutorial.view", user_id="ann", properties={"tutorialId": 5}),
        event("a6", "group", user_id="ann", group_id="acme", traits={"name": "Acme"}),
    ]
    others = [
        event("b1", "identify", user_id="bob", traits={"email": "bob@example.com"}),
        event("b2", user_id="bob", anonymous_id="ann-phone", properties={"note": "on her phone"}),
        event("b3", anonymous_id="eve-phone"),
    ]
    warehouse.load([*mine, *others], next_offset=9)


def everything(path: Path) -> str:
    """Every value of every table of a file, as an engine of its own reads it."""
    connection = duckdb.connect(str(path), read_only=True)
    tables = connection.execute("SELECT schema_name, table_name FROM duckdb_tables()").fetchall()
    found = [connection.execute(f'SELECT * FROM "{schema}"."{table}"').fetchall() for schema, table in tables]
    connection.close()
    return str(found)


def test_their_rows_go_and_the_others_stay(warehouse: Warehouse) -> None:
    load_both(warehouse)
    before = warehouse.counts()
    assert warehouse.erase(ANN) > 6
    ids = [id for (id,) in rows(warehouse, "SELECT id FROM web_app.tracks ORDER BY id")]
    assert ids == ["b2", "b3"]
    assert rows(warehouse, "SELECT id FROM web_app.ordered ORDER BY id") == [("b2",), ("b3",)]
    assert rows(warehouse, "SELECT id FROM web_app.users") == [("bob",)]
    assert rows(warehouse, "SELECT count(*) FROM web_app.aliases") == [(0,)]
    assert rows(warehouse, "SELECT count(*) FROM candu_prod.tutorial_view") == [(0,)]
    assert rows(warehouse, "SELECT id, name FROM web_app.accounts") == []
    assert (warehouse.counts(), warehouse.cursor()) == (before, 9)


def test_no_value_of_theirs_is_left_in_the_file(warehouse: Warehouse, tmp_path: Path) -> None:
    load_both(warehouse)
    warehouse.engine.checkpoint()
    assert SECRET.encode() in (tmp_path / "w.duckdb").read_bytes()
    warehouse.erase(ANN)
    warehouse.close()
    assert [path.name for path in tmp_path.iterdir() if not path.is_dir()] == ["w.duckdb"]
    told = everything(tmp_path / "w.duckdb")
    assert (SECRET in told, "'ann'" in told, "bob@example.com" in told) == (False, False, True)
    assert SECRET.encode() not in (tmp_path / "w.duckdb").read_bytes()


def said(message_id: str, user_id: str, group_id: str, at: int, **traits: Any) -> CleanEvent:
    """A group call at second `at`."""
    times = {"timestamp": f"2026-03-01T12:00:{at:02d}.000Z"}
    return event(message_id, "group", user_id=user_id, group_id=group_id, traits=traits, **times)


def test_what_they_said_of_a_group_gives_way_to_what_others_said(warehouse: Warehouse) -> None:
    warehouse.load(
        [
            said("g1", "bob", "acme", 1, name="Acme", seats=3, plan="pro", contact="bob@example.com"),
            said("g2", "ann", "acme", 2, name="Acme Inc", seats=2.5, owner=SECRET, moment="now", tags=[SECRET]),
            said("g3", "bob", "acme", 3, plan="team"),
            said("g4", "ann", "solo", 1, owner=SECRET),
            said("g5", "bob", "other", 1, name="Other"),
        ],
        next_offset=9,
    )
    assert warehouse.erase(ANN) > 0
    told = rows(warehouse, "SELECT id, name, seats, plan, contact, owner, tags FROM web_app.accounts ORDER BY id")
    assert told == [
        ("acme", "Acme", 3.0, "team", "bob@example.com", None, None),
        ("other", "Other", None, None, None, None, None),
    ]
    warehouse.load([said("h1", "bob", "acme", 1, name="Older"), said("h2", "bob", "acme", 4, seats=4)], next_offset=11)
    assert rows(warehouse, "SELECT name, seats FROM web_app.accounts WHERE id = 'acme'") == [("Older", 4.0)]


def test_what_several_said_at_once_stays_when_one_of_them_goes(warehouse: Warehouse) -> None:
    """As a batch without times does."""
    both = [said(f"g{user}", user, "acme", 1, name="Acme", users=[2]) for user in ("bob", "ann")]
    warehouse.load(both, next_offset=9)
    warehouse.erase(ANN)
    assert rows(warehouse, "SELECT id, name, users FROM web_app.accounts") == [("acme", "Acme", "[2]")]


def test_a_second_time_removes_nothing(warehouse: Warehouse) -> None:
    load_both(warehouse)
    warehouse.erase(ANN)
    assert warehouse.erase(ANN) == 0


def test_loading_goes_on_in_the_new_file(warehouse: Warehouse, tmp_path: Path) -> None:
    load_both(warehouse)
    warehouse.erase(ANN)
    warehouse.load([event("b1", "identify", user_id="bob"), event("c1", user_id="cid")], next_offset=12)
    warehouse.close()
    again = Warehouse(tmp_path / "w.duckdb", layout=BOTH)
    assert rows(again, "SELECT count(*) FROM web_app.identifies") == [(1,)]
    assert again.cursor() == 12
    again.close()


def test_everything_else_is_as_it_was(warehouse: Warehouse) -> None:
    load_both(warehouse)
    warehouse.load(
        [event("w1", user_id="bob", properties={"n": 2**60}), event("w2", properties={"n": "x"})], next_offset=11
    )
    before, stats = dump(warehouse), warehouse.stats()
    assert warehouse.erase(Subject(workspace_id="w1", user_ids=frozenset(["nobody"]))) == 0
    assert dump(warehouse) == before
    assert warehouse.stats() == stats


def test_what_had_no_row_goes_too(warehouse: Warehouse) -> None:
    lost = [event(id, source_id="nowhere", user_id=user) for id, user in (("l1", "ann"), ("l2", "bob"))]
    warehouse.load(lost, next_offset=3)
    assert warehouse.erase(ANN) == 1
    assert (len(warehouse.dead("l1")), len(warehouse.dead("l2"))) == (0, 1)
    assert warehouse.counts().dead == 2


def test_a_device_that_others_used_too_is_told(warehouse: Warehouse) -> None:
    load_both(warehouse)
    assert warehouse.devices_of(["ann"]) == ({"ann-phone"}, {"ann-phone"})
    assert warehouse.devices_of(["eve"]) == (set(), set())


def test_queries_are_answered_meanwhile(warehouse: Warehouse) -> None:
    load_both(warehouse)
    queries = Queries(warehouse)
    stop = threading.Event()
    seen: set[Any] = set()
    errors: list[BaseException] = []

    def ask() -> None:
        try:
            while not stop.is_set():
                seen.add(queries.run("SELECT count(*) FROM web_app.tracks").rows[0][0])
        except BaseException as error:
            errors.append(error)

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(3):
        warehouse.erase(ANN)
    stop.set()
    for thread in threads:
        thread.join(60)
    queries.close()
    assert errors == []
    assert seen <= {2, 4}
    assert 2 in seen


def test_a_reader_that_does_not_end_is_not_cut(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    load_both(warehouse)
    monkeypatch.setattr(engine_module, "SWAP_S", 0.05)
    with warehouse.engine.reading(), pytest.raises(Transient, match="being read for long"):
        warehouse.erase(ANN)
    assert [path.name for path in tmp_path.glob("*.renew*")] == []
    assert rows(warehouse, "SELECT count(*) FROM web_app.tracks") == [(2,)]
    warehouse.erase(ANN)


def test_what_a_killed_renewal_left_is_removed_at_the_start(tmp_path: Path) -> None:
    for name in ("w.duckdb.renew", "w.duckdb.renew-old"):
        (tmp_path / name).write_bytes(b"half of it")
    (tmp_path / "w.duckdb.renew.tmp").mkdir()
    Warehouse(tmp_path / "w.duckdb", layout=BOTH).close()
    assert list(tmp_path.glob("*.renew*")) == []
