"""The destinations' pages and the guide say what the catalogue's own types and files say."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from headwater.catalog.destination import DestinationExample, DestinationSpec, Limits, RetryClasses
from headwater.catalog.destination_docs import FOLDER, destination_pages
from headwater.catalog.destination_load import load_destinations

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide/adding-a-destination.md").read_text("utf-8")
PAGES = destination_pages()


@pytest.mark.parametrize(("way", "text"), PAGES.items(), ids=list(PAGES))
def test_a_committed_page_is_what_its_file_gives(way: str, text: str):
    assert (ROOT / way).read_text("utf-8") == text, "run `make fix`"


def test_no_page_is_left_of_a_destination_that_is_gone():
    assert {f"{FOLDER}/{path.name}" for path in (ROOT / FOLDER).iterdir()} == set(PAGES)


@pytest.mark.parametrize("spec", load_destinations().destinations(), ids=lambda spec: spec.slug)
def test_every_destination_has_a_page_with_its_own_troubleshooting(spec: DestinationSpec):
    page = PAGES[f"{FOLDER}/{spec.slug}.md"]
    _, _, troubleshooting = page.partition("## Troubleshooting")
    for trouble in spec.troubles:
        assert f"| {trouble.sign} | {trouble.remedy} |" in troubleshooting
    assert "Nothing at all in the log" in troubleshooting
    assert "Any other failure: it is tried again" in troubleshooting


@pytest.mark.parametrize("struct", [DestinationSpec, Limits, RetryClasses, DestinationExample])
def test_the_guide_names_every_key(struct: type[msgspec.Struct]):
    missing = [field.name for field in msgspec.structs.fields(struct) if f"| `{field.name}` |" not in GUIDE]
    assert not missing


def test_every_link_of_the_pages_leads_somewhere():
    for way, text in [*PAGES.items(), ("docs/guide/adding-a-destination.md", GUIDE)]:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
            assert (ROOT / way).parent.joinpath(target).exists(), f"{way}: {target}"
