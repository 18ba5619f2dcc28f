"""Webhooks, destinations and integrations from the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine
from tests.e2e.test_customer_events import post, view
from tests.e2e.test_webhooks_api import log, token
from tests.receivers import Receiver, answer
from tests.server import Server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"}
    running = Server(tmp_path_factory.mktemp("server") / "data", environment=environment)
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def headwater(server: Server, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path, server)


def test_a_webhook_from_its_beginning_to_its_end(headwater: CommandLine, server: Server):
    with Receiver(answer(500, b"broken")) as receiver:
        out = headwater.ok(
            "webhook", "add", "--name", "Mine", "--to", receiver.url, "--topic", "content.view", "--content", "c1"
        )
        shown = headwater.json("webhook", "show", "Mine")
        assert (shown["topics"], shown["filters"], shown["url"]) == (
            ["content.view"], {"contentIds": ["c1"]}, receiver.url,
        )  # fmt: skip
        assert f"Next: headwater webhook test {shown['id']}" in out
        assert headwater.ok("webhook", "secret", "Mine").strip() in out

        failed = headwater("webhook", "test", "Mine")
        assert (failed.status, "failed, answered 500" in failed.out, "broken" in failed.out) == (1, True, True)
        assert "delivered, answered 200" in headwater.ok("webhook", "test", shown["id"])
        lines = headwater.json("webhook", "log", "Mine")
        assert [each["status"] for each in lines] == ["delivered", "failed"]
        assert "broken" in headwater.ok("webhook", "log", "Mine", "--status", "failed")
        assert "webhook-signature" in headwater.ok("webhook", "log", "Mine", lines[0]["id"])
        assert "Nothing was sent" in headwater.refusal("webhook", "resend", "Mine", lines[0]["id"])

        rotated = headwater.json("webhook", "secret", "Mine", "--rotate", "--overlap", "60")
        assert [each["expiresAt"] is None for each in rotated["live"]] == [True, False]
        assert headwater.json("webhook", "change", "Mine", "--name", "Ours", "--event", "X")["filters"] == {
            "eventNames": ["X"]
        }
        assert headwater.json("webhook", "pause", "Ours")["paused"] is True
        assert "paused" in headwater.ok("webhook", "list")
        assert headwater.ok("webhook", "resume", "Ours") == "Ours is resumed.\n"
        assert "kept as skipped" in headwater.ok("webhook", "disable", "Ours")
        assert headwater.json("webhook", "enable", "Ours")["enabled"] is True
        assert headwater.ok("webhook", "remove", "Ours") == "Ours is removed.\n"
        assert "there is no webhook 'Ours'" in headwater.refusal("webhook", "show", "Ours")


def test_what_failed_is_sent_again(headwater: CommandLine, server: Server):
    with Receiver(then=answer(503, b"away")) as receiver:
        webhook = headwater.json("webhook", "add", "--name", "Again", "--to", receiver.url, "--topic", "content.view")
        events = [view(), view()]
        server.api("PATCH", f"/webhooks/{webhook['id']}", {"schedule": [86_400]})
        assert post(server, token(server), events).status_code == 200
        failed = log(server, webhook, 2, status="failed")
        receiver.behave(then=answer(204, b""))
        assert "sent again as" in headwater.ok("webhook", "resend", "Again", failed[0]["id"])
        receiver.wait_for(3)
        out = headwater.ok("webhook", "recover", "Again", "--since", "2020-01-01")
        assert "is finished (1 event)" in out
        assert {each.json()["payload"]["id"] for each in receiver.wait_for(4)[2:]} == {each["id"] for each in events}
        log(server, webhook, 2, status="delivered")
        replayed = headwater.json("replay", "start", "send", "--connection", webhook["id"])
        assert (replayed["reader"], replayed["status"], replayed["events"]) == ("send", "FINISHED", 2)
        receiver.wait_for(6)
        assert replayed["id"] in headwater.ok("replay", "list")
        headwater.ok("webhook", "remove", "Again")


def test_the_doctor_looks_into_a_webhook(headwater: CommandLine, server: Server):
    webhook = headwater.json("webhook", "add", "--name", "Ill", "--to", "headwater:inbox", "--topic", "content.view")
    assert post(server, token(server), view()).status_code == 200
    log(server, webhook, 1, status="delivered")
    well = headwater.ok("doctor", "webhook", "Ill")
    assert [line[:3] for line in well.splitlines() if not line.startswith(" ")] == ["yes"] * 4
    assert "is delivered: 200" in well
    headwater.ok("webhook", "disable", "Ill")
    ill = headwater("doctor", "webhook", webhook["id"], "--json")
    assert ill.status == 1
    assert [each["answer"] for each in json.loads(ill.out)["questions"]] == [True, True, True, False]
    assert "`headwater doctor webhook ID`" in headwater.refusal("doctor", "source")
    assert headwater.json("doctor")["checks"]


def test_a_destination_and_a_sender(headwater: CommandLine, server: Server):
    source = headwater.json("source", "add", "--catalog", "candu", "--name", "Candu_Cli")
    assert "segment" in headwater.ok("destination", "catalog")
    with Receiver() as receiver:
        added = headwater.json(
            "destination", "add", "--catalog", "segment", "--name", "Far", "--source", "Candu_Cli",
            "--setting", f"host={receiver.url_at('127.0.0.1', '')}", "--setting-env", "writeKey=THEIR_KEY",
            "--call", "track", environment={"THEIR_KEY": "tok-secret"},
        )  # fmt: skip
        assert (added["sourceIds"], added["filters"]) == ([source["id"]], {"calls": ["track"]})
        shown = headwater.ok("destination", "show", "Far")
        assert ("tok-secret" in shown, "setting writeKey: ********" in shown) == (False, True)
        event = '{"type":"track","event":"Ordered","userId":"u"}'
        assert "POST" in headwater.ok("destination", "preview", "Far", "--event", event)
        tried = headwater.json("destination", "try", "Far", "--event", event)
        assert (tried["answer"]["status"], receiver.wait_for(1)[0].target) == (200, "/v1/batch")
        assert "tok-secret" not in json.dumps(tried)
        assert "no JSON" in headwater.refusal("destination", "try", "Far", "--event", "{")
    changed = headwater.json("destination", "change", "Far", "--setting", "region=eu", "--source", "rest")
    assert (changed["settings"]["region"], changed["sourceIds"]) == ("eu", ["rest"])
    assert headwater.ok("destination", "remove", "Far") == "Far is removed.\n"

    assert "candu-segment" in headwater.ok("integration", "list")
    on = headwater.json("integration", "enable", "candu-segment", "--source", "Candu_Cli")
    assert (on["enabled"], on["sourceId"]) == (True, source["id"])
    assert headwater.json("integration", "test", "candu-segment")["status"] == "delivered"
    assert headwater.json("integration", "log", "candu-segment")[0]["trigger"] == "manual"
    assert headwater.json("integration", "disable", "candu-segment")["enabled"] is False
    assert "No source of this workspace" in headwater.refusal(
        "integration", "enable", "produktly-segment", "--write-key", "theirs"
    )
