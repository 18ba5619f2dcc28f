"""Whatever is said of content: an answer of the known shape, and no fault of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

from headwater.surfaces.blocks import BLOCKS

API = "/api/v1"
TEXT = st.sampled_from(["", "x", "a\x00b", "\ud800", "{{user.x|\ud800}}", "[a](javascript:1)", "x" * 300, "ü", "1"])
VALUE = st.none() | st.booleans() | st.integers() | st.floats() | TEXT | st.lists(TEXT, max_size=2) | st.just({"a": []})
ACTIONS = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["url", "email", "track", "callback", "content", "submit", "dismiss", "x"])},
        optional={"href": TEXT, "to": TEXT, "event": TEXT, "name": TEXT, "slug": TEXT, "newTab": VALUE},
    ),
    max_size=2,
)


NAMES = st.sampled_from(sorted({name for spec in BLOCKS.values() for name in spec.props}))
PROPS = st.dictionaries(NAMES, VALUE | ACTIONS, max_size=5)
LEAF = st.fixed_dictionaries({"id": TEXT, "type": st.sampled_from(sorted(BLOCKS)), "props": PROPS})


def holding(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    types = st.sampled_from(["section", "columns", "column", "card", "form", "text"])
    return st.fixed_dictionaries({"id": TEXT, "type": types, "props": PROPS, "blocks": st.lists(inner, max_size=2)})


TREE = st.fixed_dictionaries(
    {
        "kind": st.sampled_from(["inline", "modal"]),
        "blocks": st.lists(st.recursive(LEAF, holding, max_leaves=4), max_size=3),
    },
    optional={"title": TEXT},
)
RULE = st.fixed_dictionaries({"kind": st.sampled_from(["exact", "path", "subdomain", "query"]), "value": TEXT})
PLACEMENT = st.fixed_dictionaries(
    {"id": TEXT},
    optional={
        "selectors": st.lists(TEXT, max_size=2),
        "pages": st.fixed_dictionaries({"show": st.lists(RULE, max_size=2)}),
        "trigger": TEXT.map(lambda text: {"on": "event", "event": text}),
        "languages": st.lists(TEXT, max_size=2),
        "name": TEXT,
        "delayS": VALUE,
    },
)
GOAL = st.fixed_dictionaries({"id": TEXT, "name": TEXT, "event": TEXT}, optional={"segmentId": TEXT})
ENTRY = st.fixed_dictionaries(
    {"name": TEXT, "kind": st.sampled_from(["element", "react"]), "title": TEXT},
    optional={"tag": TEXT, "props": TEXT.map(lambda text: [{"name": text, "type": "string"}])},
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    tree=TREE,
    change=st.fixed_dictionaries(
        {},
        optional={
            "name": TEXT,
            "slug": TEXT,
            "folder": TEXT,
            "placements": st.lists(PLACEMENT, max_size=2),
            "goals": st.lists(GOAL, max_size=2),
        },
    ),
    note=TEXT,
    text=TEXT,
    entry=ENTRY,
)
def test_nothing_said_of_content_is_a_fault_of_ours(
    client: TestClient, faults: list[BaseException], tree: Any, change: Any, note: str, text: str, entry: Any
) -> None:
    faults.clear()

    def sent(method: str, path: str, body: Any = None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        answer = client.request(method, API + path, content=content, headers={"Content-Type": "application/json"})
        assert answer.status_code < 500, (answer.text, faults)
        told = answer.json()
        assert answer.is_success or set(told["error"]) == {"code", "message", "details"}
        return told if answer.is_success else None

    made = sent("POST", "/content", {"name": "Mine"})
    path, document_id = f"/content/{made['id']}", made["documents"][0]["id"]
    sent("PATCH", f"{path}/documents/{document_id}", {"revision": 1, "tree": tree})
    sent("PATCH", path, {"revision": made["revision"], **change})
    assert sent("POST", f"{path}/check") is not None
    sent("POST", f"{path}/publish", {"note": note})
    sent("GET", f"{path}/diff?documentId={document_id}&to={quote(text.encode('utf-8', 'surrogatepass'))}")
    sent("POST", f"{path}/rollback", {"documentId": document_id, "versionId": text})
    sent("POST", f"{path}/documents", {"segmentId": text})
    sent("PUT", "/workspace/components", {"components": [entry]})
    style = sent("GET", "/workspace/styleguide")
    sent("PUT", "/workspace/styleguide", style | {"colors": {text: note}, "font": {"family": text}})
    file = sent("GET", f"{path}/export")
    file["documents"][0] |= {"segment": text, "segmentId": note}
    sent("POST", "/content/import", file | {"slug": text})
    sent("POST", f"{path}/duplicate", {"name": text})
