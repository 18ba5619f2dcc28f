"""A receiver of deliveries: answers after a set time, hangs, or fails, by the request's path; counts what it hears.

    python -m bench.sink DELAY_MS      prints its port, and serves until it is ended

`/hook/N` is answered 200, `/fail/N` 500, `/hang/N` never; `GET /counts` tells how many came to each of the three.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import ClassVar
from urllib.request import urlopen

import httptools
import uvloop

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
FAILED = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 2\r\n\r\nno"


class Sink(asyncio.Protocol):
    counts: ClassVar[Counter[str]] = Counter()
    delay_s = 0.0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._parser = httptools.HttpRequestParser(self)
        self._url = b""

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self._url = url

    def on_message_complete(self) -> None:
        kind = self._url.split(b"/", 2)[1].decode()
        if kind == "counts":
            body = json.dumps(self.counts).encode()
            self._write(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            return
        self.counts[kind] += 1
        if kind != "hang":
            answer = FAILED if kind == "fail" else OK
            asyncio.get_running_loop().call_later(self.delay_s, self._write, answer)

    def _write(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)


async def _serve(delay_ms: float) -> None:
    Sink.delay_s = delay_ms / 1000
    server = await asyncio.get_running_loop().create_server(Sink, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


class Running:
    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def counts(self) -> Counter[str]:
        with urlopen(f"{self.url}/counts", timeout=10) as answer:
            return Counter(json.loads(answer.read()))


@contextmanager
def running(delay_ms: float) -> Iterator[Running]:
    process = subprocess.Popen([sys.executable, "-m", "bench.sink", str(delay_ms)], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield Running(int(process.stdout.readline()))
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


if __name__ == "__main__":
    uvloop.run(_serve(float(sys.argv[1])))
