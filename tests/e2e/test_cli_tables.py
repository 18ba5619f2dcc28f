"""Tables of one's own, from the command line."""

from __future__ import annotations

from pathlib import Path

import pyarrow as arrow
import pyarrow.parquet as parquet
import pytest

from tests.e2e.command_line import CommandLine
from tests.server import Server


@pytest.fixture
def headwater(shared_server: Server, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path, shared_server)


def test_a_csv_file(headwater: CommandLine, shared_server: Server, tmp_path: Path):
    (tmp_path / "My Accounts.csv").write_text("user_id,plan\nu1,pro\nu2,free\n")
    assert headwater.ok("table", "add", "My Accounts.csv") == "production.my_accounts holds 2 rows.\n"
    assert shared_server.sql("SELECT user_id FROM production.my_accounts WHERE plan = 'pro'") == [["u1"]]
    table = headwater.json("table", "show", "production.my_accounts")
    assert (table["kind"], [column["name"] for column in table["columns"]]) == ("csv", ["user_id", "plan"])
    assert "plan" in headwater.ok("table", "show", "my_accounts")
    assert "production.my_accounts" in headwater.ok("table", "list")
    (tmp_path / "other.txt").write_text("user_id\nu9\n")
    made = headwater.json("table", "add", "other.txt", "--name", "my_accounts", "--format", "csv")
    assert made["rows"] == 1
    assert shared_server.sql("SELECT * FROM production.my_accounts") == [["u9"]]
    assert headwater.ok("table", "remove", "my_accounts") == "production.my_accounts is removed.\n"
    assert "my_accounts" not in [each["name"] for each in headwater.json("table", "list")]


def test_a_parquet_file(headwater: CommandLine, shared_server: Server, tmp_path: Path):
    parquet.write_table(arrow.table({"id": [1, 2, 3], "name": ["a", "b", None]}), tmp_path / "things.parquet")
    assert headwater.json("table", "add", "things.parquet")["rows"] == 3
    assert shared_server.sql("SELECT name FROM production.things ORDER BY id") == [["a"], ["b"], [None]]


def test_what_cannot_be_copied_is_told(headwater: CommandLine, tmp_path: Path):
    (tmp_path / "x.xlsx").write_text("x")
    (tmp_path / "broken.parquet").write_text("x")
    assert "of format 'xlsx'; allowed: csv, parquet" in headwater.refusal("table", "add", "x.xlsx")
    assert "none.csv cannot be read" in headwater.refusal("table", "add", "none.csv")
    assert headwater.refusal("table", "add", "broken.parquet")
    assert "not both and not neither" in headwater.refusal("table", "add")
    assert "none" in headwater.refusal("table", "show", "none")
    assert "none" in headwater.refusal("table", "remove", "none")


def test_a_postgres_address_is_read_from_a_variable_alone(headwater: CommandLine):
    words = ("table", "add", "--postgres", "public.accounts")
    assert "name that with --dsn-env" in headwater.refusal(*words)
    assert "PG_DSN, which --dsn-env names, is not set" in headwater.refusal(*words, "--dsn-env", "PG_DSN")
    secret = {"PG_DSN": "postgres://me:opensesame@127.0.0.1:9/db"}
    told = headwater.refusal(*words, "--dsn-env", "PG_DSN", environment=secret)
    assert "127.0.0.1" in told
    assert "opensesame" not in told
