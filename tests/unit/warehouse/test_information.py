"""`information_schema`: it shows what a query may read, in every form of a query, and none of headwater's own books."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from headwater.base.errors import InvalidInput
from headwater.control.seal import Sealer
from headwater.warehouse.information import VIEWS
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from headwater.warehouse.tables import OwnTables
from tests.unit.warehouse.made import BOTH, event
from tests.unit.warehouse.test_guard import AROUND


@pytest.fixture(scope="module")
def queries(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Queries]:
    folder = tmp_path_factory.mktemp("information")
    warehouse = Warehouse(folder / "warehouse.duckdb", layout=BOTH)
    person = event("m2", "identify", user_id="u1", traits={"plan": "pro"})
    warehouse.load([event("m1", properties={"a": 1}), person], next_offset=1)
    (folder / "plans.csv").write_text("plan,price\npro,5\n")
    own = OwnTables(warehouse, guard=lambda address: None, sealer=Sealer(key=Fernet.generate_key()))
    own.put_file("plans", "csv", folder / "plans.csv")
    made = Queries(warehouse, memory_mib=200, processes=1)
    yield made
    made.close()
    warehouse.close()


def test_only_what_can_be_read_is_shown(queries: Queries) -> None:
    schemas = queries.run("SELECT schema_name FROM information_schema.schemata ORDER BY ALL").rows
    assert schemas == [["information_schema"], ["production"], ["web_app"]]
    tables = queries.run("SELECT table_schema, table_name FROM information_schema.tables ORDER BY ALL").rows
    assert ["production", "plans"] in tables
    assert {schema for schema, _ in tables} == {"production", "web_app"}
    for schema, table in tables:
        queries.run(f"SELECT * FROM {schema}.{table}")
    columns = queries.run("SELECT DISTINCT table_schema, table_name FROM information_schema.columns ORDER BY ALL").rows
    assert columns == tables


@pytest.mark.parametrize("view", sorted(VIEWS))
def test_no_view_names_the_books(queries: Queries, view: str) -> None:
    answer = queries.run(f"SELECT * FROM information_schema.{view}")
    for row in answer.rows:
        assert "headwater" not in str(row)
    assert [column.name for column in answer.columns]


@pytest.mark.parametrize("around", AROUND)
def test_nor_does_any_form_of_query(queries: Queries, around: str) -> None:
    query = AROUND[around].replace("ON a IN (1)", "ON table_schema IN ('headwater', 'web_app')")
    found = queries.run(query.format("information_schema.tables"), limit=50)
    assert "cursors" not in str(found.rows)


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        (
            "SELECT t.table_name, count(*) > 5 FROM information_schema.tables t JOIN information_schema.columns c "
            "USING (table_schema, table_name) WHERE table_name = 'tracks' GROUP BY ALL",
            [["tracks", True]],
        ),
        (
            "SELECT information_schema.tables.table_name FROM information_schema.tables WHERE table_name = 'plans'",
            [["plans"]],
        ),
        ("SELECT count(*) FROM Information_Schema . /* ; */ \"TABLES\" AS t(a, b, c) WHERE c = 'plans'", [[1]]),
        ("SELECT count(*) FROM \"information_schema\".tables WHERE table_name = 'plans'", [[1]]),
        ("SELECT 'é🦆', count(*) FROM information_schema.tables WHERE table_name = 'plans'", [["é🦆", 1]]),
        (
            ";;SELECT\u00a0'é',\u00a0count(*) FROM\u00a0information_schema.tables WHERE table_name = 'plans';",
            [["é", 1]],
        ),
        ("SELECT count(*) FROM (TABLE information_schema.tables) t WHERE t.table_name = 'plans'", [[1]]),
        ("SELECT count(*) FROM (TABLE/* */\"Information_Schema\".tables) WHERE table_name = 'plans'", [[1]]),
        (
            "SELECT (SELECT count(*) FROM information_schema.tables WHERE table_name = o.event) "
            "FROM web_app.ordered o WHERE EXISTS (FROM information_schema.columns WHERE table_name = o.event)",
            [[1]],
        ),
        ("WITH information_schema AS (SELECT 1 AS n) SELECT n FROM information_schema", [[1]]),
        ("SELECT 'information_schema.tables' AS information_schema", [["information_schema.tables"]]),
        ("SELECT count(*) FROM information_schema.views", [[0]]),
    ],
)
def test_it_is_queried_like_any_schema(queries: Queries, query: str, rows: list[list[object]]) -> None:
    assert queries.run(query).rows == rows


@pytest.mark.parametrize(
    "path",
    ["information_schema.main.tables", "system.information_schema.tables", "main.tables", "information_schema.nothing"],
)
def test_there_is_no_way_around_it(queries: Queries, path: str) -> None:
    queries.run("SELECT * FROM information_schema.tables")
    with pytest.raises(InvalidInput) as caught:
        queries.run(f"SELECT * FROM {path}")
    assert caught.value.code == "unknown_table"


def test_a_new_table_is_shown_at_once(tmp_path: Path) -> None:
    warehouse = Warehouse(tmp_path / "warehouse.duckdb", layout=BOTH)
    queries = Queries(warehouse, memory_mib=200, processes=1)
    for number in range(3):
        warehouse.load([event(f"m{number}", event=f"Kind {number}")], next_offset=number)
        shown = queries.run("SELECT count(*) FROM information_schema.tables WHERE table_name ^@ 'kind'").rows
        assert shown == [[number + 1]]
    queries.close()
    warehouse.close()
