"""The calls about content: their shapes, who may make them, and how they refuse."""

from __future__ import annotations

from typing import Any

import pytest
from litestar.testing import TestClient

from headwater.control.model import Workspace
from headwater.control.store import Store

API = "/api/v1"
BUTTON = {"id": "go", "type": "button", "props": {"text": "Start", "actions": [{"type": "dismiss"}]}}
TREE = {"kind": "inline", "blocks": [{"id": "h", "type": "heading", "props": {"text": "Welcome"}}, BUTTON]}
PLACED = {"id": "abc123", "selectors": ["#hero"], "place": "before"}


def call(client: TestClient, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    answer = client.request(method, API + path, json=body)
    assert answer.status_code == status, answer.text
    return answer.json()


def made(client: TestClient, name: str = "Welcome", tree: Any = TREE) -> dict[str, Any]:
    return call(client, "POST", "/content", {"name": name, "tree": tree}, 201)


def saved(client: TestClient, content: dict[str, Any], tree: Any) -> dict[str, Any]:
    document = content["documents"][0]
    path = f"/content/{content['id']}/documents/{document['id']}"
    return call(client, "PATCH", path, {"revision": document["revision"], "tree": tree})


def published(client: TestClient, content: dict[str, Any], **order: Any) -> dict[str, Any]:
    return call(client, "POST", f"/content/{content['id']}/publish", order, 202)


def refused(client: TestClient, method: str, path: str, body: Any, status: int) -> dict[str, Any]:
    return call(client, method, path, body, status)["error"]


def test_a_content_from_draft_to_page(client: TestClient) -> None:
    content = made(client)
    assert (content["slug"], content["status"], content["livePlacements"]) == ("welcome", "draft", None)
    assert len(content["contentId"]) == 10
    document = content["documents"][0]
    assert (document["segmentId"], document["segmentName"], document["tree"]) == ("Everyone", "Everyone", TREE)
    assert (document["status"], document["versionId"]) == ("draft", None)
    changed = call(
        client, "PATCH", "/content/welcome", {"revision": content["revision"], "placements": [PLACED], "folder": "Home"}
    )
    assert changed["placements"][0]["trigger"] == {"on": "load"}
    assert changed["placements"][0]["pages"] == {"match": "any", "show": [], "hide": []}
    assert call(client, "POST", "/content/welcome/check", None) == {"problems": []}
    live = published(client, content, note="first")
    assert (live["status"], live["livePlacements"]) == ("published", live["placements"])
    assert live["documents"][0]["versionId"] == live["documents"][0]["draftVersionId"]
    listed = call(client, "GET", "/content?q=welc&status=published&folder=Home")
    assert [each["id"] for each in listed["data"]] == [content["id"]]
    assert (listed["data"][0]["segments"], listed["data"][0]["kind"]) == (["Everyone"], "inline")
    assert call(client, "GET", "/content?q=other")["data"] == []


def test_each_name_of_a_content_finds_it(client: TestClient) -> None:
    content = made(client)
    for name in (content["id"], content["contentId"], content["slug"]):
        assert call(client, "GET", f"/content/{name}") == content
    assert refused(client, "GET", "/content/none", None, 404)["code"] == "not_found"


def test_labels_are_filled_in_at_publishing(client: TestClient) -> None:
    content = made(client)
    version = published(client, content)["documents"][0]["versionId"]
    tree = call(client, "GET", f"/content/{content['id']}/versions/{version}")["tree"]
    assert tree["blocks"][1]["props"]["label"] == "Welcome - Start clicked"
    assert "label" not in call(client, "GET", "/content/welcome")["documents"][0]["tree"]["blocks"][1]["props"]


def test_who_was_first_is_told_before_it_is_overwritten(client: TestClient) -> None:
    content = made(client)
    document = content["documents"][0]
    path = f"/content/{content['id']}/documents/{document['id']}"
    first = saved(client, content, {"kind": "inline", "blocks": [BUTTON]})["documents"][0]
    error = refused(client, "PATCH", path, {"revision": document["revision"], "tree": TREE}, 409)
    assert error["code"] == "changed_meanwhile"
    assert error["details"] == {key: first[key] for key in ("revision", "updatedAt", "updatedBy")}
    over = call(client, "PATCH", path, {"revision": error["details"]["revision"], "tree": TREE})
    assert over["documents"][0]["tree"] == TREE
    stale = {"revision": content["revision"] - 1, "name": "x"}
    assert refused(client, "PATCH", "/content/welcome", stale, 409)["code"] == "changed_meanwhile"


def test_what_would_break_is_not_published(client: TestClient) -> None:
    content = made(client, tree={"kind": "modal", "blocks": [{**BUTTON, "props": {"text": ""}}]})
    error = refused(client, "POST", f"/content/{content['id']}/publish", {}, 422)
    assert error["code"] == "not_publishable"
    codes = {(each["code"], each.get("nodeId"), each.get("field")) for each in error["details"]["problems"]}
    assert {
        ("modal_without_title", None, "title"),
        ("button_without_text", "go", "text"),
        ("button_without_action", "go", "actions"),
    } <= codes
    assert all(
        each["documentId"] == content["documents"][0]["id"] for each in error["details"]["problems"] if "nodeId" in each
    )
    assert call(client, "GET", f"/content/{content['id']}")["status"] == "draft"


def test_back_to_a_version_and_off_the_pages(client: TestClient) -> None:
    content = made(client)
    document_id = content["documents"][0]["id"]
    first = published(client, content)["documents"][0]["versionId"]
    other = {"kind": "inline", "blocks": [{"id": "h", "type": "heading", "props": {"text": "Hello"}}, BUTTON]}
    second = published(client, saved(client, content, other))["documents"][0]["versionId"]
    differ = call(client, "GET", f"/content/{content['id']}/diff?documentId={document_id}&from={first}&to={second}")
    assert differ["changes"] == [
        {
            "kind": "changed",
            "nodeId": "h",
            "type": "heading",
            "text": "Hello",
            "before": {"text": "Welcome"},
            "after": {"text": "Hello"},
        }
    ]
    order = {"documentId": document_id, "versionId": first}
    back = call(client, "POST", f"/content/{content['id']}/rollback", order, 202)
    assert (back["status"], back["documents"][0]["versionId"], back["documents"][0]["tree"]) == (
        "published", first, TREE,
    )  # fmt: skip
    versions = call(client, "GET", f"/content/{content['id']}/versions")["data"]
    assert {each["versionId"]: each["live"] for each in versions} == {first: True, second: False}
    assert refused(client, "DELETE", f"/content/{content['id']}", None, 409)["code"] == "content_live"
    off = call(client, "POST", f"/content/{content['id']}/unpublish", None, 202)
    assert (off["status"], off["documents"][0]["versionId"]) == ("draft", None)
    archived = call(client, "POST", f"/content/{content['id']}/archive", None, 202)
    assert archived["status"] == "archived"
    assert call(client, "GET", "/content")["data"] == []
    assert len(call(client, "GET", "/content?archived=true")["data"]) == 1
    assert refused(client, "POST", f"/content/{content['id']}/publish", {}, 409)["code"] == "content_archived"
    assert call(client, "POST", f"/content/{content['id']}/restore", None, 202)["status"] == "draft"
    assert call(client, "DELETE", f"/content/{content['id']}") == {"id": str(content["id"]), "deleted": True}


def test_documents_for_segments_in_order(client: TestClient, store: Store, workspace: Workspace) -> None:
    rule = {"trait": "plan", "op": "equals", "value": "pro"}
    pro = store.segments.create(workspace.id, name="Pro", rule=rule)
    new = store.segments.create(workspace.id, name="New", rule=rule)
    content = made(client)
    path = f"/content/{content['id']}"
    everyone = content["documents"][0]["id"]
    call(client, "POST", f"{path}/documents", {"segmentId": pro.id, "copyOf": everyone}, 201)
    content = call(client, "POST", f"{path}/documents", {"segmentId": new.id}, 201)
    ids = [each["id"] for each in content["documents"]]
    assert [each["segmentName"] for each in content["documents"]] == ["Pro", "New", "Everyone"]
    assert content["documents"][0]["tree"] == TREE
    assert content["documents"][1]["tree"] == {"kind": "inline", "blocks": []}
    body = {"revision": content["revision"], "documentOrder": [ids[1], ids[0], ids[2]]}
    content = call(client, "PATCH", path, body)
    assert [each["segmentName"] for each in content["documents"]] == ["New", "Pro", "Everyone"]
    wrong = {"revision": content["revision"], "documentOrder": [ids[2], ids[0], ids[1]]}
    assert "Everyone stands last" in refused(client, "PATCH", path, wrong, 400)["message"]
    assert refused(client, "POST", f"{path}/documents", {"segmentId": pro.id}, 409)["code"] == "segment_taken"
    assert refused(client, "POST", f"{path}/documents", {"segmentId": "none"}, 422)["code"] == "unknown_segment"
    in_use = refused(client, "DELETE", f"/segments/{pro.id}", None, 409)
    assert (in_use["code"], in_use["details"]["contents"]) == (
        "segment_in_use", [{"id": content["id"], "name": "Welcome"}],
    )  # fmt: skip
    call(client, "DELETE", f"{path}/documents/{ids[0]}")
    call(client, "DELETE", f"/segments/{pro.id}")
    call(client, "DELETE", f"{path}/documents/{ids[1]}")
    assert refused(client, "DELETE", f"{path}/documents/{ids[2]}", None, 409)["code"] == "last_document"


def test_out_as_a_file_and_in_again(client: TestClient) -> None:
    content = made(client)
    file = call(client, "GET", f"/content/{content['id']}/export")
    assert file["documents"] == [{"segment": "Everyone", "segmentId": "Everyone", "tree": TREE}]
    again = call(client, "POST", "/content/import", file, 201)
    assert (again["slug"], again["documents"][0]["tree"]) == ("welcome-2", TREE)
    tree = {"kind": "inline", "blocks": [BUTTON]}
    file["documents"][0]["tree"] = tree
    replaced = call(client, "POST", "/content/import", file | {"as": "replace"}, 201)
    assert (replaced["id"], replaced["documents"][0]["tree"]) == (content["id"], tree)
    file["documents"][0] |= {"segment": "Nobody", "segmentId": "0123456789"}
    error = refused(client, "POST", "/content/import", file, 422)
    assert (error["code"], error["details"]["segments"]) == ("unknown_segment", ["Nobody"])


def test_style_guide_and_components(client: TestClient) -> None:
    style = call(client, "GET", "/workspace/styleguide")
    assert (style["revision"], style["font"]["sizePx"]) == (0, 16)
    low = refused(client, "PUT", "/workspace/styleguide", style | {"colors": {"text": "#999999"}}, 422)
    assert (low["code"], low["details"]["pair"], low["details"]["needed"]) == (
        "contrast_too_low", ["text", "background"], 4.5,
    )  # fmt: skip
    mended = {"text": low["details"]["nearest"], "surface": "#ffffff"}
    kept = call(client, "PUT", "/workspace/styleguide", style | {"colors": mended})
    assert (kept["revision"], kept["colors"]["text"]) == (1, low["details"]["nearest"])
    stale = refused(client, "PUT", "/workspace/styleguide", style, 409)
    assert stale["code"] == "changed_meanwhile"
    entry = {
        "name": "acme-rating", "kind": "element", "tag": "acme-rating", "title": "Rating",
        "props": [{"name": "stars", "type": "number", "default": 3}],
    }  # fmt: skip
    kept = {"revision": 1, "components": [entry]}
    assert call(client, "PUT", "/workspace/components", {"components": [entry]}) == kept
    assert call(client, "PUT", "/workspace/components", kept) == kept | {"revision": 2}
    assert refused(client, "PUT", "/workspace/components", kept, 409)["code"] == "changed_meanwhile"
    assert call(client, "GET", "/workspace/components") == kept | {"revision": 2}
    wrong = refused(client, "PUT", "/workspace/components", {"components": [entry | {"tag": "rating"}]}, 400)
    assert wrong["details"] == {"field": "components[0].tag"}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x", "slug": "Big"}, "slug"),
        ({"name": "x", "slug": "977"}, "slug"),
        ({"name": "x", "slug": "a--b"}, "slug"),
        ({"name": "x", "folder": "a\nb"}, "folder"),
    ],
)
def test_a_content_that_cannot_be_made(client: TestClient, body: dict[str, Any], field: str) -> None:
    error = refused(client, "POST", "/content", body, 400)
    assert error["details"]["field"] == field


def test_a_tree_of_no_known_shape_or_too_large(client: TestClient) -> None:
    blocks: list[Any] = [{"id": "x", "type": "marquee", "props": {}}]
    error = refused(client, "POST", "/content", {"name": "x", "tree": {"kind": "inline", "blocks": blocks}}, 400)
    assert error["code"] == "validation_error"
    blocks = [{"id": f"b{number}", "type": "divider", "props": {}} for number in range(501)]
    error = refused(client, "POST", "/content", {"name": "x", "tree": {"kind": "inline", "blocks": blocks}}, 422)
    assert (error["code"], error["details"]["found"]) == ("tree_too_large", 501)


def test_slugs_belong_to_one_content(client: TestClient) -> None:
    first, second = made(client, "One"), made(client, "Two")
    published(client, first)
    renamed = call(client, "PATCH", "/content/one", {"revision": first["revision"], "slug": "uno"})
    assert renamed["status"] == "changed"
    taken = refused(client, "PATCH", "/content/two", {"revision": second["revision"], "slug": "one"}, 409)
    assert taken["code"] == "slug_taken", "pages still know the first by it"
    published(client, renamed)
    assert call(client, "PATCH", "/content/two", {"revision": second["revision"], "slug": "one"})["slug"] == "one"


def test_a_copy_has_forms_of_its_own(client: TestClient) -> None:
    fields = [{"id": "q", "type": "field", "props": {"kind": "text", "label": "Why?"}}]
    form = {"id": "f", "type": "form", "props": {"name": "Feedback"}, "blocks": fields}
    content = made(client, tree={"kind": "inline", "blocks": [form]})
    form_id = content["documents"][0]["tree"]["blocks"][0]["props"]["formId"]
    assert len(form_id) == 21
    copied = call(client, "POST", "/content/welcome/duplicate", {"name": "Welcome again"}, 201)
    assert copied["slug"] == "welcome-again"
    assert copied["documents"][0]["tree"]["blocks"][0]["props"]["formId"] != form_id


def test_who_may_read_may_not_write(client: TestClient, store: Store, workspace: Workspace) -> None:
    content = made(client)
    _, reader = store.access.create_api_key(workspace.id, name="Reader", scopes=["read"])
    client.headers["Authorization"] = f"Bearer {reader}"
    call(client, "GET", "/content")
    call(client, "POST", f"/content/{content['id']}/check", None)
    for method, path, body in (
        ("POST", "/content", {"name": "x"}),
        ("PATCH", "/content/welcome", {"revision": 1}),
        ("DELETE", "/content/welcome", None),
        ("POST", "/content/welcome/publish", {}),
        ("POST", "/content/welcome/rollback", {"documentId": 1, "versionId": "x"}),
        ("PUT", "/workspace/components", {"components": []}),
    ):
        assert refused(client, method, path, body, 403)["code"] == "forbidden"
    del client.headers["Authorization"]
    assert refused(client, "GET", "/content", None, 401)["code"] == "unauthorized"
