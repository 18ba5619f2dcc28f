"""A server that cannot start says why in one sentence, and ends with 1."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.command_line import CommandLine
from tests.server import Server

BOUND = ("setpriv", "--bounding-set=-dac_override,-dac_read_search")
"""Root, bound by permissions as others are."""


@pytest.fixture
def headwater(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def refusal(headwater: CommandLine, *words: str, **more: Any) -> str:
    told = headwater.refusal("serve", "--port", "0", *words, **more)
    assert told.endswith("Nothing was started.")
    return told


@pytest.mark.parametrize(
    ("given", "reason"),
    [
        ("file", "there is a file of that name"),
        ("file/sub", "Not a directory"),
        ("/proc/x", "No such file or directory"),
        ("a/" + "long" * 100, "File name too long"),
        ("odd", "Not a directory"),
    ],
)
def test_a_data_directory_that_cannot_be_made_is_named(headwater: CommandLine, given: str, reason: str) -> None:
    (headwater.folder / "file").touch()
    (headwater.folder / "odd").mkdir()
    (headwater.folder / "odd" / "journal").touch()
    told = refusal(headwater, "--data", given)
    assert told.startswith(f"the data directory {headwater.folder / given} cannot be made: {reason}")
    assert not (headwater.folder / "a").exists()
    assert [path.name for path in (headwater.folder / "odd").iterdir()] == ["journal"]


@pytest.mark.skipif(os.geteuid() == 0 and not shutil.which("setpriv"), reason="root may do all without setpriv")
def test_a_data_directory_without_permission_is_named(tmp_path: Path) -> None:
    headwater = CommandLine(tmp_path, within=BOUND if os.geteuid() == 0 else ())
    (headwater.folder / "closed").mkdir(mode=0o500)
    assert "Permission denied" in refusal(headwater, "--data", "closed")
    assert "Permission denied" in refusal(headwater, "--data", "closed/sub")


def test_a_first_start_that_fails_leaves_nothing_behind(headwater: CommandLine) -> None:
    (headwater.folder / "mine").mkdir()
    (headwater.folder / "mine" / "notes.txt").write_text("kept")
    short = {"HEADWATER_ADMIN_TOKEN": "short"}
    for directory in ("new/data", "mine"):
        told = headwater.refusal("serve", "--port", "0", "--data", directory, environment=short)
        assert "must have 16 or more" in told
    assert not (headwater.folder / "new").exists()
    assert [path.name for path in (headwater.folder / "mine").iterdir()] == ["notes.txt"]
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        assert "cannot listen on" in headwater.refusal("serve", "--port", port, "--data", "new")
    assert not (headwater.folder / "new").exists()


def test_a_later_start_that_fails_removes_nothing(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    token = server.token
    assert server.stop() == 0
    before = {path.name for path in server.data.iterdir() if not path.name.startswith("state.db-")}
    short = {"HEADWATER_ADMIN_TOKEN": "short"}
    CommandLine(tmp_path).refusal("serve", "--port", "0", "--data", "data", environment=short)
    assert before <= {path.name for path in server.data.iterdir()}
    server.start()
    assert server.token == token
    assert server.api("GET", "/sources")["pagination"]["total"] == 3
    assert server.stop() == 0


def test_certificates_that_are_none_are_named(headwater: CommandLine) -> None:
    (headwater.folder / "text").write_text("no PEM")
    gone = refusal(headwater, "--data", "new", "--tls-cert", "gone.pem", "--tls-key", "text")
    assert gone.startswith("gone.pem cannot be read: No such file")
    told = refusal(headwater, "--data", "new", "--tls-cert", "text", "--tls-key", "text")
    assert told.startswith("text and text are no certificate and its key")
    assert not (headwater.folder / "new").exists()


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
