"""The door hands everything that is not tracking to the web process, over its Unix socket, as it comes."""

from __future__ import annotations

import asyncio
import ipaddress
from typing import Any

import aiohttp
from yarl import URL

from headwater.app.listen import is_event_stream, unavailable
from headwater.collect.server import client_address

HOP_BY_HOP = {
    b"connection",
    b"keep-alive",
    b"proxy-authenticate",
    b"proxy-authorization",
    b"te",
    b"trailer",
    b"transfer-encoding",
    b"upgrade",
}
PATIENCE_S = 10.0
RETRY_S = 0.05


class WebProxy:
    """An ASGI application. While the web process is away it waits a little, then answers 503."""

    def __init__(self, socket: str, *, https: bool, trusted: list[Any]) -> None:
        self._socket = socket
        self._https = https
        self._trusted: list[ipaddress.IPv4Network | ipaddress.IPv6Network] = trusted
        self._session: aiohttp.ClientSession | None = None

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        deadline = asyncio.get_running_loop().time() + PATIENCE_S
        body = _Body(receive)
        while True:
            try:
                answer = await self._ask(scope, body)
            except (aiohttp.ClientConnectorError, FileNotFoundError, ConnectionRefusedError):
                if asyncio.get_running_loop().time() < deadline:
                    await asyncio.sleep(RETRY_S)
                    continue
            except aiohttp.ClientError:
                pass  # it ended in the middle of the request, which must not be made twice
            else:
                await _pass_on(answer, scope, body, send)
                return
            message = "the web process is not there; it is started again by itself. Try again in a moment."
            await unavailable(send, message)
            return

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def _ask(self, scope: dict[str, Any], body: _Body) -> aiohttp.ClientResponse:
        target = scope["raw_path"].decode("latin-1")
        if scope["query_string"]:
            target += "?" + scope["query_string"].decode("latin-1")
        return await self._open().request(
            scope["method"],
            _url(target),
            headers=self._headers(scope),
            data=body.stream() if _has_body(scope) else None,
            allow_redirects=False,
        )

    def _open(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.UnixConnector(path=self._socket, limit=0),
                timeout=aiohttp.ClientTimeout(total=None, sock_connect=5),
                auto_decompress=False,
                skip_auto_headers=("User-Agent", "Accept", "Accept-Encoding", "Content-Type"),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    def _headers(self, scope: dict[str, Any]) -> list[tuple[str, str]]:
        given = dict(reversed(scope["headers"]))
        peer = scope["client"][0] if scope["client"] else ""
        scheme = "https" if self._https else "http"
        if client_address(peer, given, self._trusted) != peer and b"x-forwarded-proto" in given:
            scheme = given[b"x-forwarded-proto"].decode("latin-1")
        own = [
            ("X-Forwarded-For", client_address(peer, given, self._trusted)),
            ("X-Forwarded-Proto", scheme),
        ]
        dropped = HOP_BY_HOP | {b"x-forwarded-for", b"x-forwarded-proto", b"expect"}
        passed = [
            (name.decode("latin-1"), value.decode("latin-1")) for name, value in scope["headers"] if name not in dropped
        ]
        return passed + own


class _Body:
    """The request's body, read once; asked for again it cannot be given."""

    def __init__(self, receive: Any) -> None:
        self._receive = receive

    async def client_gone(self) -> None:
        """Returns when the connection has ended."""
        while (await self._receive())["type"] != "http.disconnect":
            pass

    async def stream(self) -> Any:
        while True:
            message = await self._receive()
            if message["type"] != "http.request":
                return
            if message["body"]:
                yield message["body"]
            if not message.get("more_body"):
                return


async def _pass_on(answer: aiohttp.ClientResponse, scope: dict[str, Any], body: _Body, send: Any) -> None:
    headers = _reply_headers(answer)
    gone = asyncio.create_task(body.client_gone()) if not _has_body(scope) else None
    try:
        async with answer:
            await send({"type": "http.response.start", "status": answer.status, "headers": headers})
            while chunk := await _next(answer, gone):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            if gone is not None and gone.done():
                answer.close()  # or the other side would go on writing to nobody
                return
    except aiohttp.ClientError:
        if not is_event_stream(headers):
            return  # what is missing must not look complete: the connection is closed
    finally:
        if gone is not None:
            gone.cancel()
    await send({"type": "http.response.body", "body": b""})


async def _next(answer: aiohttp.ClientResponse, gone: asyncio.Task[None] | None) -> bytes:
    """The next piece; b'' at the end, or when the client is gone."""
    if gone is None:
        return await answer.content.readany()
    reading = asyncio.ensure_future(answer.content.readany())
    try:
        await asyncio.wait((reading, gone), return_when=asyncio.FIRST_COMPLETED)
        return reading.result() if reading.done() else b""
    finally:
        reading.cancel()


def _url(target: str) -> URL:
    return URL("http://headwater" + target, encoded=True)


def _has_body(scope: dict[str, Any]) -> bool:
    return any(name in (b"content-length", b"transfer-encoding") for name, _ in scope["headers"])


def _reply_headers(answer: aiohttp.ClientResponse) -> list[tuple[bytes, bytes]]:
    return [(name.lower(), value) for name, value in answer.raw_headers if name.lower() not in HOP_BY_HOP]
