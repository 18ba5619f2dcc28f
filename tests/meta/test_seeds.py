"""What counts as proof of a fact, and what `make seeds` says of it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests import seeds
from tests.seeds_plugin import FACTS

ROOT = Path(__file__).parents[2]


def ran(*facts: list[str], kind: str = "e2e", outcome: str | None = "passed") -> dict[str, Any]:
    return {"test": f"tests/{kind}/test_it.py::test_it", "kind": kind, "facts": list(facts), "outcome": outcome}


def test_every_fact_has_its_number_and_a_sentence():
    wanted = [
        f"S{part}.{number}" for part, last in ((1, 19), (2, 18), (3, 21), (4, 27)) for number in range(1, last + 1)
    ]
    assert list(FACTS) == wanted
    for about in FACTS.values():
        assert about["what"].endswith(".")
        assert set(about) <= {"what", "sides", "screen"}
        assert len(about.get("sides", ["", ""])) == 2


@pytest.mark.parametrize(
    ("fact", "tests", "state"),
    [
        ("S1.7", [], "not yet"),
        ("S1.7", [ran(["S1.7"])], "proven"),
        ("S1.7", [ran(["S1.7"], outcome="skipped")], "not yet"),
        ("S1.7", [ran(["S1.7"], outcome=None)], "not yet"),
        ("S1.7", [ran(["S1.7"]), ran(["S1.7"], outcome="failed")], "failing"),
        ("S1.5", [ran(["S1.5"])], "not yet"),
        ("S1.5", [ran(["S1.5"], kind="browser")], "proven"),
        ("S4.9", [ran(["S4.9", "arrives"])], "half proven"),
        ("S4.9", [ran(["S4.9", "arrives"], ["S4.9", "fires"])], "proven"),
        ("S4.9", [ran(["S4.9", "arrives"]), ran(["S4.9", "fires"], outcome="skipped")], "half proven"),
    ],
)
def test_what_proves_a_fact(fact: str, tests: list[dict[str, Any]], state: str):
    assert seeds.state_of(fact, tests) == state


def test_the_report_names_each_test_its_kind_and_the_totals():
    text = seeds.lines([ran(["S1.7"], ["S4.9", "arrives"]), ran(["S1.1"]), ran(["S1.3"], outcome="failed")])
    assert any(line.startswith("S1.7") and " proven " in line for line in text)
    assert sum("tests/e2e/test_it.py::test_it (e2e)" in line for line in text) == 1
    assert any("(e2e, arrives)" in line for line in text)
    assert any("not in a browser" in line for line in text)
    assert text[-1] == f"1 proven, 1 half proven, {len(FACTS) - 3} not yet, 1 failing of {len(FACTS)} facts"


def test_cases_of_one_test_that_fared_alike_share_a_line():
    cases = [ran(["S1.7"]) | {"test": f"tests/e2e/test_it.py::test_it[{case}]"} for case in "abc"]
    cases[2]["outcome"] = "failed"
    text = "\n".join(seeds.lines(cases))
    assert "tests/e2e/test_it.py::test_it (e2e), 2 cases\n" in text
    assert "tests/e2e/test_it.py::test_it (e2e, failed)\n" in text


MARKED = """
import pytest

@pytest.mark.seed("S1.7")
@pytest.mark.seed("S4.9", "arrives")
def test_good():
    pass

@pytest.mark.seed("S1.8")
def test_bad():
    assert 1 == 2

@pytest.mark.seed("S1.9")
def test_left_out():
    pytest.skip("there is no sender")

def test_of_no_fact():
    raise AssertionError("must not run")
"""


def run_pytest(folder: Path, text: str, *, kind: str = "e2e") -> tuple[subprocess.CompletedProcess[str], Path]:
    (folder / "tests" / kind).mkdir(parents=True)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = seed(fact, side): of a fact\n")
    (folder / "tests" / kind / "test_it.py").write_text(text)
    results = folder / "results.json"
    arguments = [
        "-p",
        "tests.seeds_plugin",
        "-p",
        "no:cacheprovider",
        "--seeds-only",
        f"--seeds-results={results}",
        "tests",
    ]
    command = [sys.executable, "-m", "pytest", "-q", "--rootdir", str(folder), *arguments]
    environment = {"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=60)
    return done, results


def test_a_run_writes_down_which_facts_were_proven(tmp_path: Path):
    done, results = run_pytest(tmp_path, MARKED)
    assert "1 failed, 1 passed, 1 skipped, 1 deselected" in done.stdout, done.stdout + done.stderr
    good, bad, left_out = json.loads(results.read_text())
    assert good == {
        "test": "tests/e2e/test_it.py::test_good",
        "kind": "e2e",
        "facts": [["S4.9", "arrives"], ["S1.7"]],
        "outcome": "passed",
    }
    assert (bad["outcome"], bad["facts"]) == ("failed", [["S1.8"]])
    assert (left_out["outcome"], left_out["reason"]) == ("skipped", "there is no sender")


@pytest.mark.parametrize(
    ("mark", "kind", "told"),
    [
        ('"S9.1"', "e2e", "names no fact"),
        ('"S4.9"', "e2e", 'S4.9 has two sides; the mark is seed("S4.9", "arrives") or seed("S4.9", "fires")'),
        ('"S4.9", "sent"', "e2e", "S4.9 has two sides"),
        ('"S1.7", "arrives"', "e2e", 'S1.7 has no sides; the mark is seed("S1.7")'),
        ('"S1.7"', "unit", "acts from outside"),
    ],
)
def test_a_mark_that_proves_nothing_stops_the_run(tmp_path: Path, mark: str, kind: str, told: str):
    text = f"import pytest\n@pytest.mark.seed({mark})\ndef test_it(): pass\n"
    done, _ = run_pytest(tmp_path, text, kind=kind)
    assert done.returncode == 4, done.stdout
    assert told in done.stderr


def test_results_of_an_earlier_run_are_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    results = tmp_path / "results.json"
    results.write_text(json.dumps([ran(["S1.7"])]))
    assert seeds.main(["--results", str(results)]) == 0
    assert "1 proven, 0 half proven" in capsys.readouterr().out
    results.write_text(json.dumps([ran(["S1.7"], outcome="failed")]))
    assert seeds.main(["--results", str(results)]) == 1


def test_a_run_of_the_checkouts_own_tests_leaves_out_what_proves_nothing(capfd: pytest.CaptureFixture[str]):
    assert seeds.run("tests/unit/app/test_settings.py") == []
    assert "deselected" in capfd.readouterr().out
    with pytest.raises(SystemExit):
        seeds.run("tests/nowhere.py")
