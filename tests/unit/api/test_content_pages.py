"""Page rules are tried out with the expression that pages are told, and refused with the reason."""

from __future__ import annotations

from typing import Any

from litestar.testing import TestClient

PATH = "/api/v1/content/test-pages"


def judged(client: TestClient[Any], url: str, **pages: Any) -> dict[str, Any]:
    answer = client.post(PATH, json={"pages": pages, "url": url})
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_each_rule_is_told_with_what_it_found(client: TestClient[Any]) -> None:
    show = [{"kind": "path", "value": "/shop/*"}, {"kind": "query", "value": "tab=all"}]
    hide = [{"kind": "subdomain", "value": "admin"}]
    found = judged(client, "https://app.example.com/shop/7", match="any", show=show, hide=hide)
    assert found["shows"] is True
    assert [(each["list"], each["rule"], each["matches"]) for each in found["rules"]] == [
        ("show", show[0], True),
        ("show", show[1], False),
        ("hide", hide[0], False),
    ]
    assert judged(client, "https://app.example.com/shop/7", match="all", show=show)["shows"] is False
    assert judged(client, "https://admin.example.com/shop/7", show=show, hide=hide)["shows"] is False


def test_without_rules_it_shows_everywhere(client: TestClient[Any]) -> None:
    assert judged(client, "https://app.example.com/") == {"shows": True, "rules": []}


def test_what_cannot_be_read_is_refused_with_the_reason(client: TestClient[Any]) -> None:
    rule = {"kind": "path", "value": "https://app.example.com/shop"}
    answer = client.post(PATH, json={"pages": {"show": [rule]}, "url": "https://app.example.com/"})
    assert answer.status_code == 400
    assert "Make the rule's kind exact" in answer.json()["error"]["message"]
    answer = client.post(PATH, json={"pages": {}, "url": "somewhere"})
    assert answer.status_code == 400
    assert "is no whole address" in answer.json()["error"]["message"]
