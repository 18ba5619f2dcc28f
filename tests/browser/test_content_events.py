"""What is told of content: a view when it is really seen, a click with its label, the answers of a form; and where all
of it arrives: at webhooks as documented, as rows of the Candu source, in the profile. Nothing twice."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.sdk import WAIT_S, emptied, until
from tests.browser.showing import SLOT, block, page_of, placement, publish, show, shown, strict, tree, withdraw
from tests.compat.site import Site
from tests.e2e.people import person
from tests.e2e.test_send_delivery import SHORT, add_webhook
from tests.receivers import Receiver
from tests.server import Server

pytestmark = pytest.mark.browser

GOLDEN = Path(__file__).parents[1] / "golden" / "destinations" / "default"
NEWER = {"placementId": str, "handler": dict, "nodeId": str, "nodeType": str}
"""What later versions of the documentation add to the recorded properties."""
TOLD = """() => {
  window.told = [];
  for (const kind of ["screen", "track"]) {
    window.addEventListener(`candu.sdk.${kind}`, ({detail}) => {
      window.told.push([detail.screenName || detail.eventName, detail.properties]);
    });
  }
}"""
GLANCE = """async () => {
  const pause = (ms) => new Promise((done) => setTimeout(done, ms));
  const drawn = () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
  const start = performance.now();
  document.querySelector(".headwater-content").scrollIntoView();
  await pause(400);
  window.scrollTo(0, 0);
  await drawn();
  const ms = performance.now() - start;
  await pause(300);
  return ms;
}"""
"""Gives how long the content was in sight, in ms: on a busy machine longer than it was meant to be."""
SEEN_MS = 1000
TALL = "<p>Far above</p>" + "<br>" * 200


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("content") / "data", environment=SHORT)
    running.api("PUT", "/integrations/candu-segment", {"sourceId": candu(running), "enabled": True})
    yield running
    assert running.stop() == 0, running.stderr()


def candu(server: Server) -> str:
    return server.add_source("candu", "Candu_Prod")["id"]


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left(server: Server) -> Iterator[None]:
    yield
    withdraw(server)


def fresh() -> str:
    return f"user-{uuid.uuid4()}"


def button(text: str = "Open", *actions: dict[str, Any], **more: Any) -> dict[str, Any]:
    return block("button", "go", text=text, actions=list(actions) or [{"type": "dismiss"}], **more)


def told_of(page: Page, name: str = "candu.sdk.content") -> list[dict[str, Any]]:
    return [properties for told, properties in page.evaluate("window.told") if told == name]


def listening(page: Page) -> None:
    """From the next page on, what the window is told is kept in it."""
    page.add_init_script(f"({TOLD})()")


def shape(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: shape(inner) for key, inner in value.items()}
    return float if isinstance(value, (int, float)) else type(value)


def recorded(name: str) -> Any:
    return shape(json.loads((GOLDEN / f"{name}.json").read_text())["payload"])


@pytest.mark.seed("S1.12", "fires")
@pytest.mark.seed("S1.13", "fires")
def test_a_view_a_click_and_an_answer_arrive_everywhere_once(page: Page, server: Server, site: Site) -> None:
    """At a webhook as recorded, as a row of the source, in the profile; and the accounting knows no double."""
    form = block(
        "form",
        "ask",
        [
            block("field", "q1", kind="email", label="E-mail", required=True),
            block("field", "q2", kind="text", label="What brings you here?"),
            block("field", "q3", kind="text", label="Name", trait="name"),
            block("field", "q4", kind="scale", label="How likely?", trait="likely"),
        ],
        formId="9Wneb7Nk1qtTCEuGDJa0L",
        name="Tell us more",
    )
    invite = block("button", "go", text="Invite a colleague", actions=[{"type": "track", "event": "Invited"}])
    content = publish(
        server, "Onboarding", tree(block("heading", "h", text="Hi"), invite, form), placement(page="/all.html")
    )
    user = fresh()
    with Receiver() as receiver:
        topics = ["content.view", "content.interaction", "form.submission"]
        hook = add_webhook(server, receiver.url, topics=topics)
        content_shown = show(page, server, site, "/all.html", page_of(server, user_id=user))
        receiver.wait_for(1, timeout_s=WAIT_S)
        content_shown.get_by_role("button", name="Invite a colleague").click()
        receiver.wait_for(2, timeout_s=WAIT_S)
        content_shown.get_by_label("E-mail").fill("mike@example.com")
        content_shown.get_by_label("What brings you here?").fill("Reports & exports, <soon>")
        content_shown.get_by_label("Name").fill("Mike")
        content_shown.get_by_role("radio", name="9").check()
        content_shown.get_by_role("button", name="Send").click()
        expect(content_shown.get_by_text("Thank you.")).to_be_focused()
        view, click, answer = (each.json()["payload"] for each in receiver.wait_for(3, timeout_s=WAIT_S))
        server.api("DELETE", f"/webhooks/{hook['id']}")

    document = content["documents"][0]
    version = document["versionId"]
    ids = {
        "contentId": content["contentId"],
        "documentId": document["id"],
        "versionId": version,
        "segmentId": "Everyone",
    }
    placed = {"placementId": content["placements"][0]["id"]}
    assert view["properties"] == ids | placed | {"slug": content["slug"]}
    assert click["properties"] == ids | placed | {
        "eventName": "Onboarding - Invite a colleague clicked",
        "id": document["id"],
        "category": "Native",
        "trigger": "OnClick",
        "handler": {"type": "track"},
        "nodeId": "go",
        "nodeType": "button",
    }
    likely = answer["properties"].pop("Onboarding - Tell us more_How likely?")
    assert likely == "9"
    for name, payload in (("view", view), ("interaction", click), ("form", answer)):
        wanted = recorded(name)
        found = shape(payload)
        for key in NEWER:
            found["properties"].pop(key, None)
        assert found == wanted
    assert {each["userId"] for each in (view, click, answer)} == {user}
    said = json.loads((GOLDEN / "form.json").read_text())["payload"]
    random = {"formResponseId": answer["properties"]["formResponseId"]}
    assert answer["properties"] == said["properties"] | random
    assert (len(random["formResponseId"]), answer["eventName"]) == (10, said["eventName"])
    assert answer["context"] == said["context"]

    row = [[document["id"], content["id"], "Everyone", version]]
    selected = "tutorial_id, portal_id, segment_id, version_id"
    own = f"WHERE user_id = '{user}'"
    server.rows(f"SELECT {selected} FROM candu_prod.tutorial_view {own}", lambda rows: rows == row, wait_s=WAIT_S)
    clicked = [[*row[0], "Onboarding - Invite a colleague clicked"]]
    interactions = f"SELECT {selected}, event_name FROM candu_prod.tutorial_interaction {own}"
    server.rows(interactions, lambda rows: rows == clicked, wait_s=WAIT_S)
    person(server, user, lambda each: each["traits"] | {"name": "Mike", "likely": 9} == each["traits"])
    assert [each["duplicate"] for each in server.wait_closed()["sources"] if each["duplicate"]] == []


def test_a_view_is_told_when_it_was_really_seen_and_once_a_page_view(page: Page, server: Server, site: Site) -> None:
    publish(server, "Below", tree(button()), placement(page="/below.html"))
    listening(page)
    show(page, server, site, "/below.html", page_of(server, TALL + SLOT))
    time.sleep(2.5)
    assert told_of(page) == []
    shown(page).scroll_into_view_if_needed()
    until(page, "window.told.length === 1")
    page.evaluate("window.scrollTo(0, 0)")
    time.sleep(0.3)
    shown(page).scroll_into_view_if_needed()
    time.sleep(2.5)
    assert len(told_of(page)) == 1
    page.evaluate("history.pushState({}, '', '/below.html?tab=2')")
    until(page, "window.told.length === 2")
    first, second = told_of(page)
    assert first == second


def test_half_a_second_is_no_view(page: Page, server: Server, site: Site) -> None:
    publish(server, "Brief", tree(button()), placement(page="/brief.html"))
    listening(page)
    show(page, server, site, "/brief.html", page_of(server, TALL + SLOT))
    in_sight_ms = [page.evaluate(GLANCE) for _ in range(5)]
    assert told_of(page) == [] or max(in_sight_ms) >= SEEN_MS, in_sight_ms


def test_a_tab_that_nobody_looks_at_sees_nothing(page: Page, server: Server, site: Site) -> None:
    publish(server, "Hidden", tree(button()), placement(page="/hidden.html"))
    listening(page)
    page.add_init_script("""
      window.hide = true;
      Object.defineProperty(document, "visibilityState", {get: () => (window.hide ? "hidden" : "visible")});
    """)
    show(page, server, site, "/hidden.html", page_of(server))
    time.sleep(2.5)
    assert told_of(page) == []
    page.evaluate("() => { window.hide = false; document.dispatchEvent(new Event('visibilitychange')); }")
    until(page, "window.told.length === 1")


def test_what_the_page_hides_is_not_seen(page: Page, server: Server, site: Site) -> None:
    publish(server, "Covered", tree(button()), placement(page="/covered.html"))
    site.put("/covered.css", "#slot { opacity: 0 }", {"Content-Type": "text/css"})
    listening(page)
    show(page, server, site, "/covered.html", page_of(server, head='<link rel="stylesheet" href="/covered.css">'))
    time.sleep(2.5)
    assert told_of(page) == []


def test_a_tall_content_is_seen_when_it_fills_half_the_window(page: Page, server: Server, site: Site) -> None:
    lines = [block("text", f"t{number}", text="A line") for number in range(120)]
    publish(server, "Tall", tree(*lines), placement(page="/tall.html"))
    listening(page)
    show(page, server, site, "/tall.html", page_of(server))
    until(page, "window.told.length === 1")
    assert page.evaluate("document.querySelector('.headwater-content').offsetHeight > 2 * innerHeight")


def test_a_modal_is_seen_when_it_was_open_for_a_second_and_dismissed_when_it_is_closed(
    page: Page, server: Server, site: Site
) -> None:
    content = publish(
        server, "News", tree(button("Fine"), kind="modal", title="News"), placement(page="/modal.html", selectors=())
    )
    listening(page)
    page.goto(site.put("/modal.html", page_of(server), strict(server)))
    page.get_by_role("dialog", name="News").wait_for()
    until(page, "window.told.length === 1")
    page.keyboard.press("Escape")
    until(page, "window.told.length === 2")
    [view] = told_of(page)
    [dismissal] = told_of(page, "candu.sdk.content.dismiss")
    assert (view["slug"], dismissal["contentId"]) == (content["slug"], content["contentId"])
    assert dismissal["trigger"] == "OnClose"
    assert page.locator(".headwater-content").count() == 0


def test_each_kind_of_click_is_told_with_its_label(page: Page, server: Server, site: Site) -> None:
    manifest = {
        "components": [
            {
                "name": "stars",
                "kind": "element",
                "tag": "acme-stars",
                "title": "Stars",
                "props": [{"name": "most", "type": "number"}],
            },
            {"name": "Chart", "kind": "react", "title": "Chart", "props": [{"name": "title", "type": "string"}]},
        ]
    }
    server.api("PUT", "/workspace/components", manifest)
    script = """
      customElements.define("acme-stars", class extends HTMLElement {
        connectedCallback() {
          const button = document.createElement("button");
          button.textContent = `${this.most} stars`;
          const detail = {label: "Starred"};
          button.onclick = () => this.dispatchEvent(new CustomEvent("headwater-interact", {detail}));
          this.append(button);
        }
      });
      headwater.init({clientToken: headwater.providerProps.clientToken, callbacks: {open: (event, node, action) => {
        const {eventName, handler, category, trigger} = action;
        window.called = [event.type, node.type, eventName, handler.type, handler.name, category, trigger];
      }}, components: {Chart(element, props, tools) {
        const button = document.createElement("button");
        button.textContent = props.title;
        button.onclick = () => tools.interact();
        element.append(button);
      }}});"""
    site.put("/clicks.js", script)
    card = block(
        "card",
        "card",
        [block("text", "inner", text="Inside")],
        title="A card",
        actions=[{"type": "url", "href": "#card"}],
    )
    blocks = [
        block("button", "call", text="Call", actions=[{"type": "callback", "name": "open"}], label="My own label"),
        block("button", "link", text="Link", actions=[{"type": "url", "href": "#link"}]),
        card,
        block("image", "image", src="/pic.svg", alt="A picture", href="#image", width=20, height=20),
        block("component", "stars", name="stars", props={"most": 5}),
        block("component", "chart", name="Chart", props={"title": "Figures"}),
    ]
    publish(server, "Clicks", tree(*blocks), placement(page="/clicks.html"))
    picture = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="20"/>'
    site.put("/pic.svg", picture, {"Content-Type": "image/svg+xml"})
    listening(page)
    policy = strict(server)["Content-Security-Policy"].replace("script-src", "script-src 'self'")
    html = page_of(server, head='<script src="/clicks.js" defer></script>')
    found = show(page, server, site, "/clicks.html", html, {"Content-Security-Policy": policy})
    found.get_by_role("button", name="Call").click()
    found.get_by_role("link", name="Link").click()
    found.get_by_role("link", name="A card").click()
    found.get_by_role("link", name="A picture").click()
    found.get_by_role("button", name="5 stars").click()
    found.get_by_role("button", name="Figures").click()
    until(page, "window.told.filter(([name]) => name.endsWith('interaction')).length === 6")
    clicks = told_of(page, "candu.sdk.content.interaction")
    assert [(each["eventName"], each["nodeId"], each["nodeType"], each["handler"]) for each in clicks] == [
        ("My own label", "call", "button", {"type": "callback", "name": "open"}),
        ("Clicks - Link clicked", "link", "button", {"type": "url"}),
        ("Clicks - A card clicked", "card", "card", {"type": "url"}),
        ("Clicks - A picture clicked", "image", "image", {"type": "url"}),
        ("Starred", "stars", "component", {"type": "component", "name": "stars"}),
        ("Clicks - Chart clicked", "chart", "component", {"type": "component", "name": "Chart"}),
    ]
    called = page.evaluate("window.called")
    assert called == ["click", "button", "My own label", "callback", "open", "Native", "OnClick"]
    assert page.evaluate("location.hash") == "#image"
    emptied(page)


def test_a_click_that_leaves_the_page_is_not_lost(page: Page, server: Server, site: Site) -> None:
    away = site.put("/away.html", "<!doctype html><title>Away</title>")
    publish(server, "Leaving", tree(button("Leave", {"type": "url", "href": away})), placement(page="/leave.html"))
    user = fresh()
    show(page, server, site, "/leave.html", page_of(server, user_id=user)).get_by_role("link", name="Leave").click()
    expect(page).to_have_title("Away")
    query = f"SELECT event_name FROM candu_prod.tutorial_interaction WHERE user_id = '{user}'"
    wanted = [["Leaving - Leave clicked"]]
    deadline = time.monotonic() + 3
    while time.monotonic() < deadline and server.sql(query) != wanted:
        time.sleep(0.2)
    page.goto(site.put("/leave.html", page_of(server, "", user_id=user), strict(server)))
    server.rows(query, lambda rows: rows == wanted, wait_s=WAIT_S)
