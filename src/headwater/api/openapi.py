"""The OpenAPI document, from which the dashboard's client is generated: every operation with all of its answers.

The framework finds the operations, msgspec describes the shapes, and what neither can know is added here.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec
from litestar import Litestar, MediaType, Request, Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme

from headwater import __version__
from headwater.api.auth import COOKIE
from headwater.api.given import Body
from headwater.api.ports import Shape
from headwater.api.problem import Problem

_SCHEMAS: Final = "#/components/schemas/"
_ERROR: Final = {
    "description": "What is wrong, in one shape: 400, 401, 403, 404, 405, 409, 413, 422, 500 or 503.",
    "content": {"application/json": {"schema": {"$ref": f"{_SCHEMAS}Problem"}}},
}
_DONE: Final = {"200": "Done.", "201": "Created.", "202": "Accepted, and done or begun."}
_WORKSPACE: Final = {
    "name": "X-Workspace",
    "in": "header",
    "required": False,
    "description": "The id of a workspace, for the installation's admin token; left out: the oldest one.",
    "schema": {"type": "string"},
}
_METHODS: Final = ("get", "post", "put", "patch", "delete")
_NOISE: Final = {"deprecated": False, "allowEmptyValue": False, "allowReserved": False, "headers": {}}


def openapi_config() -> OpenAPIConfig:
    return OpenAPIConfig(
        title="headwater management API",
        version=__version__,
        description="Workspaces, sources, keys, events, accounting and questions to the warehouse.",
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        use_handler_docstrings=True,
        components=Components(
            security_schemes={
                "bearer": SecurityScheme(type="http", scheme="bearer", description="The admin token or an API key."),
                "session": SecurityScheme(type="apiKey", name=COOKIE, security_scheme_in="cookie"),
            }
        ),
        security=[{"bearer": []}, {"session": []}],
        render_plugins=[],
    )


@get("/openapi.json", include_in_schema=False, sync_to_thread=True)
def document_route(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The document itself. Open."""
    state = request.app.state
    if "document" not in state:
        state["document"] = document_bytes(request.app)
    return Response(state["document"], media_type=MediaType.JSON)


def document_bytes(app: Litestar) -> bytes:
    return msgspec.json.format(msgspec.json.encode(document(app)), indent=2) + b"\n"


def document(app: Litestar) -> dict[str, Any]:
    """The application's OpenAPI 3.1 document, in a stable order."""
    wire: dict[str, Any] = app.openapi_schema.to_schema()
    wire["components"]["schemas"] |= _described_shapes()
    handlers = {str(handler.operation_id): handler for handler in _handlers(app)}
    for item in wire["paths"].values():
        for method in _METHODS:
            if operation := item.get(method):
                _complete(operation, handlers[operation["operationId"]])
    wire = _tidy(wire)
    wire["components"]["schemas"] = _used(wire)
    wire["paths"] = dict(sorted(wire["paths"].items()))
    return wire


def _complete(operation: dict[str, Any], handler: HTTPRouteHandler) -> None:
    operation["summary"], _, rest = operation["description"].partition("\n\n")
    operation["description"] = rest or operation["summary"]
    responses = operation["responses"]
    responses.pop("400", None)
    for status, answer in responses.items():
        answer["description"] = _DONE[status]
    for parameter in operation.get("parameters", []):
        parameter["schema"].pop("format", None)
    if "stream" in handler.opt:
        responses["200"]["content"] = {"text/event-stream": {"schema": {"$ref": _SCHEMAS + handler.opt["stream"]}}}
    if "lines" in handler.opt:
        responses["200"]["content"] = {"application/x-ndjson": {"schema": {"$ref": _SCHEMAS + handler.opt["lines"]}}}
    responses["default"] = _ERROR
    if "parameters" in handler.opt:
        operation.setdefault("parameters", []).extend(handler.opt["parameters"])
    if "request_body" in handler.opt:
        operation["requestBody"] = handler.opt["request_body"]
    if handler.opt.get("open"):
        operation["security"] = []
    else:
        operation.setdefault("parameters", []).append(_WORKSPACE)


def _handlers(app: Litestar) -> Iterator[HTTPRouteHandler]:
    for route in app.routes:
        for handler in getattr(route, "route_handlers", []):
            if isinstance(handler, HTTPRouteHandler):
                yield handler


def _described_shapes() -> dict[str, Any]:
    """Every shape of the wire, with its docstring."""
    shapes = [Problem, *_below(Shape), *_below(Body)]
    plain = [shape for shape in shapes if not getattr(shape, "__parameters__", ())]
    _, schemas = msgspec.json.schema_components(plain, ref_template=_SCHEMAS + "{name}")
    for shape in plain:
        if issubclass(shape, Shape):  # an answer holds every field, also where the code may leave one out
            schemas[shape.__name__]["required"] = list(schemas[shape.__name__]["properties"])
    return schemas


def _below(shape: type) -> Iterator[type]:
    for each in shape.__subclasses__():
        if each.__module__.startswith("headwater.api."):
            yield each
            yield from _below(each)


def _used(wire: dict[str, Any]) -> dict[str, Any]:
    """The schemas that an operation leads to, by name."""
    schemas, used, waiting = wire["components"]["schemas"], set[str](), [str(wire["paths"])]
    while waiting:
        for name in re.findall(rf"{_SCHEMAS}(\w+)", waiting.pop()):
            if name not in used:
                used.add(name)
                waiting.append(str(schemas[name]))
    return {name: schemas[name] for name in sorted(used)}


def _tidy(value: Any) -> Any:
    """Plain names, no repeated defaults, descriptions without the indentation of the code."""
    if isinstance(value, Mapping):
        kept = {key: each for key, each in value.items() if key not in _NOISE or each != _NOISE[key]}
        return {_plain(key): _tidy_field(key, each) for key, each in kept.items()}
    if isinstance(value, list):
        return [_tidy(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _tidy_field(key: str, value: Any) -> Any:
    if key == "description" and isinstance(value, str):
        return inspect.cleandoc(value)
    if key in ("$ref", "title", "name") and isinstance(value, str):
        return _plain(value)
    return _tidy(value)


def _plain(name: str) -> str:
    """`Page_headwater.api.sources.SourceShape_` → `SourcePage`; `{source_id}` → `{sourceId}`."""
    name = re.sub(r"Page_[\w.]*?(\w+?)(?:Shape)?_$|Page\[(\w+?)(?:Shape)?\]$", lambda m: f"{m[1] or m[2]}Page", name)
    name = re.sub(r"(\w+)Shape$", r"\1", name)
    if name.startswith("/"):
        return re.sub(r"\{(\w+)\}", lambda m: "{" + _camel(m[1]) + "}", name)
    return _camel(name) if re.fullmatch(r"[a-z]+_id", name) else name


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(map(str.title, others))
