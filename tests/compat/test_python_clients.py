"""Unmodified Python clients against a running server: every call, zipped or not, and what goes wrong on the way."""

from __future__ import annotations

import pytest

from tests.compat.calls import EVERY_CALL, views
from tests.compat.clients import PythonClient
from tests.compat.faults import CutOff, FaultyProxy, LoseAnswer, Refuse
from tests.compat.rows import check_every_call, check_views
from tests.server import Server

SEGMENT = PythonClient("segment", "2.4.0")
SEGMENT_BEFORE = PythonClient("segment", "2.3.4", pinned="segment-analytics-python==2.3.4")
RUDDER = PythonClient("rudder", "2.1.9")
CLIENTS = [SEGMENT, SEGMENT_BEFORE, RUDDER]
ZIPPED = pytest.mark.parametrize("gzip", [False, True], ids=["plain", "gzip"])

FAULTS = {
    0: Refuse(429, retry_after_s=1),
    2: LoseAnswer(),
    4: Refuse(503),
    6: CutOff(),
    8: Refuse(503, retry_after_s=1),
    10: LoseAnswer(),
}
COUNT = 2_500


@ZIPPED
@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_every_call_lies_where_it_belongs(client: PythonClient, gzip: bool, shared_server: Server, proxy: FaultyProxy):
    source = shared_server.add_source("python", f"{client} calls {gzip}")
    report = client.run(proxy.url, source["writeKeys"][0], EVERY_CALL, gzip=gzip)
    assert report["errors"] == []
    assert {seen.headers.get("content-encoding") for seen in proxy.posts} == {"gzip" if gzip else None}
    check_every_call(shared_server, source["schema"], library="analytics-python")


@ZIPPED
@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_thousands_of_events_survive_refusals_and_lost_answers(
    client: PythonClient, gzip: bool, shared_server: Server, proxy: FaultyProxy
):
    source = shared_server.add_source("python", f"{client} faults {gzip}")
    proxy.plan(FAULTS)
    report = client.run(proxy.url, source["writeKeys"][0], views(COUNT), gzip=gzip)
    assert report["errors"] == []
    assert proxy.faults_left == 0
    assert proxy.stored_again() >= 100
    check_views(shared_server, source, proxy, COUNT)


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_a_wrong_key_is_told_to_the_caller_and_not_tried_again(client: PythonClient, proxy: FaultyProxy):
    report = client.run(proxy.url, "x" * 32, EVERY_CALL[:2])
    assert len(report["errors"]) == 1
    assert "invalid_write_key" in report["errors"][0] or "No source has this write key" in report["errors"][0]
    assert [seen.status for seen in proxy.posts] == [401]


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_what_the_server_refuses_for_good_is_told_to_the_caller(
    client: PythonClient, shared_server: Server, proxy: FaultyProxy
):
    source = shared_server.add_source("python", f"{client} refused")
    calls = [{"call": "track", "userId": "u", "event": "Named", "messageId": "m" * 101}]
    report = client.run(proxy.url, source["writeKeys"][0], calls)
    assert len(report["errors"]) == 1
    assert [seen.status for seen in proxy.posts] == [400]
