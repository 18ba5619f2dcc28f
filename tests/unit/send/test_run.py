"""Routing and delivery over real sockets, with receivers that answer well or badly."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Coroutine
from itertools import pairwise
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uvloop
from standardwebhooks import Webhook

from headwater.send import recovery
from headwater.send.route import received_ms
from headwater.send.rows import Counts, State
from tests.receivers import Receiver, answer, close_in_head, hang, slowly
from tests.receivers.receiver import Exchange
from tests.unit.send.room import SECRET, Room, World, view, webhook


def run(main: Coroutine[Any, Any, None]) -> None:
    uvloop.run(main)  # as the process does


def test_an_event_reaches_its_webhook_signed_and_the_log_shows_it(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1))
                [request] = await asyncio.to_thread(receiver.wait_for, 1)
                await room.quiet()
                Webhook(SECRET).verify(request.body, dict(request.headers))
                [line] = room.log()
                assert line["status"] == "delivered"
                assert line["eventId"] == request.header("webhook-id")
                assert line["responseStatus"] == 200
                whole = room.sending.history.attempt(room.ref(), line["id"])
                assert whole["requestBody"].encode() == request.body
                assert room.store.totals("ws") == Counts(done=1)

    run(main())


def test_failures_are_tried_again_under_the_same_id_until_they_are_delivered(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(answer(500, b"broken"), close_in_head(), answer(302), then=answer(204, b"")) as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1))
                requests = await asyncio.to_thread(receiver.wait_for, 4)
                await room.quiet()
                assert len({request.header("webhook-id") for request in requests}) == 1
                log = room.log()
                assert [line["status"] for line in log] == ["delivered", "failed", "failed", "failed"]
                assert [line["attempt"] for line in log] == [4, 3, 2, 1]
                assert log[-1]["responseBody"] == "broken"
                assert log[-1]["nextAttemptAt"] > log[-1]["at"]
                assert log[-3]["responseStatus"] == 302

    run(main())


def test_after_the_last_retry_it_is_dead_and_recover_sends_it(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(then=answer(500)) as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1))
                await room.until(lambda: room.store.totals("ws") == Counts(dead=1), "dead")
                assert [line["status"] for line in room.log()] == ["dead", "failed", "failed", "failed"]
                receiver.behave(then=answer(200))
                begun = await room.sending.recovery.recover("ws", "wh_1", 0)
                await room.until(lambda: room.store.totals("ws") == Counts(done=1), "recovered")
                await room.until(
                    lambda: room.sending.recovery.status("ws", begun["id"])["status"] == "FINISHED", "finished"
                )
                assert room.sending.recovery.status("ws", begun["id"])["events"] == 1
                assert room.log()[0]["trigger"] == "manual"
                assert len({request.header("webhook-id") for request in receiver.requests}) == 1

    run(main())


def test_recover_does_not_wait_for_the_next_try(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(answer(500), answer(500), then=answer(200)) as receiver:
            world = World(tmp_path, webhook(receiver.url, schedule_s=(86_400.0,)))
            async with Room(world) as room:
                world.append(view(1), view(2))
                await asyncio.to_thread(receiver.wait_for, 2)
                await room.until(lambda: len(room.log(status="failed")) == 2, "failed")
                begun = await room.sending.recovery.recover("ws", "wh_1", 0)
                await room.until(lambda: room.store.totals("ws") == Counts(done=2), "recovered")
                await room.until(
                    lambda: room.sending.recovery.status("ws", begun["id"])["status"] == "FINISHED", "finished"
                )
                assert room.sending.recovery.status("ws", begun["id"])["events"] == 2
                assert len(receiver.requests) == 4

    run(main())


def test_a_paused_connection_keeps_its_events_and_sends_them_when_it_goes_on(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url, paused=True))
            async with Room(world) as room:
                world.append(*(view(number) for number in range(20)))
                await room.until(lambda: room.store.pending(room.ref()) == 20, "queued")
                line = room.log(status="pending", limit=5, offset=18)[0]
                assert (line["status"], line["nextAttemptAt"]) == ("pending", None)
                world.change("wh_1", paused=False)
                await asyncio.to_thread(receiver.wait_for, 20)
                await room.quiet()

    run(main())


def test_a_disabled_connection_skips_events_and_recover_brings_them(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url, paused=True))
            async with Room(world) as room:
                world.append(view(1))
                await room.until(lambda: room.store.pending(room.ref()) == 1, "queued")
                world.change("wh_1", enabled=False, paused=False)
                await room.until(lambda: room.store.totals("ws") == Counts(skipped=1), "what waited is skipped")
                world.append(view(2))
                await room.until(lambda: room.store.totals("ws") == Counts(skipped=2), "what comes is skipped")
                assert [line["status"] for line in room.log(status="skipped")] == ["skipped", "skipped"]
                world.change("wh_1", enabled=True)
                await room.sending.refresh()
                await room.sending.recovery.recover("ws", "wh_1", 0)
                await asyncio.to_thread(receiver.wait_for, 2)
                await room.until(lambda: room.store.totals("ws") == Counts(done=2), "recovered")

    run(main())


def test_gone_switches_the_connection_off(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(then=answer(410)) as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1))
                await room.until(lambda: world.disabled, "disabled")
                assert "410" in world.disabled[0][1]
                world.append(view(2))
                await room.until(lambda: room.store.totals("ws") == Counts(dead=1, skipped=1), "kept")

    run(main())


def test_a_deleted_connection_ends_what_waits_for_it(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path, webhook("http://127.0.0.1:9/", paused=True))
        async with Room(world) as room:
            world.append(*(view(number) for number in range(3)))
            await room.until(lambda: room.store.pending_total() == 3, "queued")
            world.entries = []
            await room.until(lambda: room.store.totals("ws") == Counts(skipped=3), "ended")

    run(main())


def test_one_that_hangs_delays_no_other(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(then=hang()) as dead, Receiver() as well:
            world = World(
                tmp_path,
                webhook(dead.url, "wh_dead"),
                webhook(well.url, "wh_well"),
                at_once=8,
                timeout_s=60.0,
                stop_s=0.1,
            )
            async with Room(world) as room:
                world.append(*(view(number) for number in range(100)))
                await asyncio.to_thread(well.wait_for, 100)
                assert room.store.pending(room.ref("wh_dead")) == 100

    run(main())


def test_what_was_under_way_when_it_stopped_goes_out_again_under_the_same_id(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(hang(), then=answer(200)) as receiver:
            world = World(tmp_path, webhook(receiver.url), stop_s=0.1)
            async with Room(world):
                world.append(view(1))
                await asyncio.to_thread(receiver.wait_for, 1)
            async with Room(world) as room:
                first, second = await asyncio.to_thread(receiver.wait_for, 2)
                assert first.header("webhook-id") == second.header("webhook-id")
                await room.quiet()
                assert [line["attempt"] for line in room.log()] == [1]
                assert room.store.totals("ws") == Counts(done=1)

    run(main())


def test_ordered_connections_send_each_persons_events_in_their_order(tmp_path: Path) -> None:
    async def main() -> None:
        answers = [answer(500), answer(200), answer(500), slowly(0.05, answer(200))]
        with Receiver(*answers, then=answer(200)) as receiver:
            world = World(tmp_path, webhook(receiver.url, ordered=True))
            async with Room(world) as room:
                world.append(*(view(number, user=f"u{number % 3}") for number in range(30)))
                await room.quiet()
                well = [line["messageId"] for line in reversed(room.log()) if line["status"] == "delivered"]
                assert len(well) == 30
                for person in range(3):
                    mine = [int(id[1:]) for id in well if int(id[1:]) % 3 == person]
                    assert mine == sorted(mine)

    run(main())


def test_a_replayed_frame_sends_nothing_again_and_a_replay_does(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1), view(2))
                await room.quiet()
                world.append(view(1), replay="rpl_1")
                await room.until(lambda: room.sending.router.lag_bytes() == 0, "read")
                assert room.store.pending_total() == 0
                begun = await room.sending.recovery.replay("ws", 0, None, None)
                await asyncio.to_thread(receiver.wait_for, 4)
                await room.until(
                    lambda: room.sending.recovery.status("ws", begun["id"])["status"] == "FINISHED", "finished"
                )
                await room.quiet()
                assert len({request.header("webhook-id") for request in receiver.requests}) == 2
                assert room.store.totals("ws") == Counts(done=2)

    run(main())


async def replayed(room: Room, start_ms: int = 0) -> int:
    """Sends all since then again, waits for that, and gives how many events there were."""
    begun = await room.sending.recovery.replay("ws", start_ms, None, None)
    return await finished(room, begun["id"])


async def finished(room: Room, id: str) -> int:
    def ended() -> dict[str, Any] | None:
        status = room.sending.recovery.status("ws", id)
        return status if status["status"] == "FINISHED" else None

    status = await room.until(ended, "finished")
    await room.quiet()
    return status["events"]


def deliveries(receiver: Receiver) -> Counter[str | None]:
    return Counter(request.header("webhook-id") for request in receiver.requests)


def test_a_replay_sends_an_event_once_however_often_the_journal_holds_it(tmp_path: Path) -> None:
    """Each replay of the pipeline has put it there again."""

    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url), webhook(receiver.url, "wh_2"))
            async with Room(world) as room:
                views = [view(number) for number in range(20)]
                world.append(*views)
                await room.quiet()
                for number in range(3):
                    world.append(*views, replay=f"rpl_{number}")
                await room.until(lambda: room.sending.router.lag_bytes() == 0, "read")
                assert await replayed(room) == 20
                assert sorted(deliveries(receiver).values()) == [2] * 40
                assert await replayed(room) == 20
                assert sorted(deliveries(receiver).values()) == [3] * 40
                tables = room.store.db.read("SELECT name FROM sqlite_schema WHERE name LIKE 'replayed%'")
                assert tables == []  # what was kept of them takes no room any more

    run(main())


def test_a_replay_sends_what_the_journal_holds_as_a_copy_only(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                views = [view(1), view(2)]
                world.append(*views)
                before = world.journal.end()
                world.append(*views, replay="rpl_1")
                world.append(*views, replay="rpl_2")
                await room.quiet()
                world.journal.prune(before=before)
                assert await replayed(room, received_ms(views[0])) == 2
                assert sorted(deliveries(receiver).values()) == [2, 2]

    run(main())


def test_a_replay_that_is_cut_goes_on_without_sending_anything_twice(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            count = 3 * (recovery.PART // 10)
            async with Room(world) as room:
                world.append(*(view(number) for number in range(count)))
                await room.quiet()
                begun = await room.sending.recovery.replay("ws", 0, None, None)
                await asyncio.to_thread(receiver.wait_for, count + 1)
                await room.sending.recovery.stop()
                await room.quiet()
            async with Room(world) as room:
                assert await finished(room, begun["id"]) == count
                assert sorted(deliveries(receiver).values()) == [2] * count

    run(main())


def test_resend_goes_before_what_waits(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(answer(200), then=answer(500)) as receiver:
            world = World(tmp_path, webhook(receiver.url, per_second=None), schedule_s=(60.0,))
            async with Room(world) as room:
                world.append(view(1))
                await room.quiet()
                [line] = room.log()
                world.append(*(view(number) for number in range(2, 40)))
                await room.until(lambda: room.store.pending(room.ref()) == 38, "failing")
                receiver.behave(then=answer(201))
                shown = await room.sending.recovery.resend(room.ref(), line["id"])
                await room.until(lambda: room.log()[0]["responseStatus"] == 201, "resent")
                found = room.sending.history.attempt(room.ref(), shown)
                assert (found["messageId"], found["trigger"]) == ("m1", "manual")

    run(main())


def test_retry_after_is_waited_for_in_full(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(answer(429, headers=(("Retry-After", "3600"),)), then=answer(200)) as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1))
                await room.until(room.log, "tried")
                world.append(view(2))
                await room.until(lambda: room.store.pending(room.ref()) == 2, "held")
                await asyncio.sleep(0.3)
                assert len(receiver.requests) == 1
                due = room.store.next_due_ms(room.ref())
                assert due is not None

    run(main())


def test_a_test_is_made_at_once_and_the_log_shows_it_even_when_refused(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path, webhook("http://10.0.0.1/hook", enabled=False))
        async with Room(world) as room:
            entry = world.entries[0]
            id = await room.sending.trial.test(entry, room.ref(), None)
            line = room.sending.history.attempt(room.ref(), id)
            assert (line["status"], line["trigger"]) == ("blocked", "manual")
            shown = room.sending.trial.preview(entry, room.sending.trial.event(entry, None))
            assert shown["requests"][0]["url"] == "http://10.0.0.1/hook"
            tried = await room.sending.trial.try_event(entry, {"type": "track", "event": "Ordered", "userId": "u"})
            assert tried["answer"]["errorClass"] == "blocked"
            assert len(room.log()) == 1

    run(main())


def test_the_built_in_inbox_takes_what_is_sent_to_it(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path, webhook("headwater:inbox"))
        async with Room(world) as room:
            world.append(view(1))
            await room.quiet()
            items, total = room.sending.history.inbox("ws", limit=10, offset=0)
            assert total == 1
            assert items[0]["connectionId"] == "wh_1"
            assert '"payload"' in items[0]["body"]
            assert "webhook-signature" in items[0]["headers"]

    run(main())


@pytest.mark.parametrize("slack", [False, True])
def test_days_of_nothing_but_failure_are_warned_of_and_then_switch_it_off(tmp_path: Path, slack: bool) -> None:
    async def main() -> None:
        with Receiver(then=answer(500)) as receiver, Receiver() as owner:
            world = World(
                tmp_path,
                webhook(receiver.url, name="<!channel> & Co"),
                disable_after_days=1 / 86_400,
                schedule_s=[0.12] * 40,
                alert_url=owner.url + ("?to=hooks.slack.com" if slack else ""),
            )
            async with Room(world) as room:
                world.append(view(1))
                for _ in range(400):
                    await room.sending.care.look()
                    if world.disabled:
                        break
                    await asyncio.sleep(0.05)
                assert "days" in world.disabled[0][1]
                assert any("fails" in line for line in world.logged)
                told = [request.json() for request in owner.requests]
                name = "&lt;!channel&gt; &amp; Co" if slack else "<!channel> & Co"
                assert told[0]["text"].startswith(f'The connection "{name}" fails. Every attempt since ')
                if slack:
                    return
                types = [each["type"] for each in told]
                assert types[0] == "connection.failing"
                assert types[-1] == "connection.disabled"

    run(main())


@pytest.mark.parametrize("batch", [1, 7])
def test_files_are_written_whole_in_batches(tmp_path: Path, batch: int) -> None:
    async def main() -> None:
        entry = webhook("", kind="destination", catalog="files", source_ids=("ws.customer-events",))
        entry.settings.clear()
        entry.settings.update({"batchEvents": batch, "batchSeconds": 0.1})
        world = World(tmp_path, entry)
        async with Room(world) as room:
            world.append(*(view(number) for number in range(7)))
            await room.quiet()
            written = list((tmp_path / "files").rglob("*.ndjson"))
            lines = [line for path in written for line in path.read_text().splitlines()]
            assert len(lines) == 7
            assert len(written) == 7 // batch

    run(main())


def test_a_pace_is_kept(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url, per_second=5.0))
            async with Room(world) as room:
                world.append(*(view(number) for number in range(6)))
                requests = await asyncio.to_thread(receiver.wait_for, 6)
                gaps = [after.at - before.at for before, after in pairwise(requests)]
                assert sum(gaps) >= 0.9
                await room.quiet()

    run(main())


def test_of_a_batch_that_is_refused_each_goes_by_itself_and_only_the_bad_one_is_given_up(tmp_path: Path) -> None:
    async def main() -> None:
        def judge(exchange: Exchange) -> bool:
            return answer(400 if b'"number":3' in exchange.request.body else 200)(exchange)

        with Receiver(then=judge) as receiver:
            entry = webhook("", kind="destination", catalog="segment", source_ids=("ws.customer-events",))
            entry.settings.clear()
            entry.settings.update({"writeKey": "w" * 32, "host": receiver.url_at("127.0.0.1", "")})
            world = World(tmp_path, entry)
            async with Room(world) as room:
                world.append(*(view(number) for number in range(6)))
                await room.quiet()
                assert room.store.totals("ws") == Counts(done=5, dead=1)
                dead = [line["messageId"] for line in room.log(status="dead")]
                assert dead == ["m3"]
                assert "w" * 32 not in str(room.log())

    run(main())


def test_what_was_taken_and_left_is_found(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url, paused=True))
            async with Room(world) as room:
                world.append(view(1), view(2))
                await room.until(lambda: room.store.pending_total() == 2, "queued")
                lane = room.sending.engine.lane(room.ref())
                assert lane is not None
                lost = lane.take(room.store.now_ms())
                lane.start_over()
                assert lane.holds(lost[0].id)
                await room.sending.care.look()
                assert any("taken and then left" in line for line in world.logged)
                world.change("wh_1", paused=False)
                await asyncio.to_thread(receiver.wait_for, 2)
                await room.quiet()

    run(main())


def test_a_fault_of_ours_ends_one_delivery_says_so_and_stops_no_other(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            broken = webhook(receiver.url, "wh_broken", signing_secrets=("whsec_%",))
            world = World(tmp_path, broken, webhook(receiver.url, "wh_well"))
            async with Room(world) as room:
                world.append(view(1))
                await room.quiet()
                [line] = room.log("wh_broken")
                assert (line["status"], line["errorClass"], line["messageId"]) == ("dead", "internal_fault", "m1")
                assert [line["status"] for line in room.log("wh_well")] == ["delivered"]
                assert room.store.totals("ws") == Counts(dead=1)

    run(main())


def test_events_that_cannot_be_sent_do_not_vouch_for_a_receiver_that_fails(tmp_path: Path) -> None:
    """Candu wants a user id: what has none says nothing of Candu."""

    async def main() -> None:
        with Receiver(then=answer(500)) as receiver:
            settings = {"apiKey": "k", "host": receiver.url}
            candu = webhook("", kind="destination", catalog="candu", settings=settings, topics=())
            candu = msgspec.structs.replace(candu, source_ids=("ws.customer-events",))
            world = World(tmp_path, candu, schedule_s=(60.0,), at_once_each=1)
            async with Room(world) as room:
                for number in range(10):  # one after the other, so that none shares a request
                    world.append(view(number, user="u1" if number % 2 else ""))
                    await room.until(lambda expected=number + 1: len(room.log()) == expected, f"attempt {number}")
                world.append(view(10))
                await asyncio.sleep(1)  # were the breaker not open, it would be tried at once
                assert len(receiver.requests) == 5

    run(main())


def test_old_days_are_dropped_with_what_waits_in_them(tmp_path: Path) -> None:
    async def main() -> None:
        world = World(tmp_path, webhook("http://127.0.0.1:9/", paused=True))
        async with Room(world) as room:
            world.append(view(1))
            await room.until(lambda: room.store.pending_total() == 1, "queued")
            world.clock = lambda: time.time() + 32 * 86_400
            await room.sending.care.look()
            assert room.store.totals("ws") == Counts(dead=1)
            assert room.log() == []
            assert any("given up" in line for line in world.logged)
            world.append(view(2))
            await room.until(lambda: room.store.pending_total() == 1, "the next day's are taken")

    run(main())


def test_what_the_journal_lost_goes_out_when_a_replay_brings_it_back_and_once(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            world = World(tmp_path, webhook(receiver.url))
            async with Room(world) as room:
                world.append(view(1))
                await room.quiet()
            lost = [view(2), msgspec.structs.replace(view(3), type="track", event="Ordered")]
            world.append(*lost)
            world.journal.prune(before=world.journal.end())
            async with Room(world) as room:
                await room.until(lambda: room.sending.router.lag_bytes() == 0, "stepped over")
                assert any("a replay brings them back" in line for line in world.logged)
                world.append(view(1), *lost, replay="rpl_1")
                world.append(*lost, replay="rpl_2")
                await asyncio.to_thread(receiver.wait_for, 2)
                await room.quiet()
                assert [request.json()["payload"]["id"] for request in receiver.requests] == ["m1", "m2"]
                assert room.store.totals("ws") == Counts(done=3)

    run(main())


def test_a_frame_of_many_events_is_routed_in_parts_and_none_twice_after_a_crash(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver() as receiver:
            hooks = [webhook(receiver.url_at("127.0.0.1", f"/{number}"), f"wh_{number}") for number in range(10)]
            world = World(tmp_path, *hooks, at_once=512)
            async with Room(world) as room:
                world.append(*(view(number) for number in range(120)))
                router = room.sending.router
                await room.until(lambda: router.cursor.index or not router.lag_bytes(), "in the middle of the frame")
            async with Room(world) as room:
                await room.quiet()
                assert room.store.totals("ws") == Counts(done=120)
                assert all(len(room.log(f"wh_{number}", status="delivered")) == 120 for number in range(10))

    run(main())


def test_what_was_delivered_stays_delivered_when_it_is_sent_again_in_vain(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(then=answer(200)) as receiver:
            world = World(tmp_path, webhook(receiver.url), schedule_s=(0.2,))
            async with Room(world) as room:
                world.append(view(1))
                await room.until(lambda: room.store.totals("ws") == Counts(done=1), "delivered")
                [line] = room.log()
                receiver.behave(then=answer(500))
                await room.sending.recovery.resend(room.ref(), line["id"])
                await room.until(lambda: len(room.log(status="failed")) == 1, "tried")
                assert room.store.pending_events("ws") == 0
                assert room.store.totals("ws") == Counts(done=1)
                await room.until(lambda: len(room.log()) == 3, "tried to the end")
                await room.quiet()
                assert [each["status"] for each in room.log()] == ["failed", "failed", "delivered"]
                assert room.log()[0]["nextAttemptAt"] is None
                assert room.store.totals("ws") == Counts(done=1)
                assert [state for _, state, *_ in room.store.of_event("ws", "m1")] == [State.DELIVERED]
                summary = room.store.figures.summary([room.ref()], start_ms=0, end_ms=room.store.now_ms() + 60_000)
                assert (summary.delivered, summary.not_delivered) == (1, 0)

    run(main())


def test_an_event_that_was_given_up_and_arrives_counts_once_and_not_in_the_latency(tmp_path: Path) -> None:
    async def main() -> None:
        with Receiver(then=answer(400)) as receiver:
            world = World(tmp_path, webhook(receiver.url), schedule_s=())
            async with Room(world) as room:

                def figures() -> tuple[int, int, float | None]:
                    now_ms = room.store.now_ms() + 60_000
                    found = room.store.figures.summary([room.ref()], start_ms=now_ms - 3_600_000, end_ms=now_ms)
                    assert sum(point.not_delivered for point in found.series) == found.not_delivered
                    return found.delivered, found.not_delivered, found.p95_ms

                world.append(view(1))
                await room.until(lambda: room.store.totals("ws") == Counts(dead=1), "dead")
                assert figures() == (0, 1, None)
                receiver.behave(then=answer(200))
                await room.sending.recovery.resend(room.ref(), room.log()[0]["id"])
                await room.until(lambda: room.store.totals("ws") == Counts(done=1), "delivered")
                assert figures() == (1, 0, None)
                await room.sending.recovery.replay("ws", 0, None, None)
                await room.until(lambda: len(room.log(status="delivered")) == 2, "replayed")
                await room.quiet()
                assert figures() == (1, 0, None)

    run(main())
