from __future__ import annotations

from pathlib import Path

import pytest

from headwater.catalog.check import MAX_FILE_BYTES, check_all, check_file
from headwater.catalog.files import source_files
from headwater.catalog.shape import MAX_COMPLAINTS
from tests.unit.catalog.entries import line_of, write_acme


@pytest.mark.parametrize("path", source_files(), ids=lambda path: path.stem)
def test_every_bundled_file_has_no_problems(path: Path):
    assert check_file(path) == []


def test_the_entry_that_the_tests_change_has_no_problems(tmp_path: Path):
    assert check_file(write_acme(tmp_path)) == []


WRONG = [
    # old, new, where, what the message says
    ('name = "Acme Tours"', 'nmae = "Acme Tours"', "nmae", 'unknown key "nmae"; the nearest known key is "name"'),
    ("[maintainer]", "[maintainr]", "maintainr", 'the nearest known key is "maintainer"'),
    ("ours = true", "our = true", "events[0].properties[0].our", 'the nearest known key is "ours"'),
    (
        '{ name = "x", type = "number", description',
        '{ name = "x", type = "number", descripton',
        "events[0].properties[2].properties[0].descripton",
        "Allowed: description, name, ours, properties, required, type.",
    ),
    ('docs = "https://acme.example.com/docs"\n', "", "docs", 'the key "docs" is missing'),
    ('call = "track"', 'call = "trakc"', "events[0].call", 'The nearest is "track".'),
    ('regions = ["us"]', 'regions = ["us", "ue"]', "regions[1]", 'The nearest is "us". Allowed: us, eu.'),
    ('regions = ["us"]', "regions = []", "regions", "no region is named"),
    ('regions = ["us"]', 'regions = "us"', "regions", '"us" is a string, and a list is expected.'),
    ('type = "integer"', 'type = "int"', "events[0].properties[0].type", 'The nearest is "integer".'),
    ('status = "beta"', 'status = "alpha"', "status", "Allowed: public, beta."),
    ('kind = "event cloud"', 'kind = "cloud"', "kind", 'The nearest is "event cloud".'),
    ('name = "Acme Tours"', "name = 7", "name", "7 is an integer, and a string is expected."),
    ('name = "Acme Tours"', 'name = " "', "name", "it is empty"),
    ("secret = true", 'secret = "yes"', "settings[1].secret", '"yes" is a string, and true or false is expected.'),
    ("secret = true", "secret = 1", "settings[1].secret", "1 is an integer, and true or false is expected."),
    ('slug = "acme"', 'slug = "acne"', "slug", 'the slug is "acne" and the file is named "acme"'),
    ('slug = "acme"', 'slug = "Acme Tours"', "slug", "small letters and digits, joined by hyphens"),
    ('docs = "https:', 'docs = "ftp:', "docs", "must begin with https://"),
    ("help@acme.example.com", "ring the bell", "maintainer.contact", "neither an e-mail address nor"),
    ("{write_key}", "{writekey}", "setup[0]", 'the nearest is "write_key"'),
    ("\nsetup = [", "\nsetup_to_add = 2\nsetup = [", "setup_to_add", "Allowed: 0 to 1."),
    ('default = "red"', 'default = "green"', "settings[0].default", "none of the choices: red, blue"),
    ('default = "red"', "default = 4", "settings[0].default", "not of the setting's type, string"),
    ("secret = true", 'secret = true\ndefault = "hush"', "settings[1].default", "a secret has no default"),
    ('name = "apiSecret"', 'name = "api secret"', "settings[1].name", "camelCase"),
    ('name = "apiSecret"', 'name = "colour"', "settings", 'the setting "colour" is given 2 times'),
    ('name = "Balloon Traits"', 'name = "Balloon Popped"', "events", "given 2 times"),
    ('name = "Balloon Traits"', 'name = "balloon_popped"', "events[1].name", 'share the table "balloon_popped"'),
    ('name = "poppedAt"', 'name = "balloon_id"', "events[0].properties", 'share the column "balloon_id"'),
    (
        'name = "where", type = "object"',
        'name = "where", type = "array"',
        "events[0].properties[2].properties",
        "object",
    ),
    (
        'event = "Balloon Popped"',
        'event = "Balloon popped"',
        "examples[0].body.event",
        'There is "Balloon Popped"',
    ),
    (
        "balloonId = 3",
        'balloonId = "3"',
        "examples[0].body.properties.balloonId",
        "is a string; the catalogue says integer",
    ),
    ("balloonId = 3\n", "", "examples[0].body.properties.balloonId", "missing or null"),
    ("balloonId = 3", "balloonId = 3\nsize = 1", "examples[0].body.properties.size", "is not declared"),
    ("where = { x = 1.5 }", "where = { y = 1.5 }", "examples[0].body.properties.where.x", "missing or null"),
    ('type = "track"\nevent', 'type = "trak"\nevent', "examples[0].body.type", 'the nearest is "track"'),
    ('userId = "u1"', "userId = 1", "examples[0].body.userId", "is not a string"),
    ('userId = "u1"\n', "", "examples[0].body.userId", "names nobody"),
    (
        'userId = "u1"',
        'userId = "u1"\ntimestamp = 2026-03-04T00:00:00Z',
        "examples[0].body.timestamp",
        "put it in quotes",
    ),
    ("where = { x = 1.5 }", "where = { x = nan }", "examples[0].body.properties.where.x", "not a number in JSON"),
    ("balloonId = 3", f"balloonId = {2**70}", "examples[0].body.properties.balloonId", "past 64 bits"),
    ('table = "balloon_popped"', 'table = "balloons"', "examples[0].table", 'that is "balloon_popped"'),
    ("balloon_id = 3", "balloon_id = 4", "examples[0].row.balloon_id", "the row says 4, and the body gives 3"),
    ("balloon_id = 3", "baloon_id = 3", "examples[0].row.baloon_id", "It gives: id, user_id, event, event_text"),
]


@pytest.mark.parametrize(("old", "new", "where", "says"), WRONG, ids=[case[2] + ": " + case[3] for case in WRONG])
def test_what_is_wrong_is_named_with_its_place(tmp_path: Path, old: str, new: str, where: str, says: str):
    problems = check_file(write_acme(tmp_path, (old, new)))
    found = [problem for problem in problems if problem.where == where]
    assert len(found) == 1, problems
    assert says in found[0].message
    assert found[0].message.endswith("The file is not used until this is mended.")


def test_a_problem_names_file_line_and_way_in_one_line(tmp_path: Path):
    path = write_acme(tmp_path, ('description = "When."', 'descriptoin = "When."'))
    (problem,) = check_file(path)
    assert problem.line == line_of(path, "descriptoin")
    assert str(problem).startswith(f"{path}:{problem.line}: events[0].properties[1].descriptoin: unknown key")


def test_what_is_missing_has_the_line_of_what_should_hold_it(tmp_path: Path):
    path = write_acme(tmp_path, ('call = "identify"\n', ""))
    (problem,) = check_file(path)
    assert (problem.where, problem.line) == (
        "events[1].call",
        line_of(path, '[[events]]\nname = "Balloon Traits"'),
    )


def test_every_problem_of_the_shape_is_told_at_once_in_the_order_of_lines(tmp_path: Path):
    path = write_acme(
        tmp_path, ('status = "beta"', 'status = "old"'), ("ours = true", "mine = true"), ("table", "tabel")
    )
    assert [problem.where for problem in check_file(path)] == [
        "status",
        "events[0].properties[0].mine",
        "examples[0].tabel",
    ]


def test_a_misspelt_required_key_is_one_problem_and_not_two(tmp_path: Path):
    (problem,) = check_file(write_acme(tmp_path, ('platform = "server"', 'platfrom = "server"')))
    assert problem.where == "platfrom"


def test_only_one_declaration_of_an_identify_call(tmp_path: Path):
    second = '[[events]]\nname = "More"\ncall = "identify"\ndescription = "More."\n\n[[examples]]'
    (problem,) = check_file(write_acme(tmp_path, ("[[examples]]", second)))
    assert problem.where == "events[2].call"
    assert '"Balloon Traits" declares the identify call already' in problem.message


@pytest.mark.parametrize(
    ("raw", "line", "says"),
    [
        (b"", None, 'the key "slug" is missing'),
        (b'name = "x"\nslug = "\xff"', 2, "byte 19 is not UTF-8"),
        (b"slug = ", None, "the file is not TOML"),
        (b"slug = 1\nslug = 2", None, "the file is not TOML"),
        (b"a = " + b"[" * 5000 + b"]" * 5000, None, "nested too deeply"),
        (b"examples = [{body = {" + b"a." * 5000 + b"a = 1}}]", None, "nested too deeply"),
        (b"a = " + b"9" * 5000, None, "the file is not TOML"),
        (b"#" * (MAX_FILE_BYTES + 1), None, "larger than 1,000,000 bytes"),
    ],
)
def test_bytes_that_are_no_entry_are_a_problem(tmp_path: Path, raw: bytes, line: int | None, says: str):
    path = tmp_path / "acme.toml"
    path.write_bytes(raw)
    problems = check_file(path)
    assert says in " ".join(problem.message for problem in problems)
    assert problems[0].line == line


def test_a_file_that_is_not_there_or_is_a_folder_is_a_problem(tmp_path: Path):
    (absent,) = check_file(tmp_path / "absent.toml")
    assert "cannot be read: No such file or directory" in absent.message
    (folder,) = check_file(tmp_path)
    assert "cannot be read: Is a directory" in folder.message
    (odd,) = check_file("a\0b.toml")
    assert "cannot be read" in odd.message


def test_a_flood_of_problems_is_cut(tmp_path: Path):
    path = tmp_path / "acme.toml"
    path.write_text("".join(f"key{number} = 1\n" for number in range(5000)))
    assert len(check_file(path)) == MAX_COMPLAINTS


def test_control_characters_of_a_key_do_not_reach_the_terminal(tmp_path: Path):
    path = tmp_path / "acme.toml"
    path.write_text('"\\u001b[31m\\n" = 1\n')
    text = " ".join(str(problem) for problem in check_file(path))
    assert "\x1b" not in text
    assert "\n" not in text


def test_check_all_is_clean_and_finds_a_slug_given_twice(tmp_path: Path):
    assert check_all() == []
    first, second = tmp_path / "a", tmp_path / "b"
    first.mkdir()
    second.mkdir()
    write_acme(first)
    again = write_acme(second)
    (problem,) = check_all([first, second])
    assert problem.file == str(again)
    assert f'{first / "acme.toml"} has the slug "acme" already' in problem.message
