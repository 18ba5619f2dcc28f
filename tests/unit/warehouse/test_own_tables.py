"""Tables of the user's own: files, and copies from a Postgres server."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cryptography.fernet import Fernet

from headwater.base.addresses import refusal
from headwater.base.errors import Forbidden, HeadwaterError, InvalidInput, NotFound, Transient, Unprocessable
from headwater.control.seal import Sealer
from headwater.warehouse.loader import Warehouse
from headwater.warehouse.query import Queries
from headwater.warehouse.tables import OwnTables
from tests.unit.warehouse import postgres_server
from tests.unit.warehouse.made import BOTH, PLAIN, dump, event

NOON_S = 1_772_366_400.0  # 2026-03-01T12:00:00Z


class Hands:
    """A clock that is set by hand."""

    now_s = NOON_S

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Hands:
    return Hands()


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    made = Warehouse(tmp_path / "warehouse" / "w.duckdb", layout=BOTH)
    yield made
    made.close()


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()


@pytest.fixture
def tables(warehouse: Warehouse, clock: Hands) -> OwnTables:
    """They may call addresses of this machine."""
    return OwnTables(warehouse, guard=lambda _: None, sealer=Sealer(key=Fernet.generate_key()), clock=clock)


@pytest.fixture
def ask(warehouse: Warehouse) -> Iterator[Callable[[str], list[list[Any]]]]:
    queries = Queries(warehouse, memory_mib=200, processes=1)
    yield lambda query: queries.run(query).rows
    queries.close()


def csv(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "given.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def test_a_csv_file_becomes_a_table(tables: OwnTables, tmp_path: Path, ask: Any) -> None:
    text = (
        "User Id,signedUp,Plan,seats,price,active,zip,born\n"
        'ann,2026-03-01T00:00:00Z,"pro, yearly",5,1.5,true,01234,1990-05-06\n'
        "bob,2026-03-02T00:00:00+02:00,,,,,98765,\n"
    )
    made = tables.put_file("accounts", "csv", csv(tmp_path, text))
    assert [(column.name, column.type) for column in made.columns] == [
        ("user_id", "VARCHAR"),
        ("signed_up", "TIMESTAMP"),
        ("plan", "VARCHAR"),
        ("seats", "BIGINT"),
        ("price", "DOUBLE"),
        ("active", "BOOLEAN"),
        ("zip", "VARCHAR"),
        ("born", "DATE"),
    ]
    assert (made.name, made.schema, made.kind, made.rows) == ("accounts", "production", "csv", 2)
    assert (made.refreshed_at, made.every_seconds, made.error) == ("2026-03-01T12:00:00.000Z", None, None)
    assert ask("FROM production.accounts ORDER BY user_id") == [
        ["ann", "2026-03-01T00:00:00.000Z", "pro, yearly", 5, 1.5, True, "01234", "1990-05-06"],
        ["bob", "2026-03-01T22:00:00.000Z", None, None, None, None, "98765", None],
    ]


@pytest.mark.parametrize(
    ("numbers", "type_", "told"),
    [
        (["0.1", "", " 2.5", "1e3"], "DOUBLE", ["0.1", None, "2.5", "1000.0"]),
        (["0.30000000000000004", "1e-300"], "DOUBLE", ["0.30000000000000004", "1e-300"]),
        (
            ["1234567890123456789.123456789", "0.1", "", "-2"],
            "DECIMAL(28,9)",
            ["1234567890123456789.123456789", "0.100000000", None, "-2.000000000"],
        ),
        (["123456789012345678901234567890", "1"], "DECIMAL(38,0)", ["123456789012345678901234567890", "1"]),
        (["1" * 30 + "." + "1" * 9, "0.1"], "VARCHAR", ["1" * 30 + "." + "1" * 9, "0.1"]),
        (["1234567890123456789.5", "1e-5"], "VARCHAR", ["1234567890123456789.5", "1e-5"]),
    ],
)
def test_no_number_of_a_csv_file_loses_a_digit(
    tables: OwnTables, tmp_path: Path, ask: Any, numbers: list[str], type_: str, told: list[str | None]
) -> None:
    lines = "".join(f"{at},{number}\n" for at, number in enumerate(numbers))
    tables.put_file("t", "csv", csv(tmp_path, f"at,it's\n{lines}"))
    found = ask('SELECT typeof(it_s), CAST(it_s AS VARCHAR) FROM production.t ORDER BY "at"')
    assert found == [[type_, text] for text in told]


def test_columns_of_one_name_are_told_apart(tables: OwnTables, tmp_path: Path) -> None:
    made = tables.put_file("t", "csv", csv(tmp_path, "a,a,A,\n1,2,3,4\n"))
    assert [column.name for column in made.columns] == ["a", "a_1", "a_2", "column3"]


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_the_first_line_tells_the_delimiter(tables: OwnTables, tmp_path: Path, mark: str) -> None:
    made = tables.put_file("t", "csv", csv(tmp_path, f"a{mark}b\n1{mark}x\n"))
    assert [column.name for column in made.columns] == ["a", "b"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "it is empty"),
        ("\n\n", "it is empty"),
        (b"a,b\n1,\xff\xfe\n", "utf-8"),
        ("a,b\n1,2\n3,4,5\n", "do not all have the columns"),
        ('a,b\n1,"x\n', ""),
        (",".join(f"c{number}" for number in range(1_501)) + "\n", "1501 columns"),
    ],
)
def test_a_file_that_is_no_table_is_refused(tables: OwnTables, tmp_path: Path, text: Any, told: str) -> None:
    path = csv(tmp_path, text)
    with pytest.raises(InvalidInput) as caught:
        tables.put_file("t", "csv", path)
    assert caught.value.code == "bad_file"
    assert told in caught.value.message
    assert str(tmp_path) not in caught.value.message
    assert tables.list() == []


def test_a_parquet_file_becomes_a_table(tables: OwnTables, tmp_path: Path, ask: Any) -> None:
    columns = {
        "id": pa.array([1, 2], pa.int32()),
        "_id": ["a", None],
        "list": [[1, 2], None],
        "struct": [{"x": 1}, {"x": None}],
        "money": pa.array([Decimal("1.10"), None], pa.decimal128(10, 2)),
        "big": pa.array([2**64 - 1, 0], pa.uint64()),
        "at": pa.array([0, 1_500], pa.timestamp("ms", tz="Europe/Berlin")),
        "ratio": pa.array([0.5, None], pa.float32()),
    }
    pq.write_table(pa.table(list(columns.values()), names=list(columns)), tmp_path / "x.parquet")
    made = tables.put_file("things", "parquet", tmp_path / "x.parquet")
    assert [(column.name, column.type) for column in made.columns] == [
        ("id", "BIGINT"),
        ("id_2", "VARCHAR"),
        ("list", "JSON"),
        ("struct", "JSON"),
        ("money", "DECIMAL(10,2)"),
        ("big", "DECIMAL(38,0)"),
        ("at", "TIMESTAMP"),
        ("ratio", "DOUBLE"),
    ]
    assert ask("FROM production.things ORDER BY id") == [
        [1, "a", [1, 2], {"x": 1}, "1.10", "18446744073709551615", "1970-01-01T00:00:00.000Z", 0.5],
        [2, None, None, {"x": None}, None, "0", "1970-01-01T00:00:01.500Z", None],
    ]


@pytest.mark.parametrize("content", [b"", b"PAR1", b"PAR1" + b"\0" * 100 + b"PAR1", b"a,b\n1,2\n"])
def test_a_broken_parquet_file_is_refused(tables: OwnTables, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.parquet").write_bytes(content)
    with pytest.raises(InvalidInput, match="parquet file cannot be read"):
        tables.put_file("t", "parquet", tmp_path / "x.parquet")


def test_a_table_is_replaced_whole_or_not_at_all(tables: OwnTables, tmp_path: Path, ask: Any) -> None:
    tables.put_file("t", "csv", csv(tmp_path, "a\n1\n2\n"))
    tables.put_file("t", "csv", csv(tmp_path, "b\nx\n"))
    assert ask("FROM production.t") == [["x"]]
    with pytest.raises(InvalidInput):
        tables.put_file("t", "csv", csv(tmp_path, ""))
    assert ask("FROM production.t") == [["x"]]
    assert [(table.name, table.rows) for table in tables.list()] == [("t", 1)]


def test_a_removed_table_is_gone(tables: OwnTables, tmp_path: Path, ask: Any) -> None:
    tables.put_file("t", "csv", csv(tmp_path, "a\n1\n"))
    tables.remove("t")
    assert tables.list() == []
    with pytest.raises(InvalidInput, match="no table"):
        ask("FROM production.t")
    for act in (tables.remove, tables.get, tables.refresh):
        with pytest.raises(NotFound):
            act("t")


@pytest.mark.parametrize("name", ["", "A", "1a", "a b", 'a"b', "a" * 64, "ä", "a.b"])
def test_names_have_their_rules(tables: OwnTables, tmp_path: Path, name: str) -> None:
    with pytest.raises(InvalidInput, match="name is"):
        tables.put_file(name, "csv", csv(tmp_path, "a\n1\n"))


def test_own_tables_and_events_do_not_meet_but_in_queries(
    warehouse: Warehouse, tables: OwnTables, tmp_path: Path, ask: Any
) -> None:
    warehouse.ensure_source(PLAIN)
    tables.put_file("tracks", "csv", csv(tmp_path, "id,received_at\nm1,2026-03-01T00:00:00Z\n"))
    warehouse.load([event("m1", properties={"a": 1})], next_offset=1)
    assert ask("SELECT o.a FROM production.tracks t JOIN web_app.ordered o USING (id)") == [[1]]
    assert {found.schema for found in warehouse.find("m1")} == {"web_app"}
    warehouse.drop_schema("web_app")
    assert list(dump(warehouse)) == ["production.tracks"]


def test_a_file_is_not_renewed(tables: OwnTables, tmp_path: Path) -> None:
    tables.put_file("t", "csv", csv(tmp_path, "a\n1\n"))
    with pytest.raises(Unprocessable, match="send the file again"):
        tables.refresh("t")


@pytest.mark.parametrize(
    "dsn",
    [
        "",
        "nope",
        "mysql://me@db.example/x",
        "postgres://",
        "postgres:///x",
        "postgres://db.example",
        "postgres://a,b/x",
        "postgres://db.example/x?host=/var/run",
        "postgres://db.example/x?service=y",
        "postgres://db.example/x?sslmode=never",
        "postgres://db.example:port/x",
        "host=db.example dbname=x",
    ],
)
def test_an_address_that_cannot_be_read_is_refused_and_never_told(tables: OwnTables, dsn: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        tables.put_postgres("t", dsn.replace("me@", "me:sesame@"), "x")
    assert caught.value.code == "bad_dsn"
    assert "sesame" not in caught.value.message


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0",
        "[::1]",
        "10.0.0.1",
        "169.254.169.254",
        "[::ffff:127.0.0.1]",
    ],
)
def test_private_addresses_are_never_dialled(warehouse: Warehouse, host: str) -> None:
    async def connect(**_: Any) -> Any:
        """Goes as far as the loop lets it."""
        import asyncio

        name = _["host"]
        await asyncio.get_running_loop().create_connection(asyncio.Protocol, name, _["port"])
        raise AssertionError(f"{name} was dialled")

    guarded = OwnTables(warehouse, guard=refusal, sealer=Sealer(key=Fernet.generate_key()), connect=connect)
    with pytest.raises(Forbidden) as caught:
        guarded.put_postgres("t", f"postgres://me:sesame@{host}:1/x", "y")
    assert caught.value.code == "address_refused"
    assert guarded.list() == []


def test_a_server_that_is_not_there_may_be_tried_again(tables: OwnTables) -> None:
    with pytest.raises(Transient, match="does not answer"):
        tables.put_postgres("t", "postgres://me:sesame@127.0.0.1:1/x", "y")


@pytest.fixture(scope="module")
def dsn() -> Iterator[str]:
    folder = postgres_server.programs()
    if folder is None:
        pytest.skip("no Postgres is installed")
    with postgres_server.running(folder) as address:
        yield address


@pytest.mark.servers
def test_a_postgres_table_is_copied(tables: OwnTables, dsn: str, ask: Any) -> None:
    postgres_server.run(
        dsn,
        """
        CREATE SCHEMA IF NOT EXISTS "Shop";
        DROP TABLE IF EXISTS "Shop"."Accounts";
        CREATE TYPE mood AS ENUM ('good', 'bad');
        CREATE TABLE "Shop"."Accounts" (
            "accountId" bigint, small smallint, price numeric(12, 2), exact numeric, ratio real, active boolean,
            at timestamptz, local timestamp, day date, clock time, tags text[], body jsonb, raw bytea, id uuid,
            mood mood, note varchar(20), gone integer);
        ALTER TABLE "Shop"."Accounts" DROP COLUMN gone;
        INSERT INTO "Shop"."Accounts" VALUES
            (9223372036854775807, 1, 1234567890.12, 0.5, 0.25, true, '2026-03-01 12:00:00+02', '2026-03-01 12:00:00.5',
             '2026-03-01', '12:00', '{a,b}', '{"x": [1]}', '\\x01ff', '0f7d2c3e-0000-4000-8000-000000000000', 'good',
             'née "x"'),
            (NULL, NULL, NULL, NULL, 'NaN', NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL);
        """,
    )
    made = tables.put_postgres("accounts", dsn, "Shop.Accounts", 3600)
    assert (made.kind, made.rows, made.every_seconds) == ("postgres", 2, 3600)
    assert [column.name for column in made.columns][:3] == ["account_id", "small", "price"]
    assert ask("FROM production.accounts ORDER BY account_id") == [
        [
            9223372036854775807,
            1,
            "1234567890.12",
            0.5,
            0.25,
            True,
            "2026-03-01T10:00:00.000Z",
            "2026-03-01T12:00:00.500Z",
            "2026-03-01",
            "12:00:00",
            "{a,b}",
            {"x": [1]},
            "\\x01ff",
            "0f7d2c3e-0000-4000-8000-000000000000",
            "good",
            'née "x"',
        ],
        [None, None, None, None, "NaN", *[None] * 11],
    ]


@pytest.mark.servers
def test_a_postgres_table_is_copied_again_when_due(
    tables: OwnTables, warehouse: Warehouse, dsn: str, clock: Hands, ask: Any
) -> None:
    postgres_server.run(dsn, "DROP TABLE IF EXISTS plans; CREATE TABLE plans (n int); INSERT INTO plans VALUES (1)")
    tables.put_postgres("plans", dsn, "plans", 60)
    tables.put_postgres("once", dsn, "public.plans")
    postgres_server.run(dsn, "INSERT INTO plans VALUES (2)")
    clock.now_s = NOON_S + 59
    assert tables.refresh_due() == []
    clock.now_s = NOON_S + 60
    assert tables.refresh_due() == ["plans"]
    assert tables.refresh_due() == []
    assert ask("SELECT sum(n) FROM production.plans") == [[3]]
    assert ask("SELECT sum(n) FROM production.once") == [[1]]
    assert tables.refresh("once").rows == 2
    postgres_server.run(dsn, "DROP TABLE plans")
    clock.now_s = NOON_S + 120
    assert tables.refresh_due() == ["plans"]
    kept = tables.get("plans")
    assert (kept.rows, kept.refreshed_at) == (2, "2026-03-01T12:01:00.000Z")
    assert kept.error is not None
    assert "no table" in kept.error
    assert tables.refresh_due() == []


@pytest.mark.servers
@pytest.mark.parametrize(
    ("change", "table", "kind"),
    [
        (("open%20sesame", "wrong"), "pg_class", InvalidInput),
        (("/postgres", "/nowhere"), "pg_class", InvalidInput),
        (("", ""), "nothing", NotFound),
        (("", ""), "pg_catalog.pg_authid_", NotFound),
        (("/postgres", "/postgres?sslmode=require"), "pg_class", HeadwaterError),
    ],
)
def test_what_the_server_refuses_is_told_without_the_password(
    tables: OwnTables, dsn: str, change: tuple[str, str], table: str, kind: type[HeadwaterError]
) -> None:
    with pytest.raises(kind) as caught:
        tables.put_postgres("t", dsn.replace(*change) if change[0] else dsn, table)
    assert "sesame" not in caught.value.message
    assert tables.list() == []


@pytest.mark.servers
def test_the_servers_address_is_sealed(tables: OwnTables, warehouse: Warehouse, dsn: str) -> None:
    postgres_server.run(dsn, "CREATE TABLE IF NOT EXISTS sealed (n int)")
    tables.put_postgres("sealed", dsn, "sealed")
    assert warehouse.path is not None
    warehouse.engine.checkpoint()
    content = b"".join(path.read_bytes() for path in warehouse.path.parent.iterdir() if path.is_file())
    assert b"sesame" not in content
    assert "sesame" not in str(tables.list())
