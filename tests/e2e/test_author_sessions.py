"""The dashboard opens a page of the author's own site: the page finds the draft, and the dashboard what was chosen."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests.e2e.contents import draft, tree
from tests.e2e.people import client_token
from tests.server import Server

PAGE = "https://shop.example/app?tab=team#/route"
ORIGIN = {"origin": "https://shop.example"}


@pytest.fixture(scope="module")
def content(shared_server: Server) -> dict[str, Any]:
    return draft(shared_server, "Banner", "A draft for {{user.name|you}}")


def begin(server: Server, content: dict[str, Any], mode: str = "pick", **more: Any) -> dict[str, Any]:
    return server.api("POST", f"/content/{content['id']}/author-sessions", {"mode": mode, "url": PAGE} | more)


def state(server: Server, content: dict[str, Any], code: str) -> dict[str, Any]:
    return server.api("GET", f"/content/{content['id']}/author-sessions/{code}")


def ask(server: Server, code: str, method: str = "GET", body: Any = None, token: str | None = None) -> httpx.Response:
    query = {"token": token or client_token(server), "code": code}
    return httpx.request(method, f"{server.url}/api/author", params=query, json=body, headers=ORIGIN, timeout=30)


def test_an_element_is_chosen_on_the_authors_page(shared_server: Server, content: dict[str, Any]) -> None:
    made = begin(shared_server, content)
    parts = urlsplit(made["url"])
    assert (parts.netloc, parts.path, parts.fragment) == ("shop.example", "/app", "/route")
    assert parse_qs(parts.query) == {"tab": ["team"], "headwater_author": [made["code"]]}
    assert len(made["code"]) >= 32
    assert state(shared_server, content, made["code"]) == {"status": "waiting", "target": None}
    told = ask(shared_server, made["code"])
    assert told.headers["access-control-allow-origin"] == ORIGIN["origin"]
    assert told.json()["mode"] == "pick"
    assert told.json()["content"] == {
        "name": "Banner",
        "contentId": content["contentId"],
        "slug": content["slug"],
    }
    assert state(shared_server, content, made["code"])["status"] == "opened"
    target = {"selectors": ["#save", "[data-id=save]"], "text": "Save", "url": "https://shop.example/app"}
    assert ask(shared_server, made["code"], "POST", target).json() == {"success": True}
    assert state(shared_server, content, made["code"]) == {"status": "picked", "target": target}


def test_a_preview_shows_the_draft_as_it_is_now(shared_server: Server, content: dict[str, Any]) -> None:
    made = begin(shared_server, content, "preview")
    (own,) = content["documents"]
    first = ask(shared_server, made["code"]).json()
    assert first["document"] == {"id": own["id"], "segmentId": "Everyone", "tree": own["tree"]}
    assert first["style"]["light"]["text"]
    change = {"revision": own["revision"], "tree": tree("Another")}
    changed = shared_server.api("PATCH", f"/content/{content['id']}/documents/{own['id']}", change)
    assert ask(shared_server, made["code"]).json()["document"]["tree"] == tree("Another")
    assert changed["status"] == "draft"
    named = begin(shared_server, content, "preview", documentId=own["id"])
    assert ask(shared_server, named["code"]).json()["document"]["id"] == own["id"]


def test_a_preview_and_a_page_get_the_same_of_a_custom_element(shared_server: Server) -> None:
    rating = {"name": "Rating", "kind": "element", "tag": "acme-rating", "title": "Rating", "props": []}
    shared_server.api("PUT", "/workspace/components", {"components": [rating]})
    block = {"id": "r", "type": "component", "props": {"name": "Rating", "props": {}}}
    body = {"name": "Stars", "kind": "inline", "tree": {"kind": "inline", "blocks": [block]}}
    made = shared_server.api("POST", "/content", body)
    previewed = ask(shared_server, begin(shared_server, made, "preview")["code"]).json()["document"]["tree"]
    shared_server.api("POST", f"/content/{made['id']}/publish", {})
    bootstrap = httpx.get(
        f"{shared_server.url}/api/bootstrap", params={"token": client_token(shared_server)}, timeout=30
    )
    (live,) = [each for each in bootstrap.json()["experiences"] if each["slug"] == made["slug"]]
    assert previewed["blocks"][0]["props"]["tag"] == "acme-rating"
    assert previewed == live["tree"]


def test_who_may_not_is_refused(shared_server: Server, content: dict[str, Any]) -> None:
    made = begin(shared_server, content)
    other = draft(shared_server, "Other")
    path = f"/content/{content['id']}/author-sessions"
    assert shared_server.api("GET", f"{path}/guess", status=404)["error"]["code"] == "author_session_ended"
    shared_server.api("GET", f"/content/{other['id']}/author-sessions/{made['code']}", status=404)
    for body, status in (
        ({"mode": "pick", "url": "javascript:alert(1)"}, 400),
        ({"mode": "watch", "url": PAGE}, 400),
        ({"mode": "preview", "url": PAGE, "documentId": 999_999}, 404),
    ):
        shared_server.api("POST", path, body, status=status)
    shared_server.api("POST", "/content/none/author-sessions", {"mode": "pick", "url": PAGE}, status=404)
    workspace = shared_server.api("POST", "/workspaces", {"name": "Elsewhere", "region": "us"})
    elsewhere = {"X-Workspace": workspace["id"]}
    shared_server.api("GET", f"{path}/{made['code']}", status=404, headers=elsewhere)
    token = shared_server.api("GET", "/workspace", headers=elsewhere)["clientToken"]
    for answer, status, code in (
        (ask(shared_server, "guess"), 404, "not_found"),
        (ask(shared_server, made["code"], token=token), 404, "not_found"),
        (ask(shared_server, made["code"], token="nobody's"), 403, "invalid_client_token"),
        (ask(shared_server, made["code"], "POST", {"selectors": []}), 400, "bad_request"),
        (
            ask(shared_server, made["code"], "POST", {"selectors": ["#a"], "text": "x" * 100_000}),
            400,
            "payload_too_large",
        ),
    ):
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        assert answer.headers["access-control-allow-origin"] == ORIGIN["origin"]
    assert state(shared_server, content, made["code"])["status"] == "waiting"


def test_a_page_may_send_json_from_anywhere(shared_server: Server) -> None:
    asked = ORIGIN | {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
    answer = httpx.options(f"{shared_server.url}/api/author", headers=asked, timeout=30)
    assert (answer.status_code, answer.headers["access-control-allow-origin"]) == (204, ORIGIN["origin"])
    assert answer.headers["access-control-allow-headers"] == "content-type"
    assert "POST" in answer.headers["access-control-allow-methods"]
