"""One source is one file: a throw-away file shows up everywhere, and nothing else is touched."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from headwater.base.event import CleanEvent
from headwater.catalog.check import check_all, check_file
from headwater.catalog.docs import pages
from headwater.catalog.load import Catalog, load_catalog
from headwater.catalog.model import to_wire
from headwater.catalog.violations import violations

ENTRY = """\
slug = "throw-away"
name = "Throw Away"
kind = "event cloud"
status = "beta"
categories = ["Tests"]
regions = ["eu"]
platform = "server"
docs = "https://throw-away.example.com/"
description = "A tool that is here for the length of one test."
setup = ["Copy {write_key}."]

[maintainer]
name = "Nobody"

[[settings]]
name = "depth"
type = "integer"
label = "Depth"
description = "How far down."
default = 3

[[events]]
name = "Thing Thrown"
call = "track"
description = "A thing was thrown away."
properties = [{ name = "thingId", type = "integer", description = "Which thing." }]

[[examples]]
title = "A thing is thrown"
table = "thing_thrown"
body = { type = "track", event = "Thing Thrown", userId = "u", properties = { thingId = 1 } }
row = { thing_id = 1 }
"""


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    (tmp_path / "throw-away.toml").write_text(ENTRY, "utf-8")
    return tmp_path


@pytest.fixture
def catalog(directory: Path) -> Catalog:
    return load_catalog([directory])


def test_the_check_takes_it(directory: Path):
    assert check_file(directory / "throw-away.toml") == []
    assert check_all([directory]) == []


def test_the_catalogue_lists_finds_and_refuses_it(catalog: Catalog):
    assert "throw-away" in [spec.slug for spec in catalog.sources()]
    assert [spec.slug for spec in catalog.search("thing thrown")] == ["throw-away"]
    assert catalog.source("throw-away").region_refusal("us") is not None
    assert "throw-away" not in [spec.slug for spec in load_catalog().sources()]


def test_the_api_shows_its_form_and_its_events(catalog: Catalog):
    wire = to_wire(catalog.source("throw-away"))
    assert [(setting["name"], setting["default"]) for setting in wire["settings"]] == [("depth", 3)]
    assert wire["events"][0]["properties"][0]["name"] == "thingId"


def test_the_docs_have_its_page_and_the_index_links_it(catalog: Catalog):
    written = pages(catalog)
    assert "| `thingId` | integer | `thing_id` |" in written["docs/reference/sources/throw-away.md"]
    assert "[Throw Away](throw-away.md)" in written["docs/reference/sources/index.md"]


def test_its_events_are_held_to_it(catalog: Catalog):
    sent = CleanEvent(
        message_id="m",
        type="track",
        source_id="s",
        workspace_id="w",
        received_at="",
        timestamp="",
        event="Thing Thrown",
        properties=msgspec.Raw(b'{"thingId":"one"}'),
    )
    (violation,) = violations(catalog.source("throw-away"), sent)
    assert (violation.type, violation.field) == ("Invalid Type", "properties.thingId")
