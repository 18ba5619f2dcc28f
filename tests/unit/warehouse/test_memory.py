"""What one warehouse holds in memory has the bound that it was given, however many rows went through it."""

from __future__ import annotations

from pathlib import Path

import pytest

from headwater.warehouse.engine import Engine

LIMIT_MIB = 24
ROUNDS = 6
ROWS = 300_000
"""Of 32 characters that no engine stores in less than half of that: 30 MB in all."""


def held_mib(engine: Engine) -> float:
    with engine.reading() as connection:
        return connection.execute("SELECT sum(memory_usage_bytes) FROM duckdb_memory()").fetchall()[0][0] / 2**20


@pytest.mark.parametrize("limit_mib", [LIMIT_MIB, 1024])
def test_blocks_that_are_kept_at_hand_take_no_more_than_the_limit(tmp_path: Path, limit_mib: int) -> None:
    engine = Engine(tmp_path / "w.duckdb", memory_limit=f"{limit_mib}MiB", threads=1)
    try:
        with engine.writing() as connection:
            connection.execute("CREATE TABLE t (id VARCHAR)")
        for number in range(ROUNDS):
            with engine.writing() as connection:
                connection.execute(f"INSERT INTO t SELECT md5('{number}-' || range) FROM range({ROWS})")
        engine.checkpoint()
        with engine.reading() as connection:
            assert connection.execute("SELECT count(DISTINCT left(id, 4)) FROM t").fetchall() == [(65536,)]
        held = held_mib(engine)
    finally:
        engine.close()
    assert (held <= limit_mib) if limit_mib == LIMIT_MIB else (held > LIMIT_MIB), f"{held} MiB"


def test_memory_that_a_load_let_go_of_is_given_back_while_nothing_happens(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "w.duckdb", memory_limit="64MiB")
    with engine.reading() as connection:
        assert connection.execute("SELECT current_setting('allocator_background_threads')").fetchall() == [(True,)]
    engine.close()
