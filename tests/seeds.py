"""`make seeds`: which facts of the mission have a passing test, with the test's name and kind.

Runs the tests that carry `@pytest.mark.seed(...)` and no others; `--results FILE` reads what an earlier run with
`--seeds-results FILE` wrote instead. Ends with 1 when such a test fails.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.seeds_plugin import FACTS

Tests = list[dict[str, Any]]
ROOT = Path(__file__).parents[1]
OK, TESTS_FAILED, NO_TESTS_COLLECTED = 0, 1, 5
"""How pytest ends when it could run."""


def state_of(fact: str, tests: Tests) -> str:
    """`proven` when every side has a passing test and no test of it fails; `half proven`: one side of two has."""
    about = FACTS[fact]
    if any(test["outcome"] == "failed" for test in tests):
        return "failing"
    sides = about.get("sides", [None])
    proven = [side for side in sides if any(_proves(about, fact, side, test) for test in tests)]
    if len(proven) == len(sides):
        return "proven"
    return "half proven" if proven else "not yet"


def _proves(about: dict[str, Any], fact: str, side: str | None, test: dict[str, Any]) -> bool:
    if test["outcome"] != "passed" or (about.get("screen") and test["kind"] != "browser"):
        return False
    mark = [fact] if side is None else [fact, side]
    return mark in test["facts"]


def by_fact(tests: Tests) -> dict[str, Tests]:
    found: dict[str, Tests] = {fact: [] for fact in FACTS}
    for test in tests:
        for fact in dict.fromkeys(name for name, *_ in test["facts"]):
            found[fact].append(test)
    return found


def lines(tests: Tests) -> list[str]:
    """The report."""
    text: list[str] = []
    counts: Counter[str] = Counter()
    for fact, found in by_fact(tests).items():
        state = state_of(fact, found)
        counts[state] += 1
        text.append(f"{fact:<6} {state:<12} {FACTS[fact]['what']}")
        text += [f"{'':<20}{line}" for line in _test_lines(fact, found)]
    order = ("proven", "half proven", "not yet", "failing")
    text += ["", ", ".join(f"{counts[state]} {state}" for state in order) + f" of {len(FACTS)} facts"]
    return text


def _test_lines(fact: str, tests: Tests) -> list[str]:
    """A line for each test; the cases of one that fared alike share theirs."""
    cases = Counter(_test_line(fact, test) for test in tests)
    return [line if count == 1 else f"{line}, {count} cases" for line, count in cases.items()]


def _test_line(fact: str, test: dict[str, Any]) -> str:
    sides = [side for name, *rest in test["facts"] for side in rest if name == fact]
    outcome = test["outcome"] or "not run"
    notes = [test["kind"], *sides] + ([] if outcome == "passed" else [outcome, test.get("reason", "")])
    if FACTS[fact].get("screen") and test["kind"] != "browser":
        notes.append("not in a browser, so it proves nothing here")
    return f"{test['test'].partition('[')[0]} ({', '.join(note for note in notes if note)})"


def run(*paths: str) -> Tests:
    """Runs the marked tests of these paths (none: all) in a process of its own, which says how it goes."""
    with tempfile.TemporaryDirectory() as folder:
        results = Path(folder) / "results.json"
        options = ["-q", "--no-header", "--seeds-only", f"--seeds-results={results}"]
        done = subprocess.run([sys.executable, "-m", "pytest", *options, *paths], cwd=ROOT)
        if done.returncode not in (OK, TESTS_FAILED, NO_TESTS_COLLECTED):
            raise SystemExit(done.returncode)
        return json.loads(results.read_text("utf-8"))


def main(arguments: list[str]) -> int:
    if arguments and (arguments[0] != "--results" or len(arguments) != 2):
        sys.stderr.write("usage: python -m tests.seeds [--results FILE]\n")
        return 2
    tests = json.loads(Path(arguments[1]).read_text("utf-8")) if arguments else run()
    sys.stdout.write("\n".join(lines(tests)) + "\n")
    return 1 if any(test["outcome"] == "failed" for test in tests) else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
