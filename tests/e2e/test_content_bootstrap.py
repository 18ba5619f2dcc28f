"""What pages are told to show: to whom, how soon, in how few bytes, and how little of the person to whom."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator
from dataclasses import dataclass

import httpx
import pytest

from tests.e2e.contents import document, experience, experiences, placement, publish, text_of
from tests.e2e.people import EVERYONE, bootstrap, client_token, person, segment
from tests.server import Server

ORIGIN = "https://shop.example"


@dataclass(frozen=True)
class Shop:
    server: Server
    pro: str
    new: str
    secret: str

    def signed(self, user_id: str) -> str:
        return hmac.new(self.secret.encode(), user_id.encode(), hashlib.sha256).hexdigest()


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    server = Server(tmp_path_factory.mktemp("shop") / "data")
    secret = server.api("POST", "/workspace/identity-secrets", {"name": "one"})["key"]
    pro = segment(server, "Pro", {"trait": "plan", "op": "equals", "value": "pro"})
    new = segment(server, "New", {"trait": "isNew", "op": "isTrue"})
    key = server.add_source("http-api", "Shop_Backend")["writeKeys"][0]
    people = {
        "ann": {"plan": "pro", "isNew": True, "name": "Ann", "address": {"city": "Wien"}},
        "bob": {"plan": "free"},
    }
    for user_id, traits in people.items():
        call = {"userId": user_id, "anonymousId": f"browser-of-{user_id}", "traits": traits}
        assert server.send("/v1/identify", call, key=key).is_success
    group = {"userId": "ann", "groupId": "acme", "traits": {"name": "Acme", "seats": 7}}
    assert server.send("/v1/group", group, key=key).is_success
    person(server, "ann", lambda each: {pro, new} <= set(each["segments"]) and bool(each["groups"]))
    person(server, "bob")
    yield Shop(server, pro, new, secret)
    assert server.stop() == 0, server.stderr()


def test_each_sees_the_first_document_whose_segment_holds_them(shop: Shop) -> None:
    made = publish(shop.server, "In order", "For all", segments=[(shop.new, "For new"), (shop.pro, "For pro")])
    for query, segment_id, text in (
        ({"userId": "ann"}, shop.new, "For new"),
        ({"userId": "bob"}, EVERYONE, "For all"),
        ({"userId": "never seen"}, EVERYONE, "For all"),
        ({"anonymousId": "passer-by"}, EVERYONE, "For all"),
        ({}, EVERYONE, "For all"),
    ):
        found = experience(shop.server, made, **query)
        assert found is not None
        assert (found["segmentId"], text_of(found)) == (segment_id, text)
        assert found["documentId"] == document(made, segment_id)["id"]
        assert found["versionId"] == document(made, segment_id)["versionId"]
    order = [document(made, each)["id"] for each in (shop.pro, shop.new, EVERYONE)]
    path = f"/content/{made['id']}"
    shop.server.api("PATCH", path, {"revision": made["revision"], "documentOrder": order})
    assert text_of(experience(shop.server, made, userId="ann")) == "For new"
    shop.server.api("POST", f"{path}/publish", {})
    assert text_of(experience(shop.server, made, userId="ann")) == "For pro"


def test_what_is_published_or_taken_off_is_so_at_the_next_answer(shop: Shop) -> None:
    made = publish(shop.server, "Banner", "One")
    path = f"/content/{made['id']}"
    assert text_of(experience(shop.server, made)) == "One"
    of = document(made)
    change = {
        "revision": of["revision"],
        "tree": of["tree"] | {"blocks": [{"id": "b", "type": "divider", "props": {}}]},
    }
    shop.server.api("PATCH", f"{path}/documents/{of['id']}", change)
    assert text_of(experience(shop.server, made)) == "One"
    shop.server.api("POST", f"{path}/publish", {})
    changed = experience(shop.server, made)
    assert changed is not None
    assert changed["tree"]["blocks"][0]["type"] == "divider"
    shop.server.api("POST", f"{path}/rollback", {"documentId": of["id"], "versionId": of["versionId"]})
    assert text_of(experience(shop.server, made)) == "One"
    shop.server.api("POST", f"{path}/unpublish")
    assert experience(shop.server, made) is None


def test_a_page_is_told_where_it_shows_by_one_expression(shop: Shop) -> None:
    pages = {
        "match": "any",
        "show": [{"kind": "path", "value": "/app/**"}],
        "hide": [{"kind": "query", "value": "quiet"}],
    }
    made = publish(shop.server, "Placed", placements=[placement(pages=pages, trigger={"on": "event", "event": "Paid"})])
    found = experience(shop.server, made)
    assert found is not None
    (told,) = found["placements"]
    assert told | {"pages": ""} == {
        "id": "p00001",
        "place": "inside",
        "selectors": ["#slot"],
        "pages": "",
        "trigger": {"on": "event", "event": "Paid"},
    }
    on = [
        url for url in ("/app", "/app/a/b", "/app?quiet", "/x") if re.search(told["pages"], f"https://a.example{url}")
    ]
    assert on == ["/app", "/app/a/b"]


def test_what_a_page_has_already_is_not_sent_again(shop: Shop) -> None:
    made = publish(shop.server, "Kept", "One")
    first = bootstrap(shop.server, userId="ann")
    known = {"if-none-match": first.headers["etag"]}
    assert (bootstrap(shop.server, known, userId="ann").status_code, first.headers["content-encoding"]) == (304, "gzip")
    shop.server.api("POST", f"/content/{made['id']}/unpublish")
    assert bootstrap(shop.server, known, userId="ann").status_code == 200


def test_the_workspaces_style_comes_with_what_is_shown(shop: Shop) -> None:
    publish(shop.server, "Styled")
    guide = shop.server.api("GET", "/workspace/styleguide")
    style = bootstrap(shop.server).json()["style"]
    assert style["light"]["primary"] == guide["colors"]["primary"]
    shop.server.api(
        "PUT", "/workspace/styleguide", guide | {"radiusPx": 3, "font": {"family": "inherit", "sizePx": 18}}
    )
    style = bootstrap(shop.server).json()["style"]
    assert (style["radiusPx"], style["sizePx"]) == (3, 18)


def test_traits_are_told_of_nobody_who_has_not_proved_who_they_are(shop: Shop) -> None:
    text = "Hi {{user.name|there}} of {{account.name}} ({{account.id}}), {{user.address.city}}, {{user.missing|no}}"
    made = publish(shop.server, "Personal", text)
    nothing = {"user": {}, "account": {}}
    known = {"user": {"name": "Ann", "address.city": "Wien"}, "account": {"name": "Acme", "id": "acme"}}
    try:
        for mode in ("off", "observe", "require"):
            shop.server.api("PATCH", "/workspace", {"identityVerification": mode})
            signed = bootstrap(shop.server, userId="ann", hmac=shop.signed("ann")).json()
            assert signed["variables"] == known
            for proof in ({}, {"hmac": "guess"}, {"hmac": shop.signed("bob")}):
                answer = bootstrap(shop.server, userId="ann", anonymousId="browser-of-ann", **proof)
                assert answer.json()["variables"] == nothing
                assert "Wien" not in answer.text
    finally:
        shop.server.api("PATCH", "/workspace", {"identityVerification": "off"})
        shop.server.api("POST", f"/content/{made['id']}/unpublish")


def test_who_must_sign_and_does_not_gets_what_anonymous_people_get(shop: Shop) -> None:
    made = publish(shop.server, "Required", "For all", segments=[(shop.pro, "For pro")])
    shop.server.api("PATCH", "/workspace", {"identityVerification": "require"})
    try:
        assert text_of(experience(shop.server, made, userId="ann", hmac=shop.signed("ann"))) == "For pro"
        for proof in ({}, {"hmac": "guess"}, {"hmac": shop.signed("bob")}):
            forged = bootstrap(shop.server, userId="ann", anonymousId="browser-of-ann", **proof)
            assert forged.content == bootstrap(shop.server, anonymousId="brand new").content
    finally:
        shop.server.api("PATCH", "/workspace", {"identityVerification": "off"})


def test_a_tree_that_has_no_room_is_asked_for_alone_and_kept_for_ever(shop: Shop) -> None:
    text = "A long story. " * 900
    made = publish(shop.server, "Long", text)
    try:
        found = experience(shop.server, made)
        assert found is not None
        assert "tree" not in found
        url, query = f"{shop.server.url}/api/experiences/{found['versionId']}", {"token": client_token(shop.server)}
        answer = httpx.get(url, params=query, headers={"origin": ORIGIN}, timeout=30)
        assert answer.json()["blocks"][0]["props"]["text"].strip() == text.strip()
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert (answer.headers["content-encoding"], answer.headers["access-control-allow-origin"]) == ("gzip", ORIGIN)
        assert httpx.get(url, timeout=30).json()["code"] == "invalid_client_token"
        unknown = httpx.get(url.replace(found["versionId"], "0" * 40), params=query, timeout=30)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
        for allowed, expected in ((["https://other.example"], None), ([ORIGIN], ORIGIN)):
            shop.server.api("PATCH", "/workspace", {"allowedOrigins": allowed})
            for asked in (url, f"{shop.server.url}/api/bootstrap"):
                given = httpx.get(asked, params=query, headers={"origin": ORIGIN}, timeout=30)
                assert given.headers.get("access-control-allow-origin") == expected
    finally:
        shop.server.api("PATCH", "/workspace", {"allowedOrigins": []})
        shop.server.api("POST", f"/content/{made['id']}/unpublish")


def test_two_hundred_contents_are_answered_in_less_than_ten_kilobytes(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Of which a person sees some. Who sees all of them at once is told more, without the trees."""
    server = Server(tmp_path_factory.mktemp("many") / "data")
    try:
        segments = [segment(server, f"S{n}", {"trait": "n", "op": "equals", "value": n}) for n in range(10)]
        key = server.add_source("http-api", "Backend")["writeKeys"][0]
        assert server.send("/v1/identify", {"userId": "ann", "traits": {"n": 3}}, key=key).is_success
        person(server, "ann", lambda each: segments[3] in each["segments"])
        body = {"headwater": "content", "version": 1, "folder": "", "placements": [placement()], "goals": []}
        made = []
        for n in range(200):
            of = segments[n % 10] if n >= 5 else EVERYONE
            tree = {"kind": "inline", "blocks": [{"id": "a", "type": "text", "props": {"text": f"Content {n}. " * 20}}]}
            document = {"segment": of, "segmentId": of, "tree": tree}
            file = body | {"name": f"Content {n}", "slug": f"content-{n}", "documents": [document]}
            made.append(server.api("POST", "/content/import", file))
            server.api("POST", f"/content/{made[-1]['id']}/publish", {})
        headers = {"accept-encoding": "identity"}
        answer = bootstrap(server, headers, userId="ann")
        found = answer.json()["experiences"]
        expected = {each["contentId"] for n, each in enumerate(made) if n < 5 or n % 10 == 3}
        assert {each["contentId"] for each in found} == expected
        assert len(answer.content) < 10_000
        assert any("tree" in each for each in found)
        packed = httpx.get(answer.request.url, headers={"accept-encoding": "gzip"}, timeout=30)
        assert packed.json() == answer.json()
        assert int(packed.headers["content-length"]) < 5_000
        assert len(experiences(server)) == 5
    finally:
        assert server.stop() == 0, server.stderr()
