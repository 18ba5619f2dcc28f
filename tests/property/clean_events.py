"""Clean events made up at random: any call, any names, any JSON that a door lets in, the awkward kinds more often."""

from __future__ import annotations

import json
from typing import Any

import msgspec
from hypothesis import strategies as st

from headwater.base import topics
from headwater.base.event import CALL_TYPES, NO_JSON, CleanEvent

NUMBERS = ["0", "-0", "1.5", "1e999", "-1e400", "123456789012345678901234567890", "9007199254740993", "5e-324"]
TEXTS = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        ["<!channel>", "<@U123|you>", "@here", "https://evil.example.com/x", "&amp;", "🦆" * 20, "*b*", "\n"]
    ),
    st.text("ab🦆<>&", min_size=60, max_size=90).map(lambda text: text * 50),
)
KEYS = st.one_of(
    st.text(max_size=12),
    st.sampled_from(
        ["eventName", "slug", "contentId", "documentId", "metadata", "tour_id", "formName", "hops", "name"]
    ),
)


class Verbatim(str):
    """JSON text that is written as it stands."""


def written(value: Any) -> str:
    if isinstance(value, Verbatim):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join(f"{json.dumps(key)}:{written(each)}" for key, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**70), 2**70),
    TEXTS,
    st.sampled_from([*map(Verbatim, NUMBERS), Verbatim('"\\ud83e\\udd86"')]),
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(st.lists(inner, max_size=4), st.dictionaries(KEYS, inner, max_size=4)),
    max_leaves=6,
)
OBJECTS = st.dictionaries(KEYS, VALUES, max_size=8)
MANY = st.dictionaries(st.text(max_size=10), TEXTS, min_size=40, max_size=70)


def raw(value: dict[str, Any]) -> msgspec.Raw:
    return msgspec.Raw(written(value).encode())


PARTS = st.one_of(st.just(NO_JSON), OBJECTS.map(raw), MANY.map(raw))
CONTEXTS = st.one_of(
    st.just(NO_JSON),
    OBJECTS.map(raw),
    st.fixed_dictionaries({"headwater": VALUES, "page": VALUES, "traits": VALUES}).map(raw),
)
IDS = st.one_of(st.none(), st.text(min_size=1, max_size=20), st.just("🦆" * 300))
NAMES = st.one_of(
    st.none(),
    TEXTS,
    st.sampled_from(
        [topics.CONTENT, topics.CONTENT_INTERACTION, topics.CONTENT_IMPRESSION, "Tour Step", "Nps Widget Shown"]
    ),
)
EVENTS = st.builds(
    CleanEvent,
    message_id=st.text(min_size=1, max_size=100),
    type=st.sampled_from(CALL_TYPES),
    source_id=st.just("source"),
    workspace_id=st.just("workspace"),
    received_at=st.just("2026-03-04T09:15:01.000Z"),
    timestamp=st.sampled_from(["2026-03-04T09:15:00.000Z", "1969-12-31T23:59:59.000Z"]),
    sent_at=st.one_of(st.none(), st.just("2026-03-04T09:15:00.500Z")),
    user_id=IDS,
    anonymous_id=IDS,
    group_id=IDS,
    previous_id=IDS,
    event=NAMES,
    name=NAMES,
    properties=PARTS,
    traits=PARTS,
    context=CONTEXTS,
    integrations=st.one_of(st.just(NO_JSON), OBJECTS.map(raw)),
    form=st.booleans(),
)
