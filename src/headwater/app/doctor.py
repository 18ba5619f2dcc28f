"""`headwater doctor`: what is wrong or soon will be, what it means, and what to do about it.

It looks and changes nothing. What lies in the data directory is looked at only when the server is this machine's.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, Literal

import msgspec

from headwater import __version__
from headwater.app import client
from headwater.app.client import Client, Place
from headwater.base.errors import HeadwaterError

Status = Literal["ok", "warn", "fail"]
GIB: Final = 1024**3
FREE_FAIL_BYTES: Final = GIB // 4
FREE_WARN_BYTES: Final = 2 * GIB
CERTIFICATE_WARN_DAYS: Final = 21
SETTLE_S: Final = 5.0
SAMPLE_S: Final = 1.0
CLOCK_SLACK_S: Final = 5.0
LAG_WARN_S: Final = 60.0
ANNOUNCEMENTS_WARN: Final = 10_000
CONNECTIONS: Final = ("/webhooks", "/destinations", "/integrations")
PARKED_SEEN: Final = 100
_ORDER: Final[tuple[Status, ...]] = ("ok", "warn", "fail")


class Check(msgspec.Struct, frozen=True, kw_only=True):
    """`meaning` says what was found and what follows from it, `advice` what to do; empty when nothing is."""

    name: str
    status: Status
    meaning: str
    advice: str = ""


def worst(checks: list[Check]) -> Status:
    return _ORDER[max((_ORDER.index(check.status) for check in checks), default=0)]


def examine(
    *, url: str | None = None, token: str | None = None, workspace: str | None = None, data: Path | None = None
) -> list[Check]:
    """Every check, in the order in which to mend what they find."""
    try:
        place = client.find(url=url, token=token, data=data)
    except HeadwaterError as error:
        directory = None if url else client.data_dir(data)
        return [*_of_directory(directory, ca_file=""), _fail("server", error.message)]
    asking = Client(place, workspace=workspace)
    try:
        return [*_of_directory(place.data, ca_file=place.ca_file), *_of_server(asking, place)]
    finally:
        asking.close()


# The data directory


def _of_directory(directory: Path | None, *, ca_file: str) -> Iterator[Check]:
    if directory is None or not directory.is_dir():
        return
    yield free_space(directory, *_space(directory))
    yield from permissions(directory)
    yield clock(directory, now=time.time())
    if ca_file:
        yield certificate(Path(ca_file), now=datetime.now(UTC))


def _space(directory: Path) -> tuple[int, int]:
    usage = shutil.disk_usage(directory)
    return usage.free, usage.total


def free_space(directory: Path, free_bytes: int, total_bytes: int) -> Check:
    free = f"{free_bytes / GIB:,.1f} of {total_bytes / GIB:,.1f} GiB are free where {directory} lies."
    advice = "Make room, or move the data directory to a larger disk (stop the server, move it, start with --data)."
    if free_bytes < FREE_FAIL_BYTES:
        meaning = f"{free} The door answers 503 when the journal cannot be written."
        return Check(name="disk space", status="fail", meaning=meaning, advice=advice)
    if free_bytes < FREE_WARN_BYTES:
        return Check(name="disk space", status="warn", meaning=free, advice=advice)
    return Check(name="disk space", status="ok", meaning=free)


def permissions(directory: Path) -> Iterator[Check]:
    """The files that open everything must be their owner's alone."""
    for name, what in (("admin-token", "the admin token"), ("secret.key", "the key that seals secrets")):
        path = directory / name
        if not path.exists():
            continue
        mode = path.stat().st_mode & 0o777
        if mode & 0o077:
            yield Check(
                name=f"permissions of {name}",
                status="fail",
                meaning=f"{path} is {what} and has mode {mode:04o}, so other users of this machine can read it.",
                advice=f"chmod 600 {path}",
            )
        else:
            yield Check(name=f"permissions of {name}", status="ok", meaning=f"Only its owner can read {path}.")


def clock(directory: Path, *, now: float) -> Check:
    """Times received and the dedupe window hang on a clock that does not go back."""
    files = [path for path in directory.glob("journal/*/*") if path.is_file()]
    newest = max((path.stat().st_mtime for path in files), default=0.0)
    if newest > now + CLOCK_SLACK_S:
        meaning = (
            f"The journal was last written {newest - now:,.0f} s from now, so the clock was set back since. Events"
            " received now seem older than those before them."
        )
        return Check(name="clock", status="fail", meaning=meaning, advice="Set the clock, and let NTP keep it.")
    told = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    return Check(name="clock", status="ok", meaning=f"It is {told}, later than everything in the journal.")


def certificate(path: Path, *, now: datetime) -> Check:
    from cryptography import x509

    advice = "Put a new certificate in its place and restart the server."
    try:
        found = x509.load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        return _fail("TLS certificate", f"{path} cannot be read: {error}.", advice)
    start, end = found.not_valid_before_utc, found.not_valid_after_utc
    days = (end - now).days
    if now >= end:
        return _fail("TLS certificate", f"{path} expired on {end:%Y-%m-%d}; clients refuse to connect.", advice)
    if now < start:
        return _fail("TLS certificate", f"{path} is valid only from {start:%Y-%m-%d %H:%M} UTC on.", advice)
    meaning = f"{path} is valid until {end:%Y-%m-%d}, {days} days from now."
    if days < CERTIFICATE_WARN_DAYS:
        return Check(name="TLS certificate", status="warn", meaning=meaning, advice=advice)
    return Check(name="TLS certificate", status="ok", meaning=meaning)


# The server


def _of_server(asking: Client, place: Place) -> Iterator[Check]:
    try:
        ready = asking.plain("GET", "/readyz")
    except HeadwaterError as error:
        yield _fail("server", error.message)
        return
    yield Check(name="server", status="ok", meaning=f"It answers at {place.url}.")
    yield readiness(ready.status_code, _json(ready))
    yield from _asked("lag", lambda: _lag(asking))
    yield from _asked("token", lambda: [_token(asking)])
    yield from _asked("warehouse", lambda: [warehouse(each) for each in asking.get("/warehouses")["data"]])
    yield from _asked("accounting", lambda: [_accounting(asking)])
    yield from _asked("parked events", lambda: [_parked(asking)])
    yield from _asked("sending", lambda: sending([each for path in CONNECTIONS for each in asking.all(path)]))


def _asked(name: str, ask: Callable[[], list[Check]]) -> list[Check]:
    try:
        return ask()
    except HeadwaterError as error:
        return [_fail(name, f"It could not be asked: {error.message}")]


def readiness(status: int, told: Any) -> Check:
    parts = told.get("parts", {}) if isinstance(told, dict) else {}
    away = [name for name, state in parts.items() if state != "ready"]
    if status == 200 and not away:
        return Check(name="parts", status="ok", meaning=f"Ready: {', '.join(parts)}.")
    return _fail(
        "parts",
        f"Not ready: {', '.join(away) or f'/readyz answers {status}'}. Events are still acknowledged and kept.",
        "A dead part is started again by itself within 10 s; if it stays away, the server's log says why.",
    )


def _token(asking: Client) -> Check:
    me = asking.get("/me")
    scopes = ", ".join(me["scopes"])
    told = f"The token opens the workspace {me['workspaceId']} with {scopes}; the server is {me['version']}."
    if me["version"] != __version__:
        advice = "Use the command line of the server's version."
        return Check(name="token", status="warn", meaning=f"{told} This command line is {__version__}.", advice=advice)
    return Check(name="token", status="ok", meaning=told)


def warehouse(told: dict[str, Any]) -> Check:
    name, lag_s = f"warehouse {told['id']}", float(told["lagSeconds"])
    if lag_s > LAG_WARN_S:
        return Check(
            name=name,
            status="warn",
            meaning=f"Its rows are {lag_s:,.0f} s behind the acknowledged events; nothing is lost.",
            advice="If it grows, the server's log says what the warehouse refuses; else give it more of the machine.",
        )
    return Check(name=name, status="ok", meaning=f"Its rows are {lag_s:,.1f} s behind.")


def _parked(asking: Client) -> Check:
    found = asking.get("/parked", limit=PARKED_SEEN)
    damaged = sum(each["reason"] == "journal_damaged" for each in found["data"])
    return parked(found["pagination"]["total"] - damaged, damaged)


def parked(total: int, damaged: int = 0) -> Check:
    """`damaged`: spoiled stretches of the journal that are listed too; they wait for nothing."""
    if damaged and not total:
        stretches = "1 stretch" if damaged == 1 else f"{damaged:,} stretches"
        meaning = f"No event waits; the place of {stretches} of the journal that the disk has spoiled is kept."
        return Check(name="parked events", status="ok", meaning=meaning)
    if total:
        return Check(
            name="parked events",
            status="warn",
            meaning=f"{total:,} acknowledged events wait because they could not go on.",
            advice="`headwater parked` says why; `headwater release --all` lets them go on once that is mended.",
        )
    return Check(name="parked events", status="ok", meaning="None waits.")


def sending(found: list[dict[str, Any]]) -> list[Check]:
    """Connections that only fail, wait because of it, or were switched off for it."""
    checks = [check for each in found if (check := _connection(each)) is not None]
    if checks:
        return checks
    return [Check(name="sending", status="ok", meaning="No webhook, destination or integration is in trouble.")]


def _connection(each: dict[str, Any]) -> Check | None:
    name, state = f"connection {each['name']} ({each['id']})", each["state"]
    if each["disabledReason"]:
        return _fail(name, f"It was switched off: {each['disabledReason']}", "Its events are kept as skipped.")
    if not each["enabled"] or state is None or not (state["failingSince"] or state["warning"]):
        return None
    since = state["failingSince"]
    meaning = state["warning"] or f"Every attempt since {since} failed; {state['pending']:,} events wait."
    if state["breaker"] == "open":
        meaning += f" Nothing is tried until {state['nextAttemptAt'] or 'it is mended'}."
    advice = "Its log of attempts says what came back. Mend the receiver, then recover."
    return Check(name=name, status="warn", meaning=meaning, advice=advice)


class Figures(msgspec.Struct, frozen=True, kw_only=True):
    """What /metrics says at one moment. `processed` counts events that the pipeline has decided on."""

    pipeline_lag_bytes: float
    warehouse_lag_bytes: float
    window_s: float
    window_wanted_s: float | None
    processed: float
    profiles_lag_bytes: float | None = None
    announcements: float = 0.0
    full_tables: float = 0.0
    unread_logs: float = 0.0


def _lag(asking: Client) -> list[Check]:
    first = figures(asking.plain("GET", "/metrics").text)
    if first is None:
        return [_fail("lag", "The pipeline or the warehouse gives no figures, so events wait just now.")]
    if first.pipeline_lag_bytes or first.warehouse_lag_bytes:
        time.sleep(SAMPLE_S)
    second = figures(asking.plain("GET", "/metrics").text) or first
    return [pipeline(first, second), loader(second), columns(second), log(second), people(second), window(second)]


def figures(text: str) -> Figures | None:
    """The text of /metrics; None while the pipeline or the warehouse is away."""
    from prometheus_client.parser import text_string_to_metric_families

    sums: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            sums[sample.name] = sums.get(sample.name, 0.0) + sample.value
    if not {"headwater_pipeline_lag_bytes", "headwater_warehouse_lag_bytes"} <= sums.keys():
        return None
    return Figures(
        pipeline_lag_bytes=sums["headwater_pipeline_lag_bytes"],
        warehouse_lag_bytes=sums["headwater_warehouse_lag_bytes"],
        window_s=sums["headwater_dedupe_window_seconds"],
        window_wanted_s=sums.get("headwater_dedupe_window_wanted_seconds"),
        processed=sums.get("headwater_events_processed_total", 0.0),
        profiles_lag_bytes=sums.get("headwater_profiles_lag_bytes"),
        announcements=sums.get("headwater_announcements_pending", 0.0),
        full_tables=sums.get("headwater_warehouse_full_tables", 0.0),
        unread_logs=sums.get("headwater_warehouse_logs_unread_total", 0.0),
    )


def pipeline(first: Figures, second: Figures) -> Check:
    """`second` was taken a while after `first`, if anything waited then."""
    lag_bytes = second.pipeline_lag_bytes
    if not lag_bytes:
        return Check(name="pipeline", status="ok", meaning="Every acknowledged event is processed.")
    waiting = f"{lag_bytes:,.0f} bytes of acknowledged events wait."
    if second.processed == first.processed and lag_bytes >= first.pipeline_lag_bytes > 0:
        return _fail("pipeline", f"{waiting} None was processed within {SAMPLE_S:g} s.", "The server's log says why.")
    return Check(name="pipeline", status="ok", meaning=f"{waiting} They are being processed.")


def loader(found: Figures) -> Check:
    lag_bytes = found.warehouse_lag_bytes
    meaning = (
        f"{lag_bytes:,.0f} bytes of clean events are still to be loaded."
        if lag_bytes
        else "Every clean event is loaded."
    )
    return Check(name="loader", status="ok", meaning=meaning)


def columns(found: Figures) -> Check:
    if not found.full_tables:
        return Check(name="columns", status="ok", meaning="Every table has room for further columns.")
    tables = "1 table has" if found.full_tables == 1 else f"{found.full_tables:,.0f} tables have"
    return Check(
        name="columns",
        status="warn",
        meaning=f"{tables} no room for another column. No row is lost: what else is named is in its column _unfit.",
        advice="Some client makes up names of traits or properties: SELECT table_schema, table_name, count(*) FROM"
        " information_schema.columns GROUP BY ALL ORDER BY 3 DESC shows where; mend it or take its write key away.",
    )


def log(found: Figures) -> Check:
    if not found.unread_logs:
        return Check(name="warehouse log", status="ok", meaning="Queries can read it.")
    times = "once" if found.unread_logs == 1 else f"{found.unread_logs:,.0f} times"
    return Check(
        name="warehouse log",
        status="warn",
        meaning=f"Since the server began, the log asked {times} for more memory than a query has. Each time it was"
        " written into the file, and queries waited for that.",
        advice="If queries answer busy, raise query_memory_mib.",
    )


def people(found: Figures) -> Check:
    lag_bytes = found.profiles_lag_bytes
    if lag_bytes is None:
        return _fail("people", "Their process gives no figures, so people and segments stay as they are just now.")
    if found.announcements > ANNOUNCEMENTS_WARN:
        return Check(
            name="people",
            status="warn",
            meaning=f"{found.announcements:,.0f} times somebody entered or left a segment, which is not yet told.",
            advice="The server's log says what the door answers.",
        )
    if lag_bytes:
        return Check(
            name="people", status="ok", meaning=f"{lag_bytes:,.0f} bytes of clean events are still to be read."
        )
    return Check(name="people", status="ok", meaning="Every clean event is known to people and segments.")


def window(found: Figures) -> Check:
    hours = f"A messageId is remembered for {found.window_s / 3600:,.1f} h"
    if found.window_wanted_s is not None and found.window_s < found.window_wanted_s:
        return Check(
            name="dedupe window",
            status="warn",
            meaning=f"{hours}, less than the {found.window_wanted_s / 3600:,.1f} h set: more ids come in than may be"
            " kept. The warehouse still holds each event once.",
            advice="Raise dedupe_max_ids (about 20 bytes of disk each).",
        )
    return Check(name="dedupe window", status="ok", meaning=f"{hours}.")


def _accounting(asking: Client) -> Check:
    """Waits a little for what is on its way; what was open at first must be decided by then."""
    deadline = time.monotonic() + SETTLE_S
    first = last = asking.get("/accounting")
    while True:
        check = accounting(first, last)
        if check.status == "ok" or time.monotonic() >= deadline:
            return check
        time.sleep(0.2)
        last = asking.get("/accounting")


def accounting(first: dict[str, Any], last: dict[str, Any]) -> Check:
    """accepted = duplicate + dropped + parked + clean; per reader, clean = done + pending + dead + skipped.

    While events come in, the terms of one answer are a moment apart. So what `first` had accepted must be decided
    in `last`, and what `first` had decided must be accepted in `last`.
    """
    before, after = _sums(first), _sums(last)
    for where, (had, _) in before.items():
        told = after.get(where, (0, 0))[1]
        if told < had:
            meaning = f"Of {had:,} events of {where} the fate of {had - told:,} is not decided yet."
            return Check(name="accounting", status="warn", meaning=meaning, advice="Run it again when less comes in.")
    for where, (_, told) in before.items():
        had = after.get(where, (0, 0))[0]
        if told > had:
            advice = "Keep a backup as it is and report it: this is a fault of headwater."
            return _fail("accounting", f"{where} had {had:,} events, and {told:,} fates are counted.", advice)
    lost = {each["sourceId"]: each["parked"].get("journal_damaged", 0) for each in last["sources"] if each["sourceId"]}
    if sum(lost.values()):
        told = ", ".join(f"{count:,} of source {source_id}" for source_id, count in lost.items() if count)
        meaning = f"Acknowledged events are lost, as the disk has spoiled the part of the journal they lay in: {told}."
        advice = "Send that time's events again, those that are there count once; then look at the disk."
        return Check(name="accounting", status="warn", meaning=meaning, advice=advice)
    dead = sum(reader["dead"] for reader in last["readers"])
    if dead:
        meaning = f"It closes; {dead:,} events were given up by a reader."
        advice = "The server's log says why; a replay tries them again."
        return Check(name="accounting", status="warn", meaning=meaning, advice=advice)
    accepted = sum(source["accepted"] for source in last["sources"])
    return Check(name="accounting", status="ok", meaning=f"It closes over {accepted:,} accepted events.")


def _sums(books: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """(events there were, fates that are told) by source and reader."""
    sums = {}
    for each in books["sources"]:
        lost = sum(each["dropped"].values()) + sum(each["parked"].values())
        sums[f"source {each['sourceId']}"] = each["accepted"], each["duplicate"] + lost + each["clean"]
    for each in books["readers"]:
        told = each["done"] + each["pending"] + each["dead"] + each["skipped"]
        sums[f"reader {each['reader']}"] = each["clean"], told
    return sums


def _json(answer: Any) -> Any:
    try:
        return answer.json()
    except ValueError:
        return None


def _fail(name: str, meaning: str, advice: str = "") -> Check:
    return Check(name=name, status="fail", meaning=meaning, advice=advice)
