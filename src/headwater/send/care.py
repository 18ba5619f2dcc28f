"""Looks after the queue: warns of connections that only fail and switches them off, finds stuck work, drops old days.

Who owns the installation hears of it by another channel too: a webhook or Slack address of the operator's.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from headwater.base.clock import iso_from_seconds
from headwater.base.errors import HeadwaterError
from headwater.base.outgoing import HttpRequest
from headwater.control.directory import ConnectionEntry
from headwater.send.commits import Commits
from headwater.send.engine import Engine
from headwater.send.figures import Health
from headwater.send.ports import Switch, Transport
from headwater.send.store import Store

WARNINGS: Final = (0.5, 0.7, 0.9)
"""Parts of the time after which a connection is switched off, at which its owner is warned."""
EVERY_S: Final = 10.0
ALERT_TIMEOUT_S: Final = 10.0
DAY_S: Final = 86_400.0


class CareSettings(msgspec.Struct, frozen=True, kw_only=True):
    """`alert_url` '': nobody is told but the log and the dashboard."""

    keep_days: float = 30
    disable_after_days: float = 5
    alert_url: str = ""


class Care:
    def __init__(
        self,
        *,
        store: Store,
        commits: Commits,
        engine: Engine,
        entries: Callable[[], Iterable[ConnectionEntry]],
        switch: Switch,
        source_gone: Callable[[ConnectionEntry], str | None],
        transport: Transport,
        settings: CareSettings,
        log: Callable[[str], None],
    ) -> None:
        self._store = store
        self._commits = commits
        self._engine = engine
        self._entries = entries
        self._switch = switch
        self._source_gone = source_gone
        self._transport = transport
        self._settings = settings
        self._log = log

    async def run(self) -> None:
        """Until it is cancelled."""
        while True:
            try:
                await self.look()
            except HeadwaterError as error:
                self._log(f"the look after deliveries waits: {error.message}")
            await asyncio.sleep(EVERY_S)

    async def look(self) -> None:
        for day in self._store.old_days(keep_days=self._settings.keep_days):
            await self._drop(day)
        if stuck := self._engine.unstick():
            self._log(f"{stuck} deliveries were taken and then left; they go on")
        for entry in list(self._entries()):
            ref = self._store.ref(entry.id)
            if ref is not None and entry.enabled:
                await self._judge(entry, ref, self._store.figures.health(ref))
                await self._free(ref)

    async def _drop(self, day: int) -> None:
        count = await self._commits.done(lambda: self._store.expire(day), slow=True)
        self._store.forget_day(day)
        if count:
            self._log(f"{count} deliveries waited longer than they are kept and are given up")

    async def _judge(self, entry: ConnectionEntry, ref: int, health: Health) -> None:
        part = self._part(health)
        reason = self._source_gone(entry) or (self._reason(health) if part >= 1 else None)
        if reason is not None:
            await asyncio.to_thread(self._switch.disable, entry.id, reason)
            await self._tell(entry, "connection.disabled", f'The connection "{entry.name}" is switched off. {reason}')
            return
        warned = sum(part >= warning for warning in WARNINGS)
        if warned > health.warned:
            await self._commits.done(lambda: self._store.figures.set_warned(ref, warned))
            text = warning_of(
                msgspec.structs.replace(health, warned=warned), disable_after_days=self._settings.disable_after_days
            )
            await self._tell(entry, "connection.failing", f'The connection "{entry.name}" fails. {text}')

    async def _free(self, ref: int) -> None:
        """Work that no one would ever look at again: there should be none, and it is said when there is."""
        held = await asyncio.to_thread(self._store.held_alone, ref)
        if held:
            count = await self._commits.done(lambda: self._store.let_go(held))
            if count:
                self._log(f"{count} deliveries were held back by nothing and go on")
        self._engine.wake(ref)

    def _part(self, health: Health) -> float:
        """How much of the time to switching off is over; of nothing but failure, lately too."""
        if health.failing_since_ms is None or health.last_failure_ms is None or not self._settings.disable_after_days:
            return 0.0
        failing_s = (health.last_failure_ms - health.failing_since_ms) / 1000
        return failing_s / (self._settings.disable_after_days * DAY_S)

    def _reason(self, health: Health) -> str:
        since = iso_from_seconds((health.failing_since_ms or 0) / 1000)
        days = self._settings.disable_after_days
        return f"Every attempt since {since} failed, for {days:g} days. Mend the receiver, switch it on, and recover."

    async def _tell(self, entry: ConnectionEntry, type: str, text: str) -> None:
        self._log(f"{text} ({entry.id})")
        url = self._settings.alert_url
        if not url:
            return
        message = {"text": text, "type": type, "connectionId": entry.id, "workspaceId": entry.workspace_id}
        if "hooks.slack.com" in url:
            message = {"text": _for_slack(text)}
        request = HttpRequest(url=url, body=msgspec.json.encode(message))
        sent = await self._transport.send(request, timeout_s=ALERT_TIMEOUT_S)
        if sent.error_class is not None or sent.status is None or sent.status >= 300:
            self._log(f"the alert address could not be told: {sent.error or sent.status}")


def _for_slack(text: str) -> str:
    """Slack reads `<…>` as links and mentions. Source: Slack, Formatting text for app surfaces, Escaping text."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def warning_of(health: Health, *, disable_after_days: float) -> str | None:
    """What is said of a connection that has been failing for so long that it may be switched off."""
    if health.failing_since_ms is None or not health.warned:
        return None
    since = iso_from_seconds(health.failing_since_ms / 1000)
    off = iso_from_seconds(health.failing_since_ms / 1000 + disable_after_days * DAY_S)
    return f"Every attempt since {since} failed. It is switched off if that goes on until {off}."
