from __future__ import annotations

from pathlib import Path

import pytest

from headwater.base.errors import InvalidInput, NotFound
from headwater.catalog.load import load_catalog
from tests.unit.catalog.entries import write_acme

CATALOG = load_catalog()


def test_every_file_is_a_source_and_they_stand_in_the_order_of_their_names():
    names = [spec.name for spec in CATALOG.sources()]
    assert names == sorted(names, key=str.casefold)
    assert {spec.slug for spec in CATALOG.sources()} >= {
        *("candu", "produktly", "http-api", "javascript", "node", "python", "beamer", "delighted")
    }


def test_it_is_read_once():
    assert load_catalog() is CATALOG
    assert load_catalog([]) is CATALOG


@pytest.mark.parametrize(
    ("query", "first"),
    [
        ("Candu", "candu"),
        ("candu", "candu"),
        ("  CANDU ", "candu"),
        ("prod", "produktly"),
        ("http", "http-api"),
        ("tutorial.view", "candu"),
        ("nps widget", "produktly"),
        ("surveys delighted", "delighted"),
        ("Node.js", "node"),
        ("changelog", "beamer"),
    ],
)
def test_the_best_match_comes_first(query: str, first: str):
    assert CATALOG.search(query)[0].slug == first


def test_a_category_beats_a_description():
    found = [spec.slug for spec in CATALOG.search("server")]
    assert {*found[:3]} == {"http-api", "node", "python"}
    assert len(found) > 3


def test_every_word_must_occur():
    assert CATALOG.search("candu zzz") == []
    assert CATALOG.search("zzz") == []


def test_an_empty_query_finds_all():
    assert CATALOG.search("  ") == CATALOG.sources()


def test_an_unknown_slug_names_the_nearest():
    with pytest.raises(NotFound) as caught:
        CATALOG.source("candoo")
    assert caught.value.code == "not_found"
    assert 'no source "candoo". The nearest is "candu". It has: beamer, candu, ' in caught.value.message


def test_a_users_own_directory_adds_sources(tmp_path: Path):
    write_acme(tmp_path)
    catalog = load_catalog((tmp_path,))
    assert catalog.source("acme").name == "Acme Tours"
    assert len(catalog.sources()) == len(CATALOG.sources()) + 1
    assert catalog.search("balloon")[0].slug == "acme"


def test_a_slug_given_twice_stops_the_loading_and_names_both_files(tmp_path: Path):
    write_acme(tmp_path, ('slug = "acme"', 'slug = "candu"'), name="candu")
    with pytest.raises(InvalidInput) as caught:
        load_catalog((tmp_path,))
    assert caught.value.code == "catalog_invalid"
    assert str(tmp_path / "candu.toml") in caught.value.message
    assert 'sources/candu.toml has the slug "candu" already' in caught.value.message


def test_a_file_with_problems_stops_the_loading_with_every_sentence(tmp_path: Path):
    write_acme(tmp_path, ('status = "beta"', 'status = "old"'), ('call = "track"', 'call = "trakc"'))
    with pytest.raises(InvalidInput) as caught:
        load_catalog((tmp_path,))
    assert len(caught.value.details) == 2
    assert '"old" is not allowed here' in caught.value.message
    assert '"trakc" is not allowed here' in caught.value.message


def test_a_directory_that_is_none_is_refused(tmp_path: Path):
    with pytest.raises(InvalidInput, match="is named as a directory of catalogue files and is none"):
        load_catalog((tmp_path / "absent",))


def test_a_slug_that_utf8_cannot_say_is_refused_in_words_that_it_can():
    with pytest.raises(NotFound) as caught:
        CATALOG.source("\ud800")
    assert caught.value.message.encode("utf-8")
