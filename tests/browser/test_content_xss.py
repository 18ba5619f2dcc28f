"""Whatever is written into content, or known of the person who sees it: it is text. Nothing runs, nothing is loaded."""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

import pytest
from playwright.sync_api import Dialog, Locator, Page, Request, Route

from tests.browser.payloads import ADDRESSES, RUN, TEXTS
from tests.browser.sdk import token_of, until
from tests.browser.showing import block, draft, page_of, placement, publish, shown, strict, tree
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
  violations.push(`${violatedDirective} ${blockedURI}`));
"""
INSIDE = """(host) => {
  const all = [...host.shadowRoot.querySelectorAll("*"), ...host.querySelectorAll("*")];
  return {
    tags: [...new Set(all.map((each) => each.localName))],
    handlers: all.flatMap((each) => [...each.attributes]).filter(({ name }) => /^on|^srcdoc$/.test(name))
      .map(({ name, value }) => `${name}=${value}`),
    links: all.flatMap((each) => ["href", "src", "poster", "action"].map((name) => [each.localName, each[name]]))
      .filter(([, address]) => typeof address === "string" && address !== ""),
    text: all.map((each) => each.shadowRoot ? "" : each.textContent).join(" "),
  };
}"""
CLICK_ALL = """(host) => {
  addEventListener("click", (event) => {
    const link = event.composedPath().find((each) => each.localName === "a");
    if (link && /^(https?|mailto|tel):$/.test(link.protocol)) event.preventDefault();
  });
  for (const each of host.shadowRoot.querySelectorAll("a, button")) {
    for (const type of ["pointerover", "mouseover", "focus", "pointerdown", "mousedown", "mouseup"]) {
      each.dispatchEvent(new Event(type, { bubbles: true, composed: true }));
    }
    each.click();
  }
}"""
START = """([token, given, user]) => {
  const [traits, groupTraits, variables] = [JSON.parse(given), JSON.parse(given), JSON.parse(given)];
  headwater.init({ clientToken: token, userId: user, traits, groupId: "acme", groupTraits, variables });
}"""
ECHO = """
window.got = new Map();
class Echo extends HTMLElement {}
for (let at = 0; at < 100; at++) {
  Object.defineProperty(Echo.prototype, `p${at}`, { set(value) { got.set(`p${at}`, value); } });
}
customElements.define("x-echo", Echo);
"""
FORBIDDEN = {
    *("script", "iframe", "object", "embed", "base", "meta", "link", "style", "template", "frame", "noscript"),
    *("math", "image", "audio", "marquee", "details", "mglyph", "portal"),
}


class Watch:
    """What must not happen in a page: a script of a payload, a dialog, a breach of the policy, a strange request."""

    def __init__(self, page: Page, *origins: str) -> None:
        self.page = page
        self.seen: list[str] = []
        self._origins = origins
        page.add_init_script(WATCH)
        page.on("dialog", self._dialog)
        page.on("request", self._request)
        page.on("popup", lambda opened: self.seen.append(f"popup {opened.url}"))

    def _dialog(self, dialog: Dialog) -> None:
        self.seen.append(f"dialog {dialog.message}")
        dialog.dismiss()

    def _request(self, request: Request) -> None:
        if not request.url.startswith(self._origins):
            self.seen.append(f"request {request.url}")

    def found(self) -> list[str]:
        """Everything, after the page has had time for what comes late."""
        for _ in range(3):
            self.page.evaluate("new Promise((done) => requestAnimationFrame(() => setTimeout(done, 30)))")
        ran = self.page.evaluate("[window.pwned ? 'a script ran' : '', ({}).polluted ? 'polluted' : '', ...violations]")
        return self.seen + [each for each in ran if each]


def placeholder(at: int) -> str:
    return f"zq{at}qz"


def hand_out(page: Page, values: dict[str, str]) -> None:
    """As a server would that checks nothing: in what it says of content, each of these stands for its value."""

    def change(route: Route) -> None:
        answer = route.fetch()
        text = answer.text()
        for name, value in values.items():
            text = text.replace(name, value if name.startswith('"') else json.dumps(value)[1:-1])
        route.fulfill(response=answer, body=text)

    page.route("**/api/bootstrap?*", change)
    page.route("**/api/experiences/*", change)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        running.put("/pic.png", b"")
        yield running


@pytest.fixture
def watch(page: Page, shared_server: Server, site: Site) -> Watch:
    return Watch(page, shared_server.url, site.url)


def policies(server: Server) -> list[dict[str, str]]:
    """Without a policy whatever could run would run; with one that is strict it would at least be told."""
    return [{}, strict(server)]


def check(watch: Watch, host: Locator) -> dict[str, Any]:
    """Nothing of the payloads became an element, a handler or an address; clicking it all changes nothing."""
    address = watch.page.url
    inside: dict[str, Any] = {}
    for _ in range(2):
        inside = host.evaluate(INSIDE)
        assert FORBIDDEN.isdisjoint(inside["tags"])
        assert inside["handlers"] == []
        strange = [each for each in inside["links"] if not re.match(r"(https?|mailto|tel):", each[1])]
        assert strange == []
        host.evaluate(CLICK_ALL)
    assert watch.found() == []
    assert watch.page.url == address
    return inside


def everywhere(text: str, at: int) -> list[dict[str, Any]]:
    """A text in every setting that shows one."""
    noted = [{"type": "track", "event": text[:60]}]
    return [
        block("heading", f"h{at}", text=text),
        block("text", f"t{at}", text=text),
        block("badge", f"b{at}", text=text),
        block("button", f"u{at}", text=text, label=text[:60], actions=noted),
        block("card", f"c{at}", [block("text", f"ct{at}", text=text)], title=text, actions=noted),
        block("image", f"i{at}", src="/pic.png", alt=text),
    ]


def form(text: str, at: int) -> dict[str, Any]:
    more = {"minText": text, "maxText": text}
    return block(
        "form",
        f"f{at}",
        [
            block("field", f"x{at}", kind="text", label=text, hint=text),
            block("field", f"y{at}", kind="choice", label=f"{at} choice", options=[text, "b"]),
            block("field", f"z{at}", kind="choice", label=f"{at} many", options=[text, "b"], multiple=True),
            block("field", f"s{at}", kind="scale", label=f"{at} scale", min=0, max=2, **more),
        ],
        formId=f"{at:021}",
        name=text[:60],
        submitText=text,
        successText=text,
    )


@pytest.mark.parametrize("part", range(4))
def test_texts(page: Page, shared_server: Server, site: Site, watch: Watch, part: int) -> None:
    """Also what the server would refuse to publish: the page does not count on it."""
    texts = {at: text for at, text in enumerate(TEXTS) if at % 4 == part}
    path = f"/texts-{part}.html"
    blocks = [each for at in texts for each in everywhere(placeholder(at), at)]
    publish(shared_server, f"Texts {part}", tree(*blocks), placement(page=path))
    hand_out(page, {placeholder(at): text for at, text in texts.items()})
    for headers in policies(shared_server):
        page.goto(site.put(path, page_of(shared_server), headers))
        inside = check(watch, shown(page))
        assert "window.pwned=1" in inside["text"]  # it is there, and read
        assert placeholder(part) not in inside["text"]


def test_forms(page: Page, shared_server: Server, site: Site, watch: Watch) -> None:
    """Also what somebody answers: nothing of it runs, now or when the form is drawn anew."""
    texts = dict(enumerate(TEXTS[::5]))
    path = "/forms.html"
    publish(shared_server, "Forms", tree(*(form(placeholder(at), at) for at in texts)), placement(page=path))
    hand_out(page, {placeholder(at): text for at, text in texts.items()})
    for headers in policies(shared_server):
        page.goto(site.put(path, page_of(shared_server), headers))
        host = shown(page)
        for field in host.locator("input[type=text]").all()[:4]:
            field.fill(f"<img src=x onerror={RUN}>")
        for field in host.locator("input[type=radio], input[type=checkbox]").all()[:6]:
            field.check(force=True)
        check(watch, host)


def test_what_is_known_of_the_person(page: Page, shared_server: Server, site: Site, watch: Watch) -> None:
    """Traits, those of the group, and variables of the page: values that bring no markup, no link, no member."""
    names = [f"p{at}" for at in range(len(TEXTS))]
    blocks = [
        block(kind, f"{kind}{at}{scope}", text=f"_a_ {{{{{scope}.{name}|none}}}} **b**")
        for at, name in enumerate(names)
        for kind, scope in (("text", "user"), ("heading", "account"))
    ]
    odd = ("__proto__", "constructor", "constructor.name", "toString", "polluted", "__proto__.polluted")
    blocks += [block("text", f"odd{at}", text=f"({{{{user.{name}|none}}}})") for at, name in enumerate(odd)]
    path = "/person.html"
    publish(shared_server, "Known", tree(*blocks), placement(page=path))
    html = page_of(shared_server).replace(f' data-client-token="{token_of(shared_server)}"', "")
    pollution = '"__proto__": {"polluted": "yes"}, "constructor": {"prototype": {"polluted": "yes"}}'
    given = json.dumps(dict(zip(names, TEXTS, strict=True)))[:-1] + f", {pollution}}}"
    for headers in policies(shared_server):
        page.goto(site.put(path, html, headers))
        until(page, "window.headwater && headwater.version")
        user = f"user-{uuid.uuid4()}"
        page.evaluate(START, [token_of(shared_server), given, user])
        inside = check(watch, shown(page))
        assert "a <script>window.pwned=1</script> b" in inside["text"]
        assert inside["text"].count("(none)") >= len(odd)


def test_addresses_are_refused_by_the_server(shared_server: Server) -> None:
    blocks = [
        made
        for at, address in enumerate(ADDRESSES)
        for made in (
            block("button", f"u{at}", text="Go", actions=[{"type": "url", "href": address}]),
            block("image", f"i{at}", src=address, alt="A picture"),
            block("image", f"l{at}", src="/pic.png", alt="A picture", href=address),
            block("video", f"v{at}", src=address, title="A film", captions=address, poster=address),
        )
    ]
    blocks += [
        block("text", f"t{at}", text=f"[x]({address})")
        for at, address in enumerate(ADDRESSES)
        if re.fullmatch(r"[a-z]+:[^\s()\\{]+", address, re.IGNORECASE)
    ]
    made = draft(shared_server, "Addresses", tree(*blocks), placement(page="/never.html"))
    refused = shared_server.api("POST", f"/content/{made['id']}/publish", {}, status=422)
    assert refused["error"]["code"] == "not_publishable"
    told = shared_server.api("POST", f"/content/{made['id']}/check", {})["problems"]
    wrong = {each["nodeId"] for each in told if each["severity"] == "error" and "nodeId" in each}
    assert {each["id"] for each in blocks} - wrong == set()


def test_addresses_are_refused_by_the_page(page: Page, shared_server: Server, site: Site, watch: Watch) -> None:
    """Even if a server handed them out, or the page's own variables brought them."""
    blocks = [
        made
        for at in range(len(ADDRESSES))
        for made in (
            block("button", f"u{at}", text="Go", actions=[{"type": "url", "href": f"https://example.com/{at}/"}]),
            block("text", f"t{at}", text=f"a [link](https://example.com/{at}/) b"),
            block("image", f"l{at}", src="/pic.png", alt="A picture", href=f"https://example.com/{at}/"),
            block("card", f"c{at}", [], title="A", actions=[{"type": "url", "href": f"https://example.com/{at}/"}]),
            block("image", f"i{at}", src=f"https://example.com/{at}/", alt="A picture"),
            block("video", f"v{at}", src=f"https://example.com/{at}/", title="A film"),
        )
    ]
    path = "/addresses.html"
    publish(shared_server, "Handed out", tree(*blocks), placement(page=path))
    hand_out(page, {f"https://example.com/{at}/": address for at, address in enumerate(ADDRESSES)})
    for headers in policies(shared_server):
        page.goto(site.put(path, page_of(shared_server), headers))
        inside = check(watch, shown(page))
        assert [tag for tag, _ in inside["links"] if tag in ("a", "video")] == []
        assert {link for tag, link in inside["links"] if tag == "img"} == {f"{site.url}/pic.png"}


def test_addresses_out_of_variables(page: Page, shared_server: Server, site: Site, watch: Watch) -> None:
    values = {f"p{at}": address for at, address in enumerate(ADDRESSES)}
    blocks = [
        made
        for name in values
        for made in (
            block("button", f"u{name}", text="Go", actions=[{"type": "url", "href": f"{{{{user.{name}}}}}"}]),
            block("button", f"w{name}", text="Go", actions=[{"type": "url", "href": f"/to/{{{{user.{name}}}}}"}]),
            block("button", f"m{name}", text="Go", actions=[{"type": "email", "to": f"{{{{user.{name}}}}}"}]),
        )
    ]
    path = "/variables.html"
    publish(shared_server, "Out of variables", tree(*blocks), placement(page=path))
    html = page_of(shared_server).replace(f' data-client-token="{token_of(shared_server)}"', "")
    for headers in policies(shared_server):
        page.goto(site.put(path, html, headers))
        until(page, "window.headwater && headwater.version")
        page.evaluate(START, [token_of(shared_server), json.dumps(values), f"user-{uuid.uuid4()}"])
        inside = check(watch, shown(page))
        links = [link for tag, link in inside["links"] if tag == "a"]
        assert [link for link in links if not link.startswith((f"{site.url}/to/", "mailto:"))] == []
        assert len(links) >= len(values)


def test_a_query_is_no_link_of_a_script(page: Page, shared_server: Server, site: Site, watch: Watch) -> None:
    """The page's own address comes from whoever wrote the link to it."""
    go = block("button", "go", text="Go", actions=[{"type": "url", "href": "{{url.search.next}}"}])
    path = "/next.html"
    publish(shared_server, "Onward", tree(go), placement(page=path))
    address = site.put(path, page_of(shared_server), strict(shared_server))
    for each in ADDRESSES[:12]:
        page.goto(f"{address}?next={quote(each)}")
        inside = check(watch, shown(page))
        assert inside["links"] == []
    for given, link in (("/plans?a=b", "/plans?a=b"), ("//evil.invalid/x", "/evil.invalid/x"), ("/\\\\evil", "/evil")):
        page.goto(f"{address}?next={quote(given)}")
        assert shown(page).evaluate("(host) => host.shadowRoot.querySelector('a').href") == f"{site.url}{link}"


def test_components_of_the_page(page: Page, shared_server: Server, site: Site, watch: Watch) -> None:
    """Texts come to them as texts, and no name of a prop is one that the browser runs."""
    texts = {f"p{at}": text for at, text in enumerate(TEXTS[:45])}
    listed = [{"name": name, "type": "string"} for name in texts]
    entry = {"name": "echo", "kind": "element", "tag": "x-echo", "title": "Echo", "props": listed}
    shared_server.api("PUT", "/workspace/components", {"components": [entry]})
    path = "/components.html"
    props = {name: placeholder(at) for at, name in enumerate(texts)}
    publish(shared_server, "Echo", tree(block("component", "e", name="echo", props=props)), placement(page=path))
    evil = {
        **dict.fromkeys(("onclick", "onload", "onerror", "onpointerover", "ONFOCUS", "srcdoc", "style"), RUN),
        **dict.fromkeys(("innerHTML", "outerHTML", "text", "prefix"), f"<img src=x onerror={RUN}>"),
        **{name: {"polluted": "yes"} for name in ("__proto__", "constructor", "prototype")},
    }
    values = {placeholder(at): text for at, text in enumerate(texts.values())}
    hand_out(page, {**values, '"p0":': f'{json.dumps(evil)[1:-1]},"p0":'})
    site.put("/echo.js", ECHO)
    head = '<script src="/echo.js"></script>'
    for headers in ({}, strict(shared_server, scripts="'self'")):
        page.goto(site.put(path, page_of(shared_server, head=head), headers))
        host = shown(page)
        host.locator("x-echo").wait_for(state="attached")
        page.evaluate("document.querySelector('x-echo').click()")
        check(watch, host)
        seen = page.evaluate("Object.fromEntries([...window.got].filter(([name]) => /^p\\d+$/.test(name)))")
        filled = {name: text for name, text in texts.items() if "{{" not in text}
        assert {name: seen.get(name) for name in filled} == filled
