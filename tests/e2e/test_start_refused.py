"""A server that cannot start says why in one sentence, and ends with 1."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.command_line import CommandLine


@pytest.fixture
def headwater(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


@pytest.mark.parametrize(
    ("given", "reason"), [("file", "File exists"), ("file/sub", "Not a directory"), ("/proc/x", "No such file")]
)
def test_a_data_directory_that_cannot_be_made_is_named(headwater: CommandLine, given: str, reason: str) -> None:
    (headwater.folder / "file").touch()
    told = headwater.refusal("serve", "--port", "0", "--data", given)
    assert told.startswith(f"the data directory {headwater.folder / given} cannot be made: {reason}")
    assert told.endswith("Nothing was started.")


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("state.db", "no database at all", "cannot be opened: file is not a database"),
        ("secret.key", "xx", "holds no key"),
    ],
)
def test_a_broken_file_is_named(headwater: CommandLine, name: str, content: str, says: str) -> None:
    directory = headwater.folder / "data"
    directory.mkdir()
    (directory / name).write_text(content)
    assert says in headwater.refusal("serve", "--port", "0", "--data", "data")
    if name == "state.db":
        assert says in headwater.refusal("migrate", "--data", "data")
    assert (directory / name).read_text() == content
