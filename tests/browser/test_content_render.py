"""Content in pages: where it stands, when it shows and how often, and that it leaves nothing behind."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.sdk import until
from tests.browser.showing import SLOT, block, page_of, placement, publish, show, shown, strict, tree, withdraw
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

HOSTS = ".headwater-content"
DISMISS: dict[str, Any] = {"type": "dismiss"}


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left(shared_server: Server) -> Iterator[None]:
    yield
    withdraw(shared_server)


def saying(text: str, *more: dict[str, Any]) -> dict[str, Any]:
    close = block("button", "close", text="Close", actions=[DISMISS])
    return tree(block("heading", "said", text=text), close, *more)


def calm(page: Page, ms: int = 700) -> None:
    """Lets what could still come come."""
    page.wait_for_timeout(ms)


def scripted(server: Server, site: Site, name: str, script: str) -> tuple[str, dict[str, str]]:
    """A script of the site's own for the head of a page, and a policy that lets it in."""
    site.put(f"/{name}.js", script)
    policy = strict(server)["Content-Security-Policy"].replace("script-src", "script-src 'self'")
    return f'<script src="/{name}.js" defer></script>', {"Content-Security-Policy": policy}


def spots(page: Page) -> list[str]:
    """What the main part holds, in order: ids, and `ours`."""
    return page.evaluate("""[...document.querySelectorAll("main > *, #spot > *")].map((each) =>
      each.className === "headwater-content" ? "ours" : each.id || each.localName)""")


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        ("before", ["h1", "ours", "spot", "in", "p"]),
        ("after", ["h1", "spot", "in", "ours", "p"]),
        ("inside", ["h1", "spot", "in", "ours", "p"]),
        ("instead", ["h1", "spot", "in", "ours", "p"]),
    ],
)
def test_it_stands_where_it_was_placed_and_leaves_no_trace(
    page: Page, shared_server: Server, site: Site, place: str, expected: list[str]
) -> None:
    path = f"/{place}.html"
    publish(shared_server, f"Stands {place}", saying("Here"), placement(page=path, selectors=["#spot"], place=place))
    body = '<div id="spot"><b id="in">Theirs</b></div><p>After</p>'
    site.put(path, page_of(shared_server, body), strict(shared_server))
    page.goto(f"{site.url}{path}")
    expect(shown(page).get_by_role("heading", name="Here")).to_be_visible()
    assert spots(page) == expected
    assert page.locator(f"#spot > {HOSTS}").count() == (place == "inside")
    assert page.locator("#in").is_visible() == (place != "instead")
    page.evaluate("history.pushState({}, '', '/elsewhere.html')")
    expect(page.locator(HOSTS)).to_have_count(0)
    assert page.evaluate("document.querySelector('main').innerHTML") == f"<h1>A page</h1>{body}"
    page.evaluate("history.back()")
    expect(shown(page).get_by_role("heading", name="Here")).to_be_visible()


def test_nothing_is_loaded_where_nothing_is_to_be_shown(page: Page, shared_server: Server, site: Site) -> None:
    publish(shared_server, "Other page", saying("Here"), placement(page="/loads.html"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.removeprefix(shared_server.url).partition("?")[0]))
    page.goto(site.put("/empty.html", page_of(shared_server), strict(shared_server)))
    until(page, "headwater.providerProps")
    calm(page)
    assert "/sdk/latest/surfaces.js" not in asked
    assert asked.count("/api/bootstrap") == 1
    page.evaluate("history.pushState({}, '', '/loads.html')")
    expect(shown(page)).to_be_visible()
    assert asked.count("/sdk/latest/surfaces.js") == 1


def test_selectors_vote_and_the_text_settles_a_tie(page: Page, shared_server: Server, site: Site) -> None:
    voted = placement(page="/votes.html", selectors=["#renamed", ".box", "main > div:nth-of-type(2)"], place="after")
    tied = placement(page="/tie.html", selectors=["button"], text="Save  as", place="after")
    publish(shared_server, "Voted", saying("Here"), voted)
    publish(shared_server, "Tied", saying("Here"), tied)
    boxes = '<div class="box" id="one"></div><div class="box" id="two"></div><div id="three"></div>'
    show(page, shared_server, site, "/votes.html", page_of(shared_server, boxes))
    assert spots(page) == ["h1", "one", "two", "ours", "three"]
    buttons = '<button id="a">Save</button><button id="b">Save\n as</button><button id="c">Save as</button>'
    show(page, shared_server, site, "/tie.html", page_of(shared_server, buttons))
    assert spots(page) == ["h1", "a", "b", "ours", "c"]


def test_it_reaches_into_open_shadow_roots_also_late(page: Page, shared_server: Server, site: Site) -> None:
    publish(
        shared_server, "Shadowed", saying("Here"), placement(page="/shadow.html", selectors=[".toolbar"], place="after")
    )
    head, headers = scripted(
        shared_server,
        site,
        "shadow",
        """
      customElements.define("x-shell", class extends HTMLElement {
        connectedCallback() {
          const root = this.attachShadow({mode: "open"});
          setTimeout(() => {
            const bar = document.createElement("div");
            bar.className = "toolbar";
            root.append(bar);
          }, 1500);
        }
      });""",
    )
    show(page, shared_server, site, "/shadow.html", page_of(shared_server, "<x-shell></x-shell>", head=head), headers)
    assert page.evaluate(
        "document.querySelector('x-shell').shadowRoot.querySelector('.toolbar + .headwater-content') !== null"
    )


def test_it_comes_back_when_the_page_draws_itself_anew(page: Page, shared_server: Server, site: Site) -> None:
    publish(
        shared_server, "Redrawn", saying("Here"), placement(page="/redraw.html", selectors=["#view"], place="before")
    )
    show(page, shared_server, site, "/redraw.html", page_of(shared_server, '<section><div id="view">1</div></section>'))
    for number in range(3):
        page.evaluate(
            """(number) => {
              const view = document.createElement("div");
              view.id = "view";
              view.textContent = number;
              document.querySelector("section").replaceChildren(view);
            }""",
            number,
        )
        expect(page.locator(f"{HOSTS} + #view")).to_have_count(1)
    assert page.locator(HOSTS).count() == 1
    page.evaluate("document.querySelector('#view').remove()")
    expect(page.locator(HOSTS)).to_have_count(0)


def test_it_gives_way_to_a_page_that_does_not_want_it(browser: Browser, shared_server: Server, site: Site) -> None:
    publish(shared_server, "Unwanted", saying("Here"), placement(page="/unwanted.html"))
    page = browser.new_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    head, headers = scripted(
        shared_server,
        site,
        "unwanted",
        """
      window.removed = 0;
      new MutationObserver(() => {
        const ours = document.querySelector(".headwater-content");
        if (ours) { ours.remove(); window.removed++; }
      }).observe(document, {childList: true, subtree: true});""",
    )
    page.goto(site.put("/unwanted.html", page_of(shared_server, head=head), headers))
    until(page, "window.removed >= 20")
    calm(page)
    assert page.evaluate("window.removed") == 20
    assert [each for each in said if "again and again" in each] != []
    page.close()


def test_triggers(page: Page, shared_server: Server, site: Site) -> None:
    """An event, also one before the renderer came; a click; a call; and a delay."""
    triggers: dict[str, dict[str, Any]] = {
        "early": {"on": "event", "event": "Early"},
        "late": {"on": "event", "event": "Late"},
        "click": {"on": "click", "selector": "#press"},
        "call": {"on": "manual"},
    }
    for name, trigger in triggers.items():
        publish(shared_server, f"On {name}", saying(name), placement(page="/triggers.html", trigger=trigger))
    publish(shared_server, "On delay", saying("delay"), placement(page="/triggers.html", delayS=2))
    head, headers = scripted(
        shared_server, site, "early", "headwater.track('Early'); window.began = performance.now();"
    )
    body = f'{SLOT}<button id="press"><b>Press</b></button>'
    show(page, shared_server, site, "/triggers.html", page_of(shared_server, body, head=head), headers)

    def headings() -> list[str]:
        return page.locator(HOSTS).get_by_role("heading").all_text_contents()

    expect(page.get_by_role("heading", name="delay")).to_be_visible()
    assert page.evaluate("performance.now() - window.began") >= 2000
    assert sorted(headings()) == ["delay", "early"]
    page.evaluate("headwater.track('Late')")
    expect(page.get_by_role("heading", name="late")).to_be_visible()
    page.get_by_text("Press").click()
    expect(page.get_by_role("heading", name="click")).to_be_visible()
    page.evaluate("headwater.showContent('on-call')")
    expect(page.get_by_role("heading", name="call")).to_be_visible()


def test_a_modal_without_a_place_is_called_by_its_slug(page: Page, shared_server: Server, site: Site) -> None:
    publish(shared_server, "Called modal", tree(block("text", "t", text="Modal"), kind="modal", title="Called"))
    opens = block("button", "open", text="More", actions=[{"type": "content", "slug": "called-modal"}])
    publish(shared_server, "Opens it", tree(opens), placement(page="/called.html"))
    show(page, shared_server, site, "/called.html", page_of(shared_server))
    page.evaluate("headwater.showContent('called-modal')")
    dialog = page.get_by_role("dialog", name="Called")
    expect(dialog).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    page.get_by_role("button", name="More").click()
    expect(dialog).to_be_visible()
    for _ in range(3):
        page.keyboard.press("Tab")
    assert page.evaluate(
        "document.activeElement.className === 'headwater-content' || document.activeElement === document.body"
    )
    dialog.get_by_role("button", name="Close").click()
    expect(page.get_by_role("button", name="More")).to_be_focused()


def test_how_often(page: Page, shared_server: Server, site: Site) -> None:
    """Each visit of the page; for each person by themselves."""
    frequencies: dict[str, dict[str, Any]] = {
        "always": {"kind": "always"},
        "once": {"kind": "once"},
        "until": {"kind": "untilDismissed"},
        "twice": {"kind": "times", "times": 2, "days": 7},
    }
    for name, frequency in frequencies.items():
        publish(shared_server, f"Often {name}", saying(name), placement(page="/often.html", frequency=frequency))
    until_shown = "JSON.stringify(Object.entries(localStorage)).split('headwater:shown:').length > 1"

    def visit(user: str) -> list[str]:
        page.goto(site.put("/often.html", page_of(shared_server, user_id=user), strict(shared_server)))
        expect(page.get_by_role("heading", name="always")).to_be_visible()
        calm(page, 2000)
        until(page, until_shown)
        return sorted(page.locator(HOSTS).get_by_role("heading").all_text_contents())

    ann, ben = f"ann-{uuid.uuid4()}", f"ben-{uuid.uuid4()}"
    assert visit(ann) == ["always", "once", "twice", "until"]
    assert visit(ann) == ["always", "twice", "until"]
    for name in ("always", "until"):
        host = page.locator(HOSTS, has=page.get_by_role("heading", name=name))
        host.get_by_role("button", name="Close").click()
        expect(page.get_by_role("heading", name=name)).to_have_count(0)
    assert visit(ann) == ["always"]
    assert visit(ben) == ["always", "once", "twice", "until"]


@pytest.mark.parametrize(
    ("width", "language", "expected"), [(390, "de-AT", "phone"), (800, "en-GB", "tablet"), (1280, "de", "all")]
)
def test_devices_and_languages(
    browser: Browser, shared_server: Server, site: Site, width: int, language: str, expected: str
) -> None:
    path = f"/device-{expected}.html"
    phones = placement(page=path, devices=["mobile"], languages=["DE"])
    tablets = placement(page=path, devices=["tablet"], languages=["en"])
    desktops = placement(page=path, devices=["desktop"], languages=["de-AT", "de"])
    for name, placed in {"phone": phones, "tablet": tablets, "all": desktops}.items():
        publish(shared_server, f"{name} on {expected}", saying(name), placed)
    context = browser.new_context(viewport={"width": width, "height": 800}, locale=language)
    page = context.new_page()
    show(page, shared_server, site, path, page_of(shared_server))
    calm(page)
    assert page.locator(HOSTS).get_by_role("heading").all_text_contents() == [expected]
    context.close()


def test_it_works_from_the_last_answer_when_the_server_is_away(page: Page, shared_server: Server, site: Site) -> None:
    publish(shared_server, "Lasting", saying("Here"), placement(page="/lasting.html"))
    show(page, shared_server, site, "/lasting.html", page_of(shared_server))
    page.route(re.compile(r"/api/bootstrap"), lambda route: route.fulfill(status=404, body=""))
    page.reload()
    expect(shown(page).get_by_role("heading", name="Here")).to_be_visible()


def test_much_content_comes_by_itself(page: Page, shared_server: Server, site: Site) -> None:
    """What does not fit into one answer is asked for when it is wanted."""
    lines = [block("text", f"t{number}", text=uuid.uuid4().hex * 4) for number in range(150)]
    publish(shared_server, "Much", saying("Much", *lines), placement(page="/much.html"))
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    expect(
        show(page, shared_server, site, "/much.html", page_of(shared_server)).get_by_text(lines[149]["props"]["text"])
    ).to_be_visible()
    assert [each for each in asked if "/api/experiences/" in each] != []


SHIFTS = """
  window.shift = 0;
  new PerformanceObserver((list) => {
    for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
  }).observe({type: "layout-shift", buffered: true});"""


def test_the_second_visit_moves_nothing(page: Page, shared_server: Server, site: Site) -> None:
    lines = [block("text", f"t{number}", text="A line of some length") for number in range(6)]
    publish(
        shared_server, "Room", saying("Room", *lines), placement(page="/room.html", selectors=["#spot"], place="before")
    )
    page.add_init_script(SHIFTS)
    body = '<p id="spot">Below</p>' + "<p>More of the page</p>" * 20
    shift = []
    for _ in range(2):
        show(page, shared_server, site, "/room.html", page_of(shared_server, body))
        until(page, "localStorage.getItem('headwater:rooms')")
        calm(page, 2500)
        shift.append(page.evaluate("window.shift"))
        assert page.locator(".headwater-room").count() == 0
    assert shift[1] <= 0.01, shift


def test_faults_of_the_pages_own_components_stay_theirs(browser: Browser, shared_server: Server, site: Site) -> None:
    entries = [{"name": name, "kind": "react", "title": name, "props": []} for name in ("Fine", "Faulty", "Missing")]
    shared_server.api("PUT", "/workspace/components", {"components": entries})
    parts = [block("component", name.lower(), name=name, props={}) for name in ("Faulty", "Missing", "Fine")]
    button = block(
        "button",
        "call",
        text="Call",
        actions=[{"type": "callback", "name": "fails"}, {"type": "track", "event": "Went on"}],
    )
    publish(shared_server, "Faulty", saying("Here", *parts, button), placement(page="/faulty.html"))
    head, headers = scripted(
        shared_server,
        site,
        "faulty",
        """
      const fail = () => { throw new Error("of the page"); };
      headwater.init({clientToken: headwater.providerProps.clientToken, callbacks: {fails: fail}, components: {
        Faulty: fail, Fine: (element) => { element.textContent = "Fine here"; }}});
      window.heard = [];
      addEventListener("headwater.track", ({detail}) => heard.push(detail.eventName));""",
    )
    page = browser.new_page()
    thrown: list[str] = []
    page.on("pageerror", lambda error: thrown.append(str(error)))
    show(page, shared_server, site, "/faulty.html", page_of(shared_server, head=head), headers)
    expect(page.get_by_text("Fine here")).to_be_visible()
    page.get_by_role("button", name="Call").click()
    until(page, "heard.includes('Went on')")
    assert thrown == []
    page.close()


def test_one_message_that_nobody_asked_for_is_enough(page: Page, shared_server: Server, site: Site) -> None:
    for name in ("First", "Second"):
        words = block("text", "t", text=name)
        publish(
            shared_server, name, tree(words, kind="modal", title=name), placement(page="/messages.html", selectors=())
        )
    page.goto(site.put("/messages.html", page_of(shared_server), strict(shared_server)))
    dialogs = page.get_by_role("dialog")
    expect(dialogs).to_have_count(1)
    page.keyboard.press("Escape")
    expect(dialogs).to_have_count(0)
    calm(page)
    assert dialogs.count() == 0
    page.evaluate("headwater.showContent('second')")
    expect(page.get_by_role("dialog", name="Second")).to_be_visible()


def test_an_event_sets_off_what_is_on_the_page_that_it_leads_to(page: Page, shared_server: Server, site: Site) -> None:
    trigger = {"on": "event", "event": "Saved"}
    publish(shared_server, "After saving", saying("Saved"), placement(page="/done.html", trigger=trigger))
    page.goto(site.put("/work.html", page_of(shared_server), strict(shared_server)))
    until(page, "headwater.providerProps")
    page.evaluate("() => { headwater.track('Saved'); history.pushState({}, '', '/done.html'); }")
    expect(shown(page).get_by_role("heading", name="Saved")).to_be_visible()


def test_the_console_tells_why_it_is_not_there(page: Page, shared_server: Server, site: Site) -> None:
    path = "/why.html"
    placements = [
        placement(page=path),
        placement(page="/other.html"),
        placement(page=path, devices=["mobile"]),
        placement(page=path, trigger={"on": "manual"}),
        placement(page=path, selectors=["#missing"]),
    ]
    publish(shared_server, "Explained", saying("Here"), *placements)
    show(page, shared_server, site, path, page_of(shared_server))
    told = page.evaluate("headwater.explain('explained').map(({state, why}) => [state, why])")
    assert told == [["shown", ""], ["elsewhere", "pages"], ["elsewhere", "devices"], ["waiting", ""], ["ready", ""]]
    assert page.evaluate("headwater.explain('nobody-s')") == []
