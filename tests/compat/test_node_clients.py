"""Unmodified Node clients against a running server."""

from __future__ import annotations

import pytest

from tests.compat.calls import EVERY_CALL, views
from tests.compat.clients import NodeClient
from tests.compat.faults import CutOff, FaultyProxy, LoseAnswer, Refuse
from tests.compat.rows import check_every_call, check_views
from tests.server import Server

CLIENTS = [NodeClient("@segment/analytics-node"), NodeClient("analytics-node-2")]
FAULTS = {0: Refuse(429, retry_after_s=1), 2: LoseAnswer(), 4: Refuse(503), 6: CutOff(), 8: LoseAnswer()}
COUNT = 1_500


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_every_call_lies_where_it_belongs(client: NodeClient, shared_server: Server, proxy: FaultyProxy):
    source = shared_server.add_source("node", f"{client} calls")
    report = client.run(proxy.url, source["writeKeys"][0], EVERY_CALL)
    assert report["errors"] == []
    check_every_call(shared_server, source["schema"], library="@segment/analytics-node")


@pytest.mark.parametrize("client", CLIENTS, ids=str)
def test_many_events_survive_refusals_and_lost_answers(client: NodeClient, shared_server: Server, proxy: FaultyProxy):
    source = shared_server.add_source("node", f"{client} faults")
    proxy.plan(FAULTS)
    report = client.run(proxy.url, source["writeKeys"][0], views(COUNT), flushAt=100)
    assert report["errors"] == []
    assert proxy.faults_left == 0
    assert proxy.stored_again() >= 100
    check_views(shared_server, source, proxy, COUNT)


def test_a_wrong_key_is_told_to_the_caller_and_not_tried_again(proxy: FaultyProxy):
    report = NodeClient("@segment/analytics-node").run(proxy.url, "x" * 32, EVERY_CALL[:2])
    assert report["errors"] == ["delivery_failure: Error: [401] Unauthorized"] * 2
    assert [seen.status for seen in proxy.posts] == [401]
