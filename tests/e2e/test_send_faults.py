"""Receivers and addresses that are broken, hostile or odd, each beside a good one, on a whole server."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.test_send_delivery import add_webhook, attempts, post, remove, until, view
from tests.receivers import (
    Receiver,
    Trust,
    answer,
    bad_status_line,
    broken_chunking,
    close_early,
    close_in_body,
    drip_body,
    drip_head,
    endless_body,
    endless_headers,
    hang,
    redirect,
    reset,
)
from tests.server import Server

SETTINGS = {
    "HEADWATER_EGRESS_ALLOW": "127.0.0.0/8",
    "HEADWATER_SEND_RETRY_S": "3600",
    "HEADWATER_SEND_TIMEOUT_S": "2",
}
BEHAVIOURS = {
    "hangs": (hang(), "timeout", None),
    "drips its head": (drip_head(), "timeout", None),
    "drips its body": (drip_body(), "timeout", 200),
    "answers without end": (endless_body(), None, 200),
    "sends headers without end": (endless_headers(), "response_too_large", None),
    "closes early": (close_early(), "connection_reset", None),
    "closes in the body": (close_in_body(), "connection_reset", 200),
    "resets": (reset(), "connection_reset", None),
    "breaks chunking": (broken_chunking(), "protocol_error", 200),
    "speaks something else": (bad_status_line(), "protocol_error", None),
    "answers 500": (answer(500, b"broken"), None, 500),
}


@pytest.fixture(scope="module")
def sender(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("faults") / "data", environment=SETTINGS)
    yield running
    assert running.stop() == 0, running.stderr()


def ended(server: Server, hook: dict[str, Any]) -> dict[str, Any]:
    """The first attempt, once it is over, with its headers and bodies."""

    def over() -> list[dict[str, Any]]:
        return [line for line in attempts(server, hook) if line["status"] != "pending"]

    line = until(over, f"an attempt of {hook['name']}")[-1]
    return server.api("GET", f"/webhooks/{hook['id']}/attempts/{line['id']}")


def test_each_toxic_receiver_is_told_as_what_it_is_and_the_good_one_hears_its_event_once(sender: Server) -> None:
    with ExitStack() as stack:
        good = stack.enter_context(Receiver())
        toxic = {name: stack.enter_context(Receiver(then=each[0])) for name, each in BEHAVIOURS.items()}
        hooks = {name: add_webhook(sender, receiver.url, name=name) for name, receiver in toxic.items()}
        well = add_webhook(sender, good.url, name="good")
        post(sender, view("toxic-1"))
        [heard] = good.wait_for(1)
        assert heard.header("webhook-id") == ended(sender, well)["eventId"]
        for name, (_, error_class, status) in BEHAVIOURS.items():
            line = ended(sender, hooks[name])
            assert (name, line["errorClass"], line["responseStatus"]) == (name, error_class, status)
            delivered = error_class is None and status == 200
            assert (name, line["status"]) == (name, "delivered" if delivered else "failed")
            assert len(line["responseBody"] or "") <= 64 * 1024
        assert len(good.requests) == 1
        remove(sender, well, *hooks.values())


def test_a_redirect_is_a_failure_and_leads_nowhere(sender: Server) -> None:
    with Receiver() as inner, Receiver(then=redirect(inner.url)) as outer:
        hook = add_webhook(sender, outer.url)
        post(sender, view("redirected-1"))
        line = ended(sender, hook)
        assert (line["status"], line["errorClass"], line["responseStatus"]) == ("failed", "redirect", 302)
        assert inner.connections == 0
        remove(sender, hook)


def test_broken_tls_is_a_failure_and_sends_nothing(sender: Server, tmp_path: Path) -> None:
    trust = Trust(tmp_path)
    with (
        Receiver(tls=trust.server("127.0.0.1", self_signed=True)) as own,
        Receiver(tls=trust.server("127.0.0.1", expired=True)) as old,
        Receiver() as plain,
    ):
        urls = {"own": own.url, "old": old.url, "plain": plain.url.replace("http:", "https:")}
        hooks = {name: add_webhook(sender, url, name=name) for name, url in urls.items()}
        post(sender, view("tls-1"))
        for hook in hooks.values():
            line = ended(sender, hook)
            assert (line["status"], line["errorClass"]) == ("failed", "tls_error")
        assert own.requests == old.requests == plain.requests == []
        remove(sender, *hooks.values())


def test_credentials_of_an_address_are_sent_and_never_shown(sender: Server) -> None:
    with Receiver() as receiver:
        hook = add_webhook(sender, receiver.url.replace("://", "://ann:open-sesame@"))
        post(sender, view("credentials-1"))
        [request] = receiver.wait_for(1)
        assert request.header("authorization") == "Basic YW5uOm9wZW4tc2VzYW1l"
        line = ended(sender, hook)
        assert line["status"] == "delivered"
        shown = str(line) + str(sender.api("GET", f"/webhooks/{hook['id']}")) + sender.stderr()
        assert "open-sesame" not in shown
        assert "YW5uOm9wZW4tc2VzYW1l" not in shown
        remove(sender, hook)


def test_odd_spellings_reach_what_they_name_only_where_it_is_allowed(sender: Server) -> None:
    with Receiver() as receiver:
        allowed = [f"http://127\u30020\u30020\u30021:{receiver.port}/", f"http://2130706433:{receiver.port}/"]
        refused = [f"http://10\u30020\u30020\u30021:{receiver.port}/", f"http://[::1]:{receiver.port}/"]
        refused += [f"http://0xa9fea9fe:{receiver.port}/latest"]
        reached = [add_webhook(sender, url, name=url) for url in allowed]
        blocked = [add_webhook(sender, url, name=url) for url in refused]
        post(sender, view("spelling-1"))
        assert [ended(sender, hook)["status"] for hook in reached] == ["delivered", "delivered"]
        assert [ended(sender, hook)["status"] for hook in blocked] == ["blocked"] * len(refused)
        assert len(receiver.requests) == len(allowed)
        remove(sender, *reached, *blocked)
