"""A request whose body may be anything: what cannot be read as JSON is the sender's fault, not ours.

And the address that it came to, which is as good as any to show where no other one is set.
"""

from __future__ import annotations

import re
from typing import Any, Final, TypeVar

import msgspec
from litestar import Request
from litestar.exceptions import SerializationException

from headwater.api.auth import is_https
from headwater.api.faults import NO_BODY, body_shape, unfit, unreadable
from headwater.base.errors import InvalidInput

T = TypeVar("T")
_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


class JsonRequest(Request[Any, Any, Any]):
    async def body_as(self, shape: type[T]) -> T:
        """The body as a value of this type, for handlers that take bodies of several kinds."""
        value = await self.json()
        if not await self.body():
            raise unfit(shape, NO_BODY)
        try:
            return msgspec.convert(value, shape)
        except msgspec.ValidationError as error:
            raise unfit(shape, str(error)) from None

    async def json(self) -> Any:
        try:
            return await super().json()
        except SerializationException as error:
            raise unreadable(body_shape(self), str(error.__cause__ or error), await self.body()) from None
        except UnicodeDecodeError as error:
            raise InvalidInput(f"The body is not UTF-8: {_wrong_byte(await self.body(), error)}") from None
        except RecursionError:
            raise InvalidInput("The body is nested too deeply. Nothing was changed.") from None


def _wrong_byte(body: bytes, found: UnicodeDecodeError) -> str:
    """Where it is in the whole body; the decoder tells of the one string that it was reading."""
    try:
        body.decode()
    except UnicodeDecodeError as error:
        found = error
    return f"byte {found.start} is {found.object[found.start]:#04x}. Nothing was changed."


def own_address(request: Request[Any, Any, Any], otherwise: str) -> str:
    """Scheme, host and port that the request was sent to; `otherwise` when its Host header names none."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return otherwise
    return f"{'https' if is_https(request) else 'http'}://{host}"
