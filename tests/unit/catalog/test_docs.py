from __future__ import annotations

from pathlib import Path

from headwater.catalog.check import read_file
from headwater.catalog.docs import pages, source_page, write_docs
from headwater.catalog.load import load_catalog
from tests.unit.catalog.entries import write_acme

CATALOG = load_catalog()


def test_there_is_a_page_for_each_source_and_an_index():
    slugs = {spec.slug for spec in CATALOG.sources()}
    assert set(pages()) == {f"docs/reference/sources/{name}.md" for name in (*slugs, "index")}


def test_the_index_links_every_page():
    index = pages()["docs/reference/sources/index.md"]
    for spec in CATALOG.sources():
        assert f"| [{spec.name}]({spec.slug}.md) | {spec.kind} | {spec.status} |" in index


def test_the_page_of_candu_says_what_its_file_says():
    page = source_page(CATALOG.source("candu"))
    for words in (
        "# Candu",
        "| **Status** | public. Was in beta before it became public. |",
        "| **Maintained by** | Candu (<support@candu.ai>) |",
        "| **Regions** | us only |",
        "| **Related destination** | [candu](../destinations/candu.md) |",
        "Sent as `screen`, and has the table `tutorial_view`.",
        "| `eventName` | string | `event_name` |",
        '"name": "tutorial.view"',
        "affiliated with none",
    ):
        assert words in page


def test_a_type_that_is_ours_is_marked_and_explained():
    page = source_page(CATALOG.source("produktly"))
    assert "| `metadata.stepIndex` | integer\\* | `metadata_step_index` |" in page
    assert "| `metadata.type` | string | `metadata_type` |" in page
    assert "Types marked with * are headwater's reading" in page
    assert "headwater's reading" not in source_page(CATALOG.source("candu"))


def test_settings_identify_calls_and_awkward_text_have_their_place(tmp_path: Path):
    spec = read_file(write_acme(tmp_path, ('"Of the balloons."', '"Red | blue <b>."'))).spec
    assert spec is not None
    page = source_page(spec)
    assert '| `colour` | string | no | `"red"` | Red \\| blue &lt;b>. One of: red, blue. |' in page
    assert "| `apiSecret` | string (secret) | yes |  | Signs what arrives. |" in page
    assert "Who it was. Sent as `identify`." in page
    assert "| `where.selector` | string | `where_selector` | Of the element. Not always there. |" in page


def test_writing_twice_gives_the_same_bytes(tmp_path: Path):
    first = {path: path.read_bytes() for path in write_docs(tmp_path)}
    second = {path: path.read_bytes() for path in write_docs(tmp_path)}
    assert first == second
    assert len(first) == len(CATALOG.sources()) + 1
    assert all(content.endswith(b"\n") and b"\r" not in content for content in first.values())
