from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.base.errors import (
    Conflict,
    Forbidden,
    HeadwaterError,
    InvalidInput,
    NotFound,
    Terminal,
    Transient,
    Unprocessable,
)
from tests.unit.api.nearby import Nearby


def error_of(answer: Any) -> dict[str, Any]:
    assert answer.headers["content-type"] == "application/json"
    assert set(answer.json()) == {"error"}
    assert set(answer.json()["error"]) == {"code", "message", "details"}
    return answer.json()["error"]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NotFound("x"), 404, "not_found"),
        (Conflict("x"), 409, "conflict"),
        (Conflict("x", code="schema_taken"), 409, "schema_taken"),
        (Unprocessable("x"), 422, "unprocessable"),
        (InvalidInput("x"), 400, "validation_error"),
        (Forbidden("x"), 403, "forbidden"),
        (Transient("x"), 503, "unavailable"),
        (Terminal("x"), 500, "internal_error"),
    ],
)
def test_every_kind_of_error_has_its_status(
    client: TestClient, work: Nearby, error: HeadwaterError, status: int, code: str
) -> None:
    work.fails = error
    answer = client.get("/api/v1/accounting")
    assert answer.status_code == status
    assert error_of(answer) == {"code": code, "message": "x", "details": None}
    assert ("retry-after" in answer.headers) is (status == 503)


def test_while_the_worker_is_away_the_answer_says_so(client: TestClient, work: Nearby) -> None:
    work.away = True
    answer = client.post("/api/v1/sql", json={"query": "SELECT 1"})
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert "started again by itself" in error_of(answer)["message"]


def test_a_fault_of_ours_shows_nothing_of_its_inside(
    client: TestClient, work: Nearby, faults: list[BaseException]
) -> None:
    work.books = {"sources": "hunter2"}
    answer = client.get("/api/v1/accounting")
    assert answer.status_code == 500
    assert error_of(answer)["code"] == "internal_error"
    assert "hunter2" not in answer.text
    assert len(faults) == 1


@pytest.mark.parametrize(("method", "path"), [("GET", "/api/v1/nothing"), ("POST", "/api/v1"), ("GET", "/api/v2/x")])
def test_an_unknown_path_is_404_in_the_same_shape(client: TestClient, method: str, path: str) -> None:
    answer = client.request(method, path)
    assert (answer.status_code, error_of(answer)["code"]) == (404, "not_found")


def test_a_wrong_method_is_405_and_says_what_is_allowed(client: TestClient) -> None:
    answer = client.put("/api/v1/sources", json={})
    assert (answer.status_code, error_of(answer)["code"]) == (405, "method_not_allowed")
    assert "GET" in answer.headers["allow"]


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_why_a_warehouse_cannot_be_changed_is_said(client: TestClient, method: str) -> None:
    for path in ("/api/v1/warehouses", "/api/v1/warehouses/builtin"):
        answer = client.request(method, path, json={"enabled": False})
        assert (answer.status_code, error_of(answer)["code"]) == (405, "method_not_allowed")
        assert "from its beginning to its end" in error_of(answer)["message"]
        assert answer.headers["allow"] == "GET"
    assert client.get("/api/v1/warehouses/builtin").status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b'{"catalog":"candu"}',
        b'{"catalog":1,"name":"x"}',
        b'{"catalog":"candu","name":"x","extra":1}',
        b'{"catalog":"candu","name":"x","settings":[]}',
        b'{"catalog":"candu","name":"\xff"}',
        b'{"catalog":"candu","name":"\\ud800"}',
        b'{"catalog":"candu","name":"a\\u0000b"}',
        b'{"catalog":"candu","name":NaN}',
        b"[" * 100_000,
        b'{"settings":' * 100_000,
    ],
)
def test_bad_bodies_are_400_and_change_nothing(client: TestClient, body: bytes, faults: list[BaseException]) -> None:
    answer = client.post("/api/v1/sources", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 400
    assert error_of(answer)["code"] == "validation_error"
    assert faults == []
    assert client.get("/api/v1/sources").json()["pagination"]["total"] == 3


NEW_SOURCE = "a JSON object with catalog and name, and optionally settings"


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", f"The request has no body; it must be {NEW_SOURCE}."),
        (b"{", f"The body is not valid JSON: it ends in the middle. It must be {NEW_SOURCE}."),
        (b'{"name":"\\ud800', f"The body is not valid JSON: it ends in the middle. It must be {NEW_SOURCE}."),
        (
            b'{"name":"\\ud800"}',
            "The body is not valid JSON: it holds half of a surrogate pair (an escape from \\ud800 to \\udfff), which "
            f"is no character. It must be {NEW_SOURCE}.",
        ),
        (b"nope", f"The body is not valid JSON: invalid character (at byte 4). It must be {NEW_SOURCE}."),
        (b"{} x", f"The body is not valid JSON: trailing characters (at byte 4). It must be {NEW_SOURCE}."),
        (b'{"name":"\xff"}', "The body is not UTF-8: byte 9 is 0xff."),
        (b"[]", f"The body must be {NEW_SOURCE}; it is a list."),
        (b'{"catalog":"candu"}', f"`name` is missing in the body, which must be {NEW_SOURCE}."),
        (
            b'{"catalog":"candu","nmae":"x"}',
            f"`nmae` is no field of the body, which must be {NEW_SOURCE}. Did you mean `name`?",
        ),
        (b'{"catalog":1,"name":"x"}', "`catalog` must be a string; it is an integer."),
        (b'{"catalog":"a","name":"x","settings":[]}', "`settings` must be a JSON object; it is a list."),
    ],
)
def test_what_is_wrong_with_a_body_is_said_in_one_sentence(client: TestClient, body: bytes, says: str) -> None:
    answer = client.post("/api/v1/sources", content=body, headers={"Content-Type": "application/json"})
    assert error_of(answer)["message"] == f"{says} Nothing was changed."


@pytest.mark.parametrize(
    ("method", "path", "body", "says"),
    [
        ("POST", "/workspaces", {"name": "x", "region": "mars"}, "`region` is 'mars'; allowed: eu, us."),
        (
            "POST",
            "/workspace/api-keys",
            {"name": "x", "scopes": ["root"]},
            "`scopes[0]` is 'root'; allowed: admin, data, read.",
        ),
        ("PATCH", "/sources/rest", {"enabled": "yes"}, "`enabled` must be true or false or null; it is a string."),
        ("POST", "/replay", {"reader": "warehouse", "from": 1}, "`from` must be a string or null; it is an integer."),
        ("POST", "/tables", {"name": "x", "dsn": "d", "table": []}, "`table` must be a string; it is a list."),
        (
            "POST",
            "/tables",
            {"name": "x"},
            "`dsn` is missing in the body, which must be a JSON object with name, dsn and table, and optionally "
            "everySeconds.",
        ),
        ("GET", "/sources?limit=x", None, "`limit` is 'x'; it must be an integer."),
        ("GET", "/sources?limit=1001", None, "`limit` is '1001'; it must be an integer <= 1000."),
        (
            "GET",
            "/webhooks/wh_1/attempts?status=nope",
            None,
            "`status` is 'nope'; allowed: blocked, dead, delivered, failed, pending, skipped.",
        ),
        ("DELETE", "/sources/rest?dropSchema=maybe", None, "`dropSchema` is 'maybe'; it must be true or false."),
    ],
)
def test_what_is_wrong_with_a_field_is_said_with_what_is_allowed(
    client: TestClient, method: str, path: str, body: Any, says: str
) -> None:
    answer = client.request(method, f"/api/v1{path}", json=body)
    done = "read" if method == "GET" else "changed"
    assert (answer.status_code, error_of(answer)["message"]) == (400, f"{says} Nothing was {done}.")
    assert [set(each) for each in error_of(answer)["details"]] == [{"key", "source", "message"}]


def test_a_body_that_is_too_large_is_413(client: TestClient) -> None:
    answer = client.post("/api/v1/sql", json={"query": "x" * 5_000_000})
    assert (answer.status_code, error_of(answer)["code"]) == (413, "payload_too_large")


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "offset=-1", "offset=99999999999999999999"])
def test_bad_pages_are_refused(client: TestClient, query: str) -> None:
    answer = client.get(f"/api/v1/sources?{query}")
    assert (answer.status_code, error_of(answer)["code"]) == (400, "validation_error")


@pytest.mark.parametrize("source_id", ["%00", "a%00b", "%ff", "%F0%9F%98%80", "x" * 5000, "..", "rest'--"])
def test_strange_ids_are_not_found(client: TestClient, source_id: str, faults: list[BaseException]) -> None:
    answer = client.get(f"/api/v1/sources/{source_id}")
    assert answer.status_code == 404
    error_of(answer)
    assert faults == []
