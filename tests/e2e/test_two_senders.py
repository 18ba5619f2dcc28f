"""Both sending integrations, in-process and over the network: exactly their events, exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.test_customer_events import BROWSER, answers_of_form, click, event, post, view
from tests.e2e.test_destinations_arrive import webhook
from tests.e2e.test_seed_events import PRODUKTLY
from tests.receivers.documented import SegmentService
from tests.receivers.receiver import Receiver
from tests.server import Server

KEY = "abcdefghijklmnopqrstuvwxyz012345"
SENDERS = ("candu-segment", "produktly-segment")


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    data = tmp_path_factory.mktemp("server") / "data"
    running = Server(data, environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"})
    yield running
    assert running.stop() == 0, running.stderr()


def tours(**more: Any) -> list[dict[str, Any]]:
    named = [(each.name, each.properties) for each in PRODUKTLY.values()]
    return [event("Track", eventName=name, properties=properties, **more) for name, properties in named]


def customer_events(server: Server, sent: list[dict[str, Any]]) -> None:
    token = server.api("GET", "/workspace")["clientToken"]
    assert post(server, token, sent).json() == {"success": True}


@pytest.mark.seed("S4.6")
@pytest.mark.seed("S1.7")
def test_the_loop_gives_one_row_and_one_webhook_each(server: Server):
    sources = {
        "candu-segment": server.add_source("candu", "Candu_Prod"),
        "produktly-segment": server.add_source("produktly", "Produktly_Prod"),
    }
    for slug, source in sources.items():
        server.api("PUT", f"/integrations/{slug}", {"sourceId": source["id"], "enabled": True})
    seen, clicked, form = view(), click(), answers_of_form()
    with Receiver() as receiver:
        webhook(server, receiver.url, "content.view", "content.interaction", "form.submission")
        customer_events(server, [seen, clicked, form, *tours()])
        receiver.wait_for(3)
        accounting = server.wait_closed(wait_s=90)
        assert [each["type"] for each in _payloads(receiver)] == ["FormSubmission", "Screen", "Track"]
    columns = "tutorial_id, segment_id, version_id, user_id, anonymous_id"
    rows = server.sql(f"SELECT {columns}, portal_id FROM candu_prod.tutorial_view")
    (portal_id,) = (row.pop() for row in rows)
    assert rows == [[32470, "Everyone", seen["properties"]["versionId"], "user-42", BROWSER]]
    assert isinstance(portal_id, int)
    found = server.sql(f"SELECT {columns}, event_name, portal_id FROM candu_prod.tutorial_interaction")
    label = clicked["properties"]["eventName"]
    assert found == [[1234, *rows[0][1:], label, portal_id]]
    for each in PRODUKTLY.values():
        names = ", ".join(each.columns)
        expected = [[*(value for _, value in each.columns.values()), "user-42", BROWSER]]
        assert server.sql(f"SELECT {names}, user_id, anonymous_id FROM produktly_prod.{each.table}") == expected
    counted = {each["sourceId"]: each for each in accounting["sources"]}
    assert counted[sources["candu-segment"]["id"]]["clean"] == 2
    assert counted[sources["produktly-segment"]["id"]]["clean"] == 14
    assert all(each["duplicate"] == 0 for each in counted.values())


def _payloads(receiver: Receiver) -> list[dict[str, Any]]:
    return sorted((request.json()["payload"] for request in receiver.requests), key=lambda payload: payload["type"])


@pytest.mark.seed("S4.8")
def test_over_the_network_with_the_uuid_as_user_id_or_without(server: Server):
    service = SegmentService(KEY)
    with Receiver(then=service) as receiver:
        given = {"writeKey": KEY, "host": receiver.url_at("127.0.0.1", ""), "enabled": True}
        for slug in SENDERS:
            server.api("PUT", f"/integrations/{slug}", given)
        anonymous = {"userId": None}
        customer_events(server, [view(), view(**anonymous), *tours()[:1], *tours(**anonymous)[:1]])
        server.wait_closed(wait_s=90)
        server.api("PUT", "/integrations/produktly-segment", {"enabled": True, "uuidAsUserId": True})
        customer_events(server, [*tours()[1:2], *tours(**anonymous)[1:2]])
        server.wait_closed(wait_s=90)
    assert service.lost == []
    who = {(each.get("name") or each["event"], each.get("userId"), each["anonymousId"]) for each in service.kept}
    assert who == {
        ("tutorial.view", "user-42", BROWSER),
        ("tutorial.view", None, BROWSER),
        ("Tour Available", "user-42", BROWSER),
        ("Tour Available", None, BROWSER),
        ("Tour Start", "user-42", BROWSER),
        ("Tour Start", BROWSER, BROWSER),
    }
    assert all(uuid.UUID(each["messageId"]).version == 5 for each in service.kept)
    assert {each["type"] for each in service.kept if each.get("event")} == {"track"}
    assert {each["type"] for each in service.kept if each.get("name")} == {"screen"}
