"""One destination is one file: a throw-away file in an installed copy shows up everywhere, and nothing else changes."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.installed import InstalledCopy
from tests.receivers.receiver import Receiver
from tests.server import HEADWATER, Server

ENTRY = """\
from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec

from headwater.base.outgoing import HttpRequest, Job, Outgoing
from headwater.catalog.destination import DestinationExample, DestinationSpec, Trouble
from headwater.catalog.model import Maintainer, SettingSpec


def requests(jobs: Sequence[Job], settings: Mapping[str, Any]) -> list[Outgoing]:
    return [
        HttpRequest(
            url=settings.get("address") or "",
            body=msgspec.json.encode({"thrown": job.mapped.get("what"), "id": job.id}),
            headers=(("Content-Type", "application/json"), ("X-Depth", str(settings.get("depth")))),
            jobs=(job.id,),
        )
        for job in jobs
    ]


SPEC = DestinationSpec(
    slug="throw-away",
    name="Throw Away",
    status="beta",
    maintainer=Maintainer(name="Nobody"),
    categories=("Tests",),
    description="A tool that is here for the length of one test.",
    docs="https://throw-away.example.com/",
    setup=("Give the address.",),
    requests=requests,
    verified="Never run against the real service.",
    integration="Throw Away",
    calls=("track",),
    settings=(
        SettingSpec(name="address", type="string", label="Address", description="Where to.", required=True),
        SettingSpec(name="depth", type="integer", label="Depth", description="How far down.", default=3),
    ),
    mapping={"what": "properties.thing|event"},
    troubles=(Trouble(sign="Nothing lands", remedy="Look under the table."),),
)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory: pytest.TempPathFactory) -> InstalledCopy:
    copy = InstalledCopy(tmp_path_factory.mktemp("copy"))
    copy.add("catalog/destinations/throw_away.py", ENTRY)
    return copy


@pytest.fixture(scope="module")
def copied_server(copy: InstalledCopy, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {**copy.environment, "HEADWATER_EGRESS_ALLOW": "127.0.0.0/8"}
    running = Server(tmp_path_factory.mktemp("server") / "data", environment=environment)
    yield running
    assert running.stop() == 0, running.stderr()


def test_the_check_takes_it_with_all_the_others(copy: InstalledCopy):
    checked = copy.run(HEADWATER, "catalog", "check", "--all", "--json")
    assert json.loads(checked.stdout)["problems"] == [], checked.stderr


def test_the_check_of_a_file_with_a_mistake_ends_with_one_and_names_the_field(copy: InstalledCopy):
    wrong = copy.root / "throw_away.py"
    wrong.write_text(ENTRY.replace('status="beta"', 'status="new"'), "utf-8")
    checked = copy.run(HEADWATER, "catalog", "check", str(wrong))
    assert checked.returncode == 1
    assert f"{wrong}: status: Invalid enum value 'new'" in checked.stdout
    assert "1 file checked, 1 problem." in checked.stdout


def test_the_api_lists_finds_and_shows_its_form(copied_server: Server):
    slugs = [entry["slug"] for entry in copied_server.api("GET", "/catalog/destinations")["data"]]
    assert "throw-away" in slugs
    (found,) = copied_server.api("GET", "/catalog/destinations", params={"q": "throw away"})["data"]
    assert [(setting["name"], setting["default"], setting["required"]) for setting in found["settings"]] == [
        ("address", None, True),
        ("depth", 3, False),
    ]
    assert found["mapping"] == {"what": "properties.thing|event"}
    assert found["troubles"] == [{"sign": "Nothing lands", "remedy": "Look under the table."}]


def test_the_docs_have_its_page_and_the_index_links_it(copy: InstalledCopy):
    written = copy.run(
        "-c",
        "from pathlib import Path\n"
        "from headwater.catalog.destination_docs import destination_pages\n"
        "for way, text in destination_pages().items():\n"
        "    Path(way).parent.mkdir(parents=True, exist_ok=True)\n"
        "    Path(way).write_text(text, 'utf-8')\n",
    )
    assert written.returncode == 0, written.stderr
    folder = copy.root / "docs/reference/destinations"
    page = (folder / "throw-away.md").read_text("utf-8")
    assert "| `depth` | integer | no | `3` | How far down. |" in page
    assert "| Nothing lands | Look under the table. |" in page
    assert "[Throw Away](throw-away.md)" in (folder / "index.md").read_text("utf-8")


def test_what_is_installed_knows_nothing_of_it():
    assert not (Path(__file__).parents[2] / "src/headwater/catalog/destinations/throw_away.py").exists()


def test_events_are_delivered_through_it(copied_server: Server):
    server = copied_server
    source = server.add_source("http-api", "Web")
    with Receiver() as receiver:
        settings = {"address": receiver.url_at("127.0.0.1", "/thrown")}
        body = {"catalog": "throw-away", "name": "Bin", "sourceIds": [source["id"]], "settings": settings}
        made = server.api("POST", "/destinations", {**body, "enabled": True}, status=201)
        assert made["settings"]["depth"] == 3
        call = {"event": "Thing Thrown", "userId": "u", "properties": {"thing": "a chair"}}
        for path, sent in (("/v1/track", call), ("/v1/identify", {"userId": "u", "traits": {"a": 1}})):
            assert server.send(path, sent, key=source["writeKeys"][0]).status_code == 200
        assert server.send("/v1/track", {**call, "properties": {}}, key=source["writeKeys"][0]).status_code == 200
        requests = receiver.wait_for(2)
        server.wait_closed(wait_s=60)
    assert {request.json()["thrown"] for request in requests} == {"a chair", "Thing Thrown"}
    assert {(request.target, request.header("X-Depth")) for request in requests} == {("/thrown", "3")}
    assert len(receiver.requests) == 2, "an identify call is none of the calls that it takes"
