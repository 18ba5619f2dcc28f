"""A request whose body may be anything: what cannot be read as JSON is the sender's fault, not ours.

And the address that it came to, which is as good as any to show where no other one is set.
"""

from __future__ import annotations

import re
from typing import Any, Final

from litestar import Request

from headwater.api.auth import is_https
from headwater.base.errors import InvalidInput

_HOST: Final = re.compile(r"(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?")


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


def own_address(request: Request[Any, Any, Any], otherwise: str) -> str:
    """Scheme, host and port that the request was sent to; `otherwise` when its Host header names none."""
    host = request.headers.get("host", "")
    if not _HOST.fullmatch(host):
        return otherwise
    return f"{'https' if is_https(request) else 'http'}://{host}"
