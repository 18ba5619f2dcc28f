"""The third walk: a webhook to a broken receiver, its log, its mending; Slack beside it; what one does with either."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Page, expect
from standardwebhooks import Webhook

from tests.browser.sending import (
    ALLOWED,
    ARRIVES_MS,
    customer_events,
    log_line,
    log_lines,
    opened,
    recover,
    request,
    response,
    save,
    set_up_webhook,
    settings,
    to_integrations,
)
from tests.browser.window import add_source, arrived, copied, sign_in, type_into
from tests.e2e.test_customer_events import answers_of_form, click, post, view
from tests.receivers import Receiver, answer
from tests.receivers.documented import SlackService
from tests.server import Server

pytestmark = pytest.mark.browser

REFUSAL = '{"error":"no such inbox"}'
SLACK_PATH = "/services/T000/B000/secret"


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Server]:
    """An empty workspace that may send to this machine."""
    running = Server(tmp_path / "data", environment=ALLOWED)
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def sending(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("sending") / "data", environment=ALLOWED)
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture
def inside(page: Page, sending: Server) -> Page:
    sign_in(page, sending)
    return page


def payloads(receiver: Receiver) -> dict[str, dict[str, Any]]:
    """What came, by the event's id; of one that came several times, the last."""
    came = [each.json()["payload"] for each in receiver.requests]
    return {payload["id"]: payload for payload in came}


@pytest.mark.seed("S3.2")
@pytest.mark.seed("S3.3")
@pytest.mark.seed("S3.4")
@pytest.mark.seed("S3.5")
@pytest.mark.seed("S3.6")
@pytest.mark.seed("S3.7")
@pytest.mark.seed("S3.8")
@pytest.mark.seed("S3.9")
@pytest.mark.seed("S3.10")
@pytest.mark.seed("S3.11")
@pytest.mark.seed("S3.13")
@pytest.mark.seed("S3.15")
@pytest.mark.seed("S3.16")
@pytest.mark.seed("S3.17")
@pytest.mark.seed("S3.18")
def test_from_a_broken_receiver_to_a_mended_one_and_slack_beside_it(page: Page, empty: Server) -> None:
    sent = [view(), click(), answers_of_form()]
    slack = SlackService(SLACK_PATH)
    with (
        Receiver(then=answer(503, REFUSAL.encode())) as broken,
        Receiver() as mended,
        Receiver(then=slack) as channel,
    ):
        sign_in(page, empty)
        to_integrations(page)
        expect(page.get_by_text("No webhook yet.")).to_be_visible()
        set_up_webhook(page, "Team channel", channel.url_at("127.0.0.1", SLACK_PATH), is_slack=True)
        set_up_webhook(page, "Our server", broken.url)
        to_integrations(page)
        rows = page.get_by_role("table", name="Outgoing webhooks").get_by_role("row")
        expect(rows.filter(has_text="Team channel")).to_contain_text("Slack")
        ours = rows.filter(has_text="Our server")
        expect(ours).to_contain_text("Content Views, Content Interactions, Form Submissions")
        expect(ours).to_contain_text("Default")
        ours.get_by_role("link").click()

        customer_events(empty, *sent)
        for each in sent:
            line = opened(log_line(page, each["id"], "failed · 503"))
            expect(line).to_contain_text("The receiver answered 503")
            expect(response(line)).to_contain_text('"error": "no such inbox"')
            expect(request(line)).to_contain_text(f'"id": "{each["id"]}"')
            line.get_by_role("button").first.click()
        for each in sent:
            came = payloads(broken)[each["id"]]
            assert {**came, "receivedAt": None} == {**each, "receivedAt": None}
            assert came["receivedAt"].endswith("Z")

        type_into(settings(page).get_by_label("URL"), mended.url)
        save(page)
        seen = sent[0]["id"]
        line = log_line(page, seen, "failed · 503")
        line.get_by_role("button").first.click()
        line.get_by_role("button", name="Resend").click()
        expect(line.get_by_role("status").filter(has_text="Sent again, under the same id")).to_be_visible()
        expect(log_line(page, seen, "delivered · 200")).to_contain_text("by hand")
        recover(page)
        for each in sent[1:]:
            log_line(page, each["id"], "delivered · 200")
        empty.wait_closed()
        assert payloads(mended) == payloads(broken)
        ids = {each.header("webhook-id") for each in broken.requests}
        assert len(ids) == len(sent)
        assert {each.header("webhook-id") for each in mended.requests} == ids
        recovered = [id for each in mended.requests if (id := each.json()["payload"]["id"]) != seen]
        assert sorted(recovered) == sorted(each["id"] for each in sent[1:])

        to_integrations(page)
        page.get_by_role("link", name="Team channel").click()
        for each in sent:
            log_line(page, each["id"], "delivered · 200")
    assert slack.lost == []
    texts = " ".join(message["text"] for message in slack.kept)
    for words in ("user-42 saw demo-content", "Demo - Open clicked", "Demo - NPS"):
        assert words in texts


@pytest.mark.seed("S3.20")
def test_a_disabled_webhook_skips_and_recovers_what_it_skipped(inside: Page, sending: Server) -> None:
    page, one, two = inside, view(), view()
    with Receiver() as receiver:
        set_up_webhook(page, "On and off", receiver.url)
        status = settings(page).get_by_role("switch", name="Status: Enabled")
        status.click()
        save(page)
        expect(page.get_by_role("alert").filter(has_text="Disabled")).to_be_visible()
        customer_events(sending, one)
        expect(log_line(page, one["id"], "skipped")).to_contain_text("Not sent")
        assert receiver.requests == []
        settings(page).get_by_role("switch", name="Status: Disabled").click()
        save(page)
        customer_events(sending, two)
        log_line(page, two["id"], "delivered · 200")
        assert payloads(receiver).keys() == {two["id"]}
        recover(page)
        log_line(page, one["id"], "delivered · 200")
        assert payloads(receiver).keys() == {one["id"], two["id"]}


def test_a_paused_webhook_keeps_what_waits(inside: Page, sending: Server) -> None:
    page, sent = inside, view()
    with Receiver() as receiver:
        set_up_webhook(page, "Held back", receiver.url)
        page.get_by_role("button", name="Pause").click()
        note = page.get_by_role("alert").filter(has_text="Paused")
        expect(note).to_be_visible()
        customer_events(sending, sent)
        expect(note).to_contain_text("1 so far", timeout=ARRIVES_MS)
        assert receiver.requests == []
        page.get_by_role("button", name="Resume").click()
        log_line(page, sent["id"], "delivered · 200")
        expect(note).to_have_count(0)
        assert payloads(receiver).keys() == {sent["id"]}


def test_the_log_is_searched_and_filtered(inside: Page, sending: Server) -> None:
    page, one, two = inside, view(), click()
    with Receiver(answer(200), then=answer(500, b"it is broken")) as receiver:
        set_up_webhook(page, "Searched", receiver.url)
        customer_events(sending, one)
        log_line(page, one["id"], "delivered · 200")
        customer_events(sending, two)
        log_line(page, two["id"], "failed · 500")
    page.get_by_label("Status", exact=True).select_option("delivered")
    expect(log_lines(page)).to_have_count(1)
    expect(log_lines(page)).to_contain_text(one["id"])
    page.get_by_label("Status", exact=True).select_option("all")
    type_into(page.get_by_label("Search the log"), two["id"])
    expect(log_lines(page).filter(has_text=one["id"])).to_have_count(0)
    expect(log_lines(page).first).to_contain_text(two["id"])
    type_into(page.get_by_label("Search the log"), "never sent")
    expect(page.get_by_text("No attempt matches.")).to_be_visible()


def test_a_test_is_made_and_told(inside: Page) -> None:
    page = inside
    with Receiver(answer(500, b"it is broken")) as receiver:
        set_up_webhook(page, "Tried", receiver.url)
        actions = page.get_by_role("region", name="State and actions")
        actions.get_by_role("button", name="Send a test").click()
        told = actions.get_by_role("status")
        expect(told).to_contain_text("500", timeout=ARRIVES_MS)
        expect(log_lines(page).first).to_contain_text("500")
        actions.get_by_role("button", name="Send a test").click()
        expect(told).to_contain_text("delivered · 200", timeout=ARRIVES_MS)


def test_the_form_follows_the_server_and_keeps_what_is_not_saved(inside: Page, sending: Server) -> None:
    page = inside
    with Receiver() as receiver:
        set_up_webhook(page, "Edited", receiver.url)
        webhook_id = page.url.rsplit("/", 1)[-1]
        form = settings(page)
        type_into(form.get_by_label("Name"), "Not saved by anyone")
        expect(form.get_by_role("status").filter(has_text="Not saved yet.")).to_be_visible()
        sending.api("PATCH", f"/webhooks/{webhook_id}", {"url": receiver.url_at("127.0.0.1", "/elsewhere")})
        expect(form.get_by_label("URL")).to_have_value(receiver.url_at("127.0.0.1", "/elsewhere"), timeout=ARRIVES_MS)
        expect(form.get_by_label("Name")).to_have_value("Not saved by anyone")
        expect(page.get_by_role("heading", name="Edited", level=1)).to_be_visible()
        type_into(form.get_by_label("Name"), "  Saved now ")
        secret = receiver.url.replace("127.0.0.1", "me:open-sesame@127.0.0.1")
        type_into(form.get_by_label("URL"), secret)
        save(page)
        expect(page.get_by_role("heading", name="Saved now", level=1)).to_be_visible()
        expect(form.get_by_label("Name")).to_have_value("Saved now")
        expect(form.get_by_label("URL")).to_have_value(receiver.url.replace("127.0.0.1", "me:********@127.0.0.1"))
        assert sending.api("GET", f"/webhooks/{webhook_id}")["name"] == "Saved now"


def test_a_form_says_what_is_missing(inside: Page) -> None:
    page = inside
    to_integrations(page)
    page.get_by_role("link", name="Set up a new webhook").click()
    page.get_by_role("button", name="Set up webhook").click()
    expect(page.get_by_label("URL")).to_be_focused()
    expect(page.get_by_text("Give the full address")).to_be_visible()
    expect(page.get_by_text("Give the webhook a name.")).to_be_visible()
    for topic in ("Content Views", "Content Interactions", "Form Submissions"):
        page.get_by_role("checkbox", name=topic).uncheck()
    type_into(page.get_by_label("URL"), "https://receiver.example/in")
    type_into(page.get_by_label("Name"), "No topic")
    page.get_by_role("button", name="Set up webhook").click()
    expect(page.get_by_text("Choose a topic, or name events below.")).to_be_visible()


def test_the_secret_is_shown_and_rotated_with_overlap(inside: Page) -> None:
    page = inside
    with Receiver() as receiver:
        set_up_webhook(page, "Signed", receiver.url)
        section = page.get_by_role("region", name="Signing secret")
        section.get_by_role("button", name="Show").click()
        shown = section.get_by_role("region", name="newest secret")
        old = shown.inner_text().strip()
        section.get_by_role("button", name="Rotate").click()
        expect(section.get_by_role("status").filter(has_text="A new secret")).to_be_visible()
        expect(section).to_contain_text("still signs too. It expires in")
        expect(shown).not_to_have_text(old)
        new = shown.inner_text().strip()
        page.get_by_role("button", name="Send a test").click()
        (came,) = receiver.wait_for(1)
        for secret in (old, new):
            Webhook(secret).verify(came.body, dict(came.headers))


def test_when_nothing_arrives(inside: Page, sending: Server) -> None:
    page = inside
    customer_events(sending, view())
    set_up_webhook(page, "Asked", "headwater:inbox")
    section = page.get_by_role("region", name="Troubleshooting")
    questions = section.locator("dl > div")
    expect(questions).to_have_count(4)
    for question in ("identity verification", "SDK installed", "workspace of the client token"):
        expect(questions.filter(has_text=question)).to_contain_text("yes")
    switched = questions.filter(has_text="status Enabled")
    expect(switched).to_contain_text("yes")
    settings(page).get_by_role("switch", name="Status: Enabled").click()
    save(page)
    section.get_by_role("button", name="Look again").click()
    expect(switched).to_contain_text("no")
    expect(switched).to_contain_text("It was disabled")


@pytest.mark.seed("S3.19")
def test_each_question_is_answered_by_what_came(page: Page, empty: Server) -> None:
    sign_in(page, empty)
    set_up_webhook(page, "Asked", "headwater:inbox")
    section = page.get_by_role("region", name="Troubleshooting")
    badges = section.locator("dl > div").get_by_text(re.compile("^(yes|no)$"))

    def answers(*expected: str) -> None:
        section.get_by_role("button", name="Look again").click()
        expect(badges).to_have_text(list(expected))

    answers("yes", "no", "no", "yes")  # nothing has come yet
    elsewhere = empty.api("POST", "/workspaces", {"name": "Elsewhere", "region": "us"})["id"]
    other = empty.api("GET", "/workspace", headers={"x-workspace": elsewhere})["clientToken"]
    assert post(empty, other, [view()]).status_code == 200
    answers("yes", "no", "no", "yes")  # it came by the token of another workspace
    expect(section).to_contain_text("they name another workspace's token")
    customer_events(empty, view())
    answers("yes", "yes", "yes", "yes")
    empty.api("POST", "/workspace/identity-secrets", {"name": "prod"})
    empty.api("PATCH", "/workspace", {"identityVerification": "require"})
    token = empty.api("GET", "/workspace")["clientToken"]
    assert post(empty, token, [view()]).status_code == 403
    refused = section.locator("dl > div").filter(has_text="identity verification")
    for _ in range(60):  # a refusal is noted beside the answer
        section.get_by_role("button", name="Look again").click()
        page.wait_for_timeout(500)
        if "with a wrong or missing hmac" in refused.inner_text():
            break
    answers("no", "yes", "yes", "yes")
    settings(page).get_by_role("switch", name="Status: Enabled").click()
    save(page)
    answers("no", "yes", "yes", "no")


def test_the_inbox_shows_what_a_receiver_would_get(inside: Page, sending: Server) -> None:
    page, sent = inside, click()
    to_integrations(page)
    page.get_by_role("link", name="Set up a new webhook").click()
    page.get_by_role("button", name="Use the built-in inbox").click()
    expect(page.get_by_label("URL")).to_be_focused()
    expect(page.get_by_label("URL")).to_have_value("headwater:inbox")
    type_into(page.get_by_label("Name"), "To the inbox")
    page.get_by_role("button", name="Set up webhook").click()
    page.get_by_role("link", name="the built-in inbox").wait_for()
    customer_events(sending, sent)
    page.get_by_role("link", name="the built-in inbox").click()
    expect(page.get_by_role("heading", name="Inbox", level=1)).to_be_focused()
    row = page.get_by_role("list", name="Deliveries, newest first").get_by_role("listitem").first
    expect(row).to_contain_text("candu.sdk.content.interaction", timeout=ARRIVES_MS)
    row.get_by_role("button").first.click()
    delivery = row.get_by_role("region", name="delivery")
    expect(delivery).to_contain_text(sent["id"])
    expect(delivery).to_contain_text("webhook-signature: v1,")


@pytest.mark.seed("S3.1")
def test_what_went_out_comes_in_by_the_address_of_a_source(inside: Page, sending: Server) -> None:
    page, sent = inside, view()
    with Receiver() as receiver:
        set_up_webhook(page, "Out", receiver.url)
        customer_events(sending, sent)
        log_line(page, sent["id"], "delivered · 200")
        body = receiver.requests[-1].body
    add_source(page, sending.url, "candu", "Candu_Elsewhere")
    inbound = copied(page, "Inbound webhook URL")
    assert httpx.post(inbound, content=body, headers={"content-type": "application/json"}).status_code == 200
    line = arrived(page, "tutorial.view")
    expect(line).to_be_visible(timeout=ARRIVES_MS)
    expect(line).to_contain_text(json.loads(body)["payload"]["userId"])


def test_a_webhook_is_deleted_after_a_question(inside: Page, sending: Server) -> None:
    page = inside
    set_up_webhook(page, "Short lived", "headwater:inbox")
    opener = page.get_by_role("button", name="Delete webhook")
    opener.click()
    dialog = page.get_by_role("dialog", name="Delete Short lived?")
    dialog.get_by_role("button", name="Keep it").click()
    expect(dialog).to_have_count(0)
    expect(opener).to_be_focused()
    opener.click()
    dialog.get_by_role("button", name="Delete", exact=True).click()
    page.get_by_role("heading", name="Integrations", level=1).wait_for()
    expect(page.get_by_role("link", name="Short lived")).to_have_count(0)
    assert "Short lived" not in [each["name"] for each in sending.api("GET", "/webhooks")["data"]]
