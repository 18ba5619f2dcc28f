from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, select, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.schema import CreateTable

from headwater.base.errors import Terminal
from headwater.control import tables
from headwater.control.database import _config, is_current, migrate, open_engine, reading, sqlite_url


@pytest.fixture
def url(tmp_path: Path) -> str:
    return sqlite_url(tmp_path / "state.db")


def test_the_steps_give_exactly_the_tables_of_the_metadata(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []
        assert set(inspect(connection).get_table_names()) == {*tables.metadata.tables, "alembic_version"}
    engine.dispose()


def test_a_missing_column_would_be_noticed(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("ALTER TABLE sources DROP COLUMN sealed_settings"))
        assert compare_metadata(MigrationContext.configure(connection), tables.metadata) != []
    engine.dispose()


def test_migrating_twice_keeps_the_rows(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    row = {"at": "2026-01-01T00:00:00.000Z", "actor": "system", "action": "a", "target": "t", "detail": {}}
    with engine.begin() as connection:
        connection.execute(tables.audit.insert().values(**row))
    migrate(url)
    with reading(engine) as connection:
        assert connection.scalar(select(tables.audit.c.target)) == "t"
    engine.dispose()


def test_current_only_after_migration(url: str) -> None:
    assert is_current(url) is False
    migrate(url)
    assert is_current(url) is True


def test_the_state_of_a_newer_version_is_told(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()
    assert is_current(url) is False
    with pytest.raises(Terminal, match="by a newer version"):
        migrate(url)


def test_the_way_back_leaves_nothing(url: str) -> None:
    migrate(url)
    engine = open_engine(url)
    with engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.downgrade(config, "base")
    with reading(engine) as connection:
        assert inspect(connection).get_table_names() == ["alembic_version"]
    engine.dispose()


def test_sqlite_is_opened_with_wal_and_foreign_keys(url: str) -> None:
    engine = open_engine(url)
    with reading(engine) as connection:
        pragmas = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in
                   ("journal_mode", "foreign_keys", "busy_timeout", "synchronous")]  # fmt: skip
    assert pragmas == ["wal", 1, 10_000, 2]
    engine.dispose()


def test_postgres_could_build_every_table() -> None:
    for table in tables.metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))
