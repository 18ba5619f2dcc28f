"""What several processes may rely on when they share one control state."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from headwater.base.errors import Conflict
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import bootstrap, generation_at, open_store, sealer_at, state_url
from headwater.control.directory import Directory
from headwater.control.store import Store

CHILD = """
import sys
from pathlib import Path
from headwater.base.errors import Conflict
from headwater.catalog.load import load_catalog
from headwater.control.bootstrap import open_store
store = open_store(Path(sys.argv[1]))
workspace, spec = store.workspaces()[0], load_catalog().source("http-api")
won = []
for number in range(20):
    try:
        won.append(store.create_source(workspace.id, spec=spec, name=f"Source {number}").schema)
    except Conflict:
        pass
print(*won)
"""


def test_of_two_processes_that_want_one_schema_exactly_one_gets_it(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    workspace = bootstrap(store, tmp_path, "us")
    children = [
        subprocess.Popen([sys.executable, "-c", CHILD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    won = [schema for child in children for schema in child.communicate(timeout=60)[0].split()]
    assert [child.returncode for child in children] == [0, 0]
    assert sorted(won) == sorted(f"source_{number}" for number in range(20))
    assert len(store.sources(workspace.id)) == 23
    store.close()


def test_of_threads_that_remove_the_last_keys_one_key_remains(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    workspace = bootstrap(store, tmp_path, "us")
    source = store.create_source(workspace.id, spec=load_catalog().source("http-api"), name="Web")
    keys = [*source.write_keys, *(store.add_write_key(workspace.id, source.id) for _ in range(7))]
    with ThreadPoolExecutor(8) as pool:
        refused = sum(pool.map(lambda key: _refused(store, workspace.id, source.id, key), keys))
    assert refused == 1
    assert len(store.source(workspace.id, source.id).write_keys) == 1
    store.close()


def test_a_reader_never_sees_a_key_after_its_removal_was_answered(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    workspace = bootstrap(store, tmp_path, "us")
    directory = Directory(store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path))
    removed: set[str] = set()
    late: list[str] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            known = set(removed)
            late.extend(key for key in known if directory.by_write_key(key) is not None)
            time.sleep(0)

    watcher = threading.Thread(target=watch)
    watcher.start()
    for _ in range(100):
        key = store.add_write_key(workspace.id, "rest")
        assert directory.by_write_key(key) is not None
        store.remove_write_key(workspace.id, "rest", key)
        removed.add(key)
    done.set()
    watcher.join()
    assert late == []
    directory.close()
    store.close()


def test_a_crash_between_commit_and_announcement_is_healed_by_the_next_start(tmp_path: Path) -> None:
    store = open_store(tmp_path)
    workspace = bootstrap(store, tmp_path, "us")
    directory = Directory(store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path))
    assert directory.by_write_key("none") is None
    silent = Store(url=state_url(tmp_path), generation=generation_at(tmp_path / "other"), sealer=sealer_at(tmp_path))
    key = silent.add_write_key(workspace.id, "rest")
    assert directory.by_write_key(key) is None
    silent.close()
    store.close()
    again = open_store(tmp_path)
    assert directory.by_write_key(key) is not None
    again.close()
    directory.close()


def _refused(store: Store, workspace_id: str, source_id: str, key: str) -> bool:
    try:
        store.remove_write_key(workspace_id, source_id, key)
    except Conflict:
        return True
    return False
