"""A request whose body may be anything: what cannot be read as JSON is the sender's fault, not ours."""

from __future__ import annotations

from typing import Any

from litestar import Request

from headwater.base.errors import InvalidInput


class JsonRequest(Request[Any, Any, Any]):
    async def json(self) -> Any:
        try:
            return await super().json()
        except UnicodeDecodeError as error:
            raise InvalidInput(
                f"The body is not UTF-8: byte {error.start} is {error.object[error.start]:#04x}. Nothing was changed."
            ) from None
        except RecursionError:
            raise InvalidInput("The body is nested too deeply. Nothing was changed.") from None
