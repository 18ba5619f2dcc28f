"""What a look at the warehouses' files tells, and what becomes of one that fails. Each in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from headwater.app import settings

BEGIN = """
import asyncio, os, sys
from pathlib import Path
from headwater.app.home import Home
from headwater.app.settings import load
from headwater.app.warehouse_look import Look
from headwater.app.warehouse_process import _look, _warehouses
from headwater.app.wiring import open_directory
from headwater.control.bootstrap import bootstrap, open_store
data = Path(sys.argv[1])
settings, home = load(environment={}, overrides={"data": str(data)}), Home(data)
home.create()
store = open_store(data)
workspace = bootstrap(store, data, "us").id
store.close()
def looked():
    found = asyncio.run(Look(lambda: _look(home, settings), keep=()).answer())
    print(found.next_offset, found.scheduled, found.full_tables, "duckdb" in sys.modules)
"""

SCHEDULED = """
warehouses = _warehouses(home, settings, open_directory(home))
warehouse = warehouses.of(workspace)
with warehouse.transaction() as connection:
    connection.execute("INSERT INTO _headwater.headwater.production_tables "
        "VALUES ('plans', 'postgres', '', '[]', 0, 3600, now(), now(), NULL)")
warehouse.load([], next_offset=77)
with warehouse.engine.reading() as connection:
    print(connection.execute("SELECT current_setting('memory_limit')").fetchall()[0][0])
warehouses.close()
"""

SPOILED = """
home.warehouse.write_bytes(b"no warehouse at all" * 4096)
try:
    looked()
except Exception as error:
    print(type(error).__name__, error)
"""


def told(program: str, data: Path) -> tuple[list[str], str]:
    command = [sys.executable, "-c", BEGIN + program, str(data)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines(), done.stderr


def test_it_makes_the_files_and_tells_what_is_in_them(tmp_path: Path) -> None:
    assert told("looked()", tmp_path / "data")[0] == ["0 False 0 False"]
    assert told(SCHEDULED, tmp_path / "data")[0] == [f"{settings.defaults()['warehouse_memory_mib']}.0 MiB"]
    assert told("looked()", tmp_path / "data")[0] == ["77 True 0 False"]
    assert (tmp_path / "data" / "warehouse.duckdb").exists()


def test_a_file_that_cannot_be_opened_is_told_at_once(tmp_path: Path) -> None:
    lines, errors = told(SPOILED, tmp_path / "data")
    assert lines == ["Transient the warehouse cannot be opened (status 1); the lines above say why"]
    assert "warehouse.duckdb" in errors
