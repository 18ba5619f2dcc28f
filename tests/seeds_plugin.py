"""Notes which test proves which fact of `seeds.toml`, and whether it passed.

Part of every run of the tests: a mark that names no fact stops the run, `--seeds-only` leaves the other tests out,
`--seeds-results FILE` writes down what was seen, for `python -m tests.seeds --results FILE`.
"""

from __future__ import annotations

import json
import tomllib
from pathlib import Path
from typing import Any

import pytest

FACTS_FILE = Path(__file__).with_name("seeds.toml")
FACTS: dict[str, dict[str, Any]] = tomllib.loads(FACTS_FILE.read_text("utf-8"))["facts"]
FROM_OUTSIDE = ("browser", "e2e", "compat", "integration")
"""Kinds of tests that act as people and programs do: by browser, HTTP or command line."""


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("seeds", "the facts of the mission")
    group.addoption("--seeds-only", action="store_true", help="run only tests that prove a fact")
    group.addoption("--seeds-results", metavar="FILE", help="write which facts were proven, as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.pluginmanager.register(Recorder(config), "seeds-recorder")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    marked = [item for item in items if item.get_closest_marker("seed")]
    wrong = [sentence for item in marked for sentence in complaints(item)]
    if wrong:
        raise pytest.UsageError("\n".join(wrong))
    if config.getoption("--seeds-only"):
        config.hook.pytest_deselected(items=[item for item in items if item not in marked])
        items[:] = marked


def complaints(item: pytest.Item) -> list[str]:
    """What is wrong with a test's marks, a sentence each."""
    found = [complaint for mark in item.iter_markers("seed") if (complaint := _complaint(mark))]
    if kind_of(item) not in FROM_OUTSIDE:
        found.append(f"a test that proves a fact acts from outside and lies in tests/{{{','.join(FROM_OUTSIDE)}}}")
    return [f"{item.nodeid}: {sentence}" for sentence in found]


def _complaint(mark: pytest.Mark) -> str | None:
    if not mark.args or mark.args[0] not in FACTS:
        return f"seed{mark.args} names no fact of {FACTS_FILE.name}"
    fact, *side = mark.args
    sides = FACTS[fact].get("sides", [])
    if sides and (len(side) != 1 or side[0] not in sides):
        return f'{fact} has two sides; the mark is seed("{fact}", "{sides[0]}") or seed("{fact}", "{sides[1]}")'
    if side and not sides:
        return f'{fact} has no sides; the mark is seed("{fact}")'
    return None


def kind_of(item: pytest.Item) -> str:
    """`e2e` of `tests/e2e/test_x.py`."""
    parts = item.nodeid.split("::")[0].split("/")
    return parts[1] if len(parts) > 2 else parts[0]


class Recorder:
    """One run: the marked tests and their outcomes (passed, failed or skipped; failed when any phase failed)."""

    def __init__(self, config: pytest.Config) -> None:
        self._file = config.getoption("--seeds-results")
        self._tests: dict[str, dict[str, Any]] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            facts = [list(mark.args) for mark in item.iter_markers("seed")]
            if facts:
                self._tests[item.nodeid] = {"test": item.nodeid, "kind": kind_of(item), "facts": facts, "outcome": None}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        test = self._tests.get(report.nodeid)
        if test is None or test["outcome"] == "failed":
            return
        if report.outcome != "passed":
            test["outcome"] = report.outcome
            test["reason"] = _reason(report)
        elif report.when == "call":
            test["outcome"] = "passed"

    def pytest_sessionfinish(self) -> None:
        if self._file:
            Path(self._file).write_text(json.dumps(list(self._tests.values()), indent=1) + "\n", "utf-8")


def _reason(report: pytest.TestReport) -> str:
    if isinstance(report.longrepr, tuple):
        return str(report.longrepr[2]).removeprefix("Skipped: ")
    return str(report.longreprtext).strip().splitlines()[-1][:200] if report.longreprtext else ""
