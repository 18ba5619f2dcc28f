"""The doors of the SDK's scripts: what is served, how it is kept, and what a closed door says."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from headwater.base.http import Reply, Request
from headwater.collect.sdk import SdkDoor

SCRIPT = b"/*! a script */ window.headwater = {};\n" * 20
MODULES = ("/sdk/latest/surfaces.js", "/sdk/latest/author.js")
PATHS = ("/sdk/latest/headwater.js", "/sdk/latest/candu.umd.js", "/js/main.js", *MODULES)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "sdk").mkdir()
    for path in PATHS:
        (tmp_path / "sdk" / path.rpartition("/")[2]).write_bytes(SCRIPT + path.encode())
    return tmp_path


def asked(door: SdkDoor, path: str, method: str = "GET", **headers: str) -> Reply:
    sent = {name.replace("_", "-").encode(): value.encode() for name, value in headers.items()}
    return door.handle(Request(method=method, path=path, query="token=any", headers=sent))


def header(reply: Reply, name: str) -> str | None:
    return next((value.decode() for key, value in reply.headers if key == name.encode()), None)


@pytest.mark.parametrize("path", PATHS)
def test_scripts_are_given_plain_or_zipped(folder: Path, path: str) -> None:
    door = SdkDoor(folder, compatible=True)
    assert door.owns(path)
    plain, zipped = asked(door, path), asked(door, path, accept_encoding="br, gzip;q=0.8")
    assert (plain.status, plain.body) == (200, SCRIPT + path.encode())
    assert gzip.decompress(zipped.body) == plain.body
    assert (header(plain, "content-encoding"), header(zipped, "content-encoding")) == (None, "gzip")
    for reply in (plain, zipped):
        assert header(reply, "content-type") == "text/javascript; charset=utf-8"
        assert header(reply, "vary") == "Accept-Encoding"
        assert header(reply, "access-control-allow-origin") == "*"
        assert header(reply, "cache-control") == "public, max-age=600, stale-while-revalidate=86400"
    assert header(plain, "etag") != header(zipped, "etag")


@pytest.mark.parametrize("encodings", ["", "br", "gzip;q=0", "gzip; q=0.0, br", "identity"])
def test_who_takes_no_gzip_gets_none(folder: Path, encodings: str) -> None:
    assert (
        header(asked(SdkDoor(folder, compatible=True), PATHS[0], accept_encoding=encodings), "content-encoding") is None
    )


def test_a_script_that_is_known_is_not_sent_again(folder: Path) -> None:
    door = SdkDoor(folder, compatible=True)
    for encoding in ("", "gzip"):
        etag = header(asked(door, PATHS[0], accept_encoding=encoding), "etag") or ""
        for known in (etag, f"W/{etag}", f'"other", {etag}', "*"):
            reply = asked(door, PATHS[0], accept_encoding=encoding, if_none_match=known)
            assert (reply.status, reply.body, header(reply, "etag")) == (304, b"", etag)
        assert asked(door, PATHS[0], accept_encoding=encoding, if_none_match='"other"').status == 200


def test_closed_doors_say_which_setting_opens_them(folder: Path) -> None:
    door = SdkDoor(folder, compatible=False)
    for path in (PATHS[0], *MODULES):
        assert asked(door, path).status == 200
    for path in PATHS[1:3]:
        reply = asked(door, path)
        said = json.loads(reply.body)
        assert (reply.status, said["code"]) == (404, "not_found")
        assert "compat is off" in said["message"]


@pytest.mark.parametrize("made", [None, "empty"])
def test_a_server_without_built_scripts_says_so(tmp_path: Path, made: str | None) -> None:
    reply = asked(SdkDoor(tmp_path if made else None, compatible=True), PATHS[0])
    assert (reply.status, "make setup" in json.loads(reply.body)["message"]) == (404, True)


def test_methods_and_other_paths(folder: Path) -> None:
    door = SdkDoor(folder, compatible=True)
    head = asked(door, PATHS[0], "HEAD")
    assert (head.status, head.body) == (200, b"")
    assert asked(door, PATHS[0], "OPTIONS").status == 204
    posted = asked(door, PATHS[0], "POST")
    assert (posted.status, header(posted, "allow")) == (405, "GET, HEAD, OPTIONS")
    for path in ("/sdk/latest/", "/sdk/latest/other.js", "/sdk/latest/../headwater.js"):
        assert asked(door, path).status == 404
    assert not door.owns("/js/other.js")
    assert not door.owns("/sdk/1/headwater.js")
