"""Who sees what: by what is known of them from wherever it came, and by what they have done."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.browser.showing import block, page_of, placement, publish, shown, strict, tree, withdraw
from tests.compat.site import Site
from tests.e2e.people import person, segment
from tests.e2e.test_destinations_arrive import connect
from tests.server import Server

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(autouse=True)
def nothing_left(shared_server: Server) -> Iterator[None]:
    yield
    withdraw(shared_server)


@pytest.fixture(scope="module")
def elsewhere(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Where user data comes from: it has the other server as a destination."""
    data = tmp_path_factory.mktemp("elsewhere") / "data"
    running = Server(data, environment={"HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"})
    yield running
    assert running.stop() == 0, running.stderr()


def someone() -> str:
    return f"user-{uuid.uuid4().hex[:10]}"


def saying(text: str) -> dict[str, Any]:
    return tree(block("heading", "said", text=text))


def variants(server: Server, path: str, *members: tuple[str, str]) -> None:
    """A content on this page: a document for each segment and its text, in order; the last one for everybody else."""
    made = server.api("POST", "/content", {"name": f"On {path}", "kind": "inline", "tree": saying("For everyone")})
    ids = []
    for segment_id, text in members:
        whole = server.api("POST", f"/content/{made['id']}/documents", {"segmentId": segment_id})
        (document,) = [each for each in whole["documents"] if each["segmentId"] == segment_id]
        ids.append(document["id"])
        change = {"revision": document["revision"], "tree": saying(text)}
        server.api("PATCH", f"/content/{made['id']}/documents/{document['id']}", change)
    now = server.api("GET", f"/content/{made['id']}")
    order = [*ids, *(each["id"] for each in now["documents"] if each["id"] not in ids)]
    change = {"revision": now["revision"], "placements": [placement(page=path)], "documentOrder": order}
    server.api("PATCH", f"/content/{made['id']}", change)
    server.api("POST", f"/content/{made['id']}/publish", {})


def sees(page: Page, server: Server, site: Site, path: str, user: str | None, text: str) -> None:
    data = {"user_id": user} if user else {}
    page.goto(site.put(path, page_of(server, **data), strict(server)))
    expect(shown(page).get_by_role("heading")).to_have_text(text)


@pytest.mark.seed("S1.18", "used")
@pytest.mark.seed("S1.19", "used")
@pytest.mark.seed("S2.1", "shown")
@pytest.mark.seed("S2.2", "shown")
def test_what_the_destination_sends_of_users_decides_what_they_see(
    page: Page, shared_server: Server, elsewhere: Server, site: Site
) -> None:
    """Role, plan, an attribute of one's own, an event: all come by way of the destination; pages know the id alone."""
    rules = {
        "Owners": {"trait": "role", "op": "isOneOf", "value": ["owner", "admin"]},
        "Colour": {"trait": "favourite.colour", "op": "equals", "value": "grün"},
        "Payers": {"trait": "plan", "op": "equals", "value": "pro"},
        "Ordered": {"event": "Ordered", "op": "performed"},
    }
    ids = {name: segment(shared_server, name, rule) for name, rule in rules.items()}
    variants(shared_server, "/sent.html", *((ids[name], f"For {name}") for name in rules))
    source = elsewhere.add_source("http-api", "Users")
    key = shared_server.api("POST", "/workspace/api-keys", {"name": "rest"}, status=201)["key"]
    connect(elsewhere, "candu", [source["id"]], apiKey=key, host=shared_server.url)

    def send(kind: str, **call: Any) -> None:
        assert elsewhere.send(f"/v1/{kind}", call, key=source["writeKeys"][0]).is_success

    traits = {
        "Owners": {"role": "owner", "plan": "free"},
        "Colour": {"favourite": {"colour": "grün"}},
        "Payers": {"plan": "pro"},
        "Ordered": {"plan": "free"},
        "Everyone": {"plan": "free"},
    }
    users = {name: someone() for name in traits}
    for name, user in users.items():
        send("identify", userId=user, traits=traits[name])
    send("track", userId=users["Ordered"], event="Ordered", properties={"total": 5})
    for name in rules:
        person(shared_server, users[name], lambda each, name=name: ids[name] in each["segments"])
    for name, user in users.items():
        sees(page, shared_server, site, "/sent.html", user, "For everyone" if name == "Everyone" else f"For {name}")
    sees(page, shared_server, site, "/sent.html", None, "For everyone")


@pytest.mark.seed("S2.2", "shown")
def test_the_size_of_the_company_decides_at_once(page: Page, shared_server: Server, site: Site) -> None:
    big = segment(shared_server, "Big", {"groupTrait": "employees", "op": "greaterThan", "value": 100})
    variants(shared_server, "/company.html", (big, "For big ones"))
    sees(page, shared_server, site, "/company.html", someone(), "For everyone")
    page.evaluate("headwater.identify(headwater.providerProps.userId, {name: 'Ann'})")
    page.evaluate("headwater.group('company-' + Math.random(), {employees: 329})")
    expect(shown(page).get_by_role("heading")).to_have_text("For big ones")
    page.evaluate("headwater.reset()")
    expect(shown(page).get_by_role("heading")).to_have_text("For everyone")


@pytest.mark.seed("S2.3", "shown")
def test_content_follows_what_somebody_does(page: Page, shared_server: Server, site: Site) -> None:
    """The use of a feature, progress on board and a milestone, each told by the page itself: a later one goes first."""
    rules = {
        "milestone": {"event": "First invoice", "op": "performed"},
        "reports": {"event": "Report opened", "op": "performed", "count": {"atLeast": 2}, "withinDays": 7},
        "step": {"event": "Step", "op": "performed", "where": [{"property": "step", "op": "equals", "value": 2}]},
    }
    ids = {name: segment(shared_server, name, rule) for name, rule in rules.items()}
    variants(shared_server, "/does.html", *((ids[name], name) for name in rules))
    user = someone()
    sees(page, shared_server, site, "/does.html", user, "For everyone")
    page.evaluate("headwater.identify(headwater.providerProps.userId, {name: 'Uma'})")
    steps = [
        ("headwater.track('Step', {step: 2})", "step"),
        ("headwater.track('Report opened'); headwater.track('Report opened')", "reports"),
        ("headwater.track('First invoice')", "milestone"),
    ]
    for did, text in steps:
        page.evaluate(f"async () => {{ {did}; await headwater.flush(); }}")
        person(shared_server, user, lambda each, text=text: ids[text] in each["segments"])
        sees(page, shared_server, site, "/does.html", user, text)


def test_variables_fall_back_where_nobody_is_known(page: Page, shared_server: Server, site: Site) -> None:
    """The page's own values come first, then its traits; the server's are told only to who proved who they are."""
    text = "Hi {{user.name|there}}, {{account.plan|free}}, {{user.secret|nobody}}"
    publish(shared_server, "Greeting", saying(text), placement(page="/greet.html"))
    user = someone()
    source = shared_server.add_source("http-api", "Backend")
    call = {"userId": user, "traits": {"secret": "s3cr3t", "name": "Known"}}
    assert shared_server.send("/v1/identify", call, key=source["writeKeys"][0]).is_success
    person(shared_server, user)
    sees(page, shared_server, site, "/greet.html", user, "Hi there, free, nobody")
    page.evaluate("headwater.identify(headwater.providerProps.userId, {name: 'Ann'})")
    expect(shown(page).get_by_role("heading")).to_have_text("Hi Ann, free, nobody")
    page.evaluate("""() => {
      const {clientToken, userId} = headwater.providerProps;
      headwater.init({clientToken, userId, traits: {name: "Ann"}, groupId: "acme", groupTraits: {plan: "team"},
                      variables: {user: {secret: "own"}}});
    }""")
    expect(shown(page).get_by_role("heading")).to_have_text("Hi Ann, team, own")
