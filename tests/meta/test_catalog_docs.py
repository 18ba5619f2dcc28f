"""The reference pages and the guide say what the catalogue's own types and files say."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest

from headwater.catalog.check import check_bytes
from headwater.catalog.docs import FOLDER, pages
from headwater.catalog.model import (
    EventSpec,
    Example,
    Maintainer,
    PropertySpec,
    SettingSpec,
    SourceSpec,
)

ROOT = Path(__file__).parents[2]
GUIDE = (ROOT / "docs/guide/adding-a-source.md").read_text("utf-8")


@pytest.mark.parametrize(("way", "text"), pages().items(), ids=list(pages()))
def test_a_committed_page_is_what_its_file_gives(way: str, text: str):
    assert (ROOT / way).read_text("utf-8") == text, "run `make fix`"


def test_no_page_is_left_of_a_source_that_is_gone():
    assert {f"{FOLDER}/{path.name}" for path in (ROOT / FOLDER).iterdir()} == set(pages())


@pytest.mark.parametrize("struct", [SourceSpec, Maintainer, SettingSpec, EventSpec, PropertySpec, Example])
def test_the_guide_names_every_key(struct: type[msgspec.Struct]):
    missing = [field.name for field in msgspec.structs.fields(struct) if f"| `{field.name}` |" not in GUIDE]
    assert not missing


def test_the_guides_file_is_one_that_the_check_takes():
    (text,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    assert check_bytes(text.encode(), Path("acme-tours.toml")).problems == []


def test_the_guides_mistake_is_answered_as_it_says():
    (text,) = re.findall(r"```toml\n(.*?)```", GUIDE, re.DOTALL)
    (told,) = re.findall(r"```text\n(.*?)\n```", GUIDE, re.DOTALL)
    wrong = text.replace('description = "A user popped a balloon."', 'descripton = "A user popped a balloon."')
    (problem,) = check_bytes(wrong.encode(), Path("acme-tours.toml")).problems
    assert str(problem) == told


def test_every_link_of_the_pages_leads_somewhere():
    for way, text in [*pages().items(), ("docs/guide/adding-a-source.md", GUIDE)]:
        for target in re.findall(r"\]\((?!https?://)([^)#]+)", text):
            assert (ROOT / way).parent.joinpath(target).exists(), f"{way}: {target}"
