"""What `/sql` refuses. Nothing refused here may have run: the check comes before."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from headwater.base.errors import InvalidInput, Transient
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from tests.unit.warehouse.made import BOTH, PLAIN, event

FILE_FUNCTIONS = [
    "read_csv('/etc/passwd')",
    "read_csv_auto('/etc/passwd')",
    "read_text('/etc/passwd')",
    "read_blob('/etc/passwd')",
    "read_parquet('/tmp/x.parquet')",
    "parquet_scan('/tmp/x.parquet')",
    "parquet_schema('/tmp/x.parquet')",
    "parquet_metadata('/tmp/x.parquet')",
    "read_json('/tmp/x.json')",
    "read_json_auto('/tmp/x.json')",
    "read_ndjson('/tmp/x.json')",
    "read_ndjson_objects('/tmp/x.json')",
    "read_duckdb('/tmp/x.duckdb')",
    "sniff_csv('/etc/passwd')",
    "glob('/etc/*')",
    "READ_CSV('/etc/passwd')",
    "main.read_csv('/etc/passwd')",
    "system.main.read_csv('/etc/passwd')",
    "snapshot.read_text('x')",
]
CATALOGUE_FUNCTIONS = [
    "duckdb_settings()",
    "duckdb_secrets()",
    "duckdb_functions()",
    "duckdb_tables()",
    "duckdb_databases()",
    "duckdb_logs()",
    "pragma_database_size()",
    "pragma_storage_info('web_app.tracks')",
    "pragma_table_info('web_app.tracks')",
    "which_secret('s3://x', 's3')",
    "query('SELECT 1')",
    "query_table('web_app.tracks')",
    "json_execute_serialized_sql('{}')",
    "seq_scan('web_app.tracks')",
    "pandas_scan(1)",
    "arrow_scan(1, 2, 3)",
    "python_map_function(1)",
    "test_all_types()",
    "checkpoint()",
    "force_checkpoint()",
    "enable_logging()",
    "truncate_duckdb_logs()",
]
PATHS = [
    "'/etc/passwd'",
    "'x.csv'",
    "'/tmp/x.parquet'",
    "'data/*.json'",
    '"x.csv"',
    '"/etc/passwd"',
    "'s3://bucket/x.parquet'",
    "'https://example.com/x.csv'",
    'web_app."x.csv"',
    'main."/etc/passwd"',
    "'snapshot:///x.duckdb'",
]
CATALOGUES = [
    "duckdb_settings",
    "sqlite_master",
    "pg_catalog.pg_tables",
    "pg_tables",
    "system.duckdb_settings",
    "system.main.duckdb_settings",
    "headwater.cursors",
    "_headwater.headwater.cursors",
    "_headwater.web_app.tracks",
    "temp.main.x",
    "main.x",
    "duckdb_secrets",
]
SCALARS = [
    "getenv('HOME')",
    "current_setting('temp_directory')",
    "getvariable('x')",
    "sleep_ms(10)",
    "pg_sleep(1)",
    "write_log('x')",
    "nextval('x')",
    "setseed(0.5)",
    "version()",
    "current_query()",
    "json_serialize_sql('SELECT 1')",
    "json_deserialize_sql('{}')",
    "json_serialize_plan('SELECT 1')",
    "pg_get_viewdef(1)",
    "txid_current()",
    "inet_server_addr()",
    "GetEnv('HOME')",
    "main.getenv('HOME')",
    "\"getenv\"('HOME')",
    "parse_duckdb_log_message('x', 'y')",
    "cast_to_type(1, 'x')",
    "__internal_decompress_string(1)",
]
STATEMENTS = [
    "COPY web_app.tracks TO '/tmp/x.csv'",
    "COPY web_app.tracks FROM '/tmp/x.csv'",
    "COPY (SELECT 1) TO '/tmp/x.parquet' (FORMAT parquet)",
    "COPY FROM DATABASE _headwater TO other",
    "COPY web_app.tracks TO PROGRAM 'sh'",
    "ATTACH '/tmp/x.duckdb' AS x",
    "ATTACH 'https://example.com/x.duckdb'",
    "ATTACH ':memory:' AS x",
    "ATTACH IF NOT EXISTS '/tmp/x.duckdb'",
    "DETACH _headwater",
    "USE system",
    "INSTALL httpfs",
    "FORCE INSTALL httpfs",
    "INSTALL httpfs FROM community",
    "LOAD httpfs",
    "LOAD '/tmp/x.duckdb_extension'",
    "UPDATE EXTENSIONS",
    "SET memory_limit = '100GB'",
    "SET GLOBAL threads = 100",
    "SET enable_external_access = true",
    "SET VARIABLE x = 1",
    "RESET memory_limit",
    "PRAGMA database_list",
    "PRAGMA version",
    "PRAGMA memory_limit = '100GB'",
    "EXPORT DATABASE '/tmp/x'",
    "EXPORT DATABASE '/tmp/x' (FORMAT parquet)",
    "EXPORT DATABASE _headwater TO '/tmp/x'",
    "IMPORT DATABASE '/tmp/x'",
    "EXPORT DATABASE '/tmp/y' (FORMAT csv)",
    "CREATE TABLE web_app.x (a INTEGER)",
    "CREATE TABLE web_app.x AS SELECT 1",
    "CREATE VIEW web_app.v AS SELECT * FROM read_csv('/etc/passwd')",
    "CREATE TEMP VIEW v AS SELECT getenv('HOME')",
    "CREATE VIEW v AS SELECT * FROM '/etc/passwd'",
    "CREATE MACRO m() AS TABLE SELECT * FROM read_text('/etc/passwd')",
    "CREATE SECRET s (TYPE s3)",
    "INSERT INTO web_app.tracks (id) VALUES ('x')",
    "UPDATE web_app.tracks SET id = 'x'",
    "DELETE FROM web_app.tracks",
    "TRUNCATE web_app.tracks",
    "DROP TABLE web_app.tracks",
    "ALTER TABLE web_app.tracks ADD COLUMN x INTEGER",
    "MERGE INTO web_app.tracks t USING web_app.users u ON t.id = u.id WHEN MATCHED THEN DELETE",
    "CALL duckdb_settings()",
    "CALL pragma_version()",
    "CHECKPOINT",
    "VACUUM",
    "ANALYZE",
    "BEGIN",
    "COMMIT",
    "PREPARE p AS SELECT 1",
    "EXECUTE p",
    "EXPLAIN SELECT 1",
    "EXPLAIN ANALYZE SELECT 1",
    "SHOW TABLES",
    "DESCRIBE web_app.tracks",
    "SUMMARIZE web_app.tracks",
    "SHOW ALL TABLES",
    "COMMENT ON TABLE web_app.tracks IS 'x'",
    "KILL 1",
]
SEVERAL = [
    "SELECT 1; SELECT 2",
    "SELECT 1; DROP TABLE web_app.tracks",
    "SELECT 1;; SELECT 2",
    "SELECT 1; -- x\nCOPY (SELECT 1) TO '/tmp/x'",
    "SET threads = 1; SELECT 1",
    "/* x */ SELECT 1; ATTACH '/tmp/x'",
    "BEGIN; SELECT 1; COMMIT",
    "",
    "   ",
    ";",
    "-- nothing",
]
WRITES_IN_A_CTE = [
    "INSERT INTO web_app.tracks (id) VALUES ('x') RETURNING id",
    "DELETE FROM web_app.tracks RETURNING id",
    "UPDATE web_app.tracks SET id = 'x' RETURNING id",
]
AROUND = {
    "plain": "SELECT * FROM {}",
    "cte": "WITH x AS (SELECT * FROM {}) SELECT * FROM x",
    "materialized cte": "WITH x AS MATERIALIZED (SELECT * FROM {}) SELECT 1",
    "recursive cte": "WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n FROM x, {}) SELECT * FROM x",
    "cte of a cte": "WITH a AS (WITH b AS (FROM {}) FROM b) SELECT * FROM a",
    "subquery": "SELECT * FROM (SELECT * FROM (SELECT * FROM {}))",
    "scalar subquery": "SELECT (SELECT count(*) FROM {})",
    "in": "SELECT 1 WHERE 1 IN (SELECT 1 FROM {})",
    "exists": "SELECT id FROM web_app.tracks WHERE EXISTS (FROM {})",
    "join": "SELECT 1 FROM web_app.tracks t LEFT JOIN {} x ON true",
    "lateral": "SELECT 1 FROM web_app.tracks t, LATERAL (SELECT * FROM {}) x",
    "union": "SELECT 1 UNION ALL SELECT 1 FROM {}",
    "order": "SELECT 1 ORDER BY (SELECT count(*) FROM {})",
    "limit": "SELECT 1 LIMIT (SELECT count(*) FROM {})",
    "list": "SELECT ARRAY(SELECT 1 FROM {})",
    "pivot": "SELECT * FROM (PIVOT (SELECT * FROM {}) ON a IN (1) USING count(*))",
    "case": "SELECT CASE WHEN (SELECT count(*) FROM {}) > 0 THEN 1 END",
    "window": "SELECT sum(1) OVER (ORDER BY (SELECT count(*) FROM {}))",
    "having": "SELECT 1 GROUP BY ALL HAVING (SELECT count(*) FROM {}) > 0",
    "qualify": "SELECT 1 QUALIFY (SELECT count(*) FROM {}) > row_number() OVER ()",
}


@pytest.fixture(scope="module")
def queries() -> Iterator[Queries]:
    warehouse = Warehouse(None, layout=BOTH)
    warehouse.ensure_source(PLAIN)
    warehouse.load([event("m1", properties={"a": 1})], next_offset=1)
    yield Queries(warehouse)
    warehouse.close()


def refusal(queries: Queries, query: str) -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        queries.run(query)
    return caught.value


@pytest.mark.parametrize("source", FILE_FUNCTIONS + CATALOGUE_FUNCTIONS)
@pytest.mark.parametrize("around", AROUND)
def test_no_table_function_but_the_listed(queries: Queries, source: str, around: str) -> None:
    assert refusal(queries, AROUND[around].format(source)).code == "query_not_allowed"


@pytest.mark.parametrize("source", PATHS + CATALOGUES)
@pytest.mark.parametrize("around", AROUND)
def test_no_path_and_no_catalogue_as_a_table(queries: Queries, source: str, around: str) -> None:
    assert refusal(queries, AROUND[around].format(source)).code == "unknown_table"


@pytest.mark.parametrize("call", SCALARS)
@pytest.mark.parametrize(
    "query",
    [
        "SELECT {}",
        "SELECT upper({}::VARCHAR)",
        "SELECT id FROM web_app.tracks WHERE {} IS NOT NULL",
        "WITH x AS (SELECT {} AS v) SELECT * FROM x",
        "SELECT * FROM (SELECT {})",
        "SELECT list_transform([1], lambda x: {})",
        "SELECT count(*) FILTER ({} IS NULL) FROM web_app.tracks",
        "SELECT * REPLACE ({} AS id) FROM web_app.tracks",
        "SELECT sum(1) OVER (PARTITION BY {})",
        "SELECT 1 ORDER BY {}",
        "SELECT TRY({})",
        "SELECT {{'a': {}}}",
        "FROM range({})",
        "VALUES ({})",
    ],
)
def test_no_function_but_the_listed(queries: Queries, call: str, query: str) -> None:
    assert refusal(queries, query.format(call)).code == "query_not_allowed"


@pytest.mark.parametrize("query", STATEMENTS)
def test_nothing_but_a_select(queries: Queries, query: str) -> None:
    assert refusal(queries, query).code in ("query_not_allowed", "bad_query")
    assert queries.run("SELECT count(*) FROM web_app.tracks").rows == [[1]]


@pytest.mark.parametrize("query", SEVERAL)
def test_exactly_one_statement(queries: Queries, query: str) -> None:
    assert refusal(queries, query).code == "query_not_allowed"


@pytest.mark.parametrize("write", WRITES_IN_A_CTE)
def test_no_writing_within_a_cte(queries: Queries, write: str) -> None:
    for query in (f"WITH x AS ({write}) SELECT * FROM x", f"SELECT * FROM (WITH x AS ({write}) FROM x)"):
        assert refusal(queries, query).code in ("query_not_allowed", "bad_query")
    assert queries.run("SELECT id FROM web_app.tracks").rows == [["m1"]]


@pytest.mark.parametrize(
    "query",
    [
        "WITH duckdb_settings AS (SELECT * FROM duckdb_settings) SELECT * FROM duckdb_settings",
        "SELECT * FROM duckdb_settings, (WITH duckdb_settings AS (SELECT 1) FROM duckdb_settings)",
        "SELECT * FROM (WITH pg_tables AS (SELECT 1) FROM pg_tables) UNION ALL SELECT 1 FROM pg_tables",
        "WITH a AS (FROM b), b AS (SELECT 1) SELECT * FROM a",
        "WITH x AS (SELECT 1) SELECT * FROM main.x",
    ],
)
def test_a_ctes_name_counts_only_where_it_is_in_sight(queries: Queries, query: str) -> None:
    assert refusal(queries, query).code == "unknown_table"


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("SELECT count(*) FROM web_app.tracks", [[1]]),
        ("FROM web_app.ordered SELECT a", [[1]]),
        ('SELECT a FROM "web_app"."ordered"', [[1]]),
        ("SELECT a FROM WEB_APP.ORDERED", [[1]]),
        ("WITH x AS (SELECT 1 AS n), y AS (SELECT n + 1 AS n FROM x) SELECT * FROM X, y", [[1, 2]]),
        ("WITH RECURSIVE x(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM x WHERE n < 3) SELECT sum(n) FROM x", [[6]]),
        ("SELECT unnest([1, 2])", [[1], [2]]),
        ("SELECT * FROM range(2)", [[0], [1]]),
        ("SELECT * FROM generate_series(1, 2)", [[1], [2]]),
        ("SELECT (SELECT max(a) FROM web_app.ordered), EXISTS (FROM web_app.users)", [[1, False]]),
        ("SELECT t.id FROM web_app.tracks t JOIN web_app.ordered o USING (id)", [["m1"]]),
        ("SELECT row_number() OVER (ORDER BY a), sum(a) FILTER (a > 0) OVER () FROM web_app.ordered", [[1, 1]]),
        ("SELECT list_transform([1, 2], lambda x: x + 1), [x * 2 FOR x IN [1]]", [[[2, 3], [2]]]),
        ("SELECT CASE WHEN 'abc' LIKE 'a%' AND 5 BETWEEN 1 AND 9 AND 'x' IN ('x') THEN 'y' END", [["y"]]),
        ("SELECT date_trunc('day', TIMESTAMP '2026-03-01 12:00:00') + INTERVAL 14 DAY", [["2026-03-15T00:00:00.000Z"]]),
        ("SELECT extract(year FROM DATE '2026-03-01'), substring('abc' FROM 2), trim('  x ')", [[2026, "bc", "x"]]),
        ("SELECT coalesce(NULL, 1), nullif(1, 1), greatest(1, 2), 7 // 2, -1, NOT true", [[1, None, 2, 3, -1, False]]),
        ("SELECT json_extract_string('{\"a\":1}', '$.a'), '{\"a\":{\"b\":2}}'::JSON -> 'a' ->> 'b'", [["1", "2"]]),
        ("SELECT count(*) > 0 FROM information_schema.tables WHERE table_schema = 'web_app'", [[True]]),
        ("SELECT * FROM (PIVOT web_app.ordered ON a IN (1) USING count(*) GROUP BY event)", [["ordered", 1]]),
        ("SELECT 1; -- done", [[1]]),
        ("; SELECT 1", [[1]]),
        (";;SELECT 1;;", [[1]]),
        ("/* */; SELECT 1; /* ; */", [[1]]),
        ("/* a */ SELECT ';' -- ; SELECT 2", [[";"]]),
        ("(SELECT 1) UNION ALL (SELECT 2) ORDER BY 1 DESC LIMIT 1", [[2]]),
        ("VALUES (1, 'x')", [[1, "x"]]),
        ("SELECT string_agg(x, ',' ORDER BY x DESC) FROM (VALUES ('a'), ('b')) v(x)", [["b,a"]]),
        ("SELECT a, count(*) FROM web_app.ordered GROUP BY ROLLUP (a) HAVING grouping(a) = 1", [[None, 1]]),
        ("SELECT 'read_csv(''/etc/passwd'')'", [["read_csv('/etc/passwd')"]]),
    ],
)
def test_what_people_ask_is_answered(queries: Queries, query: str, rows: list[list[object]]) -> None:
    assert queries.run(query).rows == rows


def test_an_unknown_table_is_told_with_its_nearest(queries: Queries) -> None:
    error = refusal(queries, "SELECT * FROM web_app.orderd")
    assert error.code == "unknown_table"
    assert error.details == {"table": "web_app.orderd", "nearest": ["web_app.ordered"]}
    assert "Did you mean web_app.ordered?" in error.message
    assert refusal(queries, "SELECT * FROM tracks").details["nearest"] == ["web_app.tracks"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM web_app.tracks", "nothing"),
        ("SELECT 'x'::INTEGER", "Could not convert"),
        ("SELECT $1", "1"),
        ("SELECT sum(id) FROM web_app.tracks", "sum"),
    ],
)
def test_the_engines_own_errors_are_told(queries: Queries, query: str, told: str) -> None:
    error = refusal(queries, query)
    assert error.code == "bad_query"
    assert told in error.message


def test_a_query_of_any_length_or_depth_is_answered_or_refused(queries: Queries) -> None:
    assert refusal(queries, "SELECT " + "1," * 60_000 + "1").code == "query_not_allowed"
    assert refusal(queries, "SELECT " + "(" * 5_000 + "1" + ")" * 5_000).code in ("bad_query", "query_not_allowed")


def test_limits_are_held(queries: Queries) -> None:
    result = queries.run("SELECT * FROM range(5)", limit=2)
    assert (result.rows, result.truncated) == ([[0], [1]], True)
    assert queries.run("SELECT * FROM range(2)", limit=2).truncated is False
    for limit in (0, -1, 100_001):
        with pytest.raises(InvalidInput, match="limit is"):
            queries.run("SELECT 1", limit=limit)


def test_a_closed_warehouse_says_so(tmp_path: Path) -> None:
    warehouse = Warehouse(None, layout=BOTH)
    warehouse.close()
    with pytest.raises(Transient, match="closed"):
        Queries(warehouse).run("SELECT 1")


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("DESCRIBE web_app.tracks", "SHOW, DESCRIBE and SUMMARIZE are not taken; information_schema.tables"),
        ("SELECT * FROM (SHOW TABLES)", "SHOW, DESCRIBE and SUMMARIZE are not taken; information_schema.tables"),
        ("SELECT * FROM web_app.tracks WHERE id = ?", "a placeholder (?, $1 or $name), and no value can be given"),
        ("WITH a AS (SELECT $id AS b) SELECT b FROM a", "a placeholder (?, $1 or $name), and no value can be given"),
    ],
)
def test_a_refusal_says_what_is_meant_in_the_words_of_sql(queries: Queries, query: str, says: str) -> None:
    told = refusal(queries, query).message
    assert says in told
    assert told.endswith("Nothing was run.")
    assert "_REF" not in told
