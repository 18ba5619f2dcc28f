"""Every error of the management API has one shape: `{"error":{"code","message","details"}}`.

One total table decides the status; what is not in it is a fault of ours and shows nothing of its inside.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import msgspec
from litestar import Request, Response
from litestar.enums import MediaType
from litestar.exceptions import HTTPException, MethodNotAllowedException
from litestar.types import ExceptionHandlersMap

from headwater.api.faults import Fault, consequence, faults, sentence
from headwater.base.errors import (
    Conflict,
    Forbidden,
    HeadwaterError,
    InvalidInput,
    NotFound,
    Terminal,
    Transient,
    Unprocessable,
)

RETRY_AFTER_S: Final = 2


class Unauthorized(HeadwaterError):
    """Who asks did not say who they are, or it did not check out."""

    code = "unauthorized"


STATUS: Final[tuple[tuple[type[HeadwaterError], int], ...]] = (
    (Unauthorized, 401),
    (NotFound, 404),
    (Conflict, 409),
    (Unprocessable, 422),
    (InvalidInput, 400),
    (Forbidden, 403),
    (Transient, 503),
    (Terminal, 500),
)
CODES: Final = {
    400: "validation_error",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "payload_too_large",
    415: "unsupported_media_type",
    429: "too_many_requests",
    503: "unavailable",
}
_WHO: Final = {"WWW-Authenticate": 'Bearer realm="headwater"'}
Report = Callable[[str, BaseException], None]
"""Called with the request's method and path and the fault, so that it reaches the log."""


class Unsupported(MethodNotAllowedException):
    """A method that a reader of the API would expect here, and why there is none: that is the sentence."""

    def __init__(self, why: str, *, allow: str) -> None:
        super().__init__(detail=why, headers={"Allow": allow})


class ErrorBody(msgspec.Struct, frozen=True, kw_only=True):
    """`code` is stable and for programs, `message` for people; `details` names the fields, or is null."""

    code: str
    message: str
    details: Any


class Problem(msgspec.Struct, frozen=True, kw_only=True):
    error: ErrorBody


def exception_handlers(report: Report) -> ExceptionHandlersMap:
    def unforeseen(request: Request[Any, Any, Any], error: Exception) -> Response[Problem]:
        report(f"{request.method} {request.url.path}", error)
        return _answer(500, "internal_error", "Something failed inside; the server's log says more.")

    def known(request: Request[Any, Any, Any], error: HeadwaterError) -> Response[Problem]:
        if isinstance(error, Terminal):
            report(f"{request.method} {request.url.path}", error)
        return from_error(error)

    def from_framework(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
        if error.status_code >= 500:
            return unforeseen(request, error)
        return _from_http(request, error)

    return {HeadwaterError: known, HTTPException: from_framework, Exception: unforeseen}


def from_error(error: HeadwaterError) -> Response[Problem]:
    status = next((status for kind, status in STATUS if isinstance(error, kind)), 500)
    headers = {401: _WHO, 503: {"Retry-After": str(RETRY_AFTER_S)}}.get(status, {})
    return _answer(status, error.code, error.message, error.details, headers)


def _from_http(request: Request[Any, Any, Any], error: HTTPException) -> Response[Problem]:
    status = error.status_code
    code = CODES.get(status, "error")
    headers = {name: value for name, value in (error.headers or {}).items() if name.lower() == "allow"}
    if status == 404:
        return _answer(404, code, f"There is nothing at {request.url.path}; /api/v1/openapi.json lists what is.")
    if status == 405:
        message = f"{request.method} is not allowed at {request.url.path}; /api/v1/openapi.json says what is."
        own = error.detail if isinstance(error, Unsupported) else message
        return _answer(405, code, own, None, headers)
    found = faults(request, error.extra) if isinstance(error.extra, list) and error.extra else None
    return _answer(status, code, _sentence(request, error, found), found, headers)


def _sentence(request: Request[Any, Any, Any], error: HTTPException, found: list[Fault] | None) -> str:
    if not found:
        return f"{_first_line(error.detail)}. {consequence(request.method)}"
    return sentence(found, method=request.method)


def _first_line(text: str) -> str:
    return (text.splitlines() or [""])[0].rstrip(". ") or "The request cannot be read"


def _answer(
    status: int, code: str, message: str, details: Any = None, headers: dict[str, str] | None = None
) -> Response[Problem]:
    body = Problem(error=ErrorBody(code=code, message=message, details=details))
    return Response(body, status_code=status, media_type=MediaType.JSON, headers=headers or {})
