"""What pages say becomes people, and pages are told which segments their user is in."""

from __future__ import annotations

import hashlib
import hmac
import time
import uuid
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.sdk import EMPTY, emptied, loaded, open_page, policy, tag, token_of, trusted_types
from tests.browser.test_sdk_snippets import WITH_TRAITS, put
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

WAIT_S = 40.0


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "data", environment={"HEADWATER_COMPAT": "on"})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def fresh() -> str:
    return f"user-{uuid.uuid4()}"


def once(get: Callable[[], Any], expected: Callable[[Any], bool]) -> Any:
    """What `get` gives once it is as expected."""
    deadline = time.monotonic() + WAIT_S
    while not expected(found := get()):
        assert time.monotonic() < deadline, found
        time.sleep(0.1)
    return found


def person(server: Server, user: str) -> dict[str, Any]:
    people = once(lambda: server.api("GET", f"/people?userId={user}")["data"], bool)
    assert len(people) == 1
    return people[0]


def add_segment(server: Server, plan: str) -> str:
    rule = {"trait": "plan", "op": "equals", "value": plan}
    return server.api("POST", "/segments", {"name": f"On {plan} {uuid.uuid4()}", "rule": rule})["id"]


def start(page: Page, server: Server, site: Site, **data: str) -> None:
    open_page(page, site, EMPTY + tag(server, client_token=token_of(server), **data), trusted_types(server))
    loaded(page)


@pytest.mark.seed("S2.9")
@pytest.mark.seed("S2.11")
def test_the_snippet_with_traits_makes_a_person(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    html = put(shared_server, WITH_TRAITS, user)
    open_page(page, site, html, policy(shared_server, html))
    loaded(page, "Candu")
    page.evaluate("Candu.getEventing().track('Completed onboarding', {step: 3})")
    emptied(page)
    found = person(shared_server, user)
    assert found["traits"] == {"email": "YOUR_CUSTOMER_EMAIL@example_domain.ai"}
    assert found["anonymousIds"] == [page.evaluate("Candu.providerProps.anonymousId")]

    def names() -> list[str]:
        return [event["name"] for event in shared_server.api("GET", f"/people/{found['id']}/events")["data"]]

    once(names, lambda seen: "Completed onboarding" in seen)


@pytest.mark.seed("S2.1", "segment")
def test_membership_follows_the_user_and_outlives_the_server(
    context: BrowserContext, shared_server: Server, site: Site
) -> None:
    page = context.new_page()
    pro = add_segment(shared_server, "pro")
    user = fresh()
    start(page, shared_server, site)
    members = "headwater.getMembership()"
    assert page.evaluate(members) == ["Everyone"]
    page.evaluate("(user) => headwater.identify(user, {plan: 'pro'})", user)
    once(lambda: page.evaluate(members), lambda found: sorted(found) == sorted(["Everyone", pro]))
    # Nothing answers any more: the same user's last answer holds, and is nobody else's.
    page.route("**/api/bootstrap*", lambda route: route.abort())
    assert sorted(page.evaluate(members)) == sorted(["Everyone", pro])
    start(page, shared_server, site, user_id=user)
    assert sorted(page.evaluate(members)) == sorted(["Everyone", pro])
    page.evaluate("headwater.reset()")
    assert page.evaluate(members) == []
    page.unroute_all()
    assert page.evaluate(members) == ["Everyone"]


def test_an_answer_that_is_known_is_not_sent_again(page: Page, shared_server: Server, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.method) if "/api/bootstrap" in request.url else None)
    statuses: list[int] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.responseReceivedExtraInfo", lambda event: statuses.append(event["statusCode"]))
    start(page, shared_server, site)

    def again() -> list[int]:
        assert page.evaluate("headwater.getMembership()") == ["Everyone"]
        return statuses

    once(again, lambda found: 304 in found)
    assert set(asked) == {"GET"}


def test_membership_wants_a_signature_where_identities_are_signed(
    context: BrowserContext, shared_server: Server, site: Site
) -> None:
    secret = shared_server.api("POST", "/workspace/identity-secrets", {"name": "membership"})["key"]
    team = add_segment(shared_server, "team")
    user = fresh()
    signature = hmac.new(secret.encode(), user.encode(), hashlib.sha256).hexdigest()
    page = context.new_page()
    shared_server.api("PATCH", "/workspace", {"identityVerification": "require"})
    members = "headwater.getMembership()"
    try:
        start(page, shared_server, site)
        page.evaluate("([user, hmac]) => headwater.identify(user, {plan: 'team'}, hmac)", [user, signature])
        once(lambda: page.evaluate(members), lambda found: team in found)
        other = context.browser.new_context() if context.browser else None
        assert other is not None
        elsewhere = other.new_page()
        start(elsewhere, shared_server, site, user_id=user)
        assert elsewhere.evaluate(members) == ["Everyone"]
        other.close()
    finally:
        shared_server.api("PATCH", "/workspace", {"identityVerification": "off"})
