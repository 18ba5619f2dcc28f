"""The Flow screen: its figures are the test's own count, an event is found, parked ones go on, the past comes again."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from headwater.base.raw import RawRecord
from headwater.journal import frame
from headwater.journal.files import segment_path
from headwater.journal.local import LocalWriter, prune
from tests.browser.conftest import PATIENCE_MS
from tests.browser.test_axe import VIEWS, check
from tests.browser.test_keyboard import tab_to
from tests.browser.window import sign_in, signed_in, type_into
from tests.server import Server

pytestmark = pytest.mark.browser

SENT = {"Shop Web": 7, "Shop App": 5}
TWICE = 2
DROPPED = 3
SEGMENT_BYTES = 64 * 1024 * 1024
RECEIVED_MS = 1_800_000_000_000
BEYOND_THE_PICTURE = """() => [...document.querySelectorAll(".hw-flow svg text")]
  .filter((each) => each.getBoundingClientRect().right > each.ownerSVGElement.getBoundingClientRect().right + 1)
  .map((each) => each.textContent)"""


def track(message_id: str) -> dict[str, Any]:
    return {"type": "track", "event": "Flowed", "userId": "u", "messageId": message_id}


def post(server: Server, key: str, *message_ids: str) -> None:
    answer = server.send("/v1/batch", {"batch": [track(each) for each in message_ids]}, key=key)
    assert answer.status_code == 200, answer.text


@pytest.fixture(scope="module")
def flow(shared_server: Server) -> Server:
    """Two sources with duplicates, one that is disabled, one event that cannot be read; all of it is settled."""
    server = shared_server
    for name, count in SENT.items():
        key = server.add_source(name=name)["writeKeys"][0]
        post(server, key, *(f"{name}/{number}" for number in range(count)))
        post(server, key, *(f"{name}/{number}" for number in range(TWICE)))
    disabled = server.add_source(name="Shop Off")
    server.api("PATCH", f"/sources/{disabled['id']}", {"enabled": False})
    post(server, disabled["writeKeys"][0], *(f"off/{number}" for number in range(DROPPED)))
    server.wait_closed()
    return server


def figures(page: Page, name: str) -> list[str]:
    """The cells of a row as they are read: accepted, duplicate, dropped, parked, clean, in flight; or a reader's."""
    row = page.get_by_role("row").filter(has=page.get_by_role("rowheader", name=name, exact=True)).first
    return [" ".join(text.split()) for text in row.get_by_role("cell").all_inner_texts()]


def has_figures(page: Page, name: str, expected: list[str], *, cells: slice = slice(None)) -> None:
    """Waits until the screen shows them: an answer that has come is drawn a moment later."""
    deadline = time.monotonic() + PATIENCE_MS / 1000
    while figures(page, name)[cells] != expected:
        assert time.monotonic() < deadline, figures(page, name)
        page.wait_for_timeout(50)


def picture(page: Page) -> Locator:
    return page.get_by_role("img", name="Picture of the flow of")


def open_flow(page: Page, server: Server, search: str = "") -> None:
    page.goto(f"{server.url}/flow{search}")
    page.get_by_test_id("verdict").wait_for()


def wait_until_read_again(page: Page) -> None:
    """Until the screen shows an answer that was asked for from now on."""
    for _ in range(2):
        with page.expect_response("**/api/v1/accounting"):
            pass
    page.wait_for_timeout(100)


def test_the_figures_are_those_that_were_sent(page: Page, flow: Server) -> None:
    sign_in(page, flow)
    page.get_by_role("link", name="Flow", exact=True).click()
    expect(page.get_by_role("heading", name="Flow", level=1)).to_be_focused()
    clean = sum(SENT.values())
    accepted = clean + TWICE * len(SENT) + DROPPED
    expect(page.get_by_test_id("verdict")).to_have_text("The accounting closes: every accepted event is accounted for.")
    for name, count in SENT.items():
        has_figures(page, name, [str(count + TWICE), str(TWICE), "0", "0", str(count), "0"])
    has_figures(page, "Shop Off", ["3", "0", "3 source_disabled 3", "0", "0", "0"])
    dropped = f"{DROPPED} source_disabled {DROPPED}"
    has_figures(page, "All sources", [str(accepted), "4", dropped, "0", str(clean), "0"])
    for reader in ("warehouse", "send", "profiles"):
        has_figures(page, reader, [str(clean), str(clean), "0", "0", "0"])
    region = page.get_by_role("region", name="Accounting")
    expect(region).to_contain_text(f"{accepted} accepted = 4 duplicate + {DROPPED} dropped + 0 parked + {clean} clean")
    expect(region).to_contain_text(f"send: {clean} clean = {clean} done + 0 pending + 0 dead + 0 skipped")
    expect(region).to_contain_text(f"warehouse: {clean} clean = {clean} done + 0 pending + 0 dead + 0 skipped")
    drawn = picture(page).locator("text")
    for text in (f"{accepted} accepted", f"{clean} clean", "4 duplicate", "3 dropped", "0 parked", f"{clean} done"):
        expect(drawn.filter(has_text=re.compile(f"^{text}$")).first).to_be_visible()
    page.get_by_label("Picture of", exact=True).select_option(label="Shop App")
    expect(picture(page).locator("text").first).to_have_text("7 accepted")
    expect(drawn.filter(has_text=re.compile("^5 clean$"))).to_have_count(1)


def test_the_figures_follow_by_themselves(page: Page, flow: Server) -> None:
    sign_in(page, flow)
    open_flow(page, flow)
    key = flow.add_source(name="Shop Later")["writeKeys"][0]
    post(flow, key, "later/0", "later/0", "later/1")
    expect(page.get_by_role("rowheader", name="Shop Later")).to_be_visible()
    flow.wait_closed()
    wait_until_read_again(page)
    has_figures(page, "Shop Later", ["3", "1", "0", "0", "2", "0"])


def test_what_became_of_an_event(page: Page, flow: Server) -> None:
    sign_in(page, flow)
    open_flow(page, flow)
    field = page.get_by_label("messageId")
    type_into(field, "Shop Web/0")
    page.get_by_role("button", name="Find it").click()
    trail = page.get_by_role("list", name="The way of the event").get_by_role("listitem")
    expect(trail).to_have_count(5)
    expect(trail).to_have_text([re.compile(f"^{fate}") for fate in ("clean", "duplicate", "done", "done", "done")])
    expect(trail.first).to_contain_text("at Shop Web")
    warehouse, send = trail.nth(2), trail.nth(3)
    expect(warehouse).to_contain_text("With a row in shop_web.tracks, shop_web.flowed.")
    expect(send).to_contain_text("No webhook, destination or integration takes it.")
    expect(page.get_by_role("region", name="payload of the event")).to_contain_text('"event": "Flowed"')
    assert "event=Shop" in page.url

    type_into(field, "off/1")
    field.press("Enter")
    expect(trail).to_have_count(1)
    expect(trail).to_contain_text("source_disabled")

    type_into(field, "never/came")
    field.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("no event with the messageId 'never/came' is known here")
    page.go_back()
    expect(field).to_have_value("off/1")


def test_a_replay_counts_nothing_twice(page: Page, flow: Server) -> None:
    sign_in(page, flow)
    before, rows = flow.wait_closed(), flow.sql("SELECT count(*), count(DISTINCT id) FROM shop_web.flowed")
    went_by = sum(each["clean"] + each["duplicate"] for each in before["sources"])
    open_flow(page, flow)
    shown = figures(page, "All sources")
    region = page.get_by_role("region", name="Replay")
    for reader in ("pipeline", "warehouse"):
        region.get_by_label("Reader").select_option(reader)
        region.get_by_role("button", name="Start the replay").click()
        done = region.get_by_role("status").filter(has_text="The replay is finished")
        expect(done).to_contain_text(f"{went_by} events went by again")
        expect(region.get_by_role("row").nth(1)).to_contain_text(reader)
        expect(region.get_by_role("row").nth(1)).to_contain_text("finished")
    wait_until_read_again(page)
    assert flow.wait_closed() == before
    assert flow.sql("SELECT count(*), count(DISTINCT id) FROM shop_web.flowed") == rows == [[7, 7]]
    has_figures(page, "All sources", shown)


def test_a_stretch_that_is_none(page: Page, flow: Server) -> None:
    sign_in(page, flow)
    open_flow(page, flow)
    region = page.get_by_role("region", name="Replay")
    region.get_by_label("Received from").fill("2026-01-02T10:00:00")
    region.get_by_label("Received before").fill("2026-01-01T10:00:00")
    region.get_by_role("button", name="Start the replay").click()
    expect(region.get_by_role("alert")).to_contain_text("`from` must lie before `to`. Nothing was replayed.")
    region.get_by_label("Received from").fill("2025-01-01T10:00:00")
    region.get_by_role("button", name="Start the replay").click()
    expect(region.get_by_role("status")).to_contain_text("The replay is finished: 0 events went by again.")
    expect(region.get_by_role("alert")).to_have_count(0)


def test_by_keyboard_alone(page: Page, flow: Server) -> None:
    sign_in(page, flow)
    press = page.keyboard.press
    tab_to(page, "Flow")
    press("Enter")
    expect(page.get_by_role("heading", name="Flow", level=1)).to_be_focused()
    page.get_by_test_id("verdict").wait_for()
    tab_to(page, "Picture of")
    tab_to(page, "messageId")
    page.keyboard.type("Shop App/4")
    press("Enter")
    expect(page.get_by_role("list", name="The way of the event").get_by_role("listitem")).to_have_count(4)
    tab_to(page, "Reader")
    tab_to(page, "Received from")
    tab_to(page, "Start the replay")
    press("Enter")
    expect(page.get_by_role("status").filter(has_text="The replay is finished")).to_be_attached()


class Held:
    """A server with two events that it cannot read, as a door of another version might have taken them.

    Its journal has lost its beginning to retention.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        source = server.add_source(name="Parking")
        for number in range(8):
            post(server, source["writeKeys"][0], f"first-{number}", f"first-{number}")
        server.wait_closed()
        self._source_id, self._workspace_id = source["id"], server.api("GET", "/workspace")["id"]
        self._raw = server.data / "journal" / "raw"
        server.stop()
        self._path, self._position = self._append("tracq", "tracq")
        prune(self._raw, before=int(self._path.stem))
        server.start()

    def _append(self, *types: str) -> tuple[Path, int]:
        writer = LocalWriter(self._raw, segment_bytes=SEGMENT_BYTES)
        position = writer.end - writer.base
        path = segment_path(self._raw, writer.base)
        writer.append([self._record(*types)])
        writer.close()
        return path, position

    def mend(self, *types: str) -> None:
        """The record again in the same place, with types that can be read."""
        data = frame.encode([self._record(*types)])
        with self._path.open("r+b") as file:
            file.seek(self._position)
            file.write(data)

    def _record(self, *types: str) -> bytes:
        events = [msgspec.Raw(msgspec.json.encode(track(f"held-{n}") | {"type": each})) for n, each in enumerate(types)]
        return msgspec.json.encode(
            RawRecord(
                source_id=self._source_id, workspace_id=self._workspace_id, received_ms=RECEIVED_MS, events=events
            )
        )


@pytest.fixture(scope="module")
def held(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Held]:
    data = tmp_path_factory.mktemp("held") / "data"
    server = Server(data, environment={"HEADWATER_JOURNAL_SEGMENT_BYTES": "1024"})
    yield Held(server)
    assert server.stop() == 0, server.stderr()


def test_parked_events_are_looked_at_and_released(page: Page, held: Held) -> None:
    sign_in(page, held.server)
    open_flow(page, held.server)
    region = page.get_by_role("region", name="Parked events")
    lines = region.get_by_role("list", name="Parked events, newest first").get_by_role("listitem")
    expect(lines).to_have_count(2)
    has_figures(page, "Parking", ["2 unreadable 2", "8"], cells=slice(3, 5))
    line = lines.filter(has_text="held-0")
    expect(line).to_contain_text("unreadable")
    line.get_by_role("button", name="held-0").click()
    expect(line.get_by_role("region", name="payload of held-0")).to_contain_text('"type": "tracq"')
    expect(line).to_contain_text("Invalid")
    region.get_by_role("button", name="Release all (2)").click()
    outcome = region.get_by_role("status").first
    expect(outcome).to_have_text(
        "0 of 2 events released. What stopped them is not mended, or they were released before."
    )
    expect(lines).to_have_count(2)

    held.mend("track", "tracq")
    line.get_by_role("button", name="Release this event").click()
    expect(outcome).to_have_text("1 event released: clean now, and on to the readers.")
    expect(lines).to_have_count(1)
    expect(lines).to_contain_text("held-1")
    held.server.rows("SELECT id FROM parking.flowed WHERE id = 'held-0'", lambda rows: rows == [["held-0"]])
    held.server.wait_closed()
    wait_until_read_again(page)
    has_figures(page, "Parking", ["18", "8", "0", "1 unreadable 1", "9", "0"])
    lines.get_by_role("button", name="held-1").click()
    lines.get_by_role("link", name="What became of it").click()
    trail = page.get_by_role("list", name="The way of the event").get_by_role("listitem")
    expect(trail).to_contain_text("parked")


def test_what_retention_took_is_named_and_offered(page: Page, held: Held) -> None:
    sign_in(page, held.server)
    open_flow(page, held.server)
    region = page.get_by_role("region", name="Replay")
    region.get_by_label("Received from").fill("2020-01-01T10:00:00")
    region.get_by_role("button", name="Start the replay").click()
    expect(region.get_by_role("alert")).to_contain_text("were removed by retention; begin there or later.")
    region.get_by_role("button", name="Begin at").click()
    region.get_by_role("button", name="Start the replay").click()
    expect(region.get_by_role("status")).to_contain_text("The replay is finished")
    expect(region.get_by_role("alert")).to_have_count(0)


@pytest.mark.parametrize(("scheme", "width"), VIEWS)
def test_axe_finds_nothing(browser: Browser, held: Held, scheme: Any, width: int) -> None:
    with signed_in(browser, held.server, scheme=scheme, width=width, patience_ms=10_000) as page:
        open_flow(page, held.server, "?event=first-0")
        picture(page).wait_for()
        page.get_by_role("list", name="The way of the event").wait_for()
        page.get_by_role("region", name="Parked events").get_by_role("button", name="held-1").click()
        region = page.get_by_role("region", name="Replay")
        region.get_by_role("button", name="Start the replay").click()
        region.get_by_role("status").filter(has_text="finished").wait_for()
        check(page)
        beyond = page.evaluate(BEYOND_THE_PICTURE)
        assert beyond == []
        page.get_by_label("messageId").fill("never/came")
        page.get_by_role("button", name="Find it").click()
        page.get_by_role("alert").wait_for()
        page.get_by_label("Picture of", exact=True).select_option(label="Parking")
        check(page)
