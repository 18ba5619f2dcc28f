"""Writes the reference pages of the sources from their catalogue files: the same files give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from headwater.base.naming import column_name, table_name
from headwater.catalog.load import Catalog, load_catalog
from headwater.catalog.markdown import INDEPENDENT, cell, code, page, plain_json, table
from headwater.catalog.model import EventSpec, Example, PropertySpec, SettingSpec, SourceSpec

FOLDER: Final = "docs/reference/sources"

_OURS: Final = "Types marked with * are headwater's reading: the tool names the property and leaves its type open."


def pages(catalog: Catalog | None = None) -> dict[str, str]:
    """Every page, by its way from the root of the repository (`docs/reference/sources/candu.md`)."""
    specs = (catalog or load_catalog()).sources()
    found = {f"{FOLDER}/{spec.slug}.md": source_page(spec) for spec in specs}
    return {f"{FOLDER}/index.md": index_page(specs), **found}


def write_docs(root: Path, catalog: Catalog | None = None) -> list[Path]:
    """Writes every page under `root`, makes the folder where needed, and names what it wrote."""
    written = []
    for way, text in pages(catalog).items():
        path = root / way
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8", newline="\n")
        written.append(path)
    return written


def index_page(specs: Iterable[SourceSpec]) -> str:
    rows = [
        [
            f"[{cell(spec.name)}]({spec.slug}.md)",
            spec.kind,
            spec.status,
            ", ".join(spec.regions),
            str(len(spec.events)),
        ]
        for spec in specs
    ]
    return page(
        "<!-- Generated from src/headwater/catalog/sources; edit the files there and run `make fix`. -->",
        "# Sources",
        "What can be added as a source, what each one sends, and which regions it is supported in. "
        "[Adding a source](../../guide/adding-a-source.md) says how to describe another one.",
        table(["Source", "Kind", "Status", "Regions", "Events"], rows),
        f"{INDEPENDENT} It is not affiliated with Twilio, Candu or Produktly.",
    )


def source_page(spec: SourceSpec) -> str:
    """One source as Markdown: what it is, how it is set up, what it sends, and an example of each."""
    return page(
        f"<!-- Generated from {spec.slug}.toml of the catalogue; edit that file and run `make fix`. -->",
        f"# {spec.name}",
        spec.description,
        table(["", ""], [[f"**{name}**", value] for name, value in _facts(spec)]),
        "## Set up",
        "\n".join(f"{number}. {step}" for number, step in enumerate(spec.setup_steps(), 1)),
        *settings_table(spec.settings),
        *_events(spec),
        *_examples(spec.examples),
        f"---\n\n{INDEPENDENT}",
    )


def _facts(spec: SourceSpec) -> Iterator[tuple[str, str]]:
    yield "Slug", f"`{spec.slug}`"
    yield "Kind", spec.kind
    yield "Status", spec.status + (f". {cell(spec.status_note)}" if spec.status_note else "")
    contact = spec.maintainer.contact
    yield "Maintained by", cell(spec.maintainer.name) + (f" (<{contact}>)" if contact else "")
    yield "Categories", cell(", ".join(spec.categories))
    yield "Regions", " and ".join(spec.regions) + (" only" if len(spec.regions) == 1 else "")
    yield "Sent from", "browsers" if spec.platform == "browser" else "servers"
    yield "Feeds profiles", "yes, unless turned off" if spec.feeds_profiles else "no, unless turned on"
    yield "Takes webhooks", "yes, at an address of the source's own" if spec.inbound else "no"
    if spec.related:
        yield "Related destination", f"[{spec.related}](../destinations/{spec.related}.md)"
    yield "Compatible with", f"<{spec.docs}>"


def settings_table(settings: Iterable[SettingSpec]) -> list[str]:
    """The heading and the table of a form's fields; nothing where there are none."""
    rows = [
        [
            f"`{setting.name}`",
            setting.type + (" (secret)" if setting.secret else ""),
            "yes" if setting.required else "no",
            "" if setting.default is None else f"`{plain_json(setting.default)}`",
            cell(setting.description + (f" One of: {', '.join(setting.choices)}." if setting.choices else "")),
        ]
        for setting in settings
    ]
    return ["## Settings", table(["Setting", "Type", "Required", "Default", "Meaning"], rows)] if rows else []


def _events(spec: SourceSpec) -> Iterator[str]:
    yield "## Events"
    if not spec.events:
        yield "Any. What this source sends is up to you; nothing is declared, so nothing counts as a violation."
        return
    if any(inner.ours for event in spec.events for prop in event.properties for inner in _all(prop)):
        yield _OURS
    for event in spec.events:
        yield from _event(event)


def _event(event: EventSpec) -> Iterator[str]:
    yield f"### {event.name}"
    where = f", and has the table `{table_name(event.name)}`" if event.call not in ("identify", "group") else ""
    yield f"{event.description} Sent as `{event.call}`{where}."
    rows = [
        [f"`{'.'.join(way)}`", spec.type + ("\\*" if spec.ours else ""), _column(way, spec), cell(_meaning(spec))]
        for prop in event.properties
        for way, spec in _ways(prop)
    ]
    if rows:
        yield table(["Property", "Type", "Column", "Meaning"], rows)


def _column(way: tuple[str, ...], spec: PropertySpec) -> str:
    if spec.properties:
        return ""
    name = column_name(*way)
    return f"`{name}_…`" if spec.type == "object" else f"`{name}`"


def _meaning(spec: PropertySpec) -> str:
    return spec.description if spec.required else f"{spec.description} Not always there."


def _all(spec: PropertySpec) -> Iterator[PropertySpec]:
    return (inner for _, inner in _ways(spec))


def _ways(spec: PropertySpec, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], PropertySpec]]:
    yield (*above, spec.name), spec
    for inner in spec.properties:
        yield from _ways(inner, (*above, spec.name))


def _examples(examples: Iterable[Example]) -> Iterator[str]:
    for number, example in enumerate(examples):
        if number == 0:
            yield "## Examples"
        yield f"### {example.title}"
        yield code(example.body)
        yield f"becomes, in the table `{example.table}` of the source's schema:"
        yield code(example.row)
