"""The page `docs/reference/api.md`, written from the OpenAPI document: every call, who may make it, every shape."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from headwater.api import codes

_HEAD: Final = """# Management API

Generated from the OpenAPI document (`/api/v1/openapi.json`, also [openapi.json](openapi.json)).

Every call needs `Authorization: Bearer TOKEN`: the installation's admin token (`DATA/admin-token`), or an API key with
scopes. `admin` may do everything in its workspace, `data` reads what events carry, `read` sees settings and figures;
each includes those after it. The dashboard uses a session cookie instead; with a cookie a changing call must come from
the server's own pages. The installation's token picks a workspace with `X-Workspace: ID`.

JSON is in camelCase; an unknown field in a body is an error. Lists are
`{"data":[…],"pagination":{"total","limit","offset"}}`. Creation answers 201, an action 202, everything else 200. Errors
are `{"error":{"code","message","details"}}`; `code` is for programs, and an answer of 503 says in `Retry-After` when to
come back. [All codes](#codes) are at the end.
"""


def markdown(document: dict[str, Any]) -> str:
    """The page. `document` as `openapi.document` gives it."""
    lines = [_HEAD]
    tags: dict[str, list[str]] = {}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            tags.setdefault(operation["tags"][0], []).extend(_operation(method, path, operation))
    for tag in sorted(tags):
        lines += [f"## {tag}", "", *tags[tag]]
    lines += ["## Shapes", "", *_shapes(document["components"]["schemas"])]
    lines += ["## Codes", "", *_codes()]
    return "\n".join(lines).rstrip() + "\n"


def _codes() -> Iterator[str]:
    """Read from the places that raise them."""
    yield "| status | code | means |"
    yield "|---|---|---|"
    for status, code, meaning in codes.table():
        yield f"| {status} | `{code}` | {meaning} |"


def _operation(method: str, path: str, operation: dict[str, Any]) -> Iterator[str]:
    yield f"### `{method.upper()} {path.removeprefix('/api/v1')}`"
    yield ""
    yield operation["summary"]
    if operation["description"] != operation["summary"]:
        yield ""
        yield operation["description"]
    yield ""
    for parameter in operation.get("parameters", []):
        if parameter["in"] in ("query", "header") and parameter["name"] != "X-Workspace":
            yield f"- `{parameter['name']}` ({parameter['in']}): {parameter['description']}"
    if "requestBody" in operation:
        yield f"- body: {_contents(operation['requestBody']['content'])}"
    for status, answer in operation["responses"].items():
        if status != "default":
            yield f"- {status}: {_contents(answer['content'])}"
    yield ""


def _contents(content: dict[str, Any]) -> str:
    kinds = {media: "" if media == "application/json" else f" ({media})" for media in content}
    return ", or ".join(_type(body["schema"]) + kinds[media] for media, body in content.items())


def _shapes(schemas: dict[str, Any]) -> Iterator[str]:
    for name, schema in schemas.items():
        if name.endswith("Page"):
            continue
        yield f"### {name}"
        yield ""
        if "description" in schema:
            yield schema["description"]
            yield ""
        for field, inner in schema["properties"].items():
            needed = "" if field in schema.get("required", []) else ", may be left out"
            yield f"- `{field}`: {_type(inner)}{needed}"
        yield ""


def _type(schema: dict[str, Any]) -> str:
    """A schema in words: `string`, `list of Source`, `string or null`, one of several words."""
    if "$ref" in schema:
        name = schema["$ref"].rpartition("/")[2]
        return f"list of {name.removesuffix('Page')}" if name.endswith("Page") else f"[{name}](#{name.lower()})"
    for choice in ("anyOf", "oneOf"):
        if choice in schema:
            return " or ".join(dict.fromkeys(_type(each) for each in schema[choice]))
    if "enum" in schema:
        return " or ".join(f"`{word}`" if word is not None else "null" for word in schema["enum"])
    if "const" in schema:
        return f"`{schema['const']}`"
    if schema.get("type") == "array":
        return f"list of {_type(schema.get('items', {}))}"
    if schema.get("format") == "binary":
        return "the file"
    return schema.get("type", "anything")
