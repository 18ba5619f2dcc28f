"""A catalogue of one's own: the files of the guides, in a directory that the setting `catalog_dirs` names."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine
from tests.server import Server

GUIDES = Path(__file__).parents[2] / "docs" / "guide"

MENDED = ("2e9b", "c12f2f5a-0e11-529f-8dfe-af5963b18721")
"""The mistake of the guide's destination, which the check finds and says how to mend."""


def whole_file(guide: str, kind: str) -> str:
    """The guide's file in full, as a reader copies it."""
    found = re.search(rf"```{kind}\n(.*?)```", (GUIDES / guide).read_text(), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def own(tmp_path: Path) -> Path:
    directory = tmp_path / "own"
    directory.mkdir()
    (directory / "acme-tours.toml").write_text(whole_file("adding-a-source.md", "toml"))
    (directory / "acme_inbox.py").write_text(whole_file("adding-a-destination.md", "python").replace(*MENDED))
    return directory


def test_a_source_and_a_destination_of_ones_own_are_offered_and_used(tmp_path: Path, own: Path) -> None:
    environment = {"HEADWATER_CATALOG_DIRS": str(own)}
    server = Server(tmp_path / "data", environment=environment)
    try:
        headwater = CommandLine(tmp_path, server)
        key = headwater.json("source", "add", "--catalog", "acme-tours", "--name", "Tours")["writeKeys"][0]
        popped = {"type": "track", "event": "Balloon Popped", "userId": "ann", "messageId": "m"}
        popped |= {"properties": {"balloonId": 7, "place": {"selector": "#save"}}}
        assert server.send("/v1/track", popped, key=key).status_code == 200
        query = "SELECT balloon_id, place_selector FROM tours.balloon_popped"
        server.rows(query, lambda rows: rows == [[7, "#save"]], wait_s=60)
        assert server.api("GET", "/catalog/destinations/acme-inbox")["slug"] == "acme-inbox"
    finally:
        server.stop()
    checked = CommandLine(tmp_path).json("catalog", "check", "--all", environment=environment)
    assert checked["problems"] == []
    assert checked["files"] == CommandLine(tmp_path).json("catalog", "check", "--all")["files"] + 2


def test_a_directory_or_a_file_that_is_wrong_stops_the_start(tmp_path: Path, own: Path) -> None:
    headwater = CommandLine(tmp_path)
    serve = ("serve", "--port", "0", "--data", "data")
    told = headwater.refusal(*serve, environment={"HEADWATER_CATALOG_DIRS": "nowhere"})
    assert "nowhere is named as a directory of catalogue files and is none" in told
    (own / "acme-tours.toml").write_text('slug = "acme-tours"\ncolour = "red"\n')
    told = headwater.refusal(*serve, environment={"HEADWATER_CATALOG_DIRS": str(own)})
    assert "acme-tours.toml" in told
    assert told.endswith("Nothing was started.")
    assert not (tmp_path / "data").exists()
