"""The npm package as it is packed, in a page that imports it; the reference page against what a page really has."""

from __future__ import annotations

import re
import subprocess
import tarfile
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page
from web import build

from tests.browser.sdk import EMPTY, loaded, open_page, rows, tag, token_of, until
from tests.compat.clients import installed_node
from tests.compat.site import Site
from tests.server import Server

pytestmark = pytest.mark.browser

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "web" / "packages" / "browser"
REFERENCE = (ROOT / "docs" / "reference" / "sdk.md").read_text("utf-8")
GUIDE = (ROOT / "docs" / "guide" / "put-it-on-your-page.md").read_text("utf-8")


@pytest.fixture(scope="module")
def shared_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    running = Server(tmp_path_factory.mktemp("server") / "data", environment={"HEADWATER_COMPAT": "on"})
    yield running
    assert running.stop() == 0, running.stderr()


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with Site() as running:
        yield running


@pytest.fixture(scope="module")
def packed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The unpacked package."""
    node = installed_node()
    if not (build.WEB / "node_modules" / "typescript").is_dir():
        pytest.skip("packing needs the tools of `make check` (python web/build.py --check installs them)")
    folder = tmp_path_factory.mktemp("package")
    command = [*node.npm, "pack", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(
        command, cwd=PACKAGE, env=build.environment(node), capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with tarfile.open(folder / done.stdout.split()[-1]) as archive:
        archive.extractall(folder, filter="data")
    return folder / "package"


def members(title: str) -> set[str]:
    """The names that the reference's table under a heading begins its rows with."""
    section = re.search(rf"^## {re.escape(title)}\n(.*?)^## ", REFERENCE + "## ", re.DOTALL | re.MULTILINE)
    assert section is not None
    return set(re.findall(r"^\| `(\w+)", section[1], re.MULTILINE))


def test_the_package_in_a_page(packed: Path, page: Page, shared_server: Server, site: Site) -> None:
    assert {path.name for path in packed.rglob("*") if path.is_file()} == {
        *("README.md", "package.json", "LICENSE", "api.d.ts", "index.d.ts", "index.js", "react.d.ts"),
    }
    site.put("/sdk/index.js", (packed / "dist" / "index.js").read_bytes())
    user = f"user-{uuid.uuid4()}"
    options = f'{{host: "{shared_server.url}", clientToken: "{token_of(shared_server)}", userId: "{user}"}}'
    program = (
        f'import headwater from "/sdk/index.js"; headwater.init({options}); headwater.track("From npm", {{n: 1}});'
    )
    open_page(page, site, f'{EMPTY}<script type="module">{program}</script>')
    rows(shared_server, f"SELECT n FROM customer_events.from_npm WHERE user_id = '{user}'", [[1]])
    assert page.evaluate("'headwater' in window") is False


def test_the_reference_names_what_there_is(page: Page, shared_server: Server, site: Site) -> None:
    token = token_of(shared_server)
    doors = (
        tag(shared_server, client_token=token),
        tag(shared_server, "/sdk/latest/candu.umd.js"),
        tag(shared_server, "/js/main.js", client_token=token),
    )
    open_page(page, site, EMPTY + "".join(doors))
    loaded(page)
    for name in ("headwater", "Candu", "Produktly"):
        assert set(page.evaluate(f"Object.keys({name})")) == members(f"`window.{name}`"), name
    shown = set(page.evaluate("Object.keys(headwater.providerProps)"))
    assert shown <= members("`providerProps`") | members("Options of `init`")
    assert members("`providerProps`") <= shown


def snippets() -> dict[str, str]:
    """The guide's pieces of HTML, by the heading they stand under."""
    found = re.findall(r"^## ([^\n]+)\n(?:(?!^## ).)*?^```html\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)
    return dict(found)


@pytest.mark.parametrize("title", snippets())
def test_the_guide_s_snippets(title: str, page: Page, shared_server: Server, site: Site) -> None:
    user = f"user-{uuid.uuid4()}"
    html = snippets()[title].replace("https://headwater.example.com", shared_server.url)
    html = html.replace("CLIENT_TOKEN", token_of(shared_server)).replace("user-42", user)
    open_page(page, site, EMPTY + html)
    until(page, "window.headwater || window.Candu || window.Produktly")
    if "Produktly" in title:
        page.evaluate("(user) => Produktly.identifyUser(user, {plan: 'pro'}, undefined)", user)
    query = f"SELECT DISTINCT user_id FROM customer_events.identifies WHERE user_id LIKE '{user}%'"
    found: list[list[Any]] = rows(shared_server, query, bool)
    assert found == [[user]]


def test_the_guide_has_a_snippet_for_each_way() -> None:
    assert len(snippets()) == 4
