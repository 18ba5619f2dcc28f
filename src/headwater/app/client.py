"""The management API as the command line calls it: which server, with which token, and every failure as a sentence.

A token that was read from a data directory goes only to the server that this directory names.
"""

from __future__ import annotations

import os
import ssl
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import quote

import httpx
import msgspec

from headwater.app import settings as settings_module
from headwater.base.errors import Forbidden, HeadwaterError, InvalidInput, NotFound, Terminal, Transient

PREFIX: Final = "/api/v1"
SHORT_S: Final = 60.0
LONG_S: Final = 3600.0
PAGE: Final = 500
DEMO_DATA: Final = "./demo-data"
_CHUNK_BYTES: Final = 256 * 1024

Query = Mapping[str, str | int | bool | None]


class Running(msgspec.Struct, frozen=True, kw_only=True):
    """What `DATA/server.json` says of the server that runs there. `ca_file`: its certificate; empty: no TLS."""

    url: str
    pid: int
    ca_file: str = ""


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where to ask. `data` is the data directory when the server was found by it; `demo`: only the demo's was there."""

    url: str
    token: str
    ca_file: str = ""
    data: Path | None = None
    demo: bool = False


class Answered(HeadwaterError):
    """The management API refused; the sentence is its own."""

    def __init__(self, status: int, code: str, message: str, details: Any = None) -> None:
        super().__init__(message, code=code, details=details)
        self.status = status


def data_dir(given: Path | None = None, environment: Mapping[str, str] | None = None) -> Path:
    """The data directory that a command without `--data` means: the set one, else the demo's when only that is in use.

    Raises InvalidInput when the settings cannot be read.
    """
    return _located(given, environment)[0]


def _located(given: Path | None, environment: Mapping[str, str] | None) -> tuple[Path, bool]:
    """The data directory, and whether it is the demo's for want of another."""
    if given is not None:
        return given.absolute(), False
    settings = settings_module.load(environment=environment)
    demo = Path(DEMO_DATA).absolute()
    by_default = settings.data == settings_module.defaults()["data"]
    if by_default and not _server_file(settings.data_dir).exists() and _server_file(demo).exists():
        return demo, True
    return settings.data_dir, False


def running(data: Path) -> Running | None:
    """What the data directory says of its server; None when it names none. The server may be dead all the same."""
    try:
        return msgspec.json.decode(_server_file(data).read_bytes(), type=Running)
    except FileNotFoundError:
        return None
    except (OSError, msgspec.MsgspecError) as error:
        raise InvalidInput(f"{_server_file(data)} cannot be read: {error}. Name the server with --url.") from error


def is_alive(server: Running) -> bool:
    """Whether the process that wrote `server.json` still is one of headwater's."""
    try:
        os.kill(server.pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    try:
        return b"headwater" in Path(f"/proc/{server.pid}/cmdline").read_bytes()
    except OSError:
        return True


def find(
    *,
    url: str | None = None,
    token: str | None = None,
    data: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Place:
    """The server to ask: the one named, else that of the data directory. Raises InvalidInput when there is none."""
    environment = os.environ if environment is None else environment
    url = (url or environment.get("HEADWATER_URL") or "").rstrip("/")
    token = token or environment.get("HEADWATER_TOKEN") or ""
    if url:
        return _named(_checked_url(url), token, data, environment)
    directory, demo = _located(data, environment)
    found = running(directory)
    if found is None:
        raise InvalidInput(
            f"no headwater server runs on {directory}: there is no server.json in it. Start one with"
            f" `headwater serve --data {directory}`, or name another with --url or HEADWATER_URL."
        )
    kept = token or _kept_token(directory, environment)
    return Place(url=found.url, token=kept, ca_file=found.ca_file, data=directory, demo=demo)


def _named(url: str, token: str, data: Path | None, environment: Mapping[str, str]) -> Place:
    """A server that was named; the data directory helps only when it is that very server's."""
    directory = data_dir(data, environment)
    found = running(directory)
    if found is None or found.url != url:
        return Place(url=url, token=token)
    return Place(url=url, token=token or _kept_token(directory, environment), ca_file=found.ca_file, data=directory)


def _kept_token(directory: Path, environment: Mapping[str, str]) -> str:
    """The server of the directory takes the environment's token before its own, and so does who asks it."""
    if given := environment.get("HEADWATER_ADMIN_TOKEN", "").strip():
        return given
    try:
        return (directory / "admin-token").read_text("utf-8").strip()
    except FileNotFoundError:
        return ""
    except OSError as error:
        raise InvalidInput(
            f"{directory / 'admin-token'} cannot be read: {error.strerror}. Run as the user who owns it, or name a"
            " token with HEADWATER_TOKEN."
        ) from error


def _checked_url(url: str) -> str:
    parts = httpx.URL(url) if url.startswith(("http://", "https://")) else None
    if parts is None or not parts.host or parts.path not in ("", "/"):
        raise InvalidInput(
            f"the server's address is {url!r}; it must be like https://data.example.com, without a path."
            " Nothing was asked."
        )
    return url


def _server_file(directory: Path) -> Path:
    return directory / "server.json"


class Client:
    """Calls the management API of one server. Every answer is the decoded JSON; every failure is a HeadwaterError."""

    def __init__(
        self, place: Place, *, workspace: str | None = None, transport: httpx.BaseTransport | None = None
    ) -> None:
        self.place = place
        self._workspace = workspace
        self._http = httpx.Client(
            base_url=place.url,
            timeout=SHORT_S,
            verify=_pinned(place.ca_file) if place.ca_file else True,
            trust_env=place.data is None,  # a proxy of the environment does not lead to this machine's own server
            transport=transport,
        )

    def get(self, path: str, **query: str | int | bool | None) -> Any:
        return self._api("GET", path, params=_given(query))

    def all(self, path: str, **query: str | int | bool | None) -> list[Any]:
        """Every item of a list, page by page."""
        items: list[Any] = []
        while True:
            page = self.get(path, limit=PAGE, offset=len(items), **query)
            items += page["data"]
            if not page["data"] or len(items) >= page["pagination"]["total"]:
                return items

    def text(self, path: str) -> str:
        """What is no JSON value, such as lines of it."""
        return self._answer("GET", path, timeout=LONG_S).text

    def post(self, path: str, body: Any = None, *, timeout_s: float = SHORT_S) -> Any:
        return self._api("POST", path, json=body, timeout=timeout_s)

    def put(self, path: str, body: Any) -> Any:
        return self._api("PUT", path, json=body)

    def patch(self, path: str, body: Any) -> Any:
        return self._api("PATCH", path, json=body)

    def delete(self, path: str, **query: str | int | bool | None) -> Any:
        return self._api("DELETE", path, params=_given(query))

    def upload(self, path: str, file: Path, *, kind: str, sent: Callable[[int], None], **query: str) -> Any:
        """POSTs a file as the body; `sent` hears of each piece's size in bytes."""
        headers = {"content-type": kind, "content-length": str(file.stat().st_size)}
        pieces = _pieces(file, sent)
        return self._api("POST", path, params=query, content=pieces, headers=headers, timeout=LONG_S)

    def plain(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """A request to any path of the server, without the token; whatever it answers."""
        try:
            return self._http.request(method, path, **arguments)
        except httpx.TransportError as error:
            self._away(error)

    def close(self) -> None:
        self._http.close()

    def _api(self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **arguments: Any) -> Any:
        return _decoded(self._answer(method, path, headers=headers, **arguments))

    def _answer(
        self, method: str, path: str, *, headers: Mapping[str, str] | None = None, **arguments: Any
    ) -> httpx.Response:
        if not self.place.token:
            raise InvalidInput(
                f"no token is known for {self.place.url}. Set HEADWATER_TOKEN to an API key or to the token in the"
                " server's DATA/admin-token. Nothing was asked."
            )
        own = {"authorization": f"Bearer {self.place.token}"}
        if self._workspace:
            own["x-workspace"] = self._workspace
        answer = self.plain(method, PREFIX + path, headers=own | dict(headers or {}), **arguments)
        if answer.is_success:
            return answer
        raise _refusal(answer, self.place.url)

    def _away(self, error: httpx.TransportError) -> NoReturn:
        url, data = self.place.url, self.place.data
        if isinstance(error, httpx.TimeoutException):
            raise Transient(
                f"the server at {url} did not answer in time. It may still be at work; try again."
            ) from error
        if isinstance(error, httpx.ConnectError) and "CERTIFICATE" in str(error).upper():
            raise InvalidInput(
                f"the certificate of {url} is not one that this machine trusts: {error}. Name its authority's file"
                " with the variable SSL_CERT_FILE."
            ) from error
        if data is not None:
            start = f"Start it with `headwater serve --data {data}`."
        else:
            start = "Is the address right, and does the server run? `headwater serve` starts one."
        raise Transient(f"the server at {url} cannot be reached ({error}). {start}") from error


def part(text: str) -> str:
    """A name or id as one part of a path. Raises InvalidInput for an empty one, which would be another path."""
    if not text:
        raise InvalidInput("the name or id that was given is empty; say which one is meant. Nothing was asked.")
    return quote(text, safe="")


def _given(query: Query) -> dict[str, str | int | bool]:
    return {name: value for name, value in query.items() if value is not None}


def _pieces(file: Path, sent: Callable[[int], None]) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while piece := opened.read(_CHUNK_BYTES):
            yield piece
            sent(len(piece))


def _decoded(answer: httpx.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError as error:
        raise Terminal(_not_ours(answer, str(answer.url.copy_with(path="/", query=None)))) from error


def _refusal(answer: httpx.Response, url: str) -> HeadwaterError:
    try:
        told = answer.json()["error"]
        message, code, details = str(told["message"]), str(told["code"]), told.get("details")
    except (ValueError, KeyError, TypeError, AttributeError):
        return Terminal(_not_ours(answer, url))
    kinds = {403: Forbidden, 404: NotFound, 503: Transient}
    if kind := kinds.get(answer.status_code):
        return kind(message, code=code, details=details)
    return Answered(answer.status_code, code, message, details)


def _not_ours(answer: httpx.Response, url: str) -> str:
    return (
        f"{url} answered {answer.status_code} with something that is no answer of headwater's management API."
        " Is the address that of a headwater server?"
    )


def _pinned(certificate: str) -> ssl.SSLContext:
    """Trusts the server's own certificate and no other, whatever names it holds: the address is this machine's."""
    try:
        text = Path(certificate).read_text("ascii")
        first = text[: text.index("-----END CERTIFICATE-----")] + "-----END CERTIFICATE-----\n"
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_flags = ssl.VERIFY_X509_PARTIAL_CHAIN
        context.load_verify_locations(cadata=first)
    except (OSError, ValueError) as error:
        raise InvalidInput(
            f"the server's certificate {certificate} cannot be read ({error}), so it cannot be recognised."
            " Name the server with --url and its public address instead."
        ) from error
    return context
