"""Contents made and published by the management API, as tests of what pages are told need them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.e2e.people import EVERYONE, bootstrap
from tests.server import Server


def tree(text: str, kind: str = "inline") -> dict[str, Any]:
    more = {"title": "A window"} if kind == "modal" else {}
    return {"kind": kind, "blocks": [{"id": "a", "type": "text", "props": {"text": text}}]} | more


def placement(**more: Any) -> dict[str, Any]:
    return {"id": "p00001", "selectors": ["#slot"], "place": "inside"} | more


def draft(
    server: Server,
    name: str,
    text: str = "Hello",
    segments: Sequence[tuple[str, str]] = (),
    placements: Sequence[dict[str, Any]] = (),
) -> dict[str, Any]:
    """`segments`: (segment, text) of the documents that come before Everyone's, in order."""
    made = server.api("POST", "/content", {"name": name, "tree": tree(text)})
    path = f"/content/{made['id']}"
    for segment_id, own in segments:
        before = {each["id"] for each in made["documents"]}
        made = server.api("POST", f"{path}/documents", {"segmentId": segment_id})
        added = next(each for each in made["documents"] if each["id"] not in before)
        server.api("PATCH", f"{path}/documents/{added['id']}", {"revision": added["revision"], "tree": tree(own)})
    revision = server.api("GET", path)["revision"]
    return server.api("PATCH", path, {"revision": revision, "placements": list(placements) or [placement()]})


def publish(server: Server, name: str, text: str = "Hello", **given: Any) -> dict[str, Any]:
    made = draft(server, name, text, **given)
    return server.api("POST", f"/content/{made['id']}/publish", {})


def document(content: dict[str, Any], segment_id: str = EVERYONE) -> dict[str, Any]:
    return next(each for each in content["documents"] if each["segmentId"] == segment_id)


def experiences(server: Server, **query: str) -> list[dict[str, Any]]:
    answer = bootstrap(server, **query)
    assert answer.status_code == 200, answer.text
    return answer.json()["experiences"]


def experience(server: Server, content: dict[str, Any], **query: str) -> dict[str, Any] | None:
    """What of this content the person may see."""
    found = [each for each in experiences(server, **query) if each["contentId"] == content["contentId"]]
    assert len(found) < 2
    return found[0] if found else None


def text_of(experience: dict[str, Any] | None) -> str | None:
    return None if experience is None else experience["tree"]["blocks"][0]["props"]["text"]
