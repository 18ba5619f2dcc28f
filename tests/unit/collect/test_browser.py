"""What a page loads before its first event: the settings file and the client's scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.unit.collect.doors import BROWSER_KEY, DISABLED_KEY, KEY, get, header, make_door, reply, said


def fetch(path: str, host: str = "collect.example:8080", **settings: Any) -> dict[str, Any]:
    decision = get(make_door(**settings), path, host=host)
    assert reply(decision).status == 200
    return said(decision)["integrations"]["Segment.io"]


@pytest.mark.parametrize("key", [KEY, BROWSER_KEY, DISABLED_KEY])
def test_the_settings_echo_the_key_and_the_host_they_were_asked_at(key: str) -> None:
    found = fetch(f"/v1/projects/{key}/settings")
    assert (found["apiKey"], found["apiHost"], found["protocol"]) == (key, "collect.example:8080/v1", "http")


@pytest.mark.parametrize(
    ("settings", "host", "protocol"),
    [
        ({"scheme": "https"}, "collect.example:8080/v1", "https"),
        ({"public_url": "https://events.example"}, "events.example/v1", "https"),
        ({"public_url": "https://events.example/"}, "events.example/v1", "https"),
        ({"public_url": "http://x.example:81/in/"}, "x.example:81/in/v1", "http"),
    ],
)
def test_a_public_url_goes_before_the_host(settings: dict[str, str], host: str, protocol: str) -> None:
    found = fetch(f"/v1/projects/{KEY}/settings", **settings)
    assert (found["apiHost"], found["protocol"]) == (host, protocol)


@pytest.mark.parametrize(("said_so", "protocol"), [("https", "https"), ("http", "http"), ("javascript:", "http")])
def test_behind_a_proxy_the_page_is_told_the_scheme_it_came_by(said_so: str, protocol: str) -> None:
    decision = get(make_door(), f"/v1/projects/{KEY}/settings", host="h", x_forwarded_proto=said_so)
    assert said(decision)["integrations"]["Segment.io"]["protocol"] == protocol


def test_the_settings_file_has_what_clients_read() -> None:
    whole = said(get(make_door(), f"/v1/projects/{KEY}/settings", host="h"))
    assert list(whole["integrations"]) == ["Segment.io"]
    assert whole["plan"]["track"]["__default"]["enabled"] is True
    assert whole["metrics"] == {"sampleRate": 0}
    assert whole["remotePlugins"] == []


def test_an_unknown_key_is_404() -> None:
    for key in ("nope", "", KEY + "x", f"{KEY}/x"):
        assert reply(get(make_door(), f"/v1/projects/{key}/settings", host="h")).status == 404


@pytest.mark.parametrize("host", ["", 'x"y', "a b", "x/y", "<script>", "x" * 300])
def test_a_host_that_is_none_is_refused(host: str) -> None:
    assert reply(get(make_door(), f"/v1/projects/{KEY}/settings", host=host)).status == 400


def test_any_page_may_read_the_settings() -> None:
    decision = get(make_door(), f"/v1/projects/{KEY}/settings", host="h", origin="https://shop.example")
    assert header(decision, b"access-control-allow-origin") == b"*"
    assert header(decision, b"cache-control") == b"no-cache"


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    (tmp_path / "standalone.js").write_text('window.analyticsWriteKey="__WRITE_KEY__";')
    (tmp_path / "870.bundle.1a2b.js").write_text("chunk()")
    (tmp_path / "NOTICES.txt").write_text("MIT")
    (tmp_path / "secret.json").write_text("{}")
    return tmp_path


def test_the_loader_carries_the_key(scripts: Path) -> None:
    for name in ("analytics.min.js", "analytics.js"):
        decision = get(make_door(scripts=scripts), f"/analytics.js/v1/{KEY}/{name}")
        assert reply(decision).body == f'window.analyticsWriteKey="{KEY}";'.encode()
        assert header(decision, b"content-type") == b"text/javascript; charset=utf-8"
        assert header(decision, b"x-content-type-options") == b"nosniff"


def test_chunks_and_notices(scripts: Path) -> None:
    door = make_door(scripts=scripts)
    assert reply(get(door, "/analytics-next/bundles/870.bundle.1a2b.js")).body == b"chunk()"
    notice = get(door, "/analytics-next/NOTICES.txt")
    assert (reply(notice).body, header(notice, b"content-type")) == (b"MIT", b"text/plain; charset=utf-8")


@pytest.mark.parametrize(
    "path",
    [
        "/analytics.js/v1/nope/analytics.min.js",
        f"/analytics.js/v1/{KEY}/other.js",
        f"/analytics.js/v1/{KEY}/",
        f"/analytics.js/v1/{KEY}",
        "/analytics-next/bundles/none.js",
        "/analytics-next/bundles/",
        "/analytics-next/bundles/secret.json",
        "/analytics-next/bundles/..%2f..%2fetc%2fpasswd",
        "/analytics-next/bundles/../../secret.json",
    ],
)
def test_nothing_else_is_served(scripts: Path, path: str) -> None:
    decision = get(make_door(scripts=scripts), path)
    assert reply(decision).status == 404
    assert said(decision)["code"] == "not_found"


def test_without_the_built_client_the_answer_says_so(tmp_path: Path) -> None:
    for folder in (None, tmp_path / "missing", tmp_path):
        decision = get(make_door(scripts=folder), f"/analytics.js/v1/{KEY}/analytics.min.js")
        assert reply(decision).status == 404
        assert "not built into this server" in said(decision)["message"]


def test_head_has_no_body(scripts: Path) -> None:
    decision = get(make_door(scripts=scripts), "/analytics-next/NOTICES.txt", method="HEAD")
    assert (reply(decision).status, reply(decision).body) == (200, b"")
