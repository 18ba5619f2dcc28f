"""Candu's sending side, in-process: customer events become rows of a source of the same server, each one once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.e2e.test_send_delivery import SHORT, WAIT_S, add_webhook, closes, post, until, view
from tests.receivers import Receiver
from tests.server import Server


@pytest.fixture(scope="module")
def looped(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("looped") / "data", environment=SHORT)
    yield running
    assert running.stop() == 0, running.stderr()


def click(id: str) -> dict[str, Any]:
    properties = view("")["properties"] | {"eventName": "Open clicked", "versionId": "81dc9bdb52d04dc20036dbd8313ed055"}
    return {
        "id": id,
        "type": "Track",
        "eventName": "candu.sdk.content.interaction",
        "userId": "user-1",
        "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
        "properties": properties,
    }


def test_a_view_and_a_click_give_one_webhook_and_one_row_each(looped: Server) -> None:
    source = looped.add_source("candu", "Candu_Prod")
    with Receiver() as receiver:
        add_webhook(looped, receiver.url, topics=["content.view", "content.interaction"])
        looped.api("PUT", "/integrations/candu-segment", {"sourceId": source["id"], "enabled": True})
        post(looped, view("loop-view"), click("loop-click"))
        requests = receiver.wait_for(2, timeout_s=WAIT_S)
        assert sorted(request.json()["payload"]["id"] for request in requests) == ["loop-click", "loop-view"]
        looped.rows("SELECT count(*) FROM candu_prod.tutorial_view", lambda rows: rows == [[1]], wait_s=WAIT_S)
        looped.rows("SELECT count(*) FROM candu_prod.tutorial_interaction", lambda rows: rows == [[1]], wait_s=WAIT_S)
        until(lambda: closes(looped), "the accounting closes")
        assert all(each["duplicate"] == 0 for each in looped.wait_closed()["sources"])
        assert len(receiver.requests) == 2


def test_an_event_that_went_round_three_times_goes_no_further(looped: Server) -> None:
    hook = add_webhook(looped, "headwater:inbox")
    post(looped, view("round") | {"context": {"headwater": {"hops": 3}}})
    [line] = until(
        lambda: looped.api("GET", f"/webhooks/{hook['id']}/attempts", params={"status": "skipped"})["data"], "skipped"
    )
    assert line["errorClass"] == "loop"


def test_a_sender_whose_source_was_deleted_is_switched_off_and_goes_on_with_another(looped: Server) -> None:
    source, other = looped.add_source("candu", "Candu_Gone"), looped.add_source("candu", "Candu_Next")
    looped.api("PUT", "/integrations/candu-segment", {"sourceId": source["id"], "enabled": True})
    looped.api("DELETE", f"/sources/{source['id']}")
    post(looped, view("gone-view"))
    found = {"status": "skipped", "q": "gone-view"}
    until(lambda: looped.api("GET", "/integrations/candu-segment/attempts", params=found)["data"], "skipped")
    told = until(
        lambda: [each for each in [looped.api("GET", "/integrations/candu-segment")] if not each["enabled"]], "off"
    )[0]
    reason = f"The source {source['id']} that it hands its events to was deleted."
    assert told["disabledReason"].startswith(reason)
    assert told["state"]["warning"].startswith(reason)
    test = looped.api("POST", "/integrations/candu-segment/test")
    assert (test["status"], test["errorClass"]) == ("skipped", "source_gone")
    assert test["error"].startswith(reason)
    key = other["writeKeys"][0]
    looped.api("PUT", "/integrations/candu-segment", {"writeKey": key, "enabled": True})
    until(lambda: looped.api("GET", "/integrations/candu-segment")["state"]["warning"] is None, "well again")
    looped.api("POST", "/integrations/candu-segment/recover", {"since": "2020-01-01T00:00:00Z"})
    looped.rows("SELECT count(*) FROM candu_next.tutorial_view", lambda rows: rows == [[1]], wait_s=WAIT_S)
