"""The facts of a case, as JSON, made into what the product's rules are held against."""

from __future__ import annotations

import unicodedata
from typing import Any

from headwater.base.rules import All, Performed, Rule, nodes
from headwater.base.rules_facts import Facts, newest, timed
from headwater.base.rules_ops import date_ms, plain
from headwater.base.rules_source import compiled


def ms(text: str) -> int:
    found = date_ms(text)
    assert found is not None
    return found


def facts_of(given: Any, rule: Rule) -> Facts:
    return Facts(
        traits=plain(given["traits"]),
        groups=[plain(group["traits"]) for group in given["groups"]],
        meters={node.meter: times(node, given["events"]) for node in nodes(rule) if isinstance(node, Performed)},
        segments=set(given["segments"]),
    )


def times(rule: Performed, events: list[Any]) -> list[int]:
    """The newest times of what the rule counts, no more than it needs."""
    where = compiled([All(rule.where)])
    kept: list[int] = []
    for mark, event in enumerate(events):
        named = unicodedata.normalize("NFC", event["event"]) == rule.event
        if named and where(Facts(traits=plain(event["properties"])), 0):
            kept = newest(kept, [timed(ms(event["at"]), mark)], rule.depth)
    return kept
