"""Whatever is sent to whichever call: an answer of the known shape, and no fault of ours."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar.testing import TestClient

TEXT = st.text(st.characters(exclude_categories=()), max_size=30) | st.sampled_from(
    ["", "candu", "rest", "us", "a\x00b", "\ud800", "x" * 300, "../..", "%00", "' OR 1=1 --", "2026-01-01"]
)
VALUE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=6,
)


QUERIES = ["limit", "offset", "q", "name", "dropSchema", "status", "from", "connectionId"]
GOOD = {
    "name": st.just("Mine"),
    "url": st.sampled_from(["https://a.example/in", "headwater:inbox", "https://u:p@a.example"]),
    "catalog": st.sampled_from(["segment", "webhook", "slack", "files"]),
    "topics": st.just(["content.view"]),
    "settings": st.dictionaries(st.sampled_from(["url", "host", "writeKey", "region"]), VALUE),
    "filters": st.dictionaries(st.sampled_from(["contentIds", "eventNames", "calls"]), st.lists(TEXT) | VALUE),
    "sourceIds": st.lists(st.sampled_from(["rest", "customer-events"])),
    "mapping": st.dictionaries(st.sampled_from(["who", "email"]), TEXT),
    "schedule": st.lists(st.floats(0.1, 100)),
    "perSecond": st.floats(0.1, 100),
    "enabled": st.booleans(),
}
GOOD_WEBHOOK = {"name": "Mine", "url": "https://a.example/in", "topics": ["content.view"]}
GOOD_DESTINATION = {"name": "Mine", "catalog": "webhook", "settings": {"url": "https://a.example/in"}}
OF_WEBHOOKS, OF_DESTINATIONS = {"url", "topics"}, {"catalog", "settings", "mapping"}
BODY = st.fixed_dictionaries({}, optional={name: good | good | VALUE for name, good in GOOD.items()})


def escaped(value: Any) -> bytes:
    """JSON with half surrogates as escapes and NaN as it is, as a careless client writes them."""
    return json.dumps(value).encode()


@pytest.fixture
def calls(client: TestClient) -> list[tuple[str, str, list[str]]]:
    """(method, path, the body's field names) of every call but the endless stream."""
    document = client.get("/api/v1/openapi.json").json()
    schemas = document["components"]["schemas"]
    found = []
    for path, item in document["paths"].items():
        for method, operation in item.items():
            content = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
            name = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
            fields = list(schemas[name]["properties"]) if name else []
            if not path.endswith("/stream"):
                found.append((method, path, fields))
    return sorted(found)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=BODY, changed=BODY, action=BODY)
def test_nothing_said_of_a_connection_is_a_fault_of_ours(
    client: TestClient, faults: list[BaseException], made: dict[str, Any], changed: dict[str, Any], action: Any
) -> None:
    faults.clear()
    headers = {"Content-Type": "application/json"}
    calls = [("put", "/api/v1/integrations/candu-segment", action)]
    for kind, needed, others in (
        ("webhooks", GOOD_WEBHOOK, OF_DESTINATIONS),
        ("destinations", GOOD_DESTINATION, OF_WEBHOOKS),
    ):
        fields = {name: value for name, value in made.items() if name not in others}
        answer = client.post(f"/api/v1/{kind}", content=escaped(needed | fields), headers=headers)
        assert answer.status_code < 500
        if answer.status_code == 201:
            path = f"/api/v1/{kind}/{answer.json()['id']}"
            calls += [
                ("patch", path, changed),
                ("post", f"{path}/preview", changed),
                ("post", f"{path}/recover", action),
            ]
            calls += [("post", f"{path}/rotate-secret", action), ("get", path, None), ("delete", path, None)]
    for method, path, body in calls:
        answer = client.request(method, path, content=escaped(body) if body is not None else None, headers=headers)
        assert answer.status_code < 500, (method, path)
    assert faults == []


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_input_is_a_fault_of_ours(
    client: TestClient, calls: list[tuple[str, str, list[str]]], faults: list[BaseException], data: st.DataObject
) -> None:
    faults.clear()
    method, path, fields = data.draw(st.sampled_from(calls))
    while "{" in path:
        given_id = data.draw(TEXT.filter(bool)).encode("utf-8", "surrogatepass")
        before, _, after = path.partition("{")
        path = before + quote(given_id, safe="") + after.partition("}")[2]
    body = data.draw(st.dictionaries(st.sampled_from(fields), VALUE)) if fields else data.draw(VALUE)
    query = data.draw(st.dictionaries(st.sampled_from(QUERIES), TEXT))
    answer = client.request(
        method,
        path,
        params={name: value.encode("utf-8", "replace").decode() for name, value in query.items()},
        content=escaped(body) if method in ("post", "patch", "put") else None,
        headers={"Content-Type": "application/json"},
    )
    assert faults == []
    assert answer.status_code < 500
    if answer.status_code >= 400:
        error = answer.json()["error"]
        assert set(error) == {"code", "message", "details"}
        assert not any(words in error["message"] for words in ("'data'", "Expected `", "Object ", "Input data"))
