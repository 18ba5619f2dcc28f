"""What is wrong with a destination's file is said with its place; running it never brings the check down."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from headwater.base.errors import InvalidInput, NotFound
from headwater.catalog.check_files import all_files, check_files
from headwater.catalog.destination_check import DESTINATIONS, check_destination
from headwater.catalog.destination_load import load_destinations
from headwater.catalog.load import load_catalog
from headwater.catalog.relations import one_sided

GUIDE = Path(__file__).parents[3] / "docs/guide/adding-a-destination.md"
(GUIDES_FILE,) = re.findall(r"```python\n(.*?)```", GUIDE.read_text("utf-8"), re.DOTALL)
ID = re.search(r'the request has "([^"]+)"', GUIDE.read_text("utf-8"))
assert ID is not None
GOOD: str = GUIDES_FILE.replace('"id": "2e9b"', f'"id": "{ID[1]}"')

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Puts down the guide's file, each pair of texts exchanged."""

    def put(*pairs: tuple[str, str], name: str = "acme_inbox.py") -> Path:
        text = GOOD
        for old, new in pairs:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / name
        path.write_text(text, "utf-8")
        return path

    return put


def test_the_guides_file_is_good_once_its_body_is_right(write: Write):
    assert check_destination(write()) == []


def test_the_guides_mistake_is_answered_as_it_says(tmp_path: Path):
    (told,) = re.findall(r"```text\n(.*?)\n```", GUIDE.read_text("utf-8"), re.DOTALL)
    path = tmp_path / "acme_inbox.py"
    path.write_text(GUIDES_FILE, "utf-8")
    assert [str(problem).replace(str(path), path.name) for problem in check_destination(path)] == [told]


@pytest.mark.parametrize(
    ("old", "new", "where", "words"),
    [
        ('slug="acme-inbox"', 'slug="Acme Inbox"', "slug", "is no slug"),
        ('slug="acme-inbox"', 'slug="acme"', "slug", "name both alike"),
        ('name="Acme Inbox"', "name=7", "name", "Expected `str`, got `int`"),
        ('name="Acme Inbox"', 'name=" "', "name", "it is empty"),
        ('status="beta"', 'status="new"', "status", "Invalid enum value 'new'"),
        (
            'name="Acme", contact="help@acme.example.com"',
            'name="Acme", contact="nobody"',
            "maintainer.contact",
            "e-mail",
        ),
        ('name="Acme", contact=', "name=None, contact=", "maintainer.name", "Expected `str`"),
        ('("Messaging",)', '("Messaging", "Messaging")', "categories", "given 2 times"),
        ("https://acme.example.com/docs/inbox", "acme.example.com", "docs", "https://"),
        ("requests=requests", "requests='requests'", "requests", "cannot be called"),
        ("requests=requests", "requests=requests, check='check'", "check", "cannot be called"),
        ('verified="Never run against the real service."', 'verified=""', "verified", "it is empty"),
        ('calls=("track",)', "calls=()", "calls", "nothing would ever be sent"),
        ('calls=("track",)', 'calls=("trak",)', "calls[0]", "Invalid enum value"),
        ('name="apiKey"', 'name="API Key"', "settings[0].name", "is no setting name"),
        ("required=True, secret=True", "default='x', secret=True", "settings[0].default", "a secret has no default"),
        ("properties.email|context", "properties..email|context", "mapping.email", "character 12"),
        ("per_second=10", "per_second=0", "limits.per_second", "nothing would be sent"),
        ("per_second=10", "max_batch=0", "limits.max_batch", "less than one"),
        ("per_second=10", "batch_wait_s=-1", "limits.batch_wait_s", "no time to wait"),
        ("terminal=(400, 401)", "terminal=(200,)", "retry", "200 is no status of a failure"),
        ('sign="401"', 'sign=""', "troubles[0].sign", "it is empty"),
        ('title="Somebody signs up"', 'title=""', "examples[0].title", "it is empty"),
        ('settings={"apiKey"', 'settings={"apikey"', "examples[0].settings", '"apikey" is no setting. Allowed: apiKey'),
        (
            '"to": "mike@example.com"',
            '"to": 7',
            "examples[0].body.to",
            'says 7, and the request has "mike@example.com"',
        ),
        ('"to": "mike@example.com", ', "", "examples[0].body.to", "the example leaves it out"),
        ('"to": "mike@example.com",', '"to": "mike@example.com", "x": 1,', "examples[0].body.x", "does not have it"),
        ('"Bearer example-key"', '"Bearer other"', "examples[0].headers.Authorization", "has"),
        ('"type": "track",', '"type": "trak",', "examples[0]", "ValidationError"),
        ('about": job.event.event', 'about": 1 / 0', "examples[0]", "ZeroDivisionError"),
        ('about": job.event.event', 'about": exit(3)', "examples[0]", "SystemExit"),
    ],
)
def test_a_mistake_is_named_with_its_field(write: Write, old: str, new: str, where: str, words: str):
    path = write((old, new))
    problems = check_destination(path)
    assert problems
    assert problems[0].where == where
    assert words in problems[0].message
    assert str(problems[0]).startswith(f"{path}: {where}: ")
    assert problems[0].message.endswith("The file is not used until this is mended.")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "SPEC is missing"),
        ("SPEC = 7", "SPEC is of type int"),
        ("SPEC = (", "SyntaxError"),
        ("SPEC = (", "in line 1"),
        ("import nothing_of_that_name", "ModuleNotFoundError"),
        ("raise RuntimeError('no')", "RuntimeError: no"),
        ("raise SystemExit(3)", "SystemExit"),
        ("\x00", "SyntaxError"),
    ],
)
def test_a_file_that_cannot_be_run_says_why(tmp_path: Path, text: str, words: str):
    path = tmp_path / "broken.py"
    path.write_text(text, "utf-8")
    (problem,) = check_destination(path)
    assert words in problem.message


def test_a_file_that_is_not_there_is_a_problem(tmp_path: Path):
    (problem,) = check_destination(tmp_path / "absent.py")
    assert "FileNotFoundError" in problem.message


def test_every_bundled_file_is_good_and_each_link_leads_back():
    assert check_files(all_files(), related=True) == []


@pytest.mark.parametrize(
    ("source", "destination", "sentences"),
    [
        ("candu", "candu", []),
        (None, None, []),
        ("candu", None, ['The source "candu" names "candu" as its destination, which names none']),
        (None, "candu", ['The destination "candu" names "candu" as its source, which names none']),
        ("nowhere", None, ['names "nowhere" as its destination, and there is none of that name']),
        (None, "nowhere", ['names "nowhere" as its source, and there is none of that name']),
    ],
)
def test_a_link_that_leads_nowhere_or_not_back_is_named(
    source: str | None, destination: str | None, sentences: list[str]
):
    sources = [replace(load_catalog().source("candu"), related=source)]
    destinations = [replace(load_destinations().destination("candu"), related=destination)]
    found = list(one_sided(sources, destinations))
    assert len(found) == len(sentences)
    assert all(words in sentence for words, sentence in zip(sentences, found, strict=True))


def test_a_directory_of_ones_own_is_loaded_beside_the_bundled_ones(write: Write):
    found = load_destinations([write().parent])
    assert found.destination("acme-inbox").name == "Acme Inbox"
    assert [spec.slug for spec in found.search("acme")] == ["acme-inbox"]
    assert len(found.destinations()) == len(load_destinations().destinations()) + 1


def test_a_slug_is_given_once(write: Write):
    path = write(('slug="acme-inbox"', 'slug="slack"'), name="slack.py")
    with pytest.raises(InvalidInput) as refused:
        load_destinations([path.parent])
    assert f'{DESTINATIONS / "slack.py"} has the slug "slack" already. A slug names one destination' in str(
        refused.value
    )


def test_a_broken_file_stops_the_loading_and_says_where(write: Write):
    path = write(("per_second=10", "max_batch=0"))
    with pytest.raises(InvalidInput, match=r"acme_inbox\.py: limits\.max_batch: 0 is less than one event"):
        load_destinations([path.parent])


def test_an_unknown_slug_names_the_nearest():
    with pytest.raises(NotFound, match='The nearest is "posthog"'):
        load_destinations().destination("post-hog")


def test_bundled_destinations_are_loaded_once():
    assert load_destinations() is load_destinations([])
