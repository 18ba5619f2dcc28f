"""`/healthz`, `/readyz` and `/metrics`: open to everyone who reaches the door, and answered by it alone.

They name counts and states, never a key, an id of a person, or a payload.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from headwater.app.processes import COLLECT, PIPELINE, PROFILES, SEND, WAREHOUSE, Process
from headwater.app.rpc import RpcClient
from headwater.base.errors import HeadwaterError

PING_S = 3.0
Figures = Callable[[], dict[str, Any]]


class Health:
    """An ASGI application in front of another one. `others` are the processes that this door's answers need."""

    def __init__(
        self, inner: Any, *, others: dict[Process, RpcClient], figures: Figures, accepted: Callable[[], dict[str, int]]
    ) -> None:
        self._inner = inner
        self._others = others
        self._figures = figures
        self._accepted = accepted
        self._paths: dict[str, Callable[[], Awaitable[tuple[int, bytes, bytes]]]] = {
            "/healthz": self._healthz,
            "/readyz": self._readyz,
            "/metrics": self._metrics,
        }

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        handler = self._paths.get(scope["path"])
        if handler is None or scope["method"] not in ("GET", "HEAD"):
            await self._inner(scope, receive, send)
            return
        status, kind, body = await handler()
        headers = [
            (b"content-type", kind),
            (b"cache-control", b"no-store"),
            (b"content-length", b"%d" % len(body)),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})

    async def close(self) -> None:
        for client in self._others.values():
            await client.close()

    async def _healthz(self) -> tuple[int, bytes, bytes]:
        return 200, b"application/json", b'{"status":"ok"}'

    async def _readyz(self) -> tuple[int, bytes, bytes]:
        states = dict(zip(self._others, await asyncio.gather(*map(_alive, self._others.values())), strict=True))
        ready = all(states.values())
        parts = {COLLECT.name: "ready"} | {each.name: "ready" if state else "away" for each, state in states.items()}
        body = msgspec.json.encode({"status": "ready" if ready else "not ready", "parts": parts})
        return 200 if ready else 503, b"application/json", body

    async def _metrics(self) -> tuple[int, bytes, bytes]:
        asked = {each: client for each, client in self._others.items() if each.has_figures}
        answers = await asyncio.gather(*map(_figures_of, asked.values()))
        registry = CollectorRegistry()
        parts = {each.name: answer for each, answer in zip(asked, answers, strict=True)}
        registry.register(_Snapshot(self._accepted(), self._figures(), parts))
        return 200, b"text/plain; version=0.0.4; charset=utf-8", generate_latest(registry)


async def _alive(client: RpcClient) -> bool:
    try:
        await asyncio.wait_for(client.call("ping", PING_S), PING_S)
    except (HeadwaterError, TimeoutError):
        return False
    return True


async def _figures_of(client: RpcClient) -> dict[str, Any] | None:
    try:
        return await asyncio.wait_for(client.call("figures", PING_S), PING_S)
    except (HeadwaterError, TimeoutError):
        return None


class _Snapshot(Collector):
    """The counts of one moment, in the form that Prometheus reads."""

    def __init__(self, accepted: dict[str, int], door: dict[str, Any], parts: dict[str, dict[str, Any] | None]) -> None:
        """`parts`: what each process says; None while it does not answer."""
        self._accepted = accepted
        self._door = door
        self._parts = parts

    def collect(self) -> Iterable[Metric]:
        yield _counter("events_accepted", "Events acknowledged by the door", ["source"], self._accepted_rows())
        rejected = [([source or "unknown", code], count) for source, code, count in self._door["rejected"]]
        yield _counter("events_rejected", "Items that the door refused", ["source", "code"], rejected)
        throttled = [([source], count) for source, count in self._door["throttled"].items()]
        yield _counter("requests_throttled", "Requests answered 429", ["source"], throttled)
        unproven = [([source], count) for source, count in self._door["unproven"].items()]
        yield _counter("identities_unproven", "User ids that came without a right signature", ["source"], unproven)
        yield _counter("client_telemetry", "Calls to /v1/m, which are not stored", [], [([], self._door["telemetry"])])
        yield _gauge("door_connections", "Open connections", self._door["connections"])
        up = GaugeMetricFamily("headwater_up", "1 while the process answers", labels=["part"])
        for name, told in self._parts.items():
            up.add_metric([name], 1 if told is not None else 0)
        yield up
        if (pipeline := self._parts.get(PIPELINE.name)) is not None:
            yield from self._of_pipeline(pipeline)
        if (send := self._parts.get(SEND.name)) is not None:
            yield from _of_send(send)
        if (profiles := self._parts.get(PROFILES.name)) is not None:
            yield from _of_profiles(profiles)
        if (warehouse := self._parts.get(WAREHOUSE.name)) is not None:
            yield from _of_warehouse(warehouse)

    def _accepted_rows(self) -> list[tuple[list[str], float]]:
        return [([source or "unknown"], count) for source, count in self._accepted.items()]

    def _of_pipeline(self, told: dict[str, Any]) -> Iterable[Metric]:
        rows: list[tuple[list[str], float]] = []
        for source, tally in told["totals"].items():
            rows.append(([source or "unknown", "clean", ""], tally.get("clean", 0)))
            rows.append(([source or "unknown", "duplicate", ""], tally.get("duplicate", 0)))
            for fate in ("dropped", "parked"):
                rows += [([source or "unknown", fate, reason], count) for reason, count in tally.get(fate, {}).items()]
        yield _counter("events_processed", "What became of accepted events", ["source", "fate", "reason"], rows)
        yield _gauge("pipeline_lag_bytes", "Raw journal not yet processed", told["pipelineLagBytes"])
        journals = GaugeMetricFamily("headwater_journal_bytes", "What a journal holds, read or not", labels=["journal"])
        for name, size_bytes in told["journalBytes"].items():
            journals.add_metric([name], size_bytes)
        yield journals
        yield _gauge("dedupe_window_seconds", "How long a messageId is remembered", told["dedupeWindowS"])
        wanted_s = told["dedupeWindowWantedS"]
        yield _gauge("dedupe_window_wanted_seconds", "How long one should be remembered", wanted_s)


def _of_warehouse(told: dict[str, Any]) -> Iterable[Metric]:
    yield _gauge("warehouse_lag_bytes", "Clean journal not yet loaded", told["warehouseLagBytes"])
    yield _counter("warehouse_values_unfit", "Values that no column took", [], [([], told["valuesUnfit"])])
    yield _gauge("warehouse_full_tables", "Tables without room for another column", told["fullTables"])
    yield _counter("warehouse_logs_unread", "Logs that no query could read", [], [([], told["logsUnread"])])


def _of_send(send: dict[str, Any]) -> Iterable[Metric]:
    yield _gauge("send_lag_bytes", "Clean journal not yet routed", send["sendLagBytes"])
    yield _gauge("deliveries_pending", "Deliveries that wait", send["pending"])
    yield _gauge("deliveries_in_flight", "Attempts under way", send["inFlight"])
    yield _gauge("delivery_queue_bytes", "What the queue and its log take on disk", send["queueBytes"])
    attempts = [([outcome], send[outcome]) for outcome in ("delivered", "failed")]
    yield _counter("delivery_attempts", "Attempts since the process began", ["outcome"], attempts)


def _of_profiles(profiles: dict[str, Any]) -> Iterable[Metric]:
    yield _gauge(
        "profiles_lag_bytes", "Clean journal of which the people do not know yet", profiles["profilesLagBytes"]
    )
    yield _gauge("people", "People of all workspaces", profiles["people"])
    yield _gauge("groups", "Groups of all workspaces", profiles["groups"])
    yield _gauge("profiles_bytes", "What the people take on disk", profiles["profilesBytes"])
    yield _gauge("announcements_pending", "Entered and left segments, not yet told", profiles["announcementsPending"])
    refused = [([reason], count) for reason, count in profiles["refusals"].items()]
    yield _counter("profile_refusals", "What people did not take of events", ["reason"], refused)


def _counter(name: str, text: str, labels: list[str], rows: Iterable[tuple[list[str], float]]) -> Metric:
    family = CounterMetricFamily(f"headwater_{name}", text, labels=labels)
    for values, count in rows:
        family.add_metric(values, count)
    return family


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(f"headwater_{name}", text, value=value)
