"""The door as an operator sets it up: TLS, a public URL, trusted proxies, allowed origins."""

from __future__ import annotations

import ssl
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.certificates import certificate
from tests.server import Server

CLIENT = """
import sys
from segment.analytics.client import Client
failed = []
client = Client(sys.argv[2], host=sys.argv[1], gzip=True, on_error=lambda error, items: failed.append(repr(error)))
for number in range(20):
    client.track(user_id=f"u{number}", event="Over TLS", properties={"number": number})
client.shutdown()
sys.exit("; ".join(failed) or 0)
"""


@pytest.fixture
def tls_server(tmp_path: Path) -> Iterator[tuple[Server, Path]]:
    certificate_file, key_file = certificate(tmp_path)
    server = Server(
        tmp_path / "data",
        "--tls-cert",
        str(certificate_file),
        "--tls-key",
        str(key_file),
        verify=ssl.create_default_context(cafile=str(certificate_file)),
    )
    yield server, certificate_file
    assert server.stop() == 0


def test_an_unmodified_client_passes_over_tls(tls_server: tuple[Server, Path]) -> None:
    server, certificate_file = tls_server
    assert server.url.startswith("https://")
    key = server.add_source()["writeKeys"][0]
    done = subprocess.run(
        [sys.executable, "-c", CLIENT, server.url, key],
        env={"REQUESTS_CA_BUNDLE": str(certificate_file), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    server.rows("SELECT count(*), sum(number)::BIGINT FROM web.over_tls", lambda rows: rows == [[20, 190]])
    with pytest.raises(httpx.TransportError):
        httpx.get(server.url.replace("https://", "http://") + "/healthz", timeout=5)


@pytest.fixture(scope="module")
def behind_a_proxy(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    environment = {
        "HEADWATER_PUBLIC_URL": "https://data.example.com",
        "HEADWATER_TRUSTED_PROXIES": "127.0.0.0/8",
        "HEADWATER_ALLOWED_ORIGINS": "https://app.example.com",
    }
    server = Server(tmp_path_factory.mktemp("proxied") / "data", environment=environment)
    yield server
    assert server.stop() == 0


def test_snippets_and_settings_name_the_public_url(behind_a_proxy: Server) -> None:
    server = behind_a_proxy
    assert server.first_link.startswith("https://data.example.com/sign-in#token=")
    source = server.add_source("javascript", "Site")
    settings = httpx.get(f"{server.url}/v1/projects/{source['writeKeys'][0]}/settings").json()
    segment = settings["integrations"]["Segment.io"]
    assert (segment["protocol"], segment["apiHost"]) == ("https", "data.example.com/v1")
    setup = server.api("GET", "/catalog/sources/http-api")["setup"]
    assert any("Post JSON to https://data.example.com/v1/track" in step for step in setup)


def test_the_client_s_address_comes_through_a_trusted_proxy(behind_a_proxy: Server) -> None:
    server = behind_a_proxy
    key = server.add_source("javascript", "Addresses")["writeKeys"][0]
    body = {"type": "track", "userId": "u", "event": "Seen", "writeKey": key}
    headers = {"x-forwarded-for": "198.51.100.9, 203.0.113.7, 127.0.0.5"}
    assert httpx.post(f"{server.url}/v1/t", json=body, headers=headers).status_code == 200
    server.rows("SELECT context_ip FROM addresses.seen", lambda rows: rows == [["203.0.113.7"]])


def test_only_allowed_origins_may_read_answers(behind_a_proxy: Server) -> None:
    def allowed(origin: str) -> str | None:
        headers = {"origin": origin, "access-control-request-method": "POST"}
        answer = httpx.request("OPTIONS", f"{behind_a_proxy.url}/v1/t", headers=headers)
        return answer.headers.get("access-control-allow-origin")

    assert allowed("https://app.example.com") == "https://app.example.com"
    assert allowed("https://evil.example") is None
