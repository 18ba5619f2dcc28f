"""Webhooks from an event at the door to a receiver: delivered, tried again, kept, recovered, counted."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from tests.receivers import Receiver, answer, hang, slowly
from tests.server import Server, children

WAIT_S = 60.0
SHORT = {
    "HEADWATER_EGRESS_ALLOW": "127.0.0.0/8",
    "HEADWATER_SEND_RETRY_S": "0.2,0.2,0.2,0.5,0.5,0.5,1,1,1",
    "HEADWATER_SEND_TIMEOUT_S": "3",
}


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("sender") / "data", environment=SHORT)
    yield running
    assert running.stop() == 0, running.stderr()


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {WAIT_S:g} s: {what}"
        time.sleep(0.05)
    return found


def add_webhook(server: Server, url: str, **more: Any) -> dict[str, Any]:
    body = {"name": "Hook", "url": url, "format": "default", "topics": ["content.view"], "enabled": True} | more
    return server.api("POST", "/webhooks", body)


def remove(server: Server, *hooks: dict[str, Any]) -> None:
    for hook in hooks:
        server.api("DELETE", f"/webhooks/{hook['id']}")


def view(id: str, user: str = "user-1") -> dict[str, Any]:
    return {
        "id": id,
        "type": "Screen",
        "screenName": "candu.sdk.content",
        "userId": user,
        "anonymousId": "5b6f0f0e-7f63-4c33-9a52-4f2f0a1c9d11",
        "properties": {"contentId": "nBz41kQpXw", "slug": "onboarding", "documentId": 3107, "segmentId": "Everyone"},
    }


def post(server: Server, *events: dict[str, Any]) -> None:
    token = server.api("GET", "/workspace")["clientToken"]
    answered = httpx.post(f"{server.url}/api/events/batch", params={"token": token}, json=list(events), timeout=30)
    assert answered.status_code == 200, answered.text


def attempts(server: Server, hook: dict[str, Any], **filters: Any) -> list[dict[str, Any]]:
    return server.api("GET", f"/webhooks/{hook['id']}/attempts", params={"limit": 100} | filters)["data"]


def reader(server: Server) -> dict[str, Any]:
    return next(each for each in server.api("GET", "/accounting")["readers"] if each["reader"] == "send")


def closes(server: Server) -> bool:
    told = reader(server)
    return told["clean"] == told["done"] + told["pending"] + told["dead"] + told["skipped"] and not told["pending"]


@pytest.mark.seed("S3.16")
def test_an_event_is_delivered_and_the_log_the_figures_and_where_show_it(sender: Server) -> None:
    with Receiver() as receiver:
        hook = add_webhook(sender, receiver.url)
        post(sender, view("seen-1"))
        [request] = receiver.wait_for(1, timeout_s=WAIT_S)
        assert request.json()["payload"]["id"] == "seen-1"
        [line] = until(lambda: attempts(sender, hook, status="delivered"), "logged")
        assert line["eventId"] == request.header("webhook-id")
        whole = sender.api("GET", f"/webhooks/{hook['id']}/attempts/{line['id']}")
        assert whole["requestBody"].encode() == request.body
        told = sender.api("GET", "/delivery", params={"connectionId": hook["id"]})
        assert (told["delivered"], told["notDelivered"], told["pending"]) == (1, 0, 0)
        assert told["p95LatencyMs"] > 0
        trail = sender.api("GET", "/events/seen-1")
        assert {each["reader"]: each["status"] for each in trail["readers"]}["send"] == "done"
        metrics = httpx.get(f"{sender.url}/metrics").text
        assert 'headwater_up{part="send"} 1.0' in metrics
        assert "headwater_deliveries_pending 0.0" in metrics
        remove(sender, hook)


@pytest.mark.seed("S3.17")
def test_an_answer_of_500_is_tried_again_and_kept_with_status_and_body(sender: Server) -> None:
    with Receiver(answer(500, b"no room"), answer(503, b"later"), then=answer(200)) as receiver:
        hook = add_webhook(sender, receiver.url)
        post(sender, view("tried-1"))
        requests = receiver.wait_for(3, timeout_s=WAIT_S)
        assert len({request.header("webhook-id") for request in requests}) == 1
        assert len({request.header("webhook-signature") for request in requests}) >= 1
        log = until(lambda: [each for each in [attempts(sender, hook)] if len(each) == 3], "logged")[0]
        assert [(line["status"], line["responseStatus"]) for line in log] == [
            ("delivered", 200),
            ("failed", 503),
            ("failed", 500),
        ]
        assert log[2]["responseBody"] == "no room"
        remove(sender, hook)


def test_pause_keeps_disable_skips_and_recover_sends(sender: Server) -> None:
    with Receiver() as receiver:
        hook = add_webhook(sender, receiver.url)
        sender.api("POST", f"/webhooks/{hook['id']}/pause")
        post(sender, view("kept-1"))
        until(lambda: attempts(sender, hook, status="pending"), "kept")
        state = sender.api("GET", f"/webhooks/{hook['id']}")["state"]
        assert (state["pending"], state["nextAttemptAt"]) == (1, None)
        assert receiver.requests == []
        sender.api("POST", f"/webhooks/{hook['id']}/resume")
        receiver.wait_for(1, timeout_s=WAIT_S)
        sender.api("PATCH", f"/webhooks/{hook['id']}", {"enabled": False})
        post(sender, view("kept-2"))
        until(lambda: attempts(sender, hook, status="skipped"), "skipped")
        until(lambda: closes(sender) and reader(sender)["skipped"] == 1, "counted as skipped")
        sender.api("PATCH", f"/webhooks/{hook['id']}", {"enabled": True})
        begun = sender.api("POST", f"/webhooks/{hook['id']}/recover", {"since": "2020-01-01T00:00:00Z"})
        receiver.wait_for(2, timeout_s=WAIT_S)
        done = until(
            lambda: [each for each in [sender.api("GET", f"/replay/{begun['id']}")] if each["status"] == "FINISHED"],
            "recovered",
        )
        assert done[0]["events"] == 1
        until(lambda: closes(sender) and reader(sender)["skipped"] == 0, "counted as done")
        assert [request.json()["payload"]["id"] for request in receiver.requests] == ["kept-1", "kept-2"]
        remove(sender, hook)


def test_resend_sends_the_same_id_again(sender: Server) -> None:
    with Receiver() as receiver:
        hook = add_webhook(sender, receiver.url)
        post(sender, view("again-1"))
        receiver.wait_for(1, timeout_s=WAIT_S)
        [line] = until(lambda: attempts(sender, hook, status="delivered"), "logged")
        sender.api("POST", f"/webhooks/{hook['id']}/attempts/{line['id']}/resend")
        first, second = receiver.wait_for(2, timeout_s=WAIT_S)
        assert first.header("webhook-id") == second.header("webhook-id")
        log = until(lambda: [each for each in [attempts(sender, hook)] if len(each) == 2], "logged")[0]
        assert [each["trigger"] for each in log] == ["manual", "scheduled"]
        until(lambda: closes(sender), "the accounting closes")
        remove(sender, hook)


@pytest.mark.seed("S3.17")
def test_one_endpoint_that_hangs_delays_no_other(sender: Server) -> None:
    with Receiver(then=hang()) as dead, Receiver() as well:
        hooks = [add_webhook(sender, dead.url), add_webhook(sender, well.url)]
        post(sender, *(view(f"beside-{number}") for number in range(100)))
        began = time.monotonic()
        well.wait_for(100, timeout_s=WAIT_S)
        assert time.monotonic() - began < 30
        assert not attempts(sender, hooks[0], status="delivered")
        late = until(lambda: attempts(sender, hooks[0], status="failed"), "a time-out is logged")
        assert (late[0]["errorClass"], late[0]["responseStatus"]) == ("timeout", None)
        remove(sender, *hooks)
        until(lambda: closes(sender), "what waited for the deleted one is ended")


def test_a_test_is_logged_even_when_it_is_refused(sender: Server) -> None:
    hook = add_webhook(sender, "http://10.1.2.3/hook")
    made = sender.api("POST", f"/webhooks/{hook['id']}/test")
    assert (made["status"], made["errorClass"], made["trigger"]) == ("blocked", "blocked", "manual")
    assert [line["id"] for line in attempts(sender, hook, status="blocked")] == [made["id"]]
    remove(sender, hook)


def test_the_inbox_takes_webhooks_of_its_own(sender: Server) -> None:
    hook = add_webhook(sender, "headwater:inbox")
    post(sender, view("inbox-1"))
    items = until(lambda: sender.api("GET", "/inbox")["data"], "received")
    assert "inbox-1" in items[0]["body"]
    remove(sender, hook)


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", ["send", "tree"])
def test_a_kill_in_mid_flight_loses_nothing_and_repeats_only_under_the_same_id(
    tmp_path_factory: pytest.TempPathFactory, part: str
) -> None:
    server = Server(tmp_path_factory.mktemp("killed") / "data", environment=SHORT)
    with Receiver(then=slowly(0.01)) as receiver:
        hooks = [add_webhook(server, receiver.url_at("127.0.0.1", f"/{number}")) for number in range(3)]
        posted = 0
        for round in range(3):
            post(server, *(view(f"killed-{round}-{number}") for number in range(200)))
            posted += 200
            receiver.wait_for(len(receiver.requests) + 50, timeout_s=WAIT_S)
            if part == "send":
                os.kill(children(server)["send"], signal.SIGKILL)
            else:
                server.kill()
                server.start()
        wanted = {
            (hook["id"], f"killed-{round}-{number}") for hook in hooks for round in range(3) for number in range(200)
        }

        def all_done() -> bool:
            with contextlib.suppress(AssertionError):  # 503: what was killed is not back yet
                return reader(server)["done"] == posted
            return False

        until(all_done, "all is delivered")
        heard: dict[str, set[tuple[str, str]]] = {}
        for request in receiver.requests:
            key = (request.target, request.json()["payload"]["id"])
            heard.setdefault(request.header("webhook-id") or "", set()).add(key)
        assert len({key for keys in heard.values() for key in keys}) == len(wanted)
        assert all(len(keys) == 1 for keys in heard.values())
        assert len(heard) == len(wanted)
        assert closes(server)
        for hook in hooks:
            assert not attempts(server, hook, status="pending")
    assert server.stop() == 0, server.stderr()


def test_a_backup_holds_the_queue_and_what_waits_goes_out_of_the_restored_one(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("copied")
    server = Server(folder / "data", environment=SHORT)
    with Receiver() as receiver:
        hook = add_webhook(server, receiver.url)
        server.api("POST", f"/webhooks/{hook['id']}/pause")
        post(server, view("copied-1"))
        until(lambda: attempts(server, hook, status="pending"), "queued")
        server.api("POST", "/backup", {"dir": str(folder / "backup")})
        server.kill()
        (folder / "backup" / "backup.json").unlink()
        restored = Server(folder / "backup", environment=SHORT)
        restored.api("POST", f"/webhooks/{hook['id']}/resume")
        [request] = receiver.wait_for(1, timeout_s=WAIT_S)
        assert request.json()["payload"]["id"] == "copied-1"
        until(lambda: closes(restored), "the accounting closes")
        assert restored.stop() == 0, restored.stderr()
