"""The snippets that users of Candu have in their pages work with only the host changed, under a strict policy."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator

import pytest
from playwright.sync_api import BrowserContext, Page

from tests.browser.sdk import emptied, loaded, open_page, policy, rows, token_of
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

WITH_USER = """<script>
(function(d, params){
var script = d.createElement('script');
script.setAttribute('src', 'https://cdn.candu.ai/sdk/latest/candu.umd.js?token=' + params.clientToken);
script.onload = function () { Candu.init(params); }
d.head.appendChild(script);
})(document, {
clientToken: 'YOUR_CLIENT_TOKEN',
userId: 'YOUR_USER_ID',
});
</script>"""
WITH_TRAITS = """<script>
(function(d, params){
var script = d.createElement('script');
script.setAttribute('src', 'https://cdn.candu.ai/sdk/latest/candu.umd.js?token=' + params.clientToken);
script.onload = function () { Candu.init(params); }
d.head.appendChild(script);
})(document, {
clientToken: 'YOUR_CLIENT_TOKEN',
userId: 'YOUR_USER_ID',

// ADD ANY TRAITS IN THE OBJECT BELOW
traits: { email: 'YOUR_CUSTOMER_EMAIL@example_domain.ai' },
});
</script>"""


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "data", environment={"HEADWATER_COMPAT": "on"})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


def put(server: Server, snippet: str, user: str) -> str:
    """The snippet with its placeholders filled in and only the host changed."""
    filled = snippet.replace("YOUR_CLIENT_TOKEN", token_of(server)).replace("YOUR_USER_ID", user)
    return f"<!doctype html><title>A page</title>{filled.replace('https://cdn.candu.ai', server.url)}"


def fresh() -> str:
    return f"user-{uuid.uuid4()}"


@pytest.mark.seed("S2.8")
def test_the_init_snippet_with_a_user(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    html = put(shared_server, WITH_USER, user)
    open_page(page, site, html, policy(shared_server, html))
    loaded(page, "Candu")
    rows(shared_server, f"SELECT user_id FROM customer_events.identifies WHERE user_id = '{user}'", [[user]])
    emptied(page)


@pytest.mark.seed("S2.9")
@pytest.mark.seed("S2.11")
def test_the_init_snippet_with_traits_and_events_by_get_eventing(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    html = put(shared_server, WITH_TRAITS, user)
    open_page(page, site, html, policy(shared_server, html))
    loaded(page, "Candu")
    email = "YOUR_CUSTOMER_EMAIL@example_domain.ai"
    traits = f"SELECT user_id, email FROM customer_events.identifies WHERE user_id = '{user}'"
    rows(shared_server, traits, [[user, email]])
    rows(shared_server, f"SELECT id, email FROM customer_events.users WHERE id = '{user}'", [[user, email]])
    page.evaluate("Candu.getEventing().track('Invited team member', {seats: 3})")
    page.evaluate("window.Candu.track('Invited team member', {seats: 4})")
    page.evaluate("Candu.getEventing().screen('Team')")
    assert page.evaluate("Candu.getEventing().page('Members').then((said) => said === undefined)")
    sent = f"SELECT user_id, seats FROM customer_events.invited_team_member WHERE user_id = '{user}' ORDER BY seats"
    rows(shared_server, sent, [[user, 3], [user, 4]])
    rows(shared_server, f"SELECT name FROM customer_events.screens WHERE user_id = '{user}'", [["Team"]])
    rows(shared_server, f"SELECT name FROM customer_events.pages WHERE user_id = '{user}'", [["Members"]])


@pytest.mark.seed("S2.15")
def test_provider_props_in_the_console(page: Page, shared_server: Server, site: Site) -> None:
    user = fresh()
    html = put(shared_server, WITH_TRAITS, user)
    open_page(page, site, html, policy(shared_server, html))
    loaded(page, "Candu")
    props = page.evaluate("Candu.providerProps")
    assert props["clientToken"] == token_of(shared_server)
    assert (props["userId"], props["host"], props["storage"]) == (user, shared_server.url, "localStorage")
    assert props["traits"] == {"email": "YOUR_CUSTOMER_EMAIL@example_domain.ai"}
    assert uuid.UUID(props["anonymousId"]).version == 4
    assert props["sdk"]["name"] == "@headwater/browser"


@pytest.mark.seed("S2.10")
def test_another_spelling_of_email_is_pointed_out(context: BrowserContext, shared_server: Server, site: Site) -> None:
    opened = context.new_page()
    said: list[str] = []
    opened.on("console", lambda message: said.append(f"{message.type}: {message.text}"))
    user = fresh()
    html = put(shared_server, WITH_TRAITS.replace("email:", "Email:"), user)
    open_page(opened, site, html, policy(shared_server, html))
    loaded(opened, "Candu")
    (warning,) = said
    assert re.fullmatch(r'warning: headwater: the trait "Email" is kept, but the reserved one is "email".*', warning)
    stored = rows(shared_server, f"SELECT email FROM customer_events.identifies WHERE user_id = '{user}'", len)
    assert stored == [["YOUR_CUSTOMER_EMAIL@example_domain.ai"]]


def test_a_global_that_exists_stays(page: Page, shared_server: Server, site: Site) -> None:
    before = "<!doctype html><script>window.Candu = {mine: true}; window.Produktly = 7;</script>"
    html = "".join(
        (
            before,
            f'<script src="{shared_server.url}/sdk/latest/candu.umd.js?token=x"></script>',
            f'<script src="{shared_server.url}/js/main.js" data-client-token="x"></script>',
        )
    )
    open_page(page, site, html)
    assert page.evaluate("[window.Candu, window.Produktly]") == [{"mine": True}, 7]


def test_an_element_of_that_name_is_no_global(page: Page, shared_server: Server, site: Site) -> None:
    """Browsers show elements by their ids among the window's names."""
    html = f"""<!doctype html><div id="Candu"></div>
      <script src="{shared_server.url}/sdk/latest/candu.umd.js?token=x"></script>"""
    open_page(page, site, html)
    assert page.evaluate("typeof Candu.init") == "function"
