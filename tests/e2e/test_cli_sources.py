"""Sources, keys, the catalogue and the sign-in link, from the command line."""

from __future__ import annotations

from pathlib import Path

import httpx
import pytest

from tests.e2e.command_line import CommandLine
from tests.server import Server


@pytest.fixture
def headwater(shared_server: Server, tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path, shared_server)


def test_a_source_from_its_beginning_to_its_end(headwater: CommandLine, shared_server: Server):
    out = headwater.ok("source", "add", "--catalog", "candu", "--name", "Candu_Walk")
    shown = headwater.json("source", "show", "Candu_Walk")
    assert (shown["schema"], shown["enabled"], shown["builtin"]) == ("candu_walk", True, False)
    assert shown["writeKeys"][0] in out
    assert "Next: headwater source setup candu_walk" in out
    assert f"inbound URL: {shown['inboundUrl']}" in out
    assert "inbound URL" not in headwater.ok("source", "add", "--catalog", "javascript", "--name", "No Hooks")
    assert headwater.json("source", "show", shown["id"]) == headwater.json("source", "show", "candu_walk") == shown
    assert "candu_walk" in headwater.ok("source", "list")
    assert shown["id"] in [each["id"] for each in headwater.json("source", "list")]
    assert shared_server.sql("SELECT count(*) FROM candu_walk.tutorial_view") == [[0]]

    assert "Candu Renamed; its schema stays candu_walk" in headwater.ok(
        "source", "rename", "candu_walk", "Candu Renamed"
    )
    assert headwater.json("source", "disable", "candu_walk")["enabled"] is False
    assert "disabled" in headwater.ok("source", "show", "candu_walk")
    assert headwater.ok("source", "enable", "candu_walk") == "Candu Renamed is enabled.\n"

    assert "The schema candu_walk was dropped." in headwater.ok("source", "remove", "candu_walk", "--drop-schema")
    assert "there is no source 'candu_walk'" in headwater.refusal("source", "show", "candu_walk")


def test_removing_a_source_keeps_its_rows_unless_told(headwater: CommandLine, shared_server: Server):
    headwater.ok("source", "add", "--catalog", "candu", "--name", "Kept")
    assert headwater.json("source", "remove", "Kept")["deleted"] is True
    assert shared_server.sql("SELECT count(*) FROM kept.tutorial_view") == [[0]]
    refused = headwater.refusal("source", "add", "--catalog", "candu", "--name", "Kept")
    assert "`headwater source remove kept --drop-schema`" in refused

    headwater.ok("source", "add", "--catalog", "candu", "--name", "Other")
    headwater.ok("source", "rename", "other", "kept")
    assert "Nothing was removed" in headwater.refusal("source", "remove", "kept", "--drop-schema")
    assert "kept was dropped" not in headwater.ok("source", "remove", "other", "--drop-schema")
    assert "The schema kept of a source removed earlier was dropped" in headwater.ok(
        "source", "remove", "kept", "--drop-schema"
    )
    assert "no source 'kept'" in headwater.refusal("source", "remove", "kept", "--drop-schema")
    assert headwater.json("source", "add", "--catalog", "candu", "--name", "Kept")["schema"] == "kept"
    assert shared_server.sql("SELECT count(*) FROM kept.tutorial_view") == [[0]]


def test_the_set_up_has_steps_key_address_and_an_event_that_works(headwater: CommandLine, shared_server: Server):
    made = headwater.json("source", "add", "--catalog", "http-api", "--name", "Setup")
    out = headwater.ok("source", "setup", "Setup")
    assert out.startswith("1. Copy the write key")  # what comes before is done
    assert f"Post JSON to {shared_server.url}/v1/track" in out
    assert f"The write key: {made['writeKeys'][0]}" in out
    assert f"The address of this server: {shared_server.url}" in out
    setup = headwater.json("source", "setup", "Setup")
    assert setup["writeKey"] in setup["curl"]
    assert f"{shared_server.url}/v1/track" in setup["curl"]
    event = setup["curl"].partition("-d '")[2].removesuffix("'")
    answer = httpx.post(f"{shared_server.url}/v1/track", content=event, auth=(setup["writeKey"], ""))
    assert answer.json() == {"success": True}


def test_keys_rotate_with_overlap(headwater: CommandLine, shared_server: Server):
    first = headwater.json("source", "add", "--catalog", "http-api", "--name", "Keys")["writeKeys"][0]
    second = headwater.ok("source", "keys", "add", "Keys").strip()
    assert headwater.json("source", "keys", "list", "Keys") == [first, second]
    event = {"type": "track", "event": "x", "userId": "u"}
    assert shared_server.send("/v1/track", event, key=first).status_code == 200
    assert "no longer valid" in headwater.ok("source", "keys", "remove", "Keys", first)
    assert headwater.ok("source", "keys", "list", "Keys") == f"{second}\n"
    assert headwater.refusal("source", "keys", "remove", "Keys", second)
    assert shared_server.send("/v1/track", event, key=second).status_code == 200


def test_the_servers_reason_is_the_answer(headwater: CommandLine):
    headwater.ok("source", "add", "--catalog", "http-api", "--name", "Taken")
    assert "taken" in headwater.refusal("source", "add", "--catalog", "http-api", "--name", "taken").lower()
    assert "no-such" in headwater.refusal("source", "add", "--catalog", "no-such", "--name", "X")


def test_settings_are_of_their_types_and_secrets_stay_off_the_command_line(headwater: CommandLine):
    told = headwater.refusal("source", "add", "--catalog", "http-api", "--name", "S", "--setting", "colour")
    assert "'colour' is no setting; write NAME=VALUE" in told
    told = headwater.refusal("source", "add", "--catalog", "http-api", "--name", "S", "--setting-env", "secret=NOWHERE")
    assert "NOWHERE, which should hold the setting secret, is not set" in told
    told = headwater.refusal("source", "add", "--catalog", "http-api", "--name", "S", "--setting", "colour=red")
    assert "colour" in told
    assert "S" not in [each["name"] for each in headwater.json("source", "list")]


def test_settings_are_changed_and_taken_back(headwater: CommandLine):
    headwater.ok("source", "add", "--catalog", "http-api", "--name", "Changing")
    secret = {"SECRET": "hunter2"}
    given = ("source", "change", "Changing", "--setting-env", "sharedSecret=SECRET")
    assert headwater.json(*given, environment=secret)["settings"] == {"sharedSecret": "********"}
    told = headwater.refusal("source", "change", "Changing", "--setting", "sharedSecrte=x")
    assert 'Did you mean "sharedSecret"?' in told
    assert "Nothing was changed" in headwater.refusal("source", "change", "Changing")
    assert "hunter2" not in headwater.ok("source", "show", "Changing")
    assert headwater.json("source", "change", "Changing", "--unset", "sharedSecret")["settings"] == {}


def test_the_catalogue(headwater: CommandLine):
    assert [each["slug"] for each in headwater.json("catalog", "list", "candu")] == ["candu"]
    assert "produktly" in headwater.ok("catalog", "list")
    out = headwater.ok("catalog", "show", "candu")
    assert "tutorial.view" in out
    assert "tutorialId integer" in out
    assert headwater.json("catalog", "show", "candu")["regions"] == ["us"]
    assert "candu" in headwater.refusal("catalog", "show", "candoo")


def test_a_link_opens_one_session(headwater: CommandLine, shared_server: Server):
    made = headwater.json("link")
    assert made["url"].startswith(f"{shared_server.url}/sign-in#token=")
    first, second = (httpx.post(f"{shared_server.url}/api/v1/sign-in", json={"token": made["token"]}) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 401)
    assert headwater.ok("link").startswith(f"{shared_server.url}/sign-in#token=")


def test_a_server_is_named_by_its_address_and_a_token(shared_server: Server, tmp_path: Path):
    anywhere = CommandLine(tmp_path)
    environment = {"HEADWATER_URL": shared_server.url, "HEADWATER_TOKEN": shared_server.token}
    assert isinstance(anywhere.json("source", "list", environment=environment), list)
    named = ["--url", shared_server.url, "--token", shared_server.token]
    assert isinstance(anywhere.json("source", "list", *named), list)
    told = anywhere.refusal("source", "list", "--url", shared_server.url, "--token", "wrong")
    assert "token is not known" in told
    assert "HEADWATER_TOKEN" in anywhere.refusal("source", "list", "--url", shared_server.url)


def test_the_demo_is_asked_when_only_it_runs_and_that_is_said(shared_server: Server, tmp_path: Path):
    (tmp_path / "demo-data").symlink_to(shared_server.data)
    done = CommandLine(tmp_path)("source", "list", "--json")
    assert (done.status, done.err) == (
        0,
        f"asking the demo at {shared_server.url}; --url or --data names another server\n",
    )
    named = CommandLine(tmp_path)("source", "list", "--json", "--data", "demo-data")
    assert (named.out, named.err) == (done.out, "")


def test_the_environments_token_goes_before_the_kept_one(headwater: CommandLine, shared_server: Server):
    other = {"HEADWATER_ADMIN_TOKEN": "not-the-one-of-this-server"}
    assert "not known" in headwater.refusal("source", "list", environment=other)
    assert headwater("source", "list", environment=other | {"HEADWATER_TOKEN": shared_server.token}).status == 0
    assert headwater("source", "list", "--token", shared_server.token, environment=other).status == 0


def test_a_workspace_is_picked_by_its_id(headwater: CommandLine, shared_server: Server):
    made = shared_server.api("POST", "/workspaces", {"name": "Other", "region": "eu"})
    told = headwater.refusal("source", "add", "--catalog", "candu", "--name", "Candu", "--workspace", made["id"])
    assert "eu" in told
    entry = headwater.json("catalog", "show", "candu", "--workspace", made["id"])
    assert entry["refusal"]
    assert "(not here)" in headwater.ok("catalog", "list", "candu", "--workspace", made["id"])
    headwater.ok("source", "add", "--catalog", "produktly", "--name", "Far", "--workspace", made["id"])
    assert "Far" not in headwater.ok("source", "list")
    assert "Far" in headwater.ok("source", "list", "--workspace", made["id"])
