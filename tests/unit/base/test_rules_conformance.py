"""Every case of tests/conformance/segments.json, by the generated code, the explanation and the reference."""

from __future__ import annotations

import json
from collections import Counter
from datetime import datetime
from typing import Any

import pytest

from headwater.base.rules import canonical
from headwater.base.rules_explain import explain
from headwater.base.rules_ops import OPS
from headwater.base.rules_parse import parse
from headwater.base.rules_source import compiled
from tests.conformance.facts import facts_of, ms
from tests.conformance.naive import judge
from tests.conformance.segments import FILE, text

CASES = json.loads(FILE.read_text())


def test_the_file_is_what_its_script_writes():
    assert FILE.read_text() == text()


def test_there_are_enough_cases_and_every_operator_holds_and_fails():
    assert len(CASES) >= 400
    assert len({case["name"] for case in CASES}) == len(CASES)
    assert sum(case["browser"] for case in CASES) >= 200
    seen = Counter((case["rule"].get("op"), case["result"]) for case in CASES if "trait" in case["rule"])
    assert {(op, result) for op in OPS for result in (True, False)} <= set(seen)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["name"])
def test_case(case: Any):
    rule = parse(case["rule"])
    facts, now_ms = facts_of(case["facts"], rule), ms(case["now"])

    assert bool(compiled([rule])(facts, now_ms)) is case["result"]
    assert explain(rule, facts, now_ms)["result"] is case["result"]
    assert judge(case["rule"], case["facts"], datetime.fromisoformat(case["now"])) is case["result"]
    assert parse(canonical(rule)) == rule
