"""Contents from outside: who may call, what a page and a program then see, and the command line."""

from __future__ import annotations

import json
import uuid
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.people import until
from tests.server import Server

BUTTON = {"id": "go", "type": "button", "props": {"text": "Start", "actions": [{"type": "dismiss"}]}}
TREE = {"kind": "inline", "blocks": [{"id": "h", "type": "heading", "props": {"text": "Welcome"}}, BUTTON]}
PLACED = [{"id": "abc123", "selectors": ["#hero"], "place": "before"}]


@pytest.fixture
def headwater(shared_server: Server, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path, shared_server)


def made(server: Server, **more: Any) -> dict[str, Any]:
    name = f"Welcome {uuid.uuid4().hex[:8]}"
    content = server.api("POST", "/content", {"name": name, "tree": TREE} | more)
    change = {"revision": content["revision"], "placements": PLACED}
    return server.api("PATCH", f"/content/{content['id']}", change)


def status(server: Server, method: str, path: str, token: str | None, body: Any = None) -> int:
    headers = {} if token is None else {"authorization": f"Bearer {token}"}
    return httpx.request(method, f"{server.url}/api/v1{path}", json=body, headers=headers, timeout=60).status_code


def experiences(server: Server) -> list[dict[str, Any]]:
    token = server.api("GET", "/workspace")["clientToken"]
    answer = httpx.get(f"{server.url}/api/bootstrap", params={"token": token, "anonymousId": "somebody"}, timeout=60)
    return answer.json()["experiences"]


def test_who_may_call(shared_server: Server) -> None:
    content = made(shared_server)
    tokens = {
        scope: shared_server.api("POST", "/workspace/api-keys", {"name": scope, "scopes": [scope]})["key"]
        for scope in ("admin", "data", "read")
    }
    path = f"/content/{content['id']}"
    reads = [("GET", path, None), ("GET", f"{path}/versions", None), ("GET", f"{path}/export", None)]
    reads += [("POST", f"{path}/check", None), ("GET", "/workspace/styleguide", None)]
    writes = [("PATCH", path, {"revision": content["revision"]}), ("POST", f"{path}/publish", {})]
    writes += [("POST", f"{path}/unpublish", {}), ("PUT", "/workspace/components", {"components": []})]
    for method, where, body in reads:
        assert [status(shared_server, method, where, each, body) for each in (None, *tokens.values())] == [
            401, 200, 200, 200,
        ]  # fmt: skip
    for method, where, body in writes:
        admin, *others = (status(shared_server, method, where, each, body) for each in tokens.values())
        assert admin in (200, 202), where
        assert others == [403, 403], where
        assert status(shared_server, method, where, None, body) == 401


def test_another_workspace_sees_nothing_of_it(shared_server: Server) -> None:
    content = made(shared_server)
    other = shared_server.api("POST", "/workspaces", {"name": "Elsewhere", "region": "us"})
    headers = {"x-workspace": other["id"]}
    for name in (content["id"], content["contentId"], content["slug"]):
        shared_server.api("GET", f"/content/{name}", headers=headers, status=404)
    assert shared_server.api("GET", "/content", headers=headers)["data"] == []
    again = shared_server.api("POST", "/content", {"name": content["name"]}, headers=headers)
    assert (again["slug"], again["id"] != content["id"]) == (content["slug"], True)


def test_pages_see_what_was_published_and_nothing_else(shared_server: Server) -> None:
    content = made(shared_server)
    mine = lambda: [each for each in experiences(shared_server) if each["contentId"] == content["contentId"]]  # noqa: E731
    assert mine() == []
    published = shared_server.api("POST", f"/content/{content['id']}/publish", {})
    version = published["documents"][0]["versionId"]
    [seen] = until(mine, lambda found: len(found) == 1)
    assert (seen["versionId"], seen["slug"], seen["documentId"]) == (
        version, content["slug"], content["documents"][0]["id"],
    )  # fmt: skip
    assert seen["tree"]["blocks"][1]["props"]["label"] == f"{content['name']} - Start clicked"
    document = published["documents"][0]
    edited = {"revision": document["revision"], "tree": {"kind": "inline", "blocks": [BUTTON]}}
    shared_server.api("PATCH", f"/content/{content['id']}/documents/{document['id']}", edited)
    assert [each["versionId"] for each in mine()] == [version]
    second = shared_server.api("POST", f"/content/{content['id']}/publish", {})["documents"][0]["versionId"]
    until(mine, lambda found: [each["versionId"] for each in found] == [second])
    order = {"documentId": document["id"], "versionId": version}
    shared_server.api("POST", f"/content/{content['id']}/rollback", order)
    until(mine, lambda found: [each["versionId"] for each in found] == [version])
    shared_server.api("POST", f"/content/{content['id']}/archive")
    until(mine, lambda found: found == [])


def test_what_would_break_is_refused_with_its_place(shared_server: Server) -> None:
    script = {"id": "x", "type": "button", "props": {"text": "x", "actions": [{"type": "url", "href": "javascript:1"}]}}
    content = made(shared_server, tree={"kind": "inline", "blocks": [script]})
    error = shared_server.api("POST", f"/content/{content['id']}/publish", {}, status=422)["error"]
    assert error["code"] == "not_publishable"
    [problem] = error["details"]["problems"]
    assert (problem["code"], problem["documentId"], problem["nodeId"], problem["field"]) == (
        "url_not_allowed", content["documents"][0]["id"], "x", "actions[0].href",
    )  # fmt: skip


def test_a_segment_in_use_stays(shared_server: Server) -> None:
    rule = {"trait": "plan", "op": "equals", "value": "pro"}
    segment = shared_server.api("POST", "/segments", {"name": f"S {uuid.uuid4().hex[:8]}", "rule": rule})
    content = made(shared_server)
    path = f"/content/{content['id']}"
    with_one = shared_server.api("POST", f"{path}/documents", {"segmentId": segment["id"]})
    error = shared_server.api("DELETE", f"/segments/{segment['id']}", status=409)["error"]
    assert error["details"]["contents"] == [{"id": content["id"], "name": content["name"]}]
    shared_server.api("DELETE", f"{path}/documents/{with_one['documents'][0]['id']}")
    shared_server.api("DELETE", f"/segments/{segment['id']}")


def test_the_command_line(headwater: CommandLine, shared_server: Server, tmp_path: Path) -> None:
    content = made(shared_server)
    assert content["slug"] in headwater.ok("content", "list")
    assert headwater.json("content", "show", content["slug"])["id"] == content["id"]
    assert headwater.ok("content", "check", content["slug"]) == "Nothing is wrong.\n"
    assert "published" in headwater.ok("content", "publish", content["slug"], "--note", "first")
    assert "for Everyone" in headwater.ok("content", "show", str(content["id"]))
    headwater.ok("content", "export", content["slug"], "--to", "welcome.json")
    file = json.loads((tmp_path / "welcome.json").read_text())
    assert file == headwater.json("content", "export", content["slug"])
    file["documents"][0]["tree"]["blocks"][0]["props"]["text"] = ""
    (tmp_path / "welcome.json").write_text(json.dumps(file))
    replaced = headwater.json("content", "import", "welcome.json", "--replace")
    assert (replaced["id"], replaced["status"]) == (content["id"], "changed")
    assert "The heading has no text" in headwater.refusal("content", "publish", content["slug"])
    assert "error text_missing (document" in headwater.ok("content", "check", content["slug"])
    again = headwater.json("content", "import", "welcome.json")
    assert again["slug"] == f"{content['slug']}-2"
    assert "off all pages" in headwater.ok("content", "unpublish", content["slug"])
    (tmp_path / "broken.json").write_text("[1")
    assert "cannot be read as JSON" in headwater.refusal("content", "import", "broken.json")
    assert "no content" in headwater.refusal("content", "show", "nothing-here")
