"""Writes the reference pages of the destinations from their specs: the same files give the same bytes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, Final

from headwater.catalog.destination import DestinationExample, DestinationSpec, RetryClasses
from headwater.catalog.destination_example import run_example
from headwater.catalog.destination_load import Destinations, load_destinations
from headwater.catalog.docs import settings_table
from headwater.catalog.markdown import INDEPENDENT, cell, code, page, table

FOLDER: Final = "docs/reference/destinations"


def destination_pages(destinations: Destinations | None = None) -> dict[str, str]:
    """Every page, by its way from the root of the repository (`docs/reference/destinations/slack.md`)."""
    specs = (destinations or load_destinations()).destinations()
    found = {f"{FOLDER}/{spec.slug}.md": destination_page(spec) for spec in specs}
    return {f"{FOLDER}/index.md": index_page(specs), **found}


def index_page(specs: Iterable[DestinationSpec]) -> str:
    rows = [
        [f"[{cell(spec.name)}]({spec.slug}.md)", spec.status, _calls(spec), _form(spec), cell(spec.verified)]
        for spec in specs
    ]
    return page(
        "<!-- Generated from src/headwater/catalog/destinations; edit the files there and run `make fix`. -->",
        "# Destinations",
        "Where events can be sent, what each one takes, and how far it was tested. "
        "[Adding a destination](../../guide/adding-a-destination.md) says how to write another one.",
        table(["Destination", "Status", "Takes", "Set up under", "Tested"], rows),
        f"{INDEPENDENT} It is not affiliated with Twilio, Candu or Produktly.",
    )


def destination_page(spec: DestinationSpec) -> str:
    """One destination as Markdown: what it is, how it is set up, what it sends, and what to do when it does not."""
    return page(
        f"<!-- Generated from {_file(spec)} of the catalogue; edit that file and run `make fix`. -->",
        f"# {spec.name}",
        spec.description,
        table(["", ""], [[f"**{name}**", value] for name, value in _facts(spec)]),
        "## Set up",
        "\n".join(f"{number}. {step}" for number, step in enumerate(spec.setup, 1)),
        *settings_table(spec.settings),
        *_mapping(spec),
        *_examples(spec),
        "## Troubleshooting",
        *_troubles(spec),
        f"---\n\n{INDEPENDENT}",
    )


def _file(spec: DestinationSpec) -> str:
    return f"{spec.slug.replace('-', '_')}.py"


def _facts(spec: DestinationSpec) -> Iterator[tuple[str, str]]:
    yield "Slug", f"`{spec.slug}`"
    yield "Status", spec.status
    yield "Set up under", _form(spec)
    contact = spec.maintainer.contact
    yield "Maintained by", cell(spec.maintainer.name) + (f" (<{contact}>)" if contact else "")
    yield "Categories", cell(", ".join(spec.categories))
    yield "Regions", " and ".join(spec.regions) + (" only" if len(spec.regions) == 1 else "")
    yield "Takes", _calls(spec)
    if spec.events:
        yield "Takes only the events", cell(", ".join(spec.events))
    yield "Name in `integrations`", f"`{cell(spec.integration)}`"
    yield "Pace", _pace(spec)
    if spec.related:
        yield "Related source", f"[{spec.related}](../sources/{spec.related}.md)"
    yield "Compatible with", f"<{spec.docs}>"
    yield "Tested", cell(spec.verified)


def _calls(spec: DestinationSpec) -> str:
    return ", ".join(f"`{call}`" for call in spec.calls)


def _form(spec: DestinationSpec) -> str:
    return "Destinations" if spec.offered else "Integrations"


def _pace(spec: DestinationSpec) -> str:
    limits = spec.limits
    pace = "as fast as it answers" if limits.per_second is None else f"at most {limits.per_second:g} a second"
    if limits.max_batch == 1:
        return f"{pace}; one event a request"
    wait = f", waiting {limits.batch_wait_s:g} s for one another" if limits.batch_wait_s else ""
    return f"{pace}; at most {limits.max_batch:,} events together{wait}"


def _mapping(spec: DestinationSpec) -> Iterator[str]:
    if not spec.mapping:
        return
    yield "## Mapping"
    yield (
        "Where these fields come from in an event. Each can be set for a connection; "
        "[paths](../../guide/adding-a-destination.md#paths) says how they are written."
    )
    yield table(["Field", "Path"], [[f"`{field}`", f"`{_bars(path)}`"] for field, path in spec.mapping.items()])


def _bars(path: str) -> str:
    return path.replace("|", "\\|")


def _examples(spec: DestinationSpec) -> Iterator[str]:
    for number, example in enumerate(spec.examples):
        if number == 0:
            yield "## Examples"
        yield f"### {example.title}"
        yield from _example(spec, example)


def _example(spec: DestinationSpec, example: DestinationExample) -> Iterator[str]:
    yield code(example.event)
    if example.portal_id is not None:
        yield f"The content that it names has the number {example.portal_id} (`portalId`)."
    if not example.url:
        reason = run_example(spec, example).reason
        yield "is not sent." + (f" The log says: {reason}" if reason else "")
        return
    where = f"`POST {example.url}`" if "://" in example.url else f"the file `{example.url}`"
    yield f"becomes {where}" + _headers(example.headers) + ":"
    if isinstance(example.body, list):
        for line in example.body:
            yield code(line)
    else:
        yield code(example.body)


def _headers(headers: dict[str, Any]) -> str:
    shown = [f"`{name}: {value}`" for name, value in headers.items() if name != "Content-Type"]
    return f" with {', '.join(shown)}" if shown else ""


def _troubles(spec: DestinationSpec) -> Iterator[str]:
    yield (
        "Open the connection in the dashboard. Its log has every attempt with what was sent and what came back; "
        "Event Delivery groups the failures by their cause."
    )
    rows = [[cell(each.sign), cell(each.remedy)] for each in spec.troubles]
    yield table(["What you see", "What to do"], [*rows, *_common(spec.retry)])
    yield from _fates(spec.retry)


def _common(retry: RetryClasses) -> Iterator[list[str]]:
    yield [
        "Nothing at all in the log",
        "Is the connection enabled, and not paused? Do its sources receive events (see their debugger)? Do topics, "
        "filters and the event's own `integrations` object let the event through? The preview tells for one event.",
    ]
    if 410 in retry.gone:
        yield [
            "The connection switched itself off",
            "The receiver said that it is gone, or failed for days. Mend it, enable the connection, and recover what "
            "was missed: skipped events are kept.",
        ]


def _fates(retry: RetryClasses) -> Iterator[str]:
    yield "What becomes of an event that is not taken:"
    lines = []
    if retry.terminal or retry.terminal_bodies:
        lines.append(f"- {_answers(retry.terminal, retry.terminal_bodies)}: it ends as dead, and can be sent again.")
    if retry.gone or retry.gone_bodies:
        lines.append(f"- {_answers(retry.gone, retry.gone_bodies)}: the connection is switched off.")
    lines.append("- Any other failure: it is tried again by the connection's schedule, as `Retry-After` says if given.")
    yield "\n".join(lines)


def _answers(statuses: Iterable[int], bodies: Iterable[str]) -> str:
    found = [f"`{status}`" for status in statuses]
    texts = [f"`{text}`" for text in bodies]
    parts = [f"status {', '.join(found)}"] if found else []
    parts += [f"a failure that says {', '.join(texts)}"] if texts else []
    text = cell(", or ".join(parts))
    return text[:1].upper() + text[1:]
