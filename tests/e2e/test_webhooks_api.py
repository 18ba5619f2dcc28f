"""Webhooks, destinations and integrations as their owner has them: set up, failing, mended, sent again."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from tests.e2e.test_customer_events import answers_of_form, click, post, view
from tests.receivers import Receiver, answer
from tests.server import Server

WAIT_S = 60.0
NEVER = [7 * 86_400]
"""A schedule that does not come to its second attempt within a test."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"}
    running = Server(tmp_path_factory.mktemp("server") / "data", environment=environment)
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as listening:
        yield listening


@pytest.fixture
def made(server: Server) -> Iterator[Callable[..., dict[str, Any]]]:
    """Makes webhooks, which are gone after the test: the next one's events are not for them."""
    ids: list[str] = []

    def make(url: str, **fields: Any) -> dict[str, Any]:
        topics = ["content.view", "content.interaction", "form.submission"]
        webhook = server.api("POST", "/webhooks", {"name": "Mine", "url": url, "topics": topics} | fields)
        ids.append(webhook["id"])
        return webhook

    yield make
    for webhook_id in ids:
        server.api("DELETE", f"/webhooks/{webhook_id}")


def token(server: Server) -> str:
    return server.api("GET", "/workspace")["clientToken"]


def log(server: Server, webhook: dict[str, Any], count: int, **query: Any) -> list[dict[str, Any]]:
    """The log, newest first, once it holds so many lines."""
    return until(
        lambda: server.api("GET", f"/webhooks/{webhook['id']}/attempts", params=query)["data"],
        lambda found: len(found) >= count,
    )


def until(look: Callable[[], Any], good: Callable[[Any], bool]) -> Any:
    deadline = time.monotonic() + WAIT_S
    while not good(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.05)
    return found


@pytest.mark.seed("S3.3")
@pytest.mark.seed("S3.6")
@pytest.mark.seed("S3.16")
@pytest.mark.seed("S3.17")
def test_a_failing_receiver_is_logged_mended_resent_and_recovered(
    server: Server, receiver: Receiver, made: Callable[..., dict[str, Any]]
) -> None:
    with Receiver(then=answer(503, b"the database is away")) as broken:
        webhook = made(broken.url, schedule=NEVER)
        path, events = f"/webhooks/{webhook['id']}", [view(), click(), answers_of_form()]
        assert post(server, token(server), events).status_code == 200
        failed = log(server, webhook, 3)
    assert {each["messageId"] for each in failed} == {each["id"] for each in events}
    assert {(each["status"], each["responseStatus"], each["responseBody"]) for each in failed} == {
        ("failed", 503, "the database is away")
    }
    shown = server.api("GET", f"{path}/attempts/{failed[0]['id']}")
    assert f'"id":"{shown["messageId"]}"' in shown["requestBody"]
    assert shown["requestBody"].startswith('{"payload":{')
    assert shown["requestHeaders"]["webhook-id"] == shown["eventId"]
    assert server.api("GET", path)["state"]["pending"] == 3

    assert server.api("PATCH", path, {"url": receiver.url})["url"] == receiver.url
    server.api("POST", f"{path}/attempts/{failed[0]['id']}/resend", status=202)
    (first,) = receiver.wait_for(1)
    assert (first.header("webhook-id"), first.json()["payload"]["id"]) == (shown["eventId"], shown["messageId"])
    until(lambda: server.api("GET", path)["state"]["pending"], lambda pending: pending == 2)

    replay = server.api("POST", f"{path}/recover", {"since": "2020-01-01T00:00:00Z"}, status=202)
    assert replay["reader"] == "send"
    requests = receiver.wait_for(3)
    assert {each.json()["payload"]["id"] for each in requests} == {each["id"] for each in events}
    assert {each.header("webhook-id") for each in requests} == {each["eventId"] for each in failed}
    until(lambda: server.api("GET", f"/replay/{replay['id']}"), lambda found: found["status"] == "FINISHED")
    delivered = log(server, webhook, 3, status="delivered")
    assert (len(delivered), len(receiver.requests)) == (3, 3)
    assert [each["id"] for each in log(server, webhook, 1, q=failed[0]["messageId"], status="failed")] == [
        failed[0]["id"]
    ]


def test_the_log_of_a_slack_webhook_beside_it(server: Server, made: Callable[..., dict[str, Any]]) -> None:
    with Receiver() as slack:
        made(slack.url, format="slack", topics=["content.view"])
        assert post(server, token(server), [view(), click()]).status_code == 200
        (told,) = slack.wait_for(1)
        assert set(told.json()) == {"text", "blocks"}


def test_requests_are_signed_by_every_live_secret(
    server: Server, receiver: Receiver, made: Callable[..., dict[str, Any]]
) -> None:
    webhook = made(receiver.url)
    path, old = f"/webhooks/{webhook['id']}", webhook["secret"]
    assert server.api("POST", f"{path}/test", status=202)["status"] == "delivered"
    new = server.api("POST", f"{path}/rotate-secret", status=202)["secret"]
    server.api("POST", f"{path}/test")
    server.api("POST", f"{path}/rotate-secret", {"overlapSeconds": 0})
    newest = server.api("GET", f"{path}/secret")["secret"]
    server.api("POST", f"{path}/test")
    valid = [[_is_valid(secret, request) for secret in (old, new, newest)] for request in receiver.wait_for(3)]
    assert valid == [[True, False, False], [True, True, False], [False, False, True]]


def test_paused_waits_and_disabled_is_skipped(
    server: Server, receiver: Receiver, made: Callable[..., dict[str, Any]]
) -> None:
    webhook = made(receiver.url)
    path, waiting, skipped, last = f"/webhooks/{webhook['id']}", view(), view(), view()
    server.api("POST", f"{path}/pause", status=202)
    assert post(server, token(server), waiting).status_code == 200
    until(lambda: server.api("GET", path)["state"]["pending"], lambda pending: pending == 1)
    assert [each["status"] for each in log(server, webhook, 1, status="pending")] == ["pending"]
    assert receiver.requests == []
    server.api("POST", f"{path}/resume", status=202)
    assert receiver.wait_for(1)[0].json()["payload"]["id"] == waiting["id"]

    server.api("PATCH", path, {"enabled": False})
    assert post(server, token(server), skipped).status_code == 200
    (kept,) = log(server, webhook, 1, status="skipped")
    assert kept["messageId"] == skipped["id"]
    server.api("PATCH", path, {"enabled": True})
    assert post(server, token(server), last).status_code == 200
    assert receiver.wait_for(2)[1].json()["payload"]["id"] == last["id"]
    server.api("POST", f"{path}/recover", {"since": "2020-01-01T00:00:00Z"})
    requests = receiver.wait_for(3)
    assert requests[2].json()["payload"]["id"] == skipped["id"]


def test_a_private_address_is_blocked_and_never_dialled(server: Server, made: Callable[..., dict[str, Any]]) -> None:
    webhook = made("http://10.255.255.1/in")
    tested = server.api("POST", f"/webhooks/{webhook['id']}/test", status=202)
    assert (tested["status"], tested["errorClass"], tested["responseStatus"]) == ("blocked", "blocked", None)
    assert [each["id"] for each in log(server, webhook, 1)] == [tested["id"]]


def test_a_password_is_sent_and_shown_nowhere(
    server: Server, receiver: Receiver, made: Callable[..., dict[str, Any]]
) -> None:
    webhook = made(receiver.url.replace("http://", "http://ann:hunter2@"))
    tested = server.api("POST", f"/webhooks/{webhook['id']}/test", status=202)
    assert receiver.wait_for(1)[0].header("authorization") == "Basic YW5uOmh1bnRlcjI="
    told = {
        "webhook": webhook,
        "tested": tested,
        "log": log(server, webhook, 1),
        "list": server.api("GET", "/webhooks"),
        "audit": server.api("GET", "/audit"),
        "lines": server.stderr(),
    }
    secrets = ("hunter2", "YW5uOmh1bnRlcjI")
    assert [place for place, text in told.items() if any(secret in repr(text) for secret in secrets)] == []


def test_why_nothing_arrives(server: Server, made: Callable[..., dict[str, Any]]) -> None:
    webhook = made("headwater:inbox", enabled=False)
    assert post(server, token(server), view()).status_code == 200
    log(server, webhook, 1)
    asked = server.api("GET", f"/webhooks/{webhook['id']}/troubleshooting")
    assert [each["answer"] for each in asked["questions"]] == [True, True, True, False]
    assert asked["lastAttempt"]["status"] == "skipped"

    server.api("POST", "/workspace/identity-secrets", {"name": "prod"})
    server.api("PATCH", "/workspace", {"identityVerification": "require"})
    try:
        assert post(server, token(server), view()).status_code == 403
        identity = until(
            lambda: server.api("GET", f"/webhooks/{webhook['id']}/troubleshooting")["questions"][0],
            lambda question: not question["answer"],
        )
        assert "hex HMAC-SHA256" in identity["evidence"]
    finally:
        server.api("PATCH", "/workspace", {"identityVerification": "off"})


def test_the_inbox_keeps_what_it_gets(server: Server, made: Callable[..., dict[str, Any]]) -> None:
    webhook, event = made("headwater:inbox"), view()
    assert post(server, token(server), event).status_code == 200
    items = until(
        lambda: [each for each in server.api("GET", "/inbox")["data"] if each["connectionId"] == webhook["id"]],
        lambda found: len(found) == 1,
    )
    assert event["id"] in items[0]["body"]
    headers = {name.lower(): value for name, value in items[0]["headers"].items()}
    assert Webhook(webhook["secret"]).verify(items[0]["body"], headers)["payload"]["id"] == event["id"]


def test_a_destination_takes_the_events_of_its_sources(server: Server, receiver: Receiver) -> None:
    mine, other = server.add_source(name="Mine"), server.add_source(name="Other")
    body = {"catalog": "webhook", "name": "All of mine", "sourceIds": [mine["id"]], "settings": {"url": receiver.url}}
    destination = server.api("POST", "/destinations", body | {"filters": {"eventNames": ["Ordered"]}})
    path = f"/destinations/{destination['id']}"
    event = {"type": "track", "event": "Ordered", "userId": "user-42", "properties": {"total": 12}}
    assert '"total":12' in server.api("POST", f"{path}/preview", {"event": event})["requests"][0]["body"]
    assert receiver.requests == []
    tried = server.api("POST", f"{path}/try", {"event": event}, status=202)
    assert (tried["request"]["method"], tried["answer"]["status"], tried["answer"]["body"]) == ("POST", 200, "ok")
    assert server.api("GET", f"{path}/attempts")["data"] == []
    for source, name in ((mine, "Ordered"), (mine, "Viewed"), (other, "Ordered")):
        sent = server.send("/v1/track", event | {"event": name, "messageId": f"{source['id']}-{name}"},
                           key=source["writeKeys"][0])  # fmt: skip
        assert sent.status_code == 200
    requests = receiver.wait_for(2)
    assert requests[1].json()["payload"]["id"] == f"{mine['id']}-Ordered"
    assert Webhook(destination["secret"]).verify(requests[1].body.decode(), dict(requests[1].headers))
    figures = until(
        lambda: server.api("GET", "/delivery", params={"connectionId": destination["id"]}),
        lambda found: found["delivered"] == 1,
    )
    assert (figures["notDelivered"], figures["pending"], figures["p95LatencyMs"] is None) == (0, 0, False)
    server.api("DELETE", f"/sources/{mine['id']}")
    assert server.api("GET", path)["goneSourceIds"] == [mine["id"]]
    server.api("DELETE", path)
    server.api("GET", f"{path}/attempts", status=404)


def test_a_sender_hands_over_to_a_source_of_the_workspace(server: Server) -> None:
    source = server.add_source("candu", "Candu_Loop")
    path = "/integrations/candu-segment"
    active = server.api("PUT", path, {"enabled": True, "writeKey": source["writeKeys"][0]})
    assert (active["enabled"], active["sourceId"]) == (True, source["id"])
    assert post(server, token(server), [view(), click()]).status_code == 200
    for table in ("tutorial_view", "tutorial_interaction"):
        server.rows(f"SELECT count(*) FROM candu_loop.{table}", lambda rows: rows == [[1]], wait_s=WAIT_S)
    log_lines = until(
        lambda: server.api("GET", f"{path}/attempts", params={"status": "delivered"})["data"],
        lambda found: len(found) == 2,
    )
    assert {each["trigger"] for each in log_lines} == {"scheduled"}
    assert server.api("PUT", path, {"enabled": False})["enabled"] is False


def test_the_books_of_sending_close(server: Server) -> None:
    def books() -> dict[str, int]:
        readers = server.api("GET", "/accounting")["readers"]
        return next(each for each in readers if each["reader"] == "send")

    key = server.add_source(name="Booked")["writeKeys"][0]
    assert server.send("/v1/track", {"userId": "u", "event": "Booked"}, key=key).status_code == 200
    send = until(books, lambda each: each["clean"] > 0 and each["pending"] == 0)
    assert send["clean"] == send["done"] + send["dead"] + send["skipped"]


def _is_valid(secret: str, request: Any) -> bool:
    try:
        Webhook(secret).verify(request.body.decode(), {name.lower(): value for name, value in request.headers})
    except WebhookVerificationError:
        return False
    return True
