"""How fast segments are judged, and how long a new one takes over a million people.

    python -m bench.segments [people]

- `judge`: 1,000 segments of four conditions on twenty traits, two kinds of events and time, against one change of a
  person that touches all of them, and against one that touches a single trait. The reference judges the same rules one
  by one, step by step, as the explanation does; a ratio is its time by ours.
- `new`: a segment by traits, and one by traits and events, over all people, with the transactions of the room's loop,
  and the longest that the loop was kept from new events.
- `preview`: the same rule counted beside the loop, and the longest turn of the loop meanwhile.
"""

from __future__ import annotations

import argparse
import json
import random
import statistics
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from bench import machine
from headwater.base.ids import new_short_id
from headwater.base.rules_explain import explain
from headwater.base.rules_facts import timed
from headwater.base.rules_parse import parse
from headwater.control.directory import SegmentEntry, WorkspaceEntry
from headwater.journal.memory import MemoryLog
from headwater.profiles.model import Changed, Person, Trait
from headwater.profiles.ports import PastEvent
from headwater.profiles.run import Profiles
from headwater.profiles.segment_facts import Wants, facts_of
from headwater.profiles.segment_model import State
from headwater.profiles.segments import PeopleSegments
from headwater.profiles.store import Store

GOALS = {"judgeUs": 100, "newS": 5.0, "longestTurnS": 0.25}
WORKSPACE = "bench"
NOW_MS = 1_772_366_400_000
SEGMENTS = 1_000
PLANS = ("free", "pro", "team", "enterprise")
RULE = {
    "all": [
        {"trait": "plan", "op": "equals", "value": "pro"},
        {"trait": "seats", "op": "greaterThan", "value": 10},
        {"trait": "role", "op": "isOneOf", "value": ["admin", "owner"]},
        {"trait": "email", "op": "notEndsWith", "value": "@example.org"},
    ]
}


class Nothing:
    """No past events, no sources."""

    def events(self, *_: Any) -> Iterator[PastEvent]:
        return iter(())

    def by_id(self, source_id: str) -> None:
        return None

    def workspace(self, workspace_id: str) -> None:
        return None

    def workspaces(self) -> list[WorkspaceEntry]:
        entry = WorkspaceEntry(
            workspace_id=WORKSPACE,
            region="us",
            allowed_origins=(),
            identity_verification="off",
            identity_secrets=(),
            segment_anonymous=False,
        )
        return [entry]

    def gone_workspaces(self) -> frozenset[str]:
        return frozenset()


class Bench:
    def __init__(self, path: Path | None) -> None:
        self.definitions: list[SegmentEntry] = []
        self.store = Store(path)
        self.segments = PeopleSegments(
            store=self.store,
            definitions=lambda: self.definitions,
            history=Nothing(),
            clock=lambda: NOW_MS / 1000,
            log=print,
        )
        self.profiles = Profiles(
            store=self.store,
            clean=MemoryLog(),
            sources=Nothing(),
            segments=self.segments,
            clock=lambda: NOW_MS / 1000,
            passed=lambda _: None,
            announced=lambda: None,
            log=print,
        )

    def define(self, *rules: Any) -> None:
        self.definitions = [
            *self.definitions,
            *(
                SegmentEntry(
                    id=new_short_id(),
                    workspace_id=WORKSPACE,
                    name="S",
                    rule=rule,
                    announce_members=False,
                    updated_at="",
                )
                for rule in rules
            ),
        ]

    def settle(self) -> list[float]:
        """Seconds of each turn of the loop until all segments are known."""
        turns = [self._turn()]
        while any(segment.state is State.RUNNING for segment in self.segments._segments.of(WORKSPACE)):
            turns.append(self._turn())
        return turns

    def _turn(self) -> float:
        began = time.perf_counter()
        self.profiles.turn()
        return time.perf_counter() - began

    def fill(self, people: int) -> None:
        self.store.db.begin()
        no = self.store.number(WORKSPACE)
        for start in range(1, people + 1, 10_000):
            part = [person(ref) for ref in range(start, min(start + 10_000, people + 1))]
            self.store.put_people((no, each) for each in part)
            self.store.put_seen((each.ref, no, NOW_MS, NOW_MS) for each in part)
        self.store.set_next_refs(people + 1, 1)
        self.store.db.commit()


def person(ref: int) -> Person:
    chance = random.Random(ref)
    given: dict[str, Any] = {f"t{place}": chance.randrange(100) for place in range(20)}
    given |= {
        "email": f"user-{ref}@example.{chance.choice(('com', 'org'))}",
        "plan": chance.choice(PLANS),
        "role": chance.choice(("admin", "owner", "member")),
        "seats": chance.randrange(50),
    }
    return Person(
        ref=ref,
        id=f"per_{ref}",
        workspace_id=WORKSPACE,
        user_ids={f"user-{ref}": NOW_MS},
        traits={name: Trait(msgspec.json.encode(value), NOW_MS, ref) for name, value in given.items()},
        identified=True,
    )


def condition(chance: random.Random) -> dict[str, Any]:
    name = f"t{chance.randrange(20)}"
    kind = chance.randrange(8)
    if kind == 0:
        return {"event": f"E{chance.randrange(2)}", "op": "performed", "withinDays": chance.choice((7, 30))}
    if kind == 1:
        return {"trait": "plan", "op": "equals", "value": chance.choice(PLANS)}
    if kind == 2:
        return {"trait": "role", "op": "isOneOf", "value": ["admin", "owner"]}
    if kind == 3:
        return {"trait": "email", "op": "notEndsWith", "value": "@example.org"}
    op = ("greaterThan", "lessOrEqual", "notEquals", "equals")[kind % 4]
    return {"trait": name, "op": op, "value": chance.randrange(100)}


def median_us(judge: Callable[[], Any], times: int) -> float:
    runs: list[float] = []
    for _ in range(5):
        began = time.perf_counter()
        for _ in range(times):
            judge()
        runs.append((time.perf_counter() - began) / times * 1e6)
    return statistics.median(runs)


def judged() -> dict[str, Any]:
    chance = random.Random(1)
    rules = [{"all": [condition(chance) for _ in range(4)]} for _ in range(SEGMENTS)]
    bench = Bench(None)
    bench.define(*rules)
    bench.settle()
    one = person(1)
    one.meters = {1: [timed(NOW_MS - 86_400_000, 1)]}
    plan = bench.segments._plans[WORKSPACE]
    wants = Wants.of(segment.looks for segment in plan.in_order)
    parsed = [parse(rule) for rule in rules]
    facts = facts_of(one, wants, lambda _: None)
    by_rule = [plan.everything.judge, explain]
    assert [explain(rule, facts, NOW_MS, plan.meter_key)["result"] for rule in parsed] == [
        place in set(by_rule[0](facts, NOW_MS)) for place in range(SEGMENTS)
    ]
    whole, trait = Changed(whole=True), Changed(traits={"t3"})

    def judge(changed: Changed) -> Callable[[], Any]:
        return lambda: bench.segments.judge(one, changed, NOW_MS, Nothing())  # type: ignore[arg-type]

    judge(whole)()
    judge(trait)()
    all_us = median_us(judge(whole), 300)
    reference_us = median_us(lambda: [explain(rule, facts, NOW_MS, plan.meter_key) for rule in parsed], 3)
    return {
        "segments": SEGMENTS,
        "touched": len(plan.in_order),
        "wholeChangeUs": round(all_us, 1),
        "rulesAloneUs": round(median_us(lambda: plan.everything.judge(facts, NOW_MS), 300), 1),
        "oneTraitTouches": len(plan._indexed["t:t3"]),
        "oneTraitUs": round(median_us(judge(trait), 300), 1),
        "referenceUs": round(reference_us, 1),
        "ratio": round(reference_us / all_us, 1),
        "met": all_us <= GOALS["judgeUs"],
    }


def over_everybody(directory: Path, people: int) -> dict[str, Any]:
    bench = Bench(directory / "profiles.db")
    began = time.perf_counter()
    bench.fill(people)
    told: dict[str, Any] = {"people": people, "filledS": round(time.perf_counter() - began, 1)}
    bench.settle()
    for name, rule in {
        "traits": RULE,
        "traitsAndEvents": {"all": [*RULE["all"], {"event": "Ordered", "op": "notPerformed", "withinDays": 7}]},
    }.items():
        bench.define(rule)
        began, began_cpu = time.perf_counter(), time.process_time()
        turns = bench.settle()
        taken_s = time.perf_counter() - began
        told[name] = {
            "s": round(taken_s, 2),
            "cpuS": round(time.process_time() - began_cpu, 2),
            "longestTurnS": round(max(turns), 3),
            "members": list(bench.segments.states(WORKSPACE).values())[-1]["count"],
            "met": taken_s <= GOALS["newS"] and max(turns) <= GOALS["longestTurnS"],
        }
    told["preview"] = previewed(bench)
    bench.store.close()
    return told


def previewed(bench: Bench) -> dict[str, Any]:
    found: list[Any] = []

    def ask() -> None:
        began = time.perf_counter()
        count = bench.segments.preview(WORKSPACE, RULE, Nothing())[0]  # type: ignore[arg-type]
        found.extend([count, time.perf_counter() - began])

    asking = threading.Thread(target=ask)
    asking.start()
    turns: list[float] = []
    while asking.is_alive():
        turns.append(bench._turn())
        time.sleep(0.01)
    return {"s": round(found[1], 2), "members": found[0], "longestTurnS": round(max(turns), 3)}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("people", nargs="?", type=int, default=1_000_000)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        result = {
            "machine": machine.described(),
            "goals": GOALS,
            "judge": judged(),
            "new": over_everybody(Path(directory), given.people),
        }
    print(json.dumps(result, indent=2))


if __name__ == "__main__":
    main()
