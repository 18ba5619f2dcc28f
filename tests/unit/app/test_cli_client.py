"""Which server the command line asks, with which token, and how a failure reads."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from headwater.app import client
from headwater.app.client import Answered, Client, Place, Running, find
from headwater.base.errors import Forbidden, HeadwaterError, InvalidInput, NotFound, Terminal, Transient
from tests.certificates import certificate
from tests.unit.app.scripted import Scripted


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def data(folder: Path, url: str = "http://127.0.0.1:1", *, token: str | None = "kept", ca_file: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "server.json").write_text(
        json.dumps({"url": url, "pid": os.getpid(), "started_at": "2026-01-01T00:00:00.000Z", "ca_file": ca_file})
    )
    if token is not None:
        (folder / "admin-token").write_text(f"{token}\n")
    return folder


def test_the_data_directory_names_server_and_token(elsewhere: Path):
    directory = data(elsewhere / "here", "http://127.0.0.1:9", ca_file="/c.pem")
    place = find(data=directory, environment={})
    assert place == Place(url="http://127.0.0.1:9", token="kept", ca_file="/c.pem", data=directory)


def test_without_a_directory_it_is_that_of_the_settings(elsewhere: Path):
    data(elsewhere / "kept", "http://127.0.0.1:9")
    data(elsewhere / "demo-data", "http://127.0.0.1:8")
    assert find(environment={"HEADWATER_DATA": "kept"}).url == "http://127.0.0.1:9"


def test_the_demo_is_asked_when_it_runs_alone(elsewhere: Path):
    data(elsewhere / "demo-data", "http://127.0.0.1:8")
    found = find(environment={})
    assert (found.url, found.demo) == ("http://127.0.0.1:8", True)
    named = (find(environment={"HEADWATER_DATA": "demo-data"}), find(data=elsewhere / "demo-data", environment={}))
    assert [(each.url, each.demo) for each in named] == [("http://127.0.0.1:8", False)] * 2
    data(elsewhere / "headwater-data", "http://127.0.0.1:9")
    found = find(environment={})
    assert (found.url, found.demo) == ("http://127.0.0.1:9", False)


def test_no_server_says_how_to_start_one(elsewhere: Path):
    with pytest.raises(InvalidInput) as caught:
        find(environment={})
    assert f"`headwater serve --data {elsewhere / 'headwater-data'}`" in caught.value.message


def test_a_named_server_beats_the_directory(elsewhere: Path):
    data(elsewhere / "headwater-data")
    place = find(environment={"HEADWATER_URL": "https://data.example.com/", "HEADWATER_TOKEN": "given"})
    assert place == Place(url="https://data.example.com", token="given")
    assert (
        find(url="http://other:1", token="x", environment={"HEADWATER_URL": "https://data.example.com"}).url
        == "http://other:1"
    )


def test_a_directorys_token_goes_to_its_own_server_alone(elsewhere: Path):
    directory = data(elsewhere / "headwater-data", "http://127.0.0.1:9")
    assert find(url="http://127.0.0.1:10", environment={}).token == ""
    assert find(url="http://127.0.0.1:10", data=directory, environment={"HEADWATER_ADMIN_TOKEN": "a" * 16}).token == ""
    assert find(url="http://127.0.0.1:9", environment={}).token == "kept"


@pytest.mark.parametrize("kept", [None, "old"])
def test_a_token_is_the_given_one_else_the_environments_else_the_kept_one(elsewhere: Path, kept: str | None):
    """The server takes `HEADWATER_ADMIN_TOKEN` before the file that an earlier start wrote; so does the client."""
    data(elsewhere / "headwater-data", token=kept)
    admin = {"HEADWATER_ADMIN_TOKEN": "from-outside"}
    assert find(environment={}).token == (kept or "")
    assert find(environment=admin).token == "from-outside"
    assert find(environment=admin | {"HEADWATER_TOKEN": "key"}).token == "key"
    assert find(token="given", environment=admin | {"HEADWATER_TOKEN": "key"}).token == "given"


@pytest.mark.parametrize("url", ["data.example.com", "ftp://x", "https://x.example.com/api/v1", "http://"])
def test_an_address_that_is_none_is_refused(url: str):
    with pytest.raises(InvalidInput, match="must be like https://data"):
        find(url=url, environment={})


def test_a_broken_server_file_is_told(elsewhere: Path):
    directory = data(elsewhere / "here")
    (directory / "server.json").write_text("{")
    with pytest.raises(InvalidInput, match=r"server\.json cannot be read"):
        find(data=directory, environment={})


def test_a_process_of_another_kind_is_no_server():
    sleeping = subprocess.Popen(["sleep", "60"])
    number = sleeping.pid
    assert not client.is_alive(Running(url="http://x", pid=number))
    sleeping.kill()
    sleeping.wait()
    assert not client.is_alive(Running(url="http://x", pid=number))


@pytest.fixture
def other() -> Iterator[Scripted]:
    with Scripted() as server:
        yield server


def asking(server: Scripted, token: str = "secret-token", workspace: str | None = None) -> Client:
    return Client(Place(url=server.url, token=token), workspace=workspace)


def test_a_call_carries_token_and_workspace(other: Scripted):
    other.script["/api/v1/me"] = (200, {"ok": True})
    asker = asking(other, workspace="ws_1")
    assert asker.get("/me", limit=3, q=None) == {"ok": True}
    _, path, headers, _ = other.asked[0]
    assert path == "/api/v1/me?limit=3"
    assert headers["authorization"] == "Bearer secret-token"
    assert headers["x-workspace"] == "ws_1"
    asker.close()


def test_without_a_token_nothing_is_asked(other: Scripted):
    asker = asking(other, token="")
    with pytest.raises(InvalidInput, match="Set HEADWATER_TOKEN"):
        asker.get("/me")
    assert other.asked == []
    asker.close()


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, Answered), (401, Answered), (403, Forbidden), (404, NotFound), (409, Answered), (503, Transient)],
)
def test_a_refusal_is_the_servers_own_sentence(other: Scripted, status: int, kind: type[HeadwaterError]):
    other.script["/api/v1/x"] = (status, {"error": {"code": "the_code", "message": "What is wrong.", "details": None}})
    asker = asking(other)
    with pytest.raises(kind) as caught:
        asker.post("/x", {})
    assert (caught.value.message, caught.value.code) == ("What is wrong.", "the_code")
    asker.close()


@pytest.mark.parametrize("answer", [(502, b"<html>bad gateway</html>"), (200, b"<html>"), (404, {"detail": "no"})])
def test_another_kind_of_server_is_told_apart(other: Scripted, answer: tuple[int, Any]):
    other.script["/api/v1/x"] = answer
    asker = asking(other)
    with pytest.raises(Terminal, match="Is the address that of a headwater server"):
        asker.get("/x")
    asker.close()


def test_a_server_that_is_away_says_how_to_start_it(other: Scripted, elsewhere: Path):
    away = Client(Place(url="http://127.0.0.1:9", token="t", data=elsewhere))
    with pytest.raises(Transient) as caught:
        away.get("/me")
    assert "http://127.0.0.1:9 cannot be reached" in caught.value.message
    assert f"`headwater serve --data {elsewhere}`" in caught.value.message
    away.close()


def test_every_page_of_a_list_is_read(other: Scripted, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(client, "PAGE", 2)
    other.script["/api/v1/x"] = (200, {"data": [1, 2], "pagination": {"total": 4, "limit": 2, "offset": 0}})
    asker = asking(other)
    assert asker.all("/x") == [1, 2, 1, 2]
    assert [path for _, path, _, _ in other.asked] == ["/api/v1/x?limit=2&offset=0", "/api/v1/x?limit=2&offset=2"]
    asker.close()


def test_the_servers_own_certificate_is_trusted_and_no_other(other: Scripted, elsewhere: Path):
    (elsewhere / "a").mkdir()
    (elsewhere / "b").mkdir()
    own, key = certificate(elsewhere / "a")
    stranger, _ = certificate(elsewhere / "b")
    other.secure(own, key)
    other.script["/api/v1/me"] = (200, {})
    url = other.url
    trusting = Client(Place(url=url, token="t", ca_file=str(own), data=elsewhere))
    assert trusting.get("/me") == {}
    trusting.close()
    for place in (Place(url=url, token="t", ca_file=str(stranger), data=elsewhere), Place(url=url, token="t")):
        wary = Client(place)
        with pytest.raises(InvalidInput, match="not one that this machine trusts"):
            wary.get("/me")
        wary.close()
    assert len(other.asked) == 1


def test_a_certificate_that_cannot_be_read_is_told(elsewhere: Path):
    with pytest.raises(InvalidInput, match="cannot be recognised"):
        Client(Place(url="https://127.0.0.1:1", token="t", ca_file=str(elsewhere / "none.pem")))
