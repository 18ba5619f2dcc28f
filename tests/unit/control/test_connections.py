from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from headwater.base.errors import Conflict, InvalidInput, NotFound, Unprocessable
from headwater.control.directory import Directory
from headwater.control.model import MASK, Connection, ConnectionFields, Filters, Workspace, integration_id
from headwater.control.store import Store
from tests.unit.control.conftest import Wall
from tests.unit.control.specs import destination_spec, source_spec

SINK = destination_spec()
WEBHOOK = destination_spec("webhook")
SLACK = destination_spec("slack")
VIEW = ("content.view",)


def webhook(store: Store, workspace: Workspace, **fields: Any) -> Connection:
    given: dict[str, Any] = {"name": "Mine", "settings": {"url": "https://a.example/in"}, "topics": VIEW}
    return store.connections.create(
        workspace.id, kind="webhook", spec=WEBHOOK, fields=ConnectionFields(**given | fields)
    )


def destination(store: Store, workspace: Workspace, **fields: Any) -> Connection:
    given: dict[str, Any] = {"name": "Mine", "settings": {"url": "https://a.example/in"}}
    return store.connections.create(
        workspace.id, kind="destination", spec=SINK, fields=ConnectionFields(**given | fields)
    )


def change(store: Store, made: Connection, **fields: Any) -> Connection:
    spec = WEBHOOK if made.kind == "webhook" else SINK
    return store.connections.update(made.workspace_id, made.id, spec=spec, fields=ConnectionFields(**fields))


def _clear(store: Store, made: Connection, workspace_id: str | None = None) -> dict[str, Any]:
    """The settings that a preview of the connection as it is would use."""
    where = workspace_id or made.workspace_id
    return store.connections.drafted(where, kind=made.kind, spec=SINK, settings={}, mapping={}, over=made.id)[0]


def test_a_webhook_begins_enabled_signed_and_with_its_own_defaults(store: Store, workspace: Workspace) -> None:
    made = webhook(store, workspace, name=" Mine ")
    assert (made.name, made.kind, made.catalog, made.enabled, made.paused) == (
        "Mine",
        "webhook",
        "webhook",
        True,
        False,
    )
    assert (made.topics, made.filters, made.source_ids, made.mapping) == (VIEW, Filters(), (), {})
    assert (made.schedule_s, made.per_second, made.ordered, made.disabled_reason) == (None, None, False, "")
    assert made.settings == {"url": "https://a.example/in", "size": 10}
    assert store.connections.get(workspace.id, made.id) == made
    (secret,) = store.connections.signing_secrets(workspace.id, made.id)
    assert secret.secret.startswith("whsec_")
    assert len(base64.b64decode(secret.secret[6:])) == 32
    assert secret.expires_at is None


def test_connections_are_listed_by_kind_newest_first(store: Store, workspace: Workspace, clock: Wall) -> None:
    first = webhook(store, workspace)
    clock.seconds += 1
    second = destination(store, workspace)
    assert store.connections.of_workspace(workspace.id) == [second, first]
    assert store.connections.of_workspace(workspace.id, "webhook") == [first]
    with pytest.raises(NotFound, match="no destination"):
        store.connections.get(workspace.id, first.id, "destination")


def test_a_workspace_sees_and_changes_its_own_alone(store: Store, workspace: Workspace) -> None:
    made = webhook(store, workspace)
    other = store.create_workspace(name="Other", region="us").id
    assert store.connections.of_workspace(other) == []
    theirs: list[Any] = [
        lambda: store.connections.get(other, made.id),
        lambda: store.connections.update(other, made.id, spec=WEBHOOK, fields=ConnectionFields(name="x")),
        lambda: store.connections.delete(other, made.id),
        lambda: store.connections.pause(other, made.id),
        lambda: store.connections.resume(other, made.id),
        lambda: store.connections.enable(other, made.id),
        lambda: store.connections.rotate_secret(other, made.id),
        lambda: store.connections.signing_secrets(other, made.id),
        lambda: _clear(store, made, other),
    ]
    for attempt in theirs:
        with pytest.raises(NotFound, match="in this workspace"):
            attempt()
    assert store.connections.get(workspace.id, made.id) == made


def test_secret_settings_are_masked_sealed_and_kept_when_the_mask_comes_back(
    store: Store, workspace: Workspace, directory: Directory, tmp_path: Path
) -> None:
    made = destination(store, workspace, settings={"url": "https://ann:hunter2@a.example/in", "token": "tok-secret"})
    assert made.settings == {"url": f"https://ann:{MASK}@a.example/in", "token": MASK, "size": 10}
    changed = change(store, made, settings={**made.settings, "size": 11})
    assert changed.settings == {**made.settings, "size": 11}
    entry = directory.connection(made.id)
    assert entry is not None
    assert entry.settings == {"url": "https://ann:hunter2@a.example/in", "token": "tok-secret", "size": 11}
    assert _clear(store, made) == entry.settings
    held = b"".join(path.read_bytes() for path in tmp_path.glob("state.db*"))
    assert b"hunter2" not in held
    assert b"tok-secret" not in held
    assert b"a.example" in held
    plain = change(store, made, settings={"url": "https://a.example/in", "token": None})
    assert plain.settings == {"url": "https://a.example/in", "size": 11}


def test_a_mask_in_another_address_is_not_taken_for_a_password(store: Store, workspace: Workspace) -> None:
    made = destination(store, workspace, settings={"url": "https://ann:hunter2@a.example/in"})
    with pytest.raises(InvalidInput, match="give the password again"):
        change(store, made, settings={"url": f"https://ann:{MASK}@b.example/in"})


@pytest.mark.parametrize(
    ("url", "says"),
    [
        ("ftp://a.example/", 'its scheme is "ftp"'),
        ("a.example/in", "its scheme is missing"),
        ("javascript:alert(1)", 'its scheme is "javascript"'),
        ("https://", "names no host"),
        ("https://a.example/#top", "must not have a fragment"),
        ("https://a.example/#", "must not have a fragment"),
        ("https://a.example:99999/", "port must be a number from 1 to 65535"),
        ("https://a.example:0/", "port must be a number from 1 to 65535"),
        ("https://a.example:x/", "port must be a number"),
        ("https://a.example/a b", "must not hold blanks"),
        ("https://a.example\\@b.example/", "must not hold blanks, backslashes"),
        ("https://a.example/\x00", "control characters"),
        ("https://[::1/", "cannot be read"),
        ("https://" + "ü" * 80 + ".example/", "is not a host name"),
        ("https://a.example/" + "x" * 2048, "1 to 2048 characters"),
        ("headwater:outbox", 'its scheme is "headwater"'),
    ],
)
def test_addresses_that_are_none_are_refused_with_what_is_allowed(
    store: Store, workspace: Workspace, url: str, says: str
) -> None:
    with pytest.raises(InvalidInput, match="Allowed: http://host/path") as caught:
        webhook(store, workspace, settings={"url": url})
    assert says in caught.value.message
    assert caught.value.details == {"field": "settings.url"}
    assert store.connections.of_workspace(workspace.id) == []


def test_the_inbox_is_an_address_for_webhooks_alone(store: Store, workspace: Workspace) -> None:
    assert webhook(store, workspace, settings={"url": "headwater:inbox"}).settings["url"] == "headwater:inbox"
    with pytest.raises(InvalidInput, match="scheme"):
        destination(store, workspace, settings={"url": "headwater:inbox"})


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:8080/x?y=1", "https://bücher.example/", "http://[::1]:9/", "HTTPS://A/"]
)
def test_addresses_that_may_be_given(store: Store, workspace: Workspace, url: str) -> None:
    assert webhook(store, workspace, settings={"url": f" {url} "}).settings["url"] == url


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"name": " "}, "name must have"),
        ({"topics": ("content.viewed",)}, "'content.viewed' is not a topic. Allowed: content.view, "),
        ({"topics": ()}, "at least one topic, or at least one event name"),
        ({"filters": Filters(calls=("tracks",))}, "'tracks' is no kind of call. Allowed: identify, track"),
        ({"filters": Filters(event_names=("",))}, "0 characters cannot be matched"),
        ({"filters": Filters(event_names=("\ud800",))}, "unpaired surrogate"),
        ({"filters": Filters(content_ids=("a",) * 1001)}, "1001 values are too many. At most 1000"),
        ({"mapping": {"emial": "x"}}, 'has no field "emial" to map. Did you mean "email"? It has: '),
        ({"mapping": {"email": "x" * 501}}, "a path has at most 500 characters"),
        ({"mapping": {"email": "traits."}}, 'The path "traits." cannot be read: character 8: a key is expected'),
        ({"schedule_s": (5.0, -1.0)}, "-1 s is no delay. Seconds, more than 0"),
        ({"schedule_s": (float("inf"),)}, "inf s is no delay"),
        ({"schedule_s": (1.0,) * 31}, "31 retries are too many. At most 30"),
        ({"per_second": 0.0}, "0 a second is no pace"),
        ({"per_second": float("nan")}, "nan a second is no pace"),
        ({"settings": {"url": "https://a.example", "tokn": "x"}}, 'no setting "tokn". Did you mean "token"'),
        ({"settings": {}}, 'The setting "url" (URL) is required'),
        ({"settings": {"url": "https://a.example", "token": "\ud800"}}, "unpaired surrogate"),
    ],
)  # fmt: skip
def test_what_a_connection_may_not_be_told(
    store: Store, workspace: Workspace, fields: dict[str, Any], says: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        webhook(store, workspace, **fields)
    assert says in caught.value.message
    assert store.connections.of_workspace(workspace.id) == []


def test_what_a_connection_may_be_told(store: Store, workspace: Workspace) -> None:
    made = webhook(
        store,
        workspace,
        topics=("form.submission", "content.view", "content.view"),
        filters=Filters(content_ids=("c1", "c1"), event_names=(), calls=("track",)),
        mapping={"email": " traits.mail "},
        schedule_s=(1, 2.5),
        per_second=3,
        ordered=True,
        enabled=False,
    )
    assert made.topics == ("content.view", "form.submission")
    assert made.filters == Filters(content_ids=("c1",), calls=("track",))
    assert made.mapping == {"email": "traits.mail"}
    assert (made.schedule_s, made.per_second, made.ordered, made.enabled) == ((1.0, 2.5), 3.0, True, False)
    back = change(store, made, schedule_s=None, per_second=None, mapping={"email": ""}, filters=Filters())
    assert (back.schedule_s, back.per_second, back.mapping, back.filters) == (None, None, {}, Filters())
    assert back.topics == made.topics
    assert change(store, made, schedule_s=()).schedule_s == ()


def test_a_webhook_needs_something_to_send_after_a_change_too(store: Store, workspace: Workspace) -> None:
    made = webhook(store, workspace)
    with pytest.raises(InvalidInput, match="at least one topic"):
        change(store, made, topics=())
    named = change(store, made, topics=(), filters=Filters(event_names=("Signed up",)))
    with pytest.raises(InvalidInput, match="at least one topic"):
        change(store, named, filters=Filters())


def test_sources_are_named_by_id_or_slug_and_must_be_there(store: Store, workspace: Workspace) -> None:
    source = store.create_source(workspace.id, spec=source_spec(), name="Tool")
    made = destination(store, workspace, source_ids=(source.id, "customer-events", source.id))
    assert made.source_ids == (source.id, f"{workspace.id}.customer-events")
    with pytest.raises(Unprocessable) as caught:
        change(store, made, source_ids=("src_nowhere",))
    assert caught.value.code == "unknown_source"
    assert f'There is no source "src_nowhere" in this workspace. Allowed: {source.id} (Tool), ' in caught.value.message
    assert "rest (REST API)" in caught.value.message
    other = store.create_workspace(name="Other", region="us")
    with pytest.raises(Unprocessable, match="no source"):
        destination(store, other, source_ids=(source.id,))


def test_a_source_that_goes_leaves_the_others_and_its_own_name(store: Store, workspace: Workspace) -> None:
    source = store.create_source(workspace.id, spec=source_spec(), name="Tool")
    made = destination(store, workspace, source_ids=(source.id, "rest"))
    store.delete_source(workspace.id, source.id)
    kept = store.connections.get(workspace.id, made.id)
    assert kept.source_ids == (source.id, f"{workspace.id}.rest")
    assert change(store, made, source_ids=kept.source_ids, name="New").source_ids == kept.source_ids
    assert change(store, made, source_ids=("rest",)).source_ids == (f"{workspace.id}.rest",)
    with pytest.raises(Unprocessable, match="no source"):
        change(store, made, source_ids=(source.id,))


def test_a_destination_of_another_region_is_refused(store: Store) -> None:
    eu = store.create_workspace(name="EU", region="eu")
    with pytest.raises(Unprocessable, match="region us only") as caught:
        store.connections.create(
            eu.id,
            kind="destination",
            spec=destination_spec(regions=("us",)),
            fields=ConnectionFields(name="x", settings={"url": "https://a.example"}),
        )
    assert caught.value.code == "region_unsupported"
    with pytest.raises(NotFound, match="no workspace"):
        store.connections.create("ws_none", kind="destination", spec=SINK, fields=ConnectionFields(name="x"))


def test_pausing_disabling_and_enabling(store: Store, workspace: Workspace, directory: Directory) -> None:
    made = webhook(store, workspace)
    assert store.connections.pause(workspace.id, made.id).paused is True
    assert store.connections.resume(workspace.id, made.id).paused is False
    store.connections.disable(made.id, "The endpoint answered 410 Gone.")
    entry = directory.connection(made.id)
    assert entry is not None
    assert (entry.enabled, entry.disabled_reason) == (False, "The endpoint answered 410 Gone.")
    store.connections.disable(made.id, "again")
    assert change(store, made, enabled=False).disabled_reason == "The endpoint answered 410 Gone."
    on = store.connections.enable(workspace.id, made.id)
    assert (on.enabled, on.disabled_reason) == (True, "")
    store.connections.disable("wh_gone", "no matter")


def test_a_new_secret_overlaps_the_old_one_for_a_day(
    store: Store, workspace: Workspace, directory: Directory, clock: Wall
) -> None:
    made = webhook(store, workspace)
    (old,) = store.connections.signing_secrets(workspace.id, made.id)
    new = store.connections.rotate_secret(workspace.id, made.id)
    both = store.connections.signing_secrets(workspace.id, made.id)
    assert [each.secret for each in both] == [new.secret, old.secret]
    assert both[1].expires_at == "2023-11-15T22:13:20.000Z"
    clock.seconds += 24 * 3600
    assert [each.secret for each in store.connections.signing_secrets(workspace.id, made.id)] == [new.secret]


def test_the_directory_lets_a_secret_go_when_its_time_is_over(
    store: Store, workspace: Workspace, tmp_path: Path, clock: Wall
) -> None:
    from headwater.control.bootstrap import generation_at, sealer_at, state_url

    directory = Directory(
        store_url=state_url(tmp_path), generation=generation_at(tmp_path), sealer=sealer_at(tmp_path), clock=clock
    )
    made = webhook(store, workspace)
    old = store.connections.signing_secrets(workspace.id, made.id)[0].secret
    new = store.connections.rotate_secret(workspace.id, made.id, overlap_s=60).secret
    assert [each.signing_secrets for each in directory.connections()] == [(new, old)]
    clock.seconds += 59
    first = directory.connections()[0]
    assert first.signing_secrets == (new, old)
    assert directory.connections()[0] is first
    clock.seconds += 1
    assert directory.connections()[0].signing_secrets == (new,)
    directory.close()


def test_ten_secrets_at_most_and_a_way_out(store: Store, workspace: Workspace) -> None:
    made = webhook(store, workspace)
    for _ in range(9):
        store.connections.rotate_secret(workspace.id, made.id)
    assert len(store.connections.signing_secrets(workspace.id, made.id)) == 10
    with pytest.raises(Conflict, match="10 signing secrets are valid now") as caught:
        store.connections.rotate_secret(workspace.id, made.id)
    assert caught.value.code == "too_many_secrets"
    assert "ends at 2023-11-15T22:13:20.000Z" in caught.value.message
    new = store.connections.rotate_secret(workspace.id, made.id, overlap_s=0)
    assert store.connections.signing_secrets(workspace.id, made.id) == [new]


def test_only_webhooks_and_the_webhook_destination_are_signed(store: Store, workspace: Workspace) -> None:
    made = destination(store, workspace)
    with pytest.raises(Conflict, match="is not signed"):
        store.connections.signing_secrets(workspace.id, made.id)
    with pytest.raises(Conflict, match="is not signed"):
        store.connections.rotate_secret(workspace.id, made.id)
    signed = store.connections.create(
        workspace.id,
        kind="destination",
        spec=WEBHOOK,
        fields=ConnectionFields(name="x", settings={"url": "https://a.example"}),
    )
    assert len(store.connections.signing_secrets(workspace.id, signed.id)) == 1


def test_a_webhook_changes_its_format(store: Store, workspace: Workspace) -> None:
    made = webhook(store, workspace)
    changed = store.connections.update(workspace.id, made.id, spec=SLACK, fields=ConnectionFields())
    assert (changed.catalog, changed.settings) == ("slack", made.settings)


def test_an_integration_is_there_once(store: Store, workspace: Workspace) -> None:
    given = {"kind": "integration", "spec": SINK, "connection_id": integration_id(workspace.id, "sink")}
    fields = ConnectionFields(name="x", settings={"url": "https://a.example"})
    made = store.connections.create(workspace.id, fields=fields, **given)  # type: ignore[arg-type]
    assert made.id == f"{workspace.id}.sink"
    with pytest.raises(Conflict, match='"sink" in this workspace already'):
        store.connections.create(workspace.id, fields=fields, **given)  # type: ignore[arg-type]


def test_deleting_takes_the_secrets_along(store: Store, workspace: Workspace, directory: Directory) -> None:
    made = webhook(store, workspace)
    assert [entry.id for entry in directory.connections()] == [made.id]
    assert store.connections.delete(workspace.id, made.id) == made
    assert directory.connections() == []
    assert directory.connection(made.id) is None
    with pytest.raises(NotFound):
        store.connections.delete(workspace.id, made.id)


def test_every_change_is_written_down_without_secrets(store: Store, workspace: Workspace) -> None:
    made = webhook(store, workspace, settings={"url": "https://ann:hunter2@a.example", "token": "tok-secret"})
    change(store, made, settings={"token": "other-secret"}, name="New")
    change(store, made, name="New")
    secret = store.connections.rotate_secret(workspace.id, made.id).secret
    store.connections.signing_secrets(workspace.id, made.id)
    store.connections.pause(workspace.id, made.id)
    store.connections.resume(workspace.id, made.id)
    store.connections.disable(made.id, "410")
    store.connections.enable(workspace.id, made.id)
    store.connections.delete(workspace.id, made.id)
    entries = [entry for entry in store.audit(workspace.id)[0] if entry.target == made.id]
    assert [entry.action.removeprefix("webhook.") for entry in reversed(entries)] == [
        "create", "update", "rotate-secret", "reveal-secret", "pause", "resume", "disable", "enable", "delete",
    ]  # fmt: skip
    assert entries[-2].detail == {"changed": ["name", "settings"]}
    noted = repr(entries)
    assert not any(each in noted for each in ("hunter2", "tok-secret", "other-secret", secret))


def test_no_change_is_no_change(store: Store, workspace: Workspace, directory: Directory) -> None:
    made = webhook(store, workspace, settings={"url": "https://ann:hunter2@a.example"})
    noted = store.audit(workspace.id)[1]
    assert change(store, made, name="Mine", settings=made.settings, enabled=True) == made
    assert store.audit(workspace.id)[1] == noted


def test_a_draft_stands_over_what_is_stored_and_changes_nothing(store: Store, workspace: Workspace) -> None:
    made = destination(store, workspace, settings={"url": "https://ann:hunter2@a.example", "token": "tok-secret"})
    drafted = store.connections.drafted(
        workspace.id,
        kind="destination",
        spec=SINK,
        settings={**made.settings, "size": 12},
        mapping={"email": "traits.mail"},
        over=made.id,
    )
    whole = {"url": "https://ann:hunter2@a.example", "token": "tok-secret", "size": 12}
    assert drafted == (whole, {"email": "traits.mail"})
    assert store.connections.get(workspace.id, made.id) == made
    with pytest.raises(InvalidInput, match="must be an integer"):
        store.connections.drafted(
            workspace.id, kind="destination", spec=SINK, settings={"url": "https://a", "size": "x"}, mapping={}
        )
