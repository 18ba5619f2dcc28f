"""Why a person sees a content, or not: the answer must agree with what the page itself is told."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.e2e.contents import document, draft, experience, placement, publish
from tests.e2e.people import EVERYONE, person, segment
from tests.server import Server

PAGES = {
    "match": "any",
    "show": [{"kind": "path", "value": "/app/**"}, {"kind": "subdomain", "value": "docs"}],
    "hide": [{"kind": "query", "value": "quiet"}],
}


@dataclass(frozen=True)
class Shop:
    server: Server
    pro: str
    ann: str
    bob: str
    content: dict[str, Any]

    def explain(self, content: dict[str, Any] | None = None, **query: str) -> dict[str, Any]:
        of = (content or self.content)["id"]
        return self.server.api("GET", f"/content/{of}/explain", params=query)


@pytest.fixture(scope="module")
def shop(shared_server: Server) -> Iterator[Shop]:
    pro = segment(shared_server, "Pro", {"trait": "plan", "op": "equals", "value": "pro"})
    key = shared_server.add_source("http-api", "Shop_Backend")["writeKeys"][0]
    for user_id, plan in (("ann", "pro"), ("bob", "free")):
        assert shared_server.send("/v1/identify", {"userId": user_id, "traits": {"plan": plan}}, key=key).is_success
    ann = person(shared_server, "ann", lambda each: pro in each["segments"])["id"]
    bob = person(shared_server, "bob")["id"]
    placed = placement(pages=PAGES, devices=["desktop"], languages=["de"], delayS=2)
    content = publish(shared_server, "Banner", segments=[(pro, "For pro")], placements=[placed])
    return Shop(shared_server, pro, ann, bob, content)


def test_each_rule_is_told_with_the_value_that_it_saw(shop: Shop) -> None:
    told = shop.explain(personId=shop.ann, url="https://app.example.com/app/x", language="de-AT", device="desktop")
    assert (told["shown"], told["live"]) == (document(shop.content, shop.pro)["id"], True)
    first, last = told["documents"]
    assert (first["segmentId"], first["member"], first["versionId"]) == (
        shop.pro,
        True,
        document(shop.content, shop.pro)["versionId"],
    )
    assert first["tree"]["value"] == "pro"
    assert first["tree"]["rule"] == {"trait": "plan", "op": "equals", "value": "pro"}
    assert (last["segmentName"], last["member"]) == (EVERYONE, True)
    (place,) = told["placements"]
    assert place["pages"] == {
        "result": True,
        "match": "any",
        "rules": [
            {"list": "show", "kind": "path", "value": "/app/**", "result": True, "fault": None},
            {"list": "show", "kind": "subdomain", "value": "docs", "result": False, "fault": None},
            {"list": "hide", "kind": "query", "value": "quiet", "result": False, "fault": None},
        ],
    }
    assert place["devices"] == {"allowed": ["desktop"], "given": "desktop", "result": True}
    assert place["languages"] == {"allowed": ["de"], "given": "de-AT", "result": True}
    assert (place["trigger"], place["delayS"], place["frequency"]) == ({"on": "load"}, 2, {"kind": "always"})
    assert told["note"].startswith("It shows there, if")


def test_who_is_in_no_segment_gets_everyones(shop: Shop) -> None:
    told = shop.explain(personId=shop.bob)
    assert told["shown"] == document(shop.content)["id"]
    assert (told["documents"][0]["member"], told["documents"][0]["tree"]["value"]) == (False, "free")
    assert told["placements"][0]["pages"]["result"] is None
    nobody = shop.explain()
    assert nobody["shown"] == told["shown"]
    assert nobody["documents"][0]["note"] == "Somebody whom nobody knows is in Everyone alone."


@pytest.mark.parametrize(
    ("query", "held"),
    [
        ({"url": "https://app.example.com/app"}, True),
        ({"url": "https://docs.example.com/"}, True),
        ({"url": "https://app.example.com/app?quiet"}, False),
        ({"url": "https://app.example.com/other#/app"}, False),
        ({"device": "mobile"}, False),
        ({"language": "en-GB"}, False),
        ({"language": "del"}, False),
    ],
)
def test_a_page_device_or_language_can_rule_it_out(shop: Shop, query: dict[str, str], held: bool) -> None:
    told = shop.explain(personId=shop.ann, **query)
    assert (told["shown"] is not None) is held
    if not held:
        assert told["note"] == "No placement shows it there: not on this page, device or language."
    if "url" in query:
        found = experience(shop.server, shop.content, userId="ann")
        assert found is not None
        page = query["url"].partition("#")[0]
        assert (re.search(found["placements"][0]["pages"], page) is not None) is held


def test_what_is_not_published_is_seen_by_nobody(shop: Shop) -> None:
    made = draft(shop.server, "Unpublished")
    told = shop.explain(made, personId=shop.ann)
    assert (told["shown"], told["live"], told["documents"][0]["versionId"]) == (None, False, None)
    assert told["note"] == "Nobody sees it: it is not published. What follows is of the draft."
    shop.server.api("POST", f"/content/{made['id']}/archive")
    assert shop.explain(made)["note"] == "Nobody sees it: it is archived."


def test_what_cannot_be_explained_is_said(shop: Shop) -> None:
    path = f"/content/{shop.content['id']}/explain"
    for query, status, code in (
        ({"personId": "per_nobody"}, 404, "not_found"),
        ({"url": "/app"}, 400, "validation_error"),
        ({"url": "https://a.example/" + "a" * 2_000}, 400, "validation_error"),
        ({"device": "fridge"}, 400, "validation_error"),
        ({"language": "x" * 51}, 400, "validation_error"),
    ):
        refused = shop.server.api("GET", path, params=query, status=status)
        assert refused["error"]["code"] == code
    assert shop.server.api("GET", "/content/none/explain", status=404)["error"]["code"] == "not_found"
