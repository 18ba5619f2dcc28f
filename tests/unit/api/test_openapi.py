from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from litestar.testing import TestClient

from headwater.api.reference import markdown

REFERENCE = Path(__file__).parents[3] / "docs" / "reference"
WHO = re.compile(r"(Scope (admin|data)|Any scope|Open|The installation's admin token)\b")


@pytest.fixture
def document(anyone: TestClient) -> dict[str, Any]:
    answer = anyone.get("/api/v1/openapi.json")
    assert answer.status_code == 200
    return answer.json()


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            yield f"{method} {path}", operation


def test_every_operation_has_an_id_of_its_own_and_says_who_may_call_it(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(ids) == len(set(ids)) > 40
    silent = [name for name, op in operations(document) if not WHO.search(op["summary"] + op["description"])]
    assert silent == []


def test_every_operation_says_what_it_answers_and_how_it_fails(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        fine = [status for status in operation["responses"] if status.startswith("2")]
        assert len(fine) == 1, name
        assert operation["responses"]["default"]["content"]["application/json"]["schema"]["$ref"].endswith("/Problem")


def test_deletes_answer_200_and_creations_201(document: dict[str, Any]) -> None:
    actions = {"createReplay", "releaseParked", "createBackup", "createExport", "refreshTable"}
    on_content = re.compile(r"(publish|unpublish|archive|restore|rollback)Content")
    on_connections = re.compile(r"(test|try|pause|resume|recover|resend|rotate)(Webhook|Destination|Integration)")
    for name, operation in operations(document):
        expected = "201" if name.startswith("post") else "200"
        called = operation["operationId"]
        is_action = called in actions or on_connections.match(called) or on_content.match(called)
        expected = "202" if is_action else expected
        is_question = called in ("runSql", "testPages") or called.startswith(("preview", "check"))
        expected = "200" if is_question else expected
        assert expected in operation["responses"], name


def test_every_reference_leads_somewhere_and_every_name_is_plain(document: dict[str, Any]) -> None:
    schemas = document["components"]["schemas"]
    refs = set(re.findall(r'"#/components/schemas/([^"]+)"', msgspec.json.encode(document).decode()))
    assert refs == set(schemas)
    assert all(re.fullmatch(r"[A-Za-z]+", name) for name in schemas)
    assert schemas["Source"]["properties"]["writeKeys"] == {"type": "array", "items": {"type": "string"}}
    assert schemas["SourcePage"]["properties"]["data"]["items"] == {"$ref": "#/components/schemas/Source"}


def test_field_names_are_in_camel_case(document: dict[str, Any]) -> None:
    for schema in document["components"]["schemas"].values():
        assert all(re.fullmatch(r"[a-z]+\d*([A-Z][a-z]*)*", field) for field in schema["properties"])
    for _, operation in operations(document):
        for parameter in operation.get("parameters", []):
            assert "_" not in parameter["name"]


def test_open_operations_are_marked(document: dict[str, Any]) -> None:
    marked = {op["operationId"] for _, op in operations(document) if op.get("security") == []}
    assert marked == {"signIn", "signOut"}


def test_the_committed_reference_is_current(document: dict[str, Any], anyone: TestClient) -> None:
    assert (REFERENCE / "openapi.json").read_bytes() == anyone.get("/api/v1/openapi.json").content
    assert (REFERENCE / "api.md").read_text("utf-8") == markdown(document)
