"""The doors for pages, with something to show: who is told what of a person, how answers travel, the author's door."""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from headwater.api import page_door
from headwater.api.author import Author
from headwater.api.bootstrap import Bootstrap
from headwater.api.experiences import Experiences
from headwater.base.http import Reply
from headwater.control.bootstrap import generation_at, sealer_at, state_url
from headwater.control.database import State
from headwater.control.directory import Directory
from headwater.control.model import Workspace
from headwater.control.store import Store
from headwater.surfaces.authoring import AuthorSessions
from headwater.surfaces.desk import Desk
from headwater.surfaces.drafts import Beginning, Change
from headwater.surfaces.live import Live
from headwater.surfaces.model import SYSTEM, Content, PageRule, Pages, Placement, tree_of
from headwater.surfaces.store import ContentStore
from tests.unit.api.nearby import NearbyProfiles, person

SECRET = "a-secret"
TEXT = "Hi {{user.name|there}} of {{account.name}}, {{user.id}}. " + "More to read. " * 100


class Doors:
    """The three doors of one installation, asked as a page asks them."""

    def __init__(self, place: Path, workspace: Workspace, profiles: NearbyProfiles) -> None:
        self.profiles = profiles
        self.token, self.workspace_id = workspace.client_token, workspace.id
        generation = generation_at(place)
        self.state = State(url=state_url(place), generation=generation)
        self.directory = Directory(store_url=state_url(place), generation=generation, sealer=sealer_at(place))
        self.contents = ContentStore(state=self.state)
        live = Live(state=self.state, generation=generation)
        self.sessions = AuthorSessions()
        self._bootstrap = Bootstrap(tokens=self.directory, people=profiles, live=live, note=lambda *_: None)
        self._experiences = Experiences(tokens=self.directory, trees=live)
        self._author = Author(tokens=self.directory, sessions=self.sessions, drafts=Desk(contents=self.contents))

    def publish(self, text: str = TEXT) -> Content:
        made = self.draft(text)
        return self.contents.publishing.publish(self.workspace_id, str(made.id), document_ids=None, note="", by=SYSTEM)

    def draft(self, text: str = TEXT) -> Content:
        tree = tree_of({"kind": "inline", "blocks": [{"id": "a", "type": "text", "props": {"text": text}}]})
        made = self.contents.drafts.create(
            self.workspace_id, Beginning(name="Banner", documents=[("Everyone", tree)]), by=SYSTEM
        )
        pages = Pages(show=(PageRule(kind="path", value="/app"),))
        change = Change(placements=(Placement(id="p1", selectors=("#slot",), pages=pages),))
        return self.contents.drafts.update(self.workspace_id, str(made.id), change, revision=made.revision, by=SYSTEM)

    def bootstrap(self, headers: Mapping[bytes, bytes] | None = None, **query: str) -> Reply:
        asked = urlencode({"token": self.token} | query)
        return asyncio.run(self._bootstrap.reply("GET", asked, headers or {}))

    def variables(self, **query: str) -> dict[str, Any]:
        return json.loads(self.bootstrap(**query).body)["variables"]

    def tree(self, version_id: str, headers: Mapping[bytes, bytes] | None = None, **query: str) -> Reply:
        asked = urlencode({"token": self.token} | query)
        return asyncio.run(self._experiences.reply("GET", f"/api/experiences/{version_id}", asked, headers or {}))

    def author(self, method: str = "GET", body: bytes = b"", **query: str) -> Reply:
        asked = urlencode({"token": self.token} | query)
        return asyncio.run(self._author.reply(method, asked, {b"origin": b"https://shop.example"}, body))


@pytest.fixture
def doors(store: Store, workspace: Workspace, profiles: NearbyProfiles, tmp_path: Path) -> Iterator[Doors]:
    store.add_identity_secret(workspace.id, name="one", secret=SECRET)
    profiles.everyone = [
        person("per_1", userIds=["ann"], traits={"name": "Ann", "plan": "pro"}) | {"groupTraits": {"name": "Acme"}}
    ]
    doors = Doors(tmp_path, workspace, profiles)
    yield doors
    doors.directory.close()
    doors.state.close()


def signed(user_id: str) -> str:
    return hmac.new(SECRET.encode(), user_id.encode(), hashlib.sha256).hexdigest()


def header(reply: Reply, name: bytes) -> bytes | None:
    return dict(reply.headers).get(name)


NOTHING = {"user": {}, "account": {}}


@pytest.mark.parametrize("mode", ["off", "observe", "require"])
def test_traits_are_told_only_of_who_proved_who_they_are(store: Store, doors: Doors, mode: Any) -> None:
    doors.publish()
    store.update_workspace(doors.workspace_id, identity_verification=mode)
    known = {"user": {"id": "ann", "name": "Ann"}, "account": {"name": "Acme"}}
    assert doors.variables(userId="ann", hmac=signed("ann")) == known
    assert doors.variables(userId="ann", hmac=signed("ann").upper()) == known
    for proof in ({}, {"hmac": ""}, {"hmac": "guess"}, {"hmac": signed("bob")}):
        doors.profiles.calls.clear()
        assert doors.variables(userId="ann", anonymousId="a-1", **proof) == NOTHING
        assert all(len(call) == 4 for call in doors.profiles.calls), "traits were asked for"
    assert doors.variables(userId="new", hmac=signed("new")) == {"user": {"id": "new"}, "account": {}}
    assert doors.variables(anonymousId="a-1") == NOTHING


def test_traits_are_asked_for_only_where_a_live_text_names_them(doors: Doors) -> None:
    doors.publish("Nobody is named here.")
    assert doors.variables(userId="ann", hmac=signed("ann")) == NOTHING
    doors.publish("{{user.plan}}")
    doors.profiles.calls.clear()
    assert doors.variables(userId="ann", hmac=signed("ann")) == {"user": {"plan": "pro"}, "account": {}}
    assert doors.profiles.calls == [("person_of", doors.workspace_id, "ann", None, ["plan"])]


def test_what_is_published_is_in_the_next_answer(doors: Doors) -> None:
    assert json.loads(doors.bootstrap().body) == {"segments": ["Everyone"], "experiences": []}
    made = doors.publish()
    first = doors.bootstrap()
    (experience,) = json.loads(first.body)["experiences"]
    assert (experience["versionId"], experience["tree"]["kind"]) == (made.documents[0].version_id, "inline")
    assert doors.bootstrap({b"if-none-match": header(first, b"etag") or b""}).status == 304
    doors.contents.publishing.unpublish(doors.workspace_id, str(made.id), by=SYSTEM)
    gone = doors.bootstrap({b"if-none-match": header(first, b"etag") or b""})
    assert (gone.status, json.loads(gone.body)["experiences"]) == (200, [])


def test_an_answer_is_packed_for_who_can_unpack_it(doors: Doors) -> None:
    doors.publish()
    plain = doors.bootstrap()
    packed = doors.bootstrap({b"accept-encoding": b"gzip, br"})
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < len(plain.body) / 2
    assert (header(plain, b"content-encoding"), header(packed, b"content-encoding")) == (None, b"gzip")
    assert header(packed, b"etag") == b"W/" + (header(plain, b"etag") or b"")
    assert b"Accept-Encoding" in [value for name, value in packed.headers if name == b"vary"]
    again = {b"accept-encoding": b"gzip", b"if-none-match": header(packed, b"etag") or b""}
    assert (doors.bootstrap(again).status, header(doors.bootstrap(again), b"etag")) == (304, header(packed, b"etag"))


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        (b"gzip", True),
        (b"br, GZIP;q=0.5", True),
        (b"gzip;q=1.0, identity", True),
        (b"*", True),
        (b"", False),
        (b"br", False),
        (b"gzip;q=0", False),
        (b"gzip;q=0.0, br", False),
        (b"xgzip", False),
    ],
)
def test_who_can_unpack(accepted: bytes, expected: bool) -> None:
    assert page_door.wants_zip({b"accept-encoding": accepted}, 5_000) is expected
    assert not page_door.wants_zip({b"accept-encoding": accepted}, 900)


def test_the_tree_of_a_version_may_be_kept_for_ever(store: Store, doors: Doors) -> None:
    made = doors.publish()
    version_id = made.documents[0].version_id or ""
    reply = doors.tree(version_id, {b"origin": b"https://shop.example", b"accept-encoding": b"gzip"})
    assert json.loads(gzip.decompress(reply.body))["blocks"][0]["props"]["text"] == TEXT
    assert header(reply, b"cache-control") == b"public, max-age=31536000, immutable"
    assert header(reply, b"access-control-allow-origin") == b"https://shop.example"
    store.update_workspace(doors.workspace_id, allowed_origins=["https://other.example"])
    assert header(doors.tree(version_id, {b"origin": b"https://shop.example"}), b"access-control-allow-origin") is None
    doors.contents.publishing.unpublish(doors.workspace_id, str(made.id), by=SYSTEM)
    assert doors.tree(version_id).status == 200
    for asked, status, code in (
        ("0" * 40, 404, "not_found"),
        ("../bootstrap", 404, "not_found"),
        ("", 404, "not_found"),
    ):
        refused = doors.tree(asked)
        assert (refused.status, json.loads(refused.body)["code"]) == (status, code)
    assert doors.tree(version_id, token="nobody's").status == 403


def test_an_author_sees_the_draft_and_says_what_was_chosen(doors: Doors) -> None:
    made = doors.draft()
    session = doors.sessions.begin(
        doors.workspace_id, content_id=made.id, mode="preview", url="https://shop.example/app", document_id=None
    )
    reply = doors.author(code=session.code)
    told = json.loads(reply.body)
    assert (told["mode"], told["content"]["slug"], told["document"]["segmentId"]) == ("preview", "banner", "Everyone")
    assert told["document"]["tree"]["blocks"][0]["props"]["text"] == TEXT
    assert told["placements"] == [
        {"id": "p1", "place": "inside", "selectors": ["#slot"], "pages": told["placements"][0]["pages"]}
    ]
    assert (told["style"]["sizePx"], told["components"]) == (16, [])
    assert header(reply, b"access-control-allow-origin") == b"https://shop.example"
    assert header(reply, b"cache-control") == b"no-store"
    assert doors.sessions.get(doors.workspace_id, session.code).status == "opened"
    choice = {"selectors": ["#save"], "text": "Save", "url": "https://shop.example/app"}
    assert doors.author("POST", json.dumps(choice).encode(), code=session.code).status == 200
    picked = doors.sessions.get(doors.workspace_id, session.code).picked
    assert picked is not None
    assert (picked.selectors, picked.text) == (("#save",), "Save")


def test_a_draft_with_rules_that_cannot_be_read_shows_on_no_page(doors: Doors) -> None:
    made = doors.draft()
    pages = Pages(show=(PageRule(kind="path", value="/*/*/*/*/*/*"),))
    change = Change(placements=(Placement(id="p1", selectors=("#slot",), pages=pages),))
    doors.contents.drafts.update(doors.workspace_id, str(made.id), change, revision=made.revision, by=SYSTEM)
    session = doors.sessions.begin(
        doors.workspace_id, content_id=made.id, mode="pick", url="https://shop.example/app", document_id=None
    )
    told = json.loads(doors.author(code=session.code).body)
    assert told["document"] is None
    assert told["placements"] == [{"id": "p1", "place": "inside", "selectors": ["#slot"], "pages": r"[^\s\S]"}]


def test_what_the_authors_door_refuses(doors: Doors) -> None:
    made = doors.draft()
    session = doors.sessions.begin(
        doors.workspace_id, content_id=made.id, mode="pick", url="https://shop.example/app", document_id=None
    )
    right = b'{"selectors":["#a"],"text":"","url":""}'
    replies = [
        doors.author(code="guess"),
        doors.author(),
        doors.author(code=session.code, token="nobody's"),
        doors.author("POST", right, code="guess"),
        doors.author("POST", b"{", code=session.code),
        doors.author("POST", b'{"selectors":[]}', code=session.code),
        doors.author("POST", b"\xff", code=session.code),
        doors.author("DELETE", code=session.code),
    ]
    assert [(reply.status, json.loads(reply.body)["code"]) for reply in replies] == [
        (404, "not_found"),
        (404, "not_found"),
        (403, "invalid_client_token"),
        (404, "not_found"),
        (400, "bad_request"),
        (400, "bad_request"),
        (400, "bad_request"),
        (405, "method_not_allowed"),
    ]
    assert all(header(reply, b"access-control-allow-origin") for reply in replies)
    assert doors.author("OPTIONS").status == 204
    doors.contents.drafts.delete(doors.workspace_id, str(made.id), by=SYSTEM)
    assert doors.author(code=session.code).status == 404
