"""Erasing one of 1,001 people: nothing of theirs is left in any store, all of everybody else's is."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.every_store import naming
from tests.receivers import Receiver, answer
from tests.server import Server

PEOPLE = 1_001
LOOKERS = 61
"""So many of them looked at content, which is sent on."""
FIRST = 470
WAIT_S = 90.0
SHORT = {
    "HEADWATER_EGRESS_ALLOW": "127.0.0.0/8",
    "HEADWATER_SEND_RETRY_S": "0.1,0.1",
    "HEADWATER_SEND_TIMEOUT_S": "3",
}


def user(number: int) -> str:
    return f"person-{number:04d}-id"


def device(number: int) -> str:
    return f"device-{number:04d}-anonymous"


def email(number: int) -> str:
    return f"mail.{number:04d}@example.com"


def names(number: int) -> list[str]:
    return [user(number), device(number), email(number)]


def until(condition: Callable[[], Any], what: str) -> Any:
    deadline = time.monotonic() + WAIT_S
    while not (found := condition()):
        assert time.monotonic() < deadline, f"not within {WAIT_S:g} s: {what}"
        time.sleep(0.05)
    return found


class World:
    """A server with everything that a person can be in, and three receivers: one that takes, one that fails, one
    that is not asked yet."""

    def __init__(self, server: Server, good: Receiver, bad: Receiver, late: Receiver) -> None:
        self.server = server
        self.good, self.bad, self.late = good, bad, late
        self.gone = 0
        self.source = server.add_source("http-api", "Web")
        self.key = self.source["writeKeys"][0]
        self.token = server.api("GET", "/workspace")["clientToken"]
        hooks = {
            "good": good.url,
            "bad": bad.url,
            "late": late.url,
            "inbox": "headwater:inbox",
        }
        self.hooks = {
            name: server.api("POST", "/webhooks", {"name": name, "url": url, "topics": ["content.view"]})["id"]
            for name, url in hooks.items()
        }
        server.api("POST", f"/webhooks/{self.hooks['late']}/pause")
        for format in ("ndjson", "parquet"):
            settings = {"format": format, "folder": format, "batchEvents": 50, "batchSeconds": 1}
            body = {"catalog": "files", "name": format, "sourceIds": ["customer-events"], "settings": settings}
            server.api("POST", "/destinations", body | {"enabled": True})

    def fill(self) -> None:
        events = [event for number in range(PEOPLE) for event in self.of_person(number)]
        for start in range(0, len(events), 250):
            batch = {"batch": events[start : start + 250], "context": {"library": {"name": "test"}}}
            assert self.server.send("/v1/batch", batch, key=self.key).status_code == 200
        views = [self.view(number) for number in range(FIRST, FIRST + LOOKERS)]
        for start in range(0, len(views), 20):
            self.post(*views[start : start + 20])

    def someone(self) -> int:
        """A person of whom there is something everywhere, whom no test has erased."""
        number = FIRST + self.gone
        self.gone += 1
        refused = {"userId": user(number), "traits": {"email": email(number)}}
        assert self.server.send("/v1/track", refused, key=self.key).status_code == 400
        nobody = {"traits": {"email": email(number)}}
        assert self.server.send("/v1/identify", nobody, key=self.key).status_code == 400
        return number

    def of_person(self, number: int) -> list[dict[str, Any]]:
        ids = {"userId": user(number), "anonymousId": device(number)}
        return [
            {"type": "track", "anonymousId": device(number), "event": "Arrived", "messageId": f"a{number}"},
            {"type": "identify", **ids, "traits": {"email": email(number), "plan": "pro"}, "messageId": f"i{number}"},
            {
                "type": "track",
                **ids,
                "event": "Ordered",
                "properties": {"to": email(number)},
                "messageId": f"o{number}",
            },
        ]

    def view(self, number: int) -> dict[str, Any]:
        shown = {"contentId": "nBz41kQpXw", "slug": "onboarding", "documentId": 3107, "by": email(number)}
        ids = {"userId": user(number), "anonymousId": device(number)}
        return {"id": f"v{number}", "type": "Screen", "screenName": "candu.sdk.content", **ids, "properties": shown}

    def post(self, *events: dict[str, Any]) -> None:
        url = f"{self.server.url}/api/events/batch"
        answered = httpx.post(url, params={"token": self.token}, json=list(events), timeout=30)
        assert answered.status_code == 200, answered.text

    def settle(self) -> None:
        """All that can be done is done: what waits, waits for a receiver that nobody asks."""
        wanted = {"good": ("delivered", LOOKERS), "bad": ("dead", LOOKERS), "late": ("pending", LOOKERS)}
        for name, (status, count) in wanted.items():
            until(
                lambda name=name, status=status, count=count: self.count(name, status) == count, f"{name} is {status}"
            )
        until(lambda: self.files() == (LOOKERS, LOOKERS), "files are written")
        until(lambda: self.server.api("GET", "/people")["pagination"]["total"] == PEOPLE, "people are known")
        self.server.rows("SELECT count(*) FROM web.tracks", lambda rows: rows == [[2 * PEOPLE]], wait_s=WAIT_S)

    def count(self, hook: str, status: str) -> int:
        path = f"/webhooks/{self.hooks[hook]}/attempts"
        return self.server.api("GET", path, params={"status": status, "limit": 1})["pagination"]["total"]

    def files(self) -> tuple[int, int]:
        """How many events lie in files, by format."""
        import pyarrow.parquet as pq

        folder = self.server.data / "files"
        lines = sum(len(path.read_bytes().splitlines()) for path in folder.rglob("*.ndjson"))
        rows = sum(pq.read_metadata(path).num_rows for path in folder.rglob("*.parquet"))
        return lines, rows

    def tables(self) -> dict[str, int]:
        rows = self.server.sql(
            "SELECT table_schema, table_name FROM information_schema.tables WHERE table_schema IN"
            " ('web', 'customer_events') ORDER BY ALL"
        )
        return {
            f"{schema}.{name}": self.server.sql(f'SELECT count(*) FROM {schema}."{name}"')[0][0]
            for schema, name in rows
        }

    def erase(self, *ids: str, type: str = "SUPPRESS_WITH_DELETE") -> dict[str, Any]:
        body = {"regulationType": type, "subjectType": "USER_ID", "subjectIds": list(ids)}
        return self.server.api("POST", "/regulations", body, status=201)

    def finished(self, regulation: dict[str, Any]) -> dict[str, Any]:
        path = f"/regulations/{regulation['id']}"

        def ended() -> Any:
            found = self.server.api("GET", path)
            return found if found["status"] == "FINISHED" else None

        return until(ended, f"{path} is finished: {self.server.stderr()[-2000:]}")


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with Receiver() as good, Receiver(then=answer(500)) as bad, Receiver() as late:
        server = Server(tmp_path_factory.mktemp("erasure") / "data", environment=SHORT)
        made = World(server, good, bad, late)
        made.fill()
        made.settle()
        yield made
        assert server.stop() == 0, server.stderr()


def left_of(world: World, numbers: list[int], scratch: Path) -> dict[str, list[str]]:
    """Where anything of these people stands, while the server rests."""
    assert world.server.stop() == 0
    try:
        return naming(world.server.data, [name for number in numbers for name in names(number)], scratch)
    finally:
        world.server.start()


def erased_everywhere(world: World, numbers: list[int], before: dict[str, int], scratch: Path) -> None:
    """Nothing of these people is left, everything of all others is."""
    others = LOOKERS - world.gone
    assert left_of(world, numbers, scratch) == {}
    mine = {"web.tracks": 2, "web.arrived": 1, "web.ordered": 1, "web.identifies": 1, "web.users": 1}
    mine |= {"customer_events.screens": 1, "customer_events.candu_sdk_content": 1}
    expected = {table: count - len(numbers) * mine.get(table, 0) for table, count in before.items()}
    assert world.tables() == expected
    assert world.files() == (others, others)
    assert world.server.api("GET", "/people")["pagination"]["total"] == PEOPLE - world.gone
    assert world.count("good", "delivered") == others
    accounting = world.server.api("GET", "/accounting")
    assert all(reader["clean"] == 3 * PEOPLE + LOOKERS for reader in accounting["readers"])
    assert [reader["pending"] for reader in accounting["readers"]] == [0, others, 0]


def replay(world: World, reader: str) -> None:
    begun = world.server.api("POST", "/replay", {"reader": reader})
    path = f"/replay/{begun['id']}"
    until(lambda: world.server.api("GET", path)["status"] == "FINISHED", f"the replay for {reader} is finished")


def test_one_of_many_is_erased_from_every_store_and_no_replay_brings_them_back(world: World, tmp_path: Path) -> None:
    number, before = world.someone(), world.tables()
    for reader in ("pipeline", "profiles", "pipeline"):  # which have read them when they are erased, maybe
        world.server.api("POST", "/replay", {"reader": reader})
    done = world.finished(world.erase(user(number)))
    told = {store["name"]: store["rowsDeleted"] for store in done["stores"]}
    assert {store["status"] for store in done["stores"]} == {"FINISHED"}
    assert user(number) not in str(done)
    # four events in the raw journal and four in the clean one; and what was refused, once by name, once by address
    assert told["journal"] >= 4 + 4 + 2  # and whatever the replays had made of them by then
    assert (told["files"], told["deliveries"]) == (2, 6)
    assert told["attempts"] == 1 + 3 + 1 + 1 + 2  # delivered; in vain; to the inbox and in it; files
    assert min(told["warehouse"] - 7, told["profiles"] - 1, told["debugger"] - 1) >= 0
    for reader in ("pipeline", "warehouse", "profiles"):
        replay(world, reader)
    erased_everywhere(world, [number], before, tmp_path)


def test_a_server_that_is_killed_in_the_middle_finishes_when_it_is_back(world: World, tmp_path: Path) -> None:
    before, numbers = world.tables(), list[int]()
    for store in ("journal", "warehouse", "deliveries"):
        numbers.append(world.someone())
        made = world.erase(user(numbers[-1]))
        path = f"/regulations/{made['id']}"

        def reached(path: str = path, store: str = store) -> bool:
            stores = {each["name"]: each["status"] for each in world.server.api("GET", path)["stores"]}
            return stores.get(store, "INITIALIZED") != "INITIALIZED"

        until(reached, f"{store} is begun")
        world.server.kill()
        world.server.start()
        assert {each["status"] for each in world.finished(made)["stores"]} == {"FINISHED"}
    erased_everywhere(world, numbers, before, tmp_path)


def test_everything_that_is_held_of_a_person_can_be_handed_out(world: World) -> None:
    number = FIRST + LOOKERS - 1
    lines = exported(world, user(number))
    by_kind = {kind: [line["data"] for line in lines if line["kind"] == kind] for kind in ("person", "row", "event")}
    [person] = by_kind["person"]
    assert (person["userIds"], person["traits"]["email"]) == ([user(number)], email(number))
    assert exported(world, person["id"]) == lines
    tables = [f"{line['schema']}.{line['table']}" for line in by_kind["row"]]
    assert sorted(tables) == sorted(
        ["customer_events.candu_sdk_content", "customer_events.screens", "web.arrived", "web.identifies", "web.ordered"]
        + ["web.tracks"] * 2
        + ["web.users"]
    )
    [event] = by_kind["event"]
    assert (event["event"]["messageId"], len(event["deliveries"])) == (f"v{number}", 6)
    made = [attempt for delivery in event["deliveries"] for attempt in delivery["made"]]
    assert any(email(number) in (attempt["requestBody"] or "") for attempt in made)
    others = [other for other in range(FIRST, FIRST + LOOKERS - 1) if user(other) in str(lines)]
    assert others == []
    answered = export(world, "nobody-is-called-this")
    assert (answered.status_code, answered.json()["error"]["code"]) == (404, "not_found")


def export(world: World, person: str) -> httpx.Response:
    headers = {"authorization": f"Bearer {world.server.token}"}
    return httpx.get(f"{world.server.url}/api/v1/people/{person}/export", headers=headers, timeout=60)


def exported(world: World, person: str) -> list[dict[str, Any]]:
    answered = export(world, person)
    assert (answered.status_code, answered.headers["content-type"]) == (200, "application/x-ndjson")
    return [json.loads(line) for line in answered.text.splitlines()]


def test_the_copy_has_what_doors_refused_of_them(world: World) -> None:
    number, server = FIRST + LOOKERS - 1, world.server  # whom no test erases
    sent = {"userId": user(number), "properties": {"shown": email(number)}}
    assert server.send("/v1/track", sent, key=world.key).status_code == 400
    assert server.send("/v1/track", {"userId": user(number) + "0"}, key=world.key).status_code == 400

    def refused() -> list[dict[str, Any]]:
        found = [line["data"] for line in exported(world, user(number)) if line["kind"] == "refused"]
        assert all(item["payload"]["userId"] == user(number) for item in found)
        return [item for item in found if item["payload"] == sent]

    [item] = until(refused, "it is shown")
    assert item["code"] == "event_not_defined"
    assert item["message"].startswith("event is missing or empty")


def test_a_back_end_erases_by_the_rest_door(world: World, tmp_path: Path) -> None:
    number, before, server = world.someone(), world.tables(), world.server
    admin = server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]
    headers = {"authorization": f"Bearer {admin}"}
    call = {"type": "delete", "userId": user(number)}
    known = {each["id"] for each in server.api("GET", "/regulations")["data"]}
    assert httpx.post(f"{server.url}/api/eventWebhook", json=call, headers=headers, timeout=30).status_code == 200

    def taken_on() -> Any:
        return [each for each in server.api("GET", "/regulations")["data"] if each["id"] not in known]

    [made] = until(taken_on, "it is taken on")
    assert made["regulationType"] == "DELETE_ONLY"
    world.finished(made)
    erased_everywhere(world, [number], before, tmp_path)


def dropped(world: World) -> int:
    sources = world.server.api("GET", "/accounting")["sources"]
    return sum(source["dropped"].get("suppressed", 0) for source in sources)


def test_events_of_who_is_suppressed_are_answered_counted_and_written_nowhere(world: World, tmp_path: Path) -> None:
    number, server = world.someone(), world.server
    world.finished(world.erase(user(number)))
    before = dropped(world)
    ids = {"userId": user(number), "anonymousId": device(number)}
    for path in ("/v1/track", "/v1/identify", "/v1/page", "/v1/screen"):
        answered = server.send(path, ids | {"event": "Again", "traits": {"email": email(number)}}, key=world.key)
        assert (answered.status_code, answered.json()) == (200, {"success": True})
    anonymous = {"event": "Unknown", "anonymousId": device(number), "properties": {"mail": email(number)}}
    assert server.send("/v1/track", anonymous, key=world.key).status_code == 200
    joined = {"userId": "somebody-else", "previousId": user(number)}
    assert server.send("/v1/alias", joined, key=world.key).status_code == 200
    world.post(world.view(number))
    admin = server.api("POST", "/workspace/api-keys", {"name": "Backend"})["key"]
    call = {"type": "identify", "userId": user(number), "traits": {"email": email(number)}}
    headers = {"authorization": f"Bearer {admin}"}
    assert httpx.post(f"{server.url}/api/eventWebhook", json=call, headers=headers, timeout=30).status_code == 200
    assert server.send("/v1/track", ids | {"properties": {"mail": email(number)}}, key=world.key).status_code == 400
    until(lambda: dropped(world) == before + 8, "all are counted")
    other = {"event": "Kept", "userId": "neighbour", "anonymousId": device(number)}
    assert server.send("/v1/track", other, key=world.key).status_code == 200
    server.rows("SELECT user_id FROM web.kept", lambda rows: rows == [["neighbour"]])
    left = left_of(world, [number], tmp_path)
    assert {name for found in left.values() for name in found} == {
        device(number)
    }  # the neighbour's, on the same device
    assert world.erase(user(number), type="UNSUPPRESS")["status"] == "FINISHED"
    assert server.send("/v1/track", ids | {"event": "Back"}, key=world.key).status_code == 200
    server.rows("SELECT user_id FROM web.back", lambda rows: rows == [[user(number)]])


def test_who_is_only_erased_may_come_back(world: World) -> None:
    number, server = world.someone(), world.server
    world.finished(world.erase(user(number), type="DELETE_ONLY"))
    assert server.api("GET", "/suppressions", params={"userId": user(number)})["data"] == []
    assert server.send("/v1/track", {"event": "Anew", "userId": user(number)}, key=world.key).status_code == 200
    server.rows("SELECT user_id FROM web.anew", lambda rows: rows == [[user(number)]])
    assert server.sql(f"SELECT count(*) FROM web.ordered WHERE user_id = '{user(number)}'") == [[0]]


def test_what_they_said_of_groups_goes_and_what_others_said_stays(world: World, tmp_path: Path) -> None:
    number, server = world.someone(), world.server
    own, shared = f"team-of-{user(number)}", "team-of-all"
    for user_id, group_id, traits in (
        (user(number), own, {"owner": email(number)}),
        ("colleague", shared, {"name": "Acme"}),
        (user(number), shared, {"name": f"Acme ({email(number)})", "owner": email(number)}),
    ):
        call = {"userId": user_id, "groupId": group_id, "traits": traits}
        assert server.send("/v1/group", call, key=world.key).status_code == 200
    server.rows("SELECT count(*) FROM web.groups", lambda rows: rows == [[3]])
    world.finished(world.erase(user(number)))
    assert server.sql("SELECT id, name, owner FROM web.accounts") == [[shared, "Acme", None]]
    [colleague] = server.api("GET", "/people", params={"userId": "colleague"})["data"]

    def groups() -> list[tuple[str, dict[str, Any]]]:
        found = server.api("GET", f"/people/{colleague['id']}")["groups"]
        return [(group["id"], group["traits"]) for group in found]

    assert groups() == [(shared, {})]
    replay(world, "profiles")
    until(lambda: groups() == [(shared, {"name": "Acme"})], "what the colleague said is back")
    assert left_of(world, [number], tmp_path) == {}


def test_what_waited_for_them_never_goes_out(world: World) -> None:
    """The receiver that was not asked before is asked at last."""
    number = world.someone()
    world.finished(world.erase(user(number)))
    world.server.api("POST", f"/webhooks/{world.hooks['late']}/resume")
    until(lambda: world.count("late", "pending") == 0, "nothing waits")
    bodies = b"".join(request.body for request in world.late.requests)
    assert len(world.late.requests) == LOOKERS - world.gone
    assert [number for number in range(FIRST, FIRST + world.gone) if user(number).encode() in bodies] == []
    assert user(FIRST + LOOKERS - 1).encode() in bodies


def test_only_admins_may_ask(world: World) -> None:
    key = world.server.api("POST", "/workspace/api-keys", {"name": "Reader", "scopes": ["data"]})["key"]
    body = {"regulationType": "DELETE_ONLY", "subjectType": "USER_ID", "subjectIds": ["nobody"]}
    headers = {"authorization": f"Bearer {key}"}
    assert world.server.api("POST", "/regulations", body, status=403, headers=headers)["error"]["code"] == "forbidden"
    assert world.server.api("GET", "/regulations", status=403, headers=headers)["error"]["code"] == "forbidden"


@pytest.mark.parametrize(
    "change", [{"regulationType": "ERASE"}, {"subjectType": "OBJECT_ID"}, {"subjectIds": []}, {"subjectIds": [" "]}]
)
def test_what_makes_no_sense_is_refused(world: World, change: dict[str, Any]) -> None:
    body = {"regulationType": "DELETE_ONLY", "subjectType": "USER_ID", "subjectIds": ["nobody"]} | change
    assert world.server.api("POST", "/regulations", body, status=400)["error"]["code"] == "validation_error"
