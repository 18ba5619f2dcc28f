"""Attempts on real receivers, good and bad: what comes of each, how long it may take, and what is sent."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from pathlib import Path

import pytest

from headwater.base.outgoing import HttpRequest
from headwater.send.ports import BODY_BYTES, Sent
from headwater.send.transport import HttpTransport
from tests.receivers import (
    Deaf,
    Full,
    Receiver,
    Trust,
    answer,
    bad_status_line,
    broken_chunking,
    chunked,
    close_delimited,
    close_early,
    close_in_body,
    close_in_head,
    drip_body,
    drip_head,
    endless_body,
    endless_header,
    endless_headers,
    hang,
    interim,
    keep_then_close,
    redirect,
    reset,
    slowly,
    two_answers,
)
from tests.receivers.receiver import Behaviour, Exchange
from tests.unit.send.dialling import AMPLE_S, LOOPS, send, send_each, use

pytestmark = pytest.mark.parametrize("loop", sorted(LOOPS))


@pytest.mark.parametrize(
    ("behaviour", "status", "body"),
    [
        (answer(200, b"fine"), 200, b"fine"),
        (answer(202, b""), 202, b""),
        (chunked([b"in ", b"parts"]), 200, b"in parts"),
        (close_delimited(b"to the end"), 200, b"to the end"),
        (interim(103), 200, b"ok"),
        (slowly(0.2), 200, b"ok"),
        (answer(410, b"gone"), 410, b"gone"),
        (answer(500, b"oops", close=True), 500, b"oops"),
    ],
)
def test_answers_of_any_status_are_no_error(loop: str, behaviour: Behaviour, status: int, body: bytes) -> None:
    with Receiver(then=behaviour) as receiver:
        sent = send(receiver.url, loop=loop)
    assert (sent.status, sent.body, sent.error_class, sent.error) == (status, body, None, "")
    assert sent.address == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize(
    ("behaviour", "error_class", "status"),
    [
        (close_early(), "connection_reset", None),
        (close_in_head(), "connection_reset", None),
        (close_in_body(), "connection_reset", 200),
        (reset(), "connection_reset", None),
        (broken_chunking(), "protocol_error", 200),
        (bad_status_line(), "protocol_error", None),
        (endless_headers(), "response_too_large", None),
        (endless_header(), "response_too_large", None),
        (redirect("http://10.0.0.1/"), "redirect", 302),
        (answer(304, b""), "redirect", 304),
    ],
)
def test_what_is_wrong_with_an_answer_is_told_by_its_class(
    loop: str, behaviour: Behaviour, error_class: str, status: int | None
) -> None:
    with Receiver(then=behaviour) as receiver:
        sent = send(receiver.url, loop=loop)
    assert (sent.error_class, sent.status) == (error_class, status)
    assert sent.error.endswith(".")
    assert len(receiver.requests) == 1


@pytest.mark.parametrize("behaviour", [hang(), drip_head(0.05), drip_body(0.05)], ids=["hang", "head", "body"])
def test_an_attempt_is_over_when_its_time_is_however_slowly_bytes_come(loop: str, behaviour: Behaviour) -> None:
    with Receiver(then=behaviour) as receiver:
        began = time.monotonic()
        sent = send(receiver.url, timeout_s=0.6, loop=loop)
        assert time.monotonic() - began < 30
    assert sent.error_class == "timeout"
    assert "within 0.6 s" in sent.error
    assert sent.timings.total_ms >= 590


def test_a_status_that_came_in_time_is_kept_beside_the_timeout(loop: str) -> None:
    with Receiver(then=drip_body(0.05, status=202)) as receiver:
        sent = send(receiver.url, timeout_s=2.0, loop=loop)
    assert (sent.error_class, sent.status) == ("timeout", 202)
    assert set(sent.body) <= set(b"a")
    assert sent.headers == (("content-length", "100000"),)


@pytest.mark.parametrize("by", ["chunked", "close"])
@pytest.mark.parametrize("status", [200, 500])
def test_a_body_without_end_is_cut_and_counts_by_its_status(loop: str, status: int, by: str) -> None:
    with Receiver(then=endless_body(status, by=by)) as receiver:
        sent = send(receiver.url, loop=loop)
    assert (sent.status, sent.error_class, len(sent.body)) == (status, None, BODY_BYTES)


def test_a_receiver_that_takes_no_connection(loop: str) -> None:
    with Full() as full:
        sent = send(full.url, timeout_s=0.5, loop=loop)
    assert sent.error_class == "timeout"


def test_a_receiver_that_takes_the_connection_and_reads_nothing(loop: str) -> None:
    with Deaf() as deaf:
        sent = send(deaf.url, b"x" * 20_000_000, timeout_s=2.0, loop=loop)
    assert (sent.error_class, sent.error) == ("timeout", "No answer came within 2 s.")


def test_nobody_listens(loop: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    sent = send(f"http://127.0.0.1:{port}/", loop=loop)
    assert (sent.error_class, sent.address) == ("connection_refused", f"127.0.0.1:{port}")


@pytest.mark.parametrize("host", ["no-such-name.invalid", "a..b", "x" * 70 + ".invalid", "999.999.999.999"])
def test_a_name_that_does_not_resolve(loop: str, host: str) -> None:
    sent = send(f"http://{host}/", loop=loop)
    assert (sent.error_class, sent.address) == ("dns_error", "")


def test_a_name_server_that_never_answers_costs_no_more_than_the_time(loop: str) -> None:
    sent = send("http://slow.test/", timeout_s=0.3, lookup=lambda _host, _port: time.sleep(3) or [], loop=loop)
    assert (sent.error_class, sent.error) == ("timeout", "The name was not resolved within 0.3 s.")


def test_the_next_address_is_tried_when_one_does_not_take_the_connection(loop: str) -> None:
    with Receiver() as receiver, Full("127.0.0.2") as full:

        def lookup(_host: str, _port: int) -> list[tuple[int, tuple[str, int]]]:
            places = [("127.0.0.3", 1), ("127.0.0.2", full.port), ("127.0.0.1", receiver.port)]
            return [(int(socket.AF_INET), place) for place in places]

        sent = send("http://several.test/", timeout_s=6.0, lookup=lookup, loop=loop)
    assert (sent.status, sent.address) == (200, f"127.0.0.1:{receiver.port}")


def test_what_goes_out(loop: str) -> None:
    headers = (("Content-Type", "application/json"), ("X-Word", "välue"))
    with Receiver() as receiver:
        url = receiver.url_at("127.0.0.1", "/a%20b/ü?q=1&r=ß")
        (sent,) = send_each(HttpRequest(url=url, body=b'{"a": 1}', headers=headers), loop=loop)
    seen = receiver.requests[0]
    assert (seen.method, seen.target, seen.body) == ("POST", "/a%20b/%C3%BC?q=1&r=%C3%9F", b'{"a": 1}')
    assert seen.headers == (
        ("Host", f"127.0.0.1:{receiver.port}"),
        ("User-Agent", "headwater/test"),
        ("Accept", "*/*"),
        ("Content-Length", "8"),
        ("Content-Type", "application/json"),
        ("X-Word", "välue"),
    )
    assert sent.request_headers == seen.headers


def test_credentials_of_the_url_become_basic_and_are_shown_to_nobody(loop: str) -> None:
    with Receiver() as receiver:
        sent = send(f"http://ann:p%40ss%3A@127.0.0.1:{receiver.port}/in", loop=loop)
    seen = receiver.requests[0]
    assert seen.header("authorization") == "Basic YW5uOnBAc3M6"
    assert seen.target == "/in"
    assert ("Authorization", "Basic ********") in sent.request_headers
    assert "YW5u" not in repr(sent)
    assert "p%40ss" not in repr(sent)


def test_a_given_authorization_goes_before_that_of_the_url(loop: str) -> None:
    with Receiver() as receiver:
        request = HttpRequest(url=f"http://ann:x@127.0.0.1:{receiver.port}/", headers=(("authorization", "Bearer t"),))
        send_each(request, loop=loop)
    assert [value for name, value in receiver.requests[0].headers if name.lower() == "authorization"] == ["Bearer t"]


@pytest.mark.parametrize(
    "url",
    [
        "ftp://127.0.0.1/",
        "file:///etc/passwd",
        "gopher://127.0.0.1/",
        "127.0.0.1/",
        "http://",
        "http:///path",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1:x/",
        "http://127.0.0.1/a\r\nX-Injected: 1",
        "http://127.0.0.1/a\tb",
        "http://127.0.0.1 /",
        "http://1.1.1.1 &@2.2.2.2# @3.3.3.3/",
        "http://127.1.1.1:80\\@127.2.2.2:80/",
        "http://[::1%25lo]/",
        "http://[::1/",
        "http://exa_mple!.test/",
        "http://ex%61mple.test/",
        "http://secret:word@/",
        "http://\ud800.test/",
        "http://127.0.0.1/\ud800",
    ],
)
def test_urls_that_are_not_called(loop: str, url: str) -> None:
    sent = send(url, loop=loop)
    assert (sent.error_class, sent.status, sent.address) == ("invalid_url", None, "")
    assert "secret" not in sent.error


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("X-A", "1\r\nX-B: 2"),
        ("X-A", "1\nX-B: 2"),
        ("X-A", "1\rX"),
        ("X-A", "1\x00"),
        ("X-A", "\ud800"),
        ("X-A\r\nX-B", "1"),
        ("X A", "1"),
        ("", "1"),
        ("X-Ä", "1"),
        ("Host", "internal.test"),
        ("hOST", "internal.test"),
        ("Content-Length", "0"),
        ("Transfer-Encoding", "chunked"),
        ("Connection", "upgrade"),
        ("Expect", "100-continue"),
    ],
)
def test_headers_that_are_not_sent(loop: str, name: str, value: str) -> None:
    with Receiver() as receiver:
        (sent,) = send_each(HttpRequest(url=receiver.url, headers=((name, value),)), loop=loop)
    assert sent.error_class == "invalid_request"
    assert receiver.requests == []


@pytest.mark.parametrize("method", ["", "CONNECT", "GET / HTTP/1.1\r\nX: ", "PO ST"])
def test_methods_that_are_not_sent(loop: str, method: str) -> None:
    with Receiver() as receiver:
        (sent,) = send_each(HttpRequest(url=receiver.url, method=method), loop=loop)
    assert sent.error_class == "invalid_request"
    assert receiver.requests == []


def test_other_methods(loop: str) -> None:
    with Receiver(answer(), answer(body=b"")) as receiver:
        requests = [HttpRequest(url=receiver.url, method=method) for method in ("PUT", "HEAD", "GET", "DELETE")]
        sent = send_each(*requests, loop=loop)
    assert [one.status for one in sent] == [200] * 4
    assert [one.method for one in receiver.requests] == ["PUT", "HEAD", "GET", "DELETE"]


def test_connections_are_kept(loop: str) -> None:
    with Receiver() as receiver:
        sent = send_each(*[HttpRequest(url=receiver.url)] * 5, loop=loop)
    assert [one.connection for one in receiver.requests] == [1] * 5
    assert sent[0].timings.connect_ms is not None
    assert (sent[1].timings.connect_ms, sent[1].timings.dns_ms) == (None, None)
    assert all(one.timings.first_byte_ms is not None for one in sent)


def test_as_many_connections_as_requests_at_a_time(loop: str) -> None:
    async def work(transport: HttpTransport) -> list[Sent]:
        request = HttpRequest(url=receiver.url)
        first = await asyncio.gather(*[transport.send(request, timeout_s=AMPLE_S) for _ in range(20)])
        return first + await asyncio.gather(*[transport.send(request, timeout_s=AMPLE_S) for _ in range(20)])

    with Receiver(then=slowly(0.1)) as receiver:
        sent = use(work, loop=loop)
    assert {one.status for one in sent} == {200}
    assert receiver.connections <= 20


@pytest.mark.parametrize("behaviour", [keep_then_close(), answer(close=True), two_answers(), close_delimited(b"x")])
def test_an_answer_that_spoils_the_connection_does_not_spoil_the_next_request(loop: str, behaviour: Behaviour) -> None:
    with Receiver(then=behaviour) as receiver:
        sent = send_each(*[HttpRequest(url=receiver.url)] * 4, loop=loop)
    assert [(one.status, one.error_class) for one in sent] == [(200, None)] * 4
    assert [one.connection for one in receiver.requests] == [1, 2, 3, 4]


def test_a_kept_connection_that_the_receiver_closed_costs_no_attempt(loop: str) -> None:
    async def work(transport: HttpTransport) -> list[Sent]:
        first = await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)
        receiver.close_kept()
        return [first, await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)]

    with Receiver() as receiver:
        sent = use(work, loop=loop)
    assert [one.status for one in sent] == [200, 200]


def test_closed_on_the_request_it_goes_out_once_more_over_a_new_connection(loop: str) -> None:
    with Receiver(answer(), close_early(), then=answer(201)) as receiver:
        sent = send_each(*[HttpRequest(url=receiver.url)] * 2, loop=loop)
    assert [one.status for one in sent] == [200, 201]
    assert [one.connection for one in receiver.requests] == [1, 1, 2]


def test_but_only_once_and_not_on_a_new_connection(loop: str) -> None:
    with Receiver(answer(), then=close_early()) as receiver:
        sent = send_each(*[HttpRequest(url=receiver.url)] * 2, loop=loop)
    assert (sent[1].error_class, len(receiver.requests)) == ("connection_reset", 3)


@pytest.mark.parametrize("behaviour", [close_in_head(), bad_status_line(), close_in_body()])
def test_nor_when_anything_of_an_answer_came(loop: str, behaviour: Behaviour) -> None:
    with Receiver(answer(), behaviour) as receiver:
        sent = send_each(*[HttpRequest(url=receiver.url)] * 2, loop=loop)
    assert sent[1].error_class is not None
    assert len(receiver.requests) == 2


def test_a_connection_is_not_kept_longer_than_the_receiver_says(loop: str) -> None:
    with Receiver(then=answer(headers=[("Keep-Alive", "timeout=1")])) as receiver:
        send_each(*[HttpRequest(url=receiver.url)] * 2, loop=loop)
    assert [one.connection for one in receiver.requests] == [1, 2]


def test_nor_longer_than_we_like(loop: str) -> None:
    async def work(transport: HttpTransport) -> None:
        await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)
        await asyncio.sleep(0.05)
        await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)

    with Receiver() as receiver:
        use(work, loop=loop, idle_s=0.01)
    assert [one.connection for one in receiver.requests] == [1, 2]


def test_connections_that_nobody_needs_are_ended(loop: str) -> None:
    async def work(transport: HttpTransport) -> None:
        await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)
        assert await asyncio.to_thread(receiver.wait_until_closed)

    with Receiver() as receiver:
        use(work, loop=loop, idle_s=0.1)


def test_what_comes_between_two_requests_is_not_taken_for_an_answer(loop: str) -> None:
    go_on = threading.Event()

    def late(exchange: Exchange) -> bool:
        answer()(exchange)
        go_on.wait(AMPLE_S)
        exchange.write(b"HTTP/1.1 408 Too late\r\nContent-Length: 0\r\n\r\n")
        return True

    async def work(transport: HttpTransport) -> Sent:
        await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)
        go_on.set()
        assert await asyncio.to_thread(receiver.wait_until_closed)
        return await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)

    with Receiver(late) as receiver:
        sent = use(work, loop=loop, idle_s=1000.0)
    assert sent.status == 200
    assert [one.connection for one in receiver.requests] == [1, 2]


def test_cancelling_ends_the_connection_at_once(loop: str) -> None:
    async def work(transport: HttpTransport) -> None:
        task = asyncio.create_task(transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S))
        await asyncio.to_thread(receiver.wait_for, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        sent = await transport.send(HttpRequest(url=receiver.url), timeout_s=AMPLE_S)
        assert sent.status == 200

    with Receiver(hang()) as receiver:
        use(work, loop=loop)
    assert [one.connection for one in receiver.requests] == [1, 2]


def test_proxies_of_the_environment_are_not_asked(loop: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with Receiver() as receiver, Receiver() as proxy:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            monkeypatch.setenv(name, proxy.url)
            monkeypatch.setenv(name.lower(), proxy.url)
        sent = send(receiver.url, loop=loop)
    assert (sent.status, len(receiver.requests), proxy.connections) == (200, 1, 0)


def test_over_a_unix_socket(loop: str, tmp_path: Path) -> None:
    path = str(tmp_path / "door")
    seen: list[bytes] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            seen.append(await reader.readuntil(b"\r\n\r\n"))
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        writer.close()

    async def work(transport: HttpTransport) -> list[Sent]:
        request = HttpRequest(url="http://door/v1/track")
        missing = await transport.send(request, timeout_s=AMPLE_S, unix_socket=path)
        async with await asyncio.start_unix_server(serve, path):
            return [missing, *[await transport.send(request, timeout_s=AMPLE_S, unix_socket=path) for _ in range(2)]]

    missing, first, second = use(work, loop=loop)
    assert (missing.status, missing.error_class) == (None, "connection_refused")
    assert (first.status, second.status, first.error_class) == (200, 200, None)
    assert seen[0].startswith(b"POST /v1/track HTTP/1.1\r\nHost: door\r\n")


# TLS


def test_a_trusted_certificate(loop: str, tmp_path: Path) -> None:
    trust = Trust(tmp_path)
    with Receiver(tls=trust.server("127.0.0.1", "localhost")) as receiver:
        sent = send(receiver.url, ca_file=trust.ca_file, loop=loop)
        named = send(receiver.url_at("localhost."), ca_file=trust.ca_file, loop=loop)
    assert (sent.status, named.status) == (200, 200)
    assert sent.timings.tls_ms is not None
    assert receiver.requests[1].header("host") == f"localhost:{receiver.port}"


def test_certificates_that_are_not_accepted(loop: str, tmp_path: Path) -> None:
    trust = Trust(tmp_path)
    wrong = {
        "self-signed certificate": trust.server("127.0.0.1", self_signed=True),
        "certificate has expired": trust.server("127.0.0.1", expired=True),
        "IP address mismatch": trust.server("other.test"),
    }
    for reason, server in wrong.items():
        with Receiver(tls=server) as receiver:
            sent = send(receiver.url, ca_file=trust.ca_file, loop=loop)
        assert (sent.error_class, sent.status, receiver.requests) == ("tls_error", None, [])
        assert reason in sent.error


def test_an_authority_that_nobody_trusts(loop: str, tmp_path: Path) -> None:
    with Receiver(tls=Trust(tmp_path).server("127.0.0.1")) as receiver:
        sent = send(receiver.url, loop=loop)
    assert (sent.error_class, receiver.requests) == ("tls_error", [])


def test_authorities_that_have_gone_since_the_start(loop: str, tmp_path: Path) -> None:
    with Receiver(tls=Trust(tmp_path).server("127.0.0.1")) as receiver:
        sent = send(receiver.url, ca_file=tmp_path / "none.pem", loop=loop)
    assert (sent.error_class, receiver.connections) == ("tls_error", 0)
    assert "egress_ca_file" in sent.error


def test_plain_text_on_an_encrypted_port_and_the_reverse(loop: str, tmp_path: Path) -> None:
    with Receiver(before=lambda connection, _stop: connection.sendall(b"HTTP/1.1 400 Bad\r\n\r\n")) as plain:
        sent = send(plain.url.replace("http:", "https:"), loop=loop)
    assert sent.error_class == "tls_error"
    with Receiver(tls=Trust(tmp_path).server("127.0.0.1")) as encrypted:
        sent = send(encrypted.url.replace("https:", "http:"), loop=loop)
    assert sent.error_class in ("protocol_error", "connection_reset")
    assert encrypted.requests == []


def test_a_handshake_that_hangs_or_breaks(loop: str) -> None:
    with Receiver(before=lambda _connection, stop: stop.wait()) as hanging:
        sent = send(hanging.url.replace("http:", "https:"), timeout_s=2.0, loop=loop)
    assert (sent.error_class, sent.error) == ("timeout", "The connection was not encrypted within 2 s.")
    with Receiver(before=lambda connection, _stop: connection.shutdown(socket.SHUT_RDWR)) as closing:
        sent = send(closing.url.replace("http:", "https:"), loop=loop)
    assert sent.error_class == "tls_error"
