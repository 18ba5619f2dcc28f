"""A second run of a test meets nothing that the first one left behind."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DIRTY = '''
import time
from pathlib import Path

import pytest

TOLD = Path(__file__).with_name("told")


def tell(word):
    with TOLD.open("a") as told:
        told.write(word + "\\n")


@pytest.fixture(scope="session")
def kept():
    tell("session begins")
    yield []
    tell("session ends")


@pytest.fixture(scope="module")
def store(kept):
    tell("store begins")
    yield set()
    tell("store ends")


@pytest.fixture(scope="module")
def content(store):
    """Made in the store, once for the module."""
    store.add("content")
    yield "content"
    tell(f"content ends with {sorted(store)}")


@pytest.fixture(scope="module")
def late(store):
    """First asked for by a run that is a second one."""
    if not TOLD.with_name("refused").exists():
        TOLD.with_name("refused").touch()
        raise OSError("not this time")
    tell("late begins")
    yield
    tell("late ends")


@pytest.fixture(scope="module")
def after_late():
    tell("after late begins")
    yield
    tell("after late ends")


@pytest.fixture
def clean_page():
    seen = TOLD.with_name("fault").exists()
    TOLD.with_name("fault").touch()
    yield
    assert seen, "a fault is found when the page is closed"


def test_before(store):
    store.add("before")


@pytest.mark.flaky(reruns=1)
def test_dirties(kept, content, store):
    kept.append("run")
    assert "made here" not in store, "the first run's store"
    assert content in store
    store.add("made here")
    assert len(kept) == 2, "the first run fails"


def test_goes_on_with_the_second_store(content, store):
    assert store == {"content", "made here"}


@pytest.mark.flaky(reruns=1)
def test_fails_where_it_is_closed(store, clean_page):
    assert "closed" not in store
    store.add("closed")


@pytest.mark.flaky(reruns=1)
def test_fails_where_it_is_set_up(store, late, after_late):
    assert store == set()


@pytest.mark.flaky(reruns=1)
def test_always_fails(store):
    assert store is None
'''
HANGS = """
import time

import pytest

runs = []


@pytest.mark.timeout(1)
@pytest.mark.flaky(reruns=1)
def test_hangs():
    runs.append(1)
    time.sleep(3600 if len(runs) > 1 else 0)
    raise AssertionError("the first run ends by itself")
"""


def run(folder: Path, text: str, *options: str) -> tuple[dict[str, str], str, list[str]]:
    """Each test's last outcome, all that was printed, and what the fixtures told."""
    (folder / "test_it.py").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    command = [sys.executable, "-m", "pytest", "-p", "tests.reruns_plugin", "-p", "no:cacheprovider", "-rA"]
    done = subprocess.run(
        [*command, *options, str(folder / "test_it.py")],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    told = folder / "told"
    summary = [line.split() for line in done.stdout.splitlines() if "::test_" in line and line[:4].isupper()]
    outcomes = {words[1].split("::")[1]: words[0] for words in summary if words[0] != "RERUN"}
    return outcomes, done.stdout + done.stderr, told.read_text().splitlines() if told.exists() else []


@pytest.mark.parametrize("options", [[], ["--numprocesses", "1", "--dist", "loadfile"]], ids=["alone", "as a worker"])
def test_a_second_run_has_module_fixtures_of_its_own(tmp_path: Path, options: list[str]):
    outcomes, printed, told = run(tmp_path, DIRTY, *options)
    assert outcomes == {
        "test_before": "PASSED",
        "test_dirties": "PASSED",
        "test_goes_on_with_the_second_store": "PASSED",
        "test_fails_where_it_is_closed": "PASSED",
        "test_fails_where_it_is_set_up": "PASSED",
        "test_always_fails": "FAILED",
    }, printed
    assert "4 rerun" in printed
    # Whatever begins ends, the session only once; what was made in a store ends before it.
    assert told == [
        "session begins",
        "store begins",
        "content ends with ['before', 'content', 'made here']",
        "store ends",
        "store begins",
        "content ends with ['closed', 'content', 'made here']",
        "store ends",
        "store begins",
        "store ends",
        "store begins",
        "late begins",
        "after late begins",
        "after late ends",
        "late ends",
        "store ends",
        "store begins",
        "store ends",
        "session ends",
    ], json.dumps(told, indent=1)


def test_a_second_run_that_hangs_is_ended(tmp_path: Path):
    outcomes, printed, _ = run(tmp_path, HANGS)
    assert outcomes == {"test_hangs": "FAILED"}, printed
    assert "Timeout (>1.0s)" in printed


def test_no_test_is_run_again_where_that_is_not_wanted(tmp_path: Path):
    """So are races found: a mark's number of second runs gives way to `--force-reruns 0`."""
    outcomes, printed, _ = run(tmp_path, DIRTY, "--force-reruns", "0", "-k", "dirties")
    assert outcomes == {"test_dirties": "FAILED"}, printed
    assert "rerun" not in printed.splitlines()[-1]
