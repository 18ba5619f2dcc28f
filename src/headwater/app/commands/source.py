"""`headwater source`: add sources from the catalogue, see them, switch, rename and remove them, rotate their keys."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from headwater.app.commands.given import Settings, SettingsEnv, settings_of
from headwater.app.commands.output import Output, plural
from headwater.app.commands.session import Session, command
from headwater.base.errors import InvalidInput, NotFound

if TYPE_CHECKING:
    from headwater.app.client import Client

app = typer.Typer(
    help="Sources: where events come from, each with write keys and a schema of its own.", no_args_is_help=True
)
keys = typer.Typer(
    help="Write keys: several may be valid at a time, so that a rotation needs no pause.", no_args_is_help=True
)
app.add_typer(keys, name="keys")

SCHEMAS: Final = "/warehouses/builtin/schemas"

Source = Annotated[str, typer.Argument(metavar="SOURCE", help="Its id, label or schema.")]


@command(app, "list")
def list_sources(session: Session) -> None:
    """List the sources, newest first, the built-in ones last."""
    sources = session.api.all("/sources")
    rows = [
        [each["id"], each["name"], each["catalog"], each["schema"], _state(each), each["lastEventAt"] or "never"]
        for each in sources
    ]
    head = ("Id", "Label", "Catalogue", "Schema", "State", "Last event")
    session.out.give(sources, lambda: session.out.table(head, rows))


@command(app, "add")
def add(
    session: Session,
    catalog: Annotated[str, typer.Option(metavar="SLUG", help="What it is; `headwater catalog list` names them all.")],
    name: Annotated[
        str, typer.Option(metavar="LABEL", help="Its label, such as Candu_Prod; the schema is made from it.")
    ],
    setting: Settings = None,
    setting_env: SettingsEnv = None,
) -> None:
    """Add a source from the catalogue. Its schema and empty tables are there at once."""
    from headwater.app.client import part

    settings = settings_of(session.api, f"/catalog/sources/{part(catalog)}", setting, setting_env)
    made = session.api.post("/sources", {"catalog": catalog, "name": name, "settings": settings})
    session.out.give(made, lambda: _say_added(session.out, made))


@command(app, "show")
def show(session: Session, source: Source) -> None:
    """Show one source."""
    found = find_source(session.api, source)
    session.out.give(found, lambda: _say_source(session.out, found))


@command(app, "setup")
def setup(session: Session, source: Source) -> None:
    """Show what to do on the sending side, this source's key, this server's address, and a first event to send."""
    found = find_source(session.api, source)
    steps = _steps(session.api, found)
    session.out.give(steps, lambda: _say_setup(session.out, steps))


@command(app, "rename")
def rename(session: Session, source: Source, name: Annotated[str, typer.Argument(metavar="LABEL")]) -> None:
    """Give a source another label. Its schema keeps its name."""
    changed = _change(session, source, {"name": name})
    session.out.give(
        changed,
        lambda: session.out.say(f"{changed['id']} is now {changed['name']}; its schema stays {changed['schema']}."),
    )


@command(app, "change")
def change(
    session: Session,
    source: Source,
    setting: Settings = None,
    setting_env: SettingsEnv = None,
    unset: Annotated[
        list[str] | None, typer.Option(metavar="NAME", help="A setting to take back to its default; may be repeated.")
    ] = None,
) -> None:
    """Change a source's settings; those that are not named stay."""
    from headwater.app.client import part

    found = find_source(session.api, source)
    settings = settings_of(session.api, f"/catalog/sources/{part(found['catalog'])}", setting, setting_env)
    settings |= dict.fromkeys(unset or [])
    if not settings:
        raise InvalidInput("name a setting with --setting, --setting-env or --unset. Nothing was changed.")
    changed = session.api.patch(f"/sources/{part(found['id'])}", {"settings": settings})
    session.out.give(changed, lambda: _say_source(session.out, changed))


@command(app, "enable")
def enable(session: Session, source: Source) -> None:
    """Let a source's events through again."""
    changed = _change(session, source, {"enabled": True})
    session.out.give(changed, lambda: session.out.say(f"{changed['name']} is enabled."))


@command(app, "disable")
def disable(session: Session, source: Source) -> None:
    """Acknowledge a source's events and drop them, counted as source_disabled."""
    changed = _change(session, source, {"enabled": False})
    text = f"{changed['name']} is disabled: its events are acknowledged, counted and dropped."
    session.out.give(changed, lambda: session.out.say(text))


@command(app, "remove")
def remove(
    session: Session,
    source: Source,
    drop_schema: Annotated[
        bool, typer.Option("--drop-schema", help="Drop its rows too, and free the schema's name. Not to be undone.")
    ] = False,
) -> None:
    """Remove a source. Its keys are invalid at once; its rows stay, unless --drop-schema is given.

    With --drop-schema, SOURCE may also be the schema that a source removed earlier left behind.
    """
    from headwater.app.client import part

    if drop_schema and _is_left_schema(session.api, source):
        dropped = session.api.delete(f"{SCHEMAS}/{part(source)}")
        text = f"The schema {source} of a source removed earlier was dropped; its name is free."
        session.out.give(dropped, lambda: session.out.say(text))
        return
    found = find_source(session.api, source)
    done = session.api.delete(f"/sources/{part(found['id'])}", dropSchema=drop_schema)
    kept = f"The schema {found['schema']} was dropped." if drop_schema else _rows_stay(found["schema"])
    session.out.give(done, lambda: session.out.say(f"{found['name']} is removed. {kept}"))


@command(keys, "list")
def list_keys(session: Session, source: Source) -> None:
    """List a source's write keys, oldest first. All of them are valid."""
    found = find_source(session.api, source)
    session.out.give(found["writeKeys"], lambda: session.out.say("\n".join(found["writeKeys"])))


@command(keys, "add")
def add_key(session: Session, source: Source) -> None:
    """Make a further write key. The older ones stay valid until they are removed."""
    from headwater.app.client import part

    found = find_source(session.api, source)
    made = session.api.post(f"/sources/{part(found['id'])}/write-keys")
    session.out.give(made, lambda: session.out.say(made["key"]))


@command(keys, "remove")
def remove_key(session: Session, source: Source, key: Annotated[str, typer.Argument(metavar="KEY")]) -> None:
    """Make a write key invalid, at once; not the last one."""
    from headwater.app.client import part

    found = find_source(session.api, source)
    done = session.api.delete(f"/sources/{part(found['id'])}/write-keys/{part(key)}")
    session.out.give(done, lambda: session.out.say(f"The key is no longer valid for {found['name']}."))


def find_source(api: Client, given: str) -> dict[str, Any]:
    """The source of this id, label or schema; NotFound names those there are."""
    sources = api.all("/sources")
    for key in ("id", "schema", "name"):
        found = [each for each in sources if each[key] == given]
        if len(found) == 1:
            return found[0]
        if found:
            ids = ", ".join(each["id"] for each in found)
            raise InvalidInput(f"{len(found)} sources are called {given!r}. Name one by its id: {ids}.")
    names = ", ".join(each["name"] for each in sources)
    raise NotFound(f"there is no source {given!r}. Name its id, label or schema; there are: {names}.")


def _is_left_schema(api: Client, given: str) -> bool:
    """Whether this names the schema of a source that is gone. InvalidInput when it is a source's label as well."""
    if not any(each["name"] == given and each["sourceId"] is None for each in api.all(SCHEMAS)):
        return False
    for each in api.all("/sources"):
        if each["name"] == given:
            raise InvalidInput(
                f"{given!r} is the schema that a source removed earlier left, and the label of {each['id']}. Name the"
                " source by its id, or rename it to drop the schema. Nothing was removed."
            )
    return True


def _rows_stay(schema: str) -> str:
    return (
        f"The rows of {schema} stay, and so does its name; `headwater source remove {schema} --drop-schema` drops them."
    )


def _change(session: Session, source: str, change: dict[str, Any]) -> dict[str, Any]:
    from headwater.app.client import part

    found = find_source(session.api, source)
    return session.api.patch(f"/sources/{part(found['id'])}", change)


def _state(source: dict[str, Any]) -> str:
    return "enabled" if source["enabled"] else "disabled"


def _say_added(out: Output, made: dict[str, Any]) -> None:
    _say_source(out, made)
    out.say()
    out.say(f"Next: headwater source setup {made['schema']}")


def _say_source(out: Output, source: dict[str, Any]) -> None:
    out.say(f"{source['name']} ({source['catalog']}), {_state(source)}")
    facts = [
        ("id", source["id"]),
        ("schema", source["schema"]),
        (plural(len(source["writeKeys"]), "write key").partition(" ")[2], ", ".join(source["writeKeys"])),
        ("inbound URL", source["inboundUrl"]),
        ("last event", source["lastEventAt"] or "never"),
        *((f"setting {name}", value) for name, value in source["settings"].items()),
    ]
    for name, value in facts:
        if value not in (None, ""):
            out.say(f"  {name}: {value}")


def _steps(api: Client, source: dict[str, Any]) -> dict[str, Any]:
    from headwater.app.client import part

    entry = None if source["builtin"] else api.get(f"/catalog/sources/{part(source['catalog'])}")
    steps = entry["setup"][entry["setupToAdd"] :] if entry else []
    url = api.get("/me")["publicUrl"]
    key = source["writeKeys"][-1] if source["writeKeys"] else None
    event = '{"type": "track", "event": "First Event", "userId": "user-1"}'
    curl = f"curl -u {key}: {url}/v1/track -H 'content-type: application/json' -d '{event}'" if key else None
    return {"steps": steps, "writeKey": key, "publicUrl": url, "schema": source["schema"], "curl": curl}


def _say_setup(out: Output, setup: dict[str, Any]) -> None:
    for number, step in enumerate(setup["steps"], 1):
        out.say(f"{number}. {step}")
    out.say()
    out.say(f"The write key: {setup['writeKey'] or 'none'}")
    out.say(f"The address of this server: {setup['publicUrl']}")
    out.say(f"The schema: {setup['schema']}")
    if setup["curl"]:
        out.say()
        out.say(setup["curl"])
