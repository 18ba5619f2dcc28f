"""The locks by which a process tree has roles of a data directory."""

from __future__ import annotations

import os
import threading
from pathlib import Path

import pytest

from headwater.app.home import Home
from headwater.app.role_locks import roles_held
from headwater.base.errors import InvalidInput


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = Home(tmp_path / "data")
    made.create()
    return made


def test_a_role_is_had_once_and_others_are_free(home: Home) -> None:
    with roles_held(home, ["work", "web"]), roles_held(home, ["collect"], wait_s=0):
        with pytest.raises(InvalidInput) as caught, roles_held(home, ["demo", "work"], wait_s=0):
            pass
        with roles_held(home, ["demo"], wait_s=0):  # the refused one kept nothing
            pass
    told = caught.value.message
    assert told.startswith(f"a headwater server (process {os.getpid()}, with the role work) runs on {home.directory}")
    assert told.endswith("Nothing was started.")
    with roles_held(home, ["collect", "work", "web"], wait_s=0):
        pass


def test_the_end_of_a_predecessor_is_waited_for(home: Home) -> None:
    had, ending = threading.Event(), threading.Event()

    def precede() -> None:
        with roles_held(home, ["work"]):
            had.set()
            ending.wait(60)

    predecessor = threading.Thread(target=precede)
    predecessor.start()
    assert had.wait(60)
    threading.Timer(0.2, ending.set).start()
    with roles_held(home, ["work"], wait_s=60):
        assert ending.is_set()
    predecessor.join(60)


def test_a_lock_is_held_as_long_as_any_process_has_its_descriptor(home: Home) -> None:
    with roles_held(home, ["work"]) as handles:
        child = os.dup(handles[0])
    with pytest.raises(InvalidInput), roles_held(home, ["work"], wait_s=0):
        pass
    os.close(child)
    with roles_held(home, ["work"], wait_s=0):
        pass
